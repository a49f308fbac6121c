//! Binary files: firmware, flash, partitions, pictures.

use std::path::Path;

use hil_bench::debug_info::DebugInfo;
use hil_hostile::{Parser, drive};
use hil_targets::picture;
use hil_targets::provision::nvs_keeping;
use hil_testing::image::{ElfFile, ElfSegment, updates, usual_app};
use hil_tools::chip_tests::Suite;
use hil_tools::rom::Rom;
use simulator::image::{Firmware, PARTITION_TABLE_OFFSET};
use simulator::image::{FlashSize, PartitionTable, Symbols, main_stack};
use simulator::mem::FlashImage;

use crate::file;

/// The whole flash of a small chip.
fn flash_image() -> Vec<u8> {
    let firmware = Firmware::parse_with(&ElfFile::usual().to_bytes(), &updates()).unwrap();
    firmware.flash.to_vec()
}

#[test]
fn firmware() {
    let seeds = vec![ElfFile::usual().to_bytes(), usual_app(), flash_image()];
    for seed in &seeds {
        assert!(Firmware::parse(seed).is_ok(), "a valid input is refused");
    }
    drive(Parser { name: "firmware", seeds, words: &["\x7fELF", "\u{e9}"] }, |input| match Firmware::parse(input) {
        Ok(firmware) => drop(format!("{:?}", firmware.kind)),
        Err(error) => drop(error.to_string()),
    });
}

#[test]
fn elf_names_and_lines() {
    let seeds = vec![ElfFile::usual().to_bytes(), file("firmware/prebuilt/light-openeth.elf")];
    drive(Parser { name: "elf", seeds, words: &[".symtab", ".debug_line", ".eh_frame"] }, |input| {
        drop(Symbols::parse(input));
        drop(DebugInfo::parse(input));
        drop(Suite::parse(input));
        std::hint::black_box(main_stack(input));
    });
}

/// A small ELF file as Espressif's of the ROM are: code, variables, and the table that says from where they are copied.
fn rom_elf() -> Vec<u8> {
    const CODE: u32 = 0x4000_0000;
    const VARIABLES: u32 = 0x3FCD_F000;
    let mut code = vec![0x13; 0x200];
    code[0x10..0x14].copy_from_slice(&5u32.to_le_bytes());
    code[0x20..0x30].copy_from_slice(b"esp32c3-20210207");
    let table = [VARIABLES, VARIABLES + 16, CODE + 0x180, 0, 0, 0, 0, 0];
    let table: Vec<u8> = table.iter().flat_map(|word| word.to_le_bytes()).collect();
    code[0x100..0x100 + table.len()].copy_from_slice(&table);
    let segment = |section, address, bytes| ElfSegment { section, address, bytes, zeros: 0 };
    let segments = vec![segment(".text", CODE, code), segment(".data", VARIABLES, vec![0x55; 16])];
    let symbols = vec![
        ("_rom_chip_id", CODE + 0x10, 4, 1),
        ("_data_start", CODE + 0x100, 0, 0),
        ("_data_end", CODE + 0x120, 0, 0),
        ("_data_start_btdm", VARIABLES, 0, 0),
        ("_data_end_btdm", VARIABLES + 8, 0, 0),
        ("_data_start_btdm_rom", CODE + 0x108, 0, 0),
        ("ets_printf", CODE + 0x40, 0x10, 2),
    ];
    ElfFile { entry: CODE, segments, symbols }.to_bytes()
}

#[test]
fn rom() {
    let (seeds, path) = (vec![rom_elf(), vec![0; 0x6_0000]], Path::new("rom.elf"));
    let read = Rom::parse(path, &seeds[0]).expect("a seed that is refused would fuzz nothing but the refusal");
    assert_eq!((read.functions.len(), &read.image[0x180..0x190]), (1, &[0x55; 16][..]));
    let words = &["_data_start", "_data_end_btdm", "_rom_chip_id", "esp32c6-", ".symtab", "\u{f}"];
    drive(Parser { name: "rom", seeds, words }, move |input| match Rom::parse(path, input) {
        Ok(rom) => drop(rom.digest),
        Err(error) => drop(error.to_string()),
    });
}

#[test]
fn partition_table() {
    let seeds = vec![PartitionTable::usual(FlashSize::default()).to_bytes()];
    drive(Parser { name: "partition-table", seeds, words: &["\u{50}", "nvs"] }, |input| {
        let mut flash = FlashImage::erased(0x1_0000);
        let room = 0x1_0000 - PARTITION_TABLE_OFFSET as usize;
        let _ = flash.write(PARTITION_TABLE_OFFSET as usize, &input[..input.len().min(room)]);
        if let Ok(table) = PartitionTable::from_flash(&flash) {
            drop(table.check_fits(0x40_0000));
        }
    });
}

#[test]
fn nvs() {
    let blank = vec![0xFF; 0x4000];
    let mut page = blank.clone();
    // An active page of version 2, and a namespace in it.
    page[..4].copy_from_slice(&[0xFE, 0xFF, 0xFF, 0xFF]);
    page[8] = 0xFE;
    let seeds = vec![blank.clone(), page];
    drive(Parser { name: "nvs", seeds, words: &["led", "\u{1}"] }, move |input| {
        let mut whole = input.to_vec();
        // Whole pages, else nothing but their number is looked at.
        whole.resize(input.len().next_multiple_of(0x1000), 0xFF);
        drop(nvs_keeping(whole.clone(), blank.clone()));
        drop(nvs_keeping(blank.clone(), whole));
        drop(nvs_keeping(input.to_vec(), blank.clone()));
    });
}

#[test]
fn png() {
    let picture = picture::Image { width: 3, height: 2, rgba: vec![0x55; 24] };
    drive(Parser { name: "png", seeds: vec![picture.to_png()], words: &["IHDR", "IDAT", "PLTE", "tRNS"] }, |input| {
        drop(picture::read(input));
    });
}
