//! Firmware files of every kind lead to the memory that the program expects.

use crate::support::firmware::{
    DESCRIPTION_DIGEST, ElfFile, ElfSegment, app_at, bytes_at, memory_at_start, pattern, updates, usual_app,
};
use hil_sim_core::cpu::{Cpu, Stop};
use hil_sim_core::mem::{Memory, NoBus};
use hil_sim_esp32c3::image::{Boot, Firmware, FlashSize, Kind, Layout, PartitionTable, SymbolKind, Symbols};
use hil_sim_esp32c3::map::{CORE, MMU_INVALID};

/// Every byte of the ELF file is at its address, and the digest of the file in the app's description.
fn assert_memory_of(elf: &ElfFile, memory: &Memory) {
    use sha2::Digest;
    for ElfSegment { section, address, bytes, .. } in &elf.segments {
        let mut expected = bytes.clone();
        if *section == ".flash.appdesc" {
            expected[DESCRIPTION_DIGEST].copy_from_slice(&sha2::Sha256::digest(elf.to_bytes()));
        }
        assert!(bytes_at(memory, *address, bytes.len()) == expected, "{section}");
    }
}

#[test]
fn an_elf_file_is_in_ram_and_behind_the_mmu() {
    let elf = ElfFile::usual();
    let firmware = Firmware::parse(&elf.to_bytes()).unwrap();
    assert_eq!((firmware.kind, firmware.boot.entry), (Kind::Elf, 0x4201_0020));
    let memory = memory_at_start(&firmware);
    assert_memory_of(&elf, &memory);
    assert_eq!([0, 1, 2].map(|entry| memory.mmu_entry(entry)), [1, 2, MMU_INVALID]);
    assert_eq!(memory.flash().len(), 0x40_0000);
}

#[test]
fn an_app_image_and_a_flash_image_lead_to_the_same_memory() {
    let elf = ElfFile::usual();
    let of_elf = Firmware::parse(&elf.to_bytes()).unwrap();
    let flash = of_elf.flash.to_vec();
    for (kind, file) in [(Kind::App, app_at(&flash, 0x10000)), (Kind::Flash, flash)] {
        let firmware = Firmware::parse(&file).unwrap();
        assert_eq!((firmware.kind, firmware.boot.entry), (kind, of_elf.boot.entry));
        assert_eq!(memory_at_start(&firmware).hash(), memory_at_start(&of_elf).hash());
    }
}

#[test]
fn ram_segments_fill_the_space_before_flash_segments() {
    let mut elf = ElfFile::usual();
    elf.segments[1].bytes = pattern(9, 0x1_2344);
    let app = app_at(&Firmware::parse(&elf.to_bytes()).unwrap().flash.to_vec(), 0x10000);
    assert_eq!(app[1], 5, "data, a part of the RAM data, code, and the rest");
    assert!(app.len() < 0x1_6000, "{:#x}", app.len());
    assert_memory_of(&elf, &memory_at_start(&Firmware::parse(&app).unwrap()));
}

#[test]
fn a_program_in_ram_alone_is_loaded() {
    let mut elf = ElfFile::usual();
    elf.segments.truncate(2);
    elf.entry = 0x4038_0010;
    let firmware = Firmware::parse(&elf.to_bytes()).unwrap();
    assert_memory_of(&elf, &memory_at_start(&firmware));
    assert_eq!(firmware.boot.mapping, []);
}

#[test]
fn the_entry_point_is_executed() {
    let mut elf = ElfFile::usual();
    // li a0, 7; j .
    elf.segments[3].bytes[..8].copy_from_slice(&0x0000_006F_0070_0513_u64.to_le_bytes());
    let firmware = Firmware::parse(&elf.to_bytes()).unwrap();
    let mut cpu = Cpu::new(CORE);
    cpu.set_pc(firmware.boot.entry);
    assert_eq!(cpu.run(&mut memory_at_start(&firmware), &mut NoBus, 1_000), Stop::Halted);
    assert_eq!(cpu.x(10), 7);
}

#[test]
fn partitions_are_found_by_label() {
    let csv = include_str!("../../../../firmware/partitions.csv");
    let layout = Layout::default().with_partitions(PartitionTable::from_csv(csv).unwrap());
    let firmware = Firmware::parse_with(&usual_app(), &layout).unwrap();
    let ledstate = firmware.partitions.find("ledstate").unwrap();
    assert_eq!((ledstate.range(), ledstate.subtype), (0x31_0000..0x31_4000, 6));
    assert_eq!(firmware.boot.partition.label, "factory");
    assert_eq!(PartitionTable::from_flash(&firmware.flash), Ok(firmware.partitions));
}

#[test]
fn empty_offsets_and_sizes_in_units_are_understood() {
    let csv = "# a comment\n\nnvs,data,nvs,,24K\nfactory,app,factory,,1M\nown,0x40,0,,4096,encrypted:readonly\n";
    let table = PartitionTable::from_csv(csv).unwrap();
    let ranges: Vec<_> = table.iter().map(|it| (it.range(), it.flags)).collect();
    assert_eq!(ranges, [(0x9000..0xF000, 0), (0x1_0000..0x11_0000, 0), (0x11_0000..0x11_1000, 3)]);
}

#[test]
fn the_chip_is_as_large_as_the_bootloader_says_and_the_file_needs() {
    let mut file = Firmware::parse_with(&usual_app(), &updates()).unwrap().flash.to_vec();
    let size = |file: &[u8], layout: &Layout| Firmware::parse_with(file, layout).unwrap().flash.len();
    assert_eq!(size(&file, &Layout::default()), 0x10_0000);
    file[..4].copy_from_slice(&[0xE9, 0, 2, 0x30]); // a header for 8 MB
    assert_eq!(size(&file, &Layout::default()), 0x80_0000);
    assert_eq!(size(&file[..0x4_0000], &Layout::default()), 0x80_0000);
    assert_eq!(size(&file, &Layout::default().with_flash_size(FlashSize::Mb2)), 0x20_0000);
}

/// A flash image with an app in each of these partitions, and these entries in `otadata`.
fn with_updates(apps: &[&str], otadata: [Option<(u32, u32)>; 2]) -> Firmware {
    let mut firmware = Firmware::parse_with(&usual_app(), &updates()).expect("a valid image");
    let app = usual_app();
    let factory = firmware.partitions.find("factory").expect("in the table").clone();
    firmware.flash.erase(factory.offset as usize, factory.size as usize).expect("in the chip");
    for label in apps {
        let offset = firmware.partitions.find(label).expect("in the table").offset;
        firmware.flash.write(offset as usize, &app).expect("in the chip");
    }
    for (index, (sequence, crc)) in otadata.into_iter().enumerate().filter_map(|(index, it)| Some((index, it?))) {
        let mut entry = [0xFF; 32];
        entry[..4].copy_from_slice(&sequence.to_le_bytes());
        entry[28..].copy_from_slice(&crc.to_le_bytes());
        firmware.flash.write(0xD000 + index * 0x1000, &entry).expect("in the chip");
    }
    firmware
}

/// Sequence numbers with the CRC that ESP-IDF writes for them.
const FIRST: Option<(u32, u32)> = Some((1, 0x4743_989A));
const SECOND: Option<(u32, u32)> = Some((2, 0x55F6_3774));
const WRONG: Option<(u32, u32)> = Some((2, 0x55F6_3775));

fn booted(apps: &[&str], otadata: [Option<(u32, u32)>; 2]) -> (String, Vec<String>) {
    let boot = Boot::from_flash(&with_updates(apps, otadata).flash).expect("a valid app");
    (boot.partition.label, boot.skipped.into_iter().map(|skipped| skipped.partition).collect())
}

#[test]
fn the_higher_valid_sequence_number_chooses_the_update() {
    let all = ["factory", "ota_0", "ota_1"];
    let cases = [[None, None], [FIRST, None], [FIRST, SECOND], [SECOND, FIRST], [FIRST, WRONG], [None, WRONG]];
    let chosen = cases.map(|otadata| booted(&all, otadata).0);
    assert_eq!(chosen, ["factory", "ota_0", "ota_1", "ota_1", "ota_0", "factory"]);
}

#[test]
fn an_app_that_is_not_valid_is_skipped_as_by_the_bootloader() {
    let skipped = |list: &[&str]| list.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>();
    assert_eq!(booted(&["factory"], [SECOND, None]), ("factory".to_owned(), skipped(&["ota_1", "ota_0"])));
    assert_eq!(booted(&["ota_1"], [FIRST, None]), ("ota_1".to_owned(), skipped(&["ota_0", "factory"])));
    assert_eq!(booted(&["ota_1"], [None, None]), ("ota_1".to_owned(), skipped(&["factory", "ota_0"])));
}

#[test]
fn symbols_are_found_by_address_and_by_name() {
    let symbols = Symbols::parse(&ElfFile::usual().to_bytes()).unwrap();
    let at = |address| symbols.at(address).map(|symbol| symbol.to_string());
    assert_eq!(at(0x4201_0020).as_deref(), Some("light::led::show"));
    assert_eq!(at(0x4201_003F).as_deref(), Some("light::led::show"));
    assert_eq!(at(0x4201_0040).as_deref(), Some("light::main"));
    assert_eq!(at(0x4201_0024).as_deref(), Some("light::led::show"), "a label in a function");
    assert_eq!(at(0x4201_0050), None, "behind the last function");
    assert_eq!(at(0x4038_0100).as_deref(), Some("_start_trap"), "assembly has no size");
    assert_eq!(at(0x4038_01B0), None, "behind the section");
    assert_eq!(at(0x4000_0050).as_deref(), Some("ets_delay_us"), "a function of the ROM");
    assert_eq!(at(0x3000_0000), None);
    let named = |name| symbols.named(name).map(|symbol| (symbol.address, symbol.size, symbol.kind)).collect::<Vec<_>>();
    assert_eq!(named("light::main"), [(0x4201_0040, 0x10, SymbolKind::Function)]);
    assert_eq!(named("_start_trap"), [(0x4038_0000, 0x1B0, SymbolKind::Function)]);
    assert_eq!(named("STATE"), [(0x3FC8_1B90, 4, SymbolKind::Object)]);
    assert_eq!(named(".Lloop"), [], "a local label");
    assert_eq!(named("_stack_end"), [], "a number of the linker script");
}

/// An ELF file with a table of these sections: address, size, and whether it has contents.
fn with_sections(elf: &ElfFile, sections: &[(u32, u32, bool)]) -> Vec<u8> {
    const PROGBITS: u32 = 1;
    const NOBITS: u32 = 8;
    const ALLOC: u32 = 2;
    let mut file = elf.to_bytes();
    file.resize(file.len().next_multiple_of(4), 0);
    let table = file.len() as u32;
    file.extend([0; 40]);
    for (address, size, has_contents) in sections {
        let kind = if *has_contents { PROGBITS } else { NOBITS };
        file.extend([0, kind, ALLOC, *address, 0, *size, 0, 0, 1, 0].into_iter().flat_map(u32::to_le_bytes));
    }
    file[32..36].copy_from_slice(&table.to_le_bytes());
    let count = sections.len() as u16 + 1;
    file[46..52].copy_from_slice(&[40u16.to_le_bytes(), count.to_le_bytes(), [0, 0]].concat());
    file
}

/// ESP-IDF's linker scripts begin the segment of data where that of instructions is, with a section without contents.
#[test]
fn what_a_segment_has_for_sections_without_contents_is_left_out() {
    let mut elf = ElfFile::usual();
    elf.segments[1].address = 0x3FC8_0000;
    elf.segments[1].bytes = [vec![0; 0x1C00], pattern(2, 0x90)].concat();
    let (code, data) = ((0x3FC7_C000 + 0x4000, 0x1C00, false), (0x3FC8_1C00, 0x90, true));
    assert!(Firmware::parse(&elf.to_bytes()).is_err(), "without the sections both overlap");
    let sections = [(0x4038_0000, 0x1B0, true), code, data, (0x3C00_0020, 0x241, true), (0x4201_0020, 0x312, true)];
    let firmware = Firmware::parse(&with_sections(&elf, &sections)).unwrap();
    let memory = memory_at_start(&firmware);
    assert!(bytes_at(&memory, 0x3FC8_1C00, 0x90) == pattern(2, 0x90));
    assert!(bytes_at(&memory, 0x4038_0000, 0x1B0) == pattern(1, 0x1B0));
}
