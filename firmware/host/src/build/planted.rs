//! Firmware that can have faults, told from a product.

use firmware::faults::MARK;
use memchr::memmem;

/// Whether this image (an ELF, an app image, a flash image) was built with planted faults (the feature `planted`).
pub fn is_planted(image: &[u8]) -> bool {
    memmem::find(image, MARK.as_bytes()).is_some()
}
