//! Which fault a device has: the key `fault` (u8) of its configuration. No other build reads it.

use alloc::vec::Vec;
use core::ops::Range;

use esp_nvs::{Key, Nvs, error::Error as NvsError, mem_flash::MemFlash, platform::Platform};

use crate::config::keys;

const NAMESPACE: Key = Key::from_str(keys::NAMESPACE);
const FAULT: Key = Key::from_str("fault");

/// The number of the fault that the NVS partition at `range` of `flash` names; 0 if it names none, or cannot be read, which
/// is told when its configuration is read.
pub fn planted<F: Platform>(flash: F, range: Range<u32>) -> u8 {
    let size = range.end.saturating_sub(range.start);
    let nvs = Nvs::new(range.start as usize, size as usize, flash);
    nvs.and_then(|mut nvs| nvs.get(&NAMESPACE, &FAULT)).unwrap_or(0)
}

/// The `image` of an NVS partition with this fault in it (0 for none). Its size is a multiple of 4096 bytes.
///
/// # Errors
///
/// It is no NVS partition, or has no room.
pub fn plant(image: Vec<u8>, number: u8) -> Result<Vec<u8>, NvsError> {
    let size = image.len();
    if !size.is_multiple_of(4096) {
        return Err(NvsError::InvalidPartitionSize);
    }
    let mut nvs = Nvs::new(0, size, MemFlash::from_bytes(image))?;
    nvs.set(&NAMESPACE, &FAULT, number)?;
    Ok(nvs.into_inner().into_inner())
}
