//! Every error message about a firmware file, drawn as a user sees it: one snapshot each.

use crate::support::firmware::{ElfFile, FIRST_SEGMENT, UPDATES, seal, updates, usual_app};
use hil_sim_esp32c3::image::{Firmware, FlashSize, ImageError, Layout, PartitionTable, Symbols};
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};

fn drawn(error: &dyn Diagnostic) -> String {
    let mut drawing = String::new();
    GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(120)
        .render_report(&mut drawing, error)
        .expect("a drawing");
    assert!(error.help().is_some() && error.code().is_some(), "{drawing}");
    drawing
}

fn error_of(file: &[u8], layout: &Layout) -> ImageError {
    Firmware::parse_with(file, layout).expect_err("a faulty file")
}

fn assert_error(name: &str, file: &[u8]) {
    insta::assert_snapshot!(name, drawn(&error_of(file, &Layout::default())));
}

/// An ELF file with these bytes at an offset.
fn elf_with(offset: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = ElfFile::usual().to_bytes();
    file[offset..offset + bytes.len()].copy_from_slice(bytes);
    file
}

/// An ELF file made of a changed program.
fn elf_of(change: impl FnOnce(&mut ElfFile)) -> Vec<u8> {
    let mut elf = ElfFile::usual();
    change(&mut elf);
    elf.to_bytes()
}

/// An app image with these bytes at an offset, and checksum and digest that fit.
fn app_with(offset: usize, bytes: &[u8]) -> Vec<u8> {
    let mut app = usual_app();
    app[offset..offset + bytes.len()].copy_from_slice(bytes);
    seal(&mut app);
    app
}

/// A flash image with these bytes at an offset.
fn flash_with(offset: usize, bytes: &[u8]) -> Vec<u8> {
    let mut flash = Firmware::parse_with(&usual_app(), &updates()).expect("a valid image").flash.to_vec();
    flash[offset..offset + bytes.len()].copy_from_slice(bytes);
    flash
}

#[test]
fn files_that_are_no_firmware() {
    assert_error("empty", &[]);
    assert_error("unknown", b"<!DOCTYPE html>");
    assert_error("unknown-short", b"\x7FE");
}

#[test]
fn elf_files_for_other_machines() {
    assert_error("elf-64-bit", &elf_with(4, &[2]));
    assert_error("elf-big-endian", &elf_with(5, &[2]));
    assert_error("elf-x86", &elf_with(18, &[3, 0]));
    assert_error("elf-xtensa", &elf_with(18, &[94, 0]));
    assert_error("elf-object-file", &elf_with(16, &[1, 0]));
    assert_error("elf-position-independent", &elf_with(16, &[3, 0]));
}

#[test]
fn elf_files_that_are_cut_off_or_damaged() {
    let file = ElfFile::usual().to_bytes();
    assert_error("elf-cut-in-ident", &file[..5]);
    assert_error("elf-cut-in-header", &file[..30]);
    assert_error("elf-cut-in-program-headers", &file[..100]);
    assert_error("elf-cut-in-data", &file[..0x200]);
    assert_error("elf-program-header-size", &elf_with(42, &[56, 0]));
    assert_error("elf-sizes", &elf_with(52 + 20, &[1, 0, 0, 0]));
    assert_error("elf-data-past-4-gigabytes", &elf_with(52 + 4, &[0xFF; 4]));
}

#[test]
fn programs_that_do_not_fit_the_memory() {
    assert_error("nothing-to-load", &elf_of(|elf| elf.segments.clear()));
    assert_error("outside-memory", &elf_of(|elf| elf.segments[1].address = 0x2000_0000));
    assert_error("outside-memory-partly", &elf_of(|elf| elf.segments[1].address = 0x3FCD_FFF0));
    assert_error("outside-memory-wrapping", &elf_of(|elf| elf.segments[1].address = 0xFFFF_FFF0));
    assert_error("overlap-of-aliases", &elf_of(|elf| elf.segments[1].address = 0x3FC8_0100));
    assert_error("overlap-in-flash", &elf_of(|elf| elf.segments[3].address = 0x3C00_0100));
    assert_error("second-flash-segment", &elf_of(|elf| elf.segments[2].address = 0x4200_0020));
    assert_error("unaligned-flash-segment", &elf_of(|elf| elf.segments[2].address = 0x3C00_0022));
    assert_error("entry-in-data", &elf_of(|elf| elf.entry = 0x3C00_0020));
    assert_error("entry-behind-the-code", &elf_of(|elf| elf.entry = 0x4201_0400));
    assert_error("entry-odd", &elf_of(|elf| elf.entry = 0x4201_0021));
}

#[test]
fn programs_that_do_not_fit_the_flash() {
    let too_large = elf_of(|elf| elf.segments[3].bytes = vec![0x13; 0x2_0000]);
    insta::assert_snapshot!("app-too-large", drawn(&error_of(&too_large, &updates())));
    let data = PartitionTable::from_csv("nvs, data, nvs, 0x9000, 0x6000").expect("a valid table");
    let no_app = Layout::default().with_partitions(data);
    insta::assert_snapshot!("no-app-partition", drawn(&error_of(&usual_app(), &no_app)));
    let csv = "factory, app, factory, 0x10000, 4M";
    let past_chip = Layout::default().with_partitions(PartitionTable::from_csv(csv).expect("a valid table"));
    insta::assert_snapshot!("partition-past-chip", drawn(&error_of(&usual_app(), &past_chip)));
}

#[test]
fn app_images_that_the_bootloader_refuses() {
    let app = usual_app();
    assert_error("app-cut-in-header", &app[..20]);
    assert_error("app-cut-in-segment-header", &app[..FIRST_SEGMENT + 4]);
    assert_error("app-cut-in-segment", &app[..100]);
    assert_error("app-cut-in-checksum", &app[..app.len() - 40]);
    assert_error("app-cut-in-digest", &app[..app.len() - 8]);
    assert_error("app-for-esp32-s3", &app_with(12, &[9, 0]));
    assert_error("app-for-an-unknown-chip", &app_with(12, &[0x39, 0x30]));
    let mut many = app.clone();
    many[1] = 17;
    assert_error("app-17-segments", &many);
    many[1] = 0;
    assert_error("app-0-segments", &many);
    let mut flipped = app.clone();
    flipped[0x60] ^= 1;
    assert_error("app-checksum", &flipped);
    let mut header = app.clone();
    header[2] = 0;
    assert_error("app-digest", &header);
    let mut odd = app.clone();
    odd[FIRST_SEGMENT + 4] += 1;
    assert_error("app-odd-segment", &odd);
    let mut long = app;
    long[FIRST_SEGMENT + 4..FIRST_SEGMENT + 8].fill(0xFF);
    assert_error("app-segment-past-4-gigabytes", &long);
}

#[test]
fn app_images_that_cannot_be_in_memory() {
    assert_error("app-misaligned", &app_with(FIRST_SEGMENT, &0x3C00_0040_u32.to_le_bytes()));
    assert_error("app-outside-memory", &app_with(FIRST_SEGMENT, &0x3F40_0020_u32.to_le_bytes()));
    assert_error("app-entry", &app_with(4, &[0; 4]));
    // The data in the page of the code: the same entry of the MMU, but another page of the flash.
    assert_error("app-mmu-conflict", &app_with(FIRST_SEGMENT, &0x3C01_0020_u32.to_le_bytes()));
}

#[test]
fn flash_images_that_do_not_boot() {
    assert_error("partition-md5", &flash_with(0x8004, &[1]));
    assert_error("partition-md5-wrong", &flash_with(0x80B0, &[0; 16]));
    assert_error("partition-magic", &flash_with(0x8020, &[0xAB]));
    assert_error("partition-table-cut-off", &flash_with(0, &[])[..0x8021]);
    let endless: Vec<u8> = flash_with(0x8000, &[])[0x8000..0x8020].repeat(96);
    assert_error("partition-table-endless", &flash_with(0x8000, &endless));
    assert_error("not-bootable", &flash_with(0x1_0000, &[0xFF; 16]));
    let no_app = PartitionTable::from_csv("nvs, data, nvs, 0x9000, 0x4000").expect("a valid table");
    assert_error("flash-without-app-partition", &flash_with(0x8000, &no_app.to_bytes()));
    let other_chip = flash_with(0x1_000C, &[13]);
    assert_error("not-bootable-other-chip", &other_chip);
}

#[test]
fn flash_images_of_odd_sizes() {
    let mut file = flash_with(0, &[]);
    file.resize(0x100_0001, 0xFF);
    assert_error("flash-larger-than-any-chip", &file);
    file.truncate(0x20_0001);
    let small = Layout::default().with_flash_size(FlashSize::Mb2);
    insta::assert_snapshot!("flash-larger-than-the-chip", drawn(&error_of(&file, &small)));
    insta::assert_snapshot!("flash-size", drawn(&FlashSize::from_bytes(3_000_000).expect_err("no such chip")));
}

#[test]
fn partition_tables_in_csv() {
    let lines = [
        ("overlap", "a, app, factory, 0x10000, 0x20000\nb, data, nvs, 0x2f000, 0x1000"),
        ("duplicate", "nvs, data, nvs, 0x9000, 0x1000\nnvs, data, nvs, 0xa000, 0x1000"),
        ("reserved", "nvs, data, nvs, 0x8000, 0x1000"),
        ("app-alignment", "factory, app, factory, 0x11000, 0x20000"),
        ("data-alignment", "nvs, data, nvs, 0x9100, 0x1000"),
        ("empty", "nvs, data, nvs, 0x9000, 0"),
        ("otadata", "otadata, data, ota, 0x9000, 0x1000"),
        ("label", "a-label-that-is-too-long, data, nvs, 0x9000, 0x1000"),
        ("columns", "nvs, data, nvs"),
        ("type", "# the first\nnvs, date, nvs, 0x9000, 0x1000"),
        ("subtype", "ota, app, ota_16, 0x10000, 0x20000"),
        ("offset", "nvs, data, nvs, 36 KB, 0x1000"),
        ("size", "nvs, data, nvs, 0x9000, 4096M"),
        ("flag", "nvs, data, nvs, 0x9000, 0x1000, secret"),
        ("extra", "nvs, data, nvs, 0x9000, 0x1000, readonly, encrypted"),
    ];
    for (name, csv) in lines {
        let error = PartitionTable::from_csv(csv).expect_err("a faulty table");
        insta::assert_snapshot!(format!("csv-{name}"), drawn(&error));
    }
    let many: String = (0..96).map(|index| format!("p{index},data,nvs,,4K\n")).collect();
    insta::assert_snapshot!("csv-count", drawn(&PartitionTable::from_csv(&many).expect_err("too many")));
    assert!(PartitionTable::from_csv(UPDATES).is_ok());
}

#[test]
fn symbols_of_what_is_no_elf_file() {
    insta::assert_snapshot!("symbols", drawn(&Symbols::parse(&usual_app()).expect_err("no ELF file")));
    let stripped = elf_with(32, &[0; 4]);
    assert!(Symbols::parse(&stripped).expect("no sections").is_empty());
}
