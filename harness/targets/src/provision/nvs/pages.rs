//! The pages of an NVS partition, as they lie in the flash (ESP-IDF Programming Guide, "Non-Volatile Storage Library", "Internals"):
//! enough to know one, and to see that nothing in it was lost.

use std::collections::BTreeMap;

use esp_nvs::platform::software_crc32;

/// Bytes of a page.
pub(super) const PAGE: usize = 4096;
/// Bytes of an entry, of the page's header and of the table of its entries' states.
const ENTRY: usize = 32;
/// Entries of a page.
const ENTRIES: usize = PAGE / ENTRY - 2;
/// States of a page that has entries: active, full, being freed.
const IN_USE: [u32; 3] = [0xFFFF_FFFE, 0xFFFF_FFFC, 0xFFFF_FFF8];
/// State of an entry that has been written and not been erased.
const WRITTEN: u8 = 0b10;
/// Types of a blob's pieces, and of the entry that counts them.
const BLOB_DATA: u8 = 0x42;
const BLOB_INDEX: u8 = 0x48;

/// Why a file is no image of an NVS partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotNvs {
    /// It has no bytes.
    #[error("it is empty, and no image of an NVS partition")]
    Empty,
    /// It has no whole number of pages.
    #[error("its {0} bytes are no whole number of pages of 4096: it is no image of an NVS partition")]
    NoPages(usize),
    /// No page begins as one.
    #[error("none of its pages has the header of one: it is no image of an NVS partition")]
    NoHeader,
}

impl NotNvs {
    /// What to do about it.
    pub const HELP: &'static str = "name an image that ESP-IDF's nvs_partition_gen.py, `hil provision --out` or a reading of the flash has made; \
        `hil run --nvs` takes the generator's CSV file too, if its name ends in .csv";

    /// Looks whether a file can be an image of an NVS partition. An erased one is one, too.
    ///
    /// # Errors
    /// It cannot be.
    pub fn check(image: &[u8]) -> Result<(), Self> {
        if image.is_empty() {
            return Err(Self::Empty);
        }
        if !image.len().is_multiple_of(PAGE) {
            return Err(Self::NoPages(image.len()));
        }
        let is_erased = image.iter().all(|byte| *byte == 0xFF);
        if is_erased || image.chunks_exact(PAGE).any(|page| sequence(page).is_some()) {
            Ok(())
        } else {
            Err(Self::NoHeader)
        }
    }
}

/// The number of a page that has entries: later pages have greater ones.
fn sequence(page: &[u8]) -> Option<u32> {
    let is_whole = software_crc32(u32::MAX, &page[4..28]) == word(page, 28);
    (is_whole && IN_USE.contains(&word(page, 0))).then(|| word(page, 4))
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// What tells one item from all others: index of its namespace, key, and which piece it is of a blob.
type Name = (u8, [u8; 16], u8);

/// The items that count, each with all of its bytes, and how many cannot be read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Items {
    pub(super) whole: BTreeMap<Name, Vec<u8>>,
    pub(super) broken: usize,
}

impl Items {
    pub(super) fn of(image: &[u8]) -> Self {
        let mut pages: Vec<(u32, &[u8])> =
            image.chunks_exact(PAGE).filter_map(|page| Some((sequence(page)?, page))).collect();
        pages.sort_by_key(|(sequence, _)| *sequence);
        let mut items = Self::default();
        for (_, page) in pages {
            items.add(page);
        }
        // The pieces of a blob count where something counts them.
        let indices: Vec<(u8, [u8; 16])> = items
            .whole
            .iter()
            .filter(|(_, item)| item[1] == BLOB_INDEX)
            .map(|((space, key, _), _)| (*space, *key))
            .collect();
        items.whole.retain(|(space, key, _), item| item[1] != BLOB_DATA || indices.contains(&(*space, *key)));
        items
    }

    /// Of two items of one name, which a loss of power can leave, the later one counts.
    fn add(&mut self, page: &[u8]) {
        let mut at = 0;
        while at < ENTRIES {
            let state = page[ENTRY + at / 4] >> (at % 4 * 2) & 0b11;
            let begin = (at + 2) * ENTRY;
            let head = &page[begin..begin + ENTRY];
            let span = usize::from(head[2]).max(1);
            if state != WRITTEN {
                at += 1;
                continue;
            }
            let crc = software_crc32(software_crc32(u32::MAX, &head[..4]), &head[8..]);
            if crc != word(head, 4) || at + span > ENTRIES {
                self.broken += 1;
                at += 1;
                continue;
            }
            let mut key = [0; 16];
            key.copy_from_slice(&head[8..24]);
            self.whole.insert((head[0], key, head[3]), page[begin..begin + span * ENTRY].to_vec());
            at += span;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_that_lies_in_a_flash_makes_the_reader_panic(
            pages in prop::collection::vec(prop::collection::vec(any::<u8>(), PAGE), 0..3), is_headed in any::<bool>()
        ) {
            let mut image = pages.concat();
            for page in image.chunks_exact_mut(PAGE).filter(|_| is_headed) {
                page[..4].copy_from_slice(&IN_USE[0].to_le_bytes());
                let crc = software_crc32(u32::MAX, &page[4..28]);
                page[28..32].copy_from_slice(&crc.to_le_bytes());
            }
            let items = Items::of(&image);
            prop_assert!(items.whole.len() <= 3 * ENTRIES);
        }
    }

    #[test]
    fn what_is_no_image_is_told() {
        assert_eq!(NotNvs::check(b""), Err(NotNvs::Empty));
        assert_eq!(NotNvs::check(b"name: x\n"), Err(NotNvs::NoPages(8)));
        assert_eq!(NotNvs::check(&[b' '; PAGE]), Err(NotNvs::NoHeader));
        assert_eq!(NotNvs::check(&[0xFF; PAGE]), Ok(()));
    }
}
