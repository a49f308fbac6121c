//! Against the real esptool: the same bytes of the same ELF file, and its merged image boots.

use crate::support::firmware::{ElfFile, app_at, memory_at_start, pattern};
use hil_sim_esp32c3::image::{Firmware, Kind, PartitionTable};
use std::path::Path;
use std::process::Command;

/// Runs esptool and returns the file that it wrote; none if there is no esptool.
fn esptool(name: &str, command: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    let output = path(name);
    let to = ["--chip", "esp32c3", command, "--output", &output];
    let program = hil_testing::tool::ESPTOOL.find()?;
    let run = Command::new(program).args(to).args(arguments).output().expect("a process");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stdout));
    Some(std::fs::read(output).expect("esptool's output"))
}

fn path(name: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    path.into_os_string().into_string().expect("a path that is text")
}

fn elf2image(name: &str, elf: &[u8]) -> Option<Vec<u8>> {
    let input = path(&format!("{name}.elf"));
    std::fs::write(&input, elf).expect("a file");
    let settings = ["--flash-mode", "dio", "--flash-freq", "40m", "--flash-size", "4MB"];
    esptool(&format!("{name}.bin"), "elf2image", &[&settings[..], &[&input]].concat())
}

/// The image is the same to the byte, and leads to the same memory as the ELF file.
fn assert_same(name: &str, elf: &[u8]) {
    let Some(image) = elf2image(name, elf) else { return };
    let of_elf = Firmware::parse(elf).expect("an ELF file");
    assert!(app_at(&of_elf.flash.to_vec(), 0x10000) == image, "{name}: another image than esptool's");
    let of_image = Firmware::parse(&image).expect("an app image");
    assert_eq!(of_image.kind, Kind::App);
    assert_eq!(memory_at_start(&of_image).hash(), memory_at_start(&of_elf).hash(), "{name}");
}

#[test]
fn elf2image_makes_the_same_image() {
    assert_same("usual", &ElfFile::usual().to_bytes());
    for (index, length) in [0x10, 0xF000, 0xFD98, 0xFD9C, 0xFDA0, 0x1_2344].into_iter().enumerate() {
        let mut elf = ElfFile::usual();
        elf.segments[1].bytes = pattern(5, length);
        assert_same(&format!("data-{index}"), &elf.to_bytes());
        let mut elf = ElfFile::usual();
        elf.segments[2].bytes.resize(length.max(0x100), 0x55);
        elf.segments[3].address = 0x4202_0000 + 0x20 * index as u32;
        elf.entry = elf.segments[3].address;
        assert_same(&format!("flash-{index}"), &elf.to_bytes());
    }
}

/// The project's own firmware, as it is in the repository.
#[test]
fn elf2image_makes_the_same_image_of_the_light() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../firmware/prebuilt");
    for name in ["light-openeth", "light-planted"] {
        assert_same(name, &std::fs::read(folder.join(name).with_extension("elf")).expect("the prebuilt firmware"));
    }
}

/// With a program in RAM at offset 0, as a bootloader is.
#[test]
fn a_merged_image_boots() {
    let elf = ElfFile::usual().to_bytes();
    let mut bootloader = ElfFile::usual();
    bootloader.segments.truncate(2);
    bootloader.entry = 0x4038_0000;
    let made = elf2image("merged-app", &elf).zip(elf2image("merged-bootloader", &bootloader.to_bytes()));
    let Some((app, _)) = made else { return };
    let table = PartitionTable::from_csv(include_str!("../../../../firmware/partitions.csv")).expect("a valid table");
    std::fs::write(path("merged-table.bin"), table.to_bytes()).expect("a file");
    let files = ["merged-bootloader.bin", "merged-table.bin", "merged-app.bin"].map(path);
    let arguments = ["0x0", &files[0], "0x8000", &files[1], "0x10000", &files[2]];
    let merged = esptool("merged.bin", "merge-bin", &arguments).expect("esptool is there");
    assert!(merged.len() < 0x4_0000 && merged.ends_with(&app[app.len() - 32..]));

    let firmware = Firmware::parse(&merged).expect("an image that boots");
    assert_eq!((firmware.kind, &firmware.partitions), (Kind::Flash, &table));
    assert_eq!(firmware.flash.len(), 0x40_0000, "as the bootloader's header says");
    let of_elf = Firmware::parse(&elf).expect("an ELF file");
    assert_eq!(firmware.boot.ram, of_elf.boot.ram);
    assert_eq!(firmware.boot.mapping, of_elf.boot.mapping);
}
