//! Laws of firmware files: damage never panics, and conversion loses nothing.

use crate::support::firmware::{ElfFile, app_at, bytes_at, memory_at_start, pattern, seal, updates, usual_app};
use hil_sim_esp32c3::image::{Firmware, Layout, PartitionTable, Symbols};
use proptest::collection::vec;
use proptest::prelude::*;
use std::sync::LazyLock;

/// A file of each kind.
static FILES: LazyLock<[Vec<u8>; 3]> = LazyLock::new(|| {
    let flash = Firmware::parse_with(&usual_app(), &updates()).expect("a valid image").flash.to_vec();
    [ElfFile::usual().to_bytes(), usual_app(), flash[..0x2_1000].to_vec()]
});

/// Where damage matters most: headers, not the data behind them.
fn place() -> impl Strategy<Value = usize> {
    prop_oneof![
        0..0x100_usize,
        0x8000..0x8100_usize,
        0x1_0000..0x1_0040_usize,
        any::<prop::sample::Index>().prop_map(|i| i.index(0x2_1000))
    ]
}

fn damaged(file: &[u8], changes: &[(usize, u8)], cut: Option<prop::sample::Index>) -> Vec<u8> {
    let mut file = file.to_vec();
    for (at, value) in changes {
        let at = at % file.len();
        file[at] = *value;
    }
    if let Some(cut) = cut {
        file.truncate(cut.index(file.len()));
    }
    file
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_damaged_file_is_an_error_or_firmware(
        kind in 0..3_usize,
        changes in vec((place(), any::<u8>()), 0..6),
        cut in proptest::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let file = damaged(&FILES[kind], &changes, cut);
        match Firmware::parse_with(&file, &updates()) {
            Ok(firmware) => drop(memory_at_start(&firmware)),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
        drop(Symbols::parse(&file));
    }

    #[test]
    fn damage_under_a_valid_checksum_is_an_error_or_firmware(changes in vec((0..0x60_usize, any::<u8>()), 1..6)) {
        let mut app = FILES[1].clone();
        let (count, sizes) = (app[1], app[28..32].to_vec());
        for (at, value) in changes {
            app[at] = value;
        }
        (app[1], app[23]) = (count, 1);
        app[28..32].copy_from_slice(&sizes);
        seal(&mut app);
        if let Ok(firmware) = Firmware::parse(&app) {
            memory_at_start(&firmware);
        }
    }

    #[test]
    fn random_bytes_are_an_error(bytes in vec(any::<u8>(), 0..200), first in prop::option::of(0..3_usize)) {
        let magic: &[u8] = first.map_or(&[], |kind| [b"\x7FELF\x01\x01".as_slice(), &[0xE9], &[0xAA, 0x50]][kind]);
        prop_assert!(Firmware::parse(&[magic, &bytes].concat()).is_err());
    }

    #[test]
    fn every_table_of_text_is_an_error_or_a_table(text in "([a-z0-9_]{0,3},? ?|0x[0-9a-f]{1,6},|app,|data,|factory,|[\n#:KM,]){0,40}") {
        if let Ok(table) = PartitionTable::from_csv(&text) {
            prop_assert!(table.to_bytes().len() >= 0xC00);
        }
    }
}

proptest! {
    // Each case hashes half a megabyte several times.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn conversion_keeps_every_byte(
        data_offset in 0..0x4000_u32,
        lengths in [1..0x1_8000_usize, 1..0x1_8000_usize, 1..0x3_0000_usize, 1..0x3_0000_usize],
        flash_offset in 0..0x4000_u32,
    ) {
        let mut elf = ElfFile::usual();
        for (index, (segment, length)) in elf.segments.iter_mut().zip(lengths).enumerate() {
            segment.bytes = pattern(index as u8, length);
        }
        elf.segments[1].address = 0x3FC9_8000 + data_offset;
        elf.segments[2].address += 4 * flash_offset;
        elf.segments[3].address = 0x4204_0020 + 4 * flash_offset;
        elf.entry = elf.segments[3].address;
        let of_elf = Firmware::parse(&elf.to_bytes()).expect("valid");
        let flash = of_elf.flash.to_vec();
        for file in [&flash, &app_at(&flash, 0x10000)] {
            let memory = memory_at_start(&Firmware::parse_with(file, &Layout::default()).expect("valid"));
            for segment in &elf.segments {
                prop_assert!(bytes_at(&memory, segment.address, segment.bytes.len()) == segment.bytes);
            }
        }
    }
}
