//! The prebuilt firmware, through the real program: a workspace and a compiler of the test's own.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use light_host::build::prebuilt::strip;
use object::build::elf::{Builder, SectionData};
use object::{Endianness, Object as _, ObjectSection as _, ObjectSymbol as _, elf};
use tempfile::TempDir;

const LOCK: &str = r#"version = 4

[[package]]
name = "esp-hal"
version = "1.2.2"
source = "registry+https://example.invalid/index"
checksum = "aa"
dependencies = ["cfg"]

[[package]]
name = "cfg"
version = "0.1.0"
source = "registry+https://example.invalid/index"
checksum = "bb"

[[package]]
name = "clap"
version = "4.6.0"
source = "registry+https://example.invalid/index"
checksum = "cc"
"#;

const SCENARIO: &str = "name: Nothing\nversion: 1\nsteps:\n  - delay: 1ms\n";

/// An endless loop in RAM, with debug information and symbols of several kinds.
fn elf_file() -> Vec<u8> {
    const ADDRESS: u64 = 0x4038_0000;
    let mut file = Builder::new(Endianness::Little, false);
    file.header.e_type = elf::ET_EXEC;
    file.header.e_machine = elf::EM_RISCV;
    file.header.e_entry = ADDRESS;
    file.header.e_phoff = 52;
    let text = file.sections.add();
    text.name = b".text"[..].into();
    text.sh_type = elf::SHT_PROGBITS;
    text.sh_flags = elf::SHF_ALLOC | elf::SHF_EXECINSTR;
    (text.sh_addr, text.sh_offset, text.sh_size, text.sh_addralign) = (ADDRESS, 0x100, 4, 4);
    // j .
    text.data = SectionData::Data(0x0000_006F_u32.to_le_bytes().to_vec().into());
    let text_id = text.id();
    let segment = file.segments.add();
    segment.p_type = elf::PT_LOAD;
    segment.p_flags = elf::PF_R | elf::PF_X;
    (segment.p_vaddr, segment.p_paddr, segment.p_offset) = (ADDRESS, ADDRESS, 0x100);
    (segment.p_filesz, segment.p_memsz, segment.p_align) = (4, 4, 4);
    segment.sections.push(text_id);
    let debug = file.sections.add();
    debug.name = b".debug_info"[..].into();
    debug.sh_type = elf::SHT_PROGBITS;
    debug.sh_addralign = 1;
    debug.data = SectionData::Data(b"/home/me/secret-project".to_vec().into());
    for (name, kind, data) in [
        (&b".symtab"[..], elf::SHT_SYMTAB, SectionData::Symbol),
        (b".strtab", elf::SHT_STRTAB, SectionData::String),
        (b".shstrtab", elf::SHT_STRTAB, SectionData::SectionString),
    ] {
        let section = file.sections.add();
        (section.name, section.sh_type, section.data) = (name.into(), kind, data);
        section.sh_addralign = 4;
    }
    for (name, kind) in [(&b"main"[..], elf::STT_FUNC), (b".Lloop", elf::STT_NOTYPE), (b"$x", elf::STT_NOTYPE)] {
        let symbol = file.symbols.add();
        symbol.name = name.into();
        symbol.set_st_info(elf::STB_GLOBAL, kind);
        (symbol.section, symbol.st_value) = (Some(text_id), ADDRESS);
    }
    let mut bytes = Vec::new();
    file.write(&mut bytes).unwrap();
    bytes
}

/// A workspace, and a compiler for the chip that gives [`elf_file`].
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        for (path, content) in [
            (
                "Cargo.toml",
                "[workspace]\nmembers = []\n[profile.firmware]\nlto = \"fat\"\n[profile.dev]\nopt-level = 1\n",
            ),
            (
                ".cargo/config.toml",
                "[alias]\nhil = \"run\"\n[target.riscv32imc-unknown-none-elf]\nrustflags = [\"-g\"]\n",
            ),
            ("Cargo.lock", LOCK),
            ("firmware/Cargo.toml", "[package]\nname = \"firmware\"\n"),
            ("firmware/build.rs", "fn main() {}\n"),
            ("firmware/partitions.csv", "factory, app, factory, 0x10000, 1M\n"),
            ("firmware/src/lib.rs", "//! The light.\npub fn show() {}\n"),
            ("firmware/src/bin/light/main.rs", "fn main() {}\n"),
            ("scenarios/nothing.yaml", SCENARIO),
            (
                "hil.toml",
                "native = \"light\"\nprovision = \"light\"\nfirmware.build = [\"hil\", \"firmware\", \"path\"]\n",
            ),
        ] {
            place.write(path, content);
        }
        std::fs::write(place.path("light"), elf_file()).unwrap();
        std::fs::create_dir_all(place.path("lib/rustlib/riscv32imc-unknown-none-elf/lib")).unwrap();
        place.program(
            "rustc",
            &format!("[ \"$1\" = --print ] && echo {} || echo rustc 1.95.0", place.0.path().display()),
        );
        place.program("cargo", &format!("cat <<'EOF'\n{}\nEOF", place.messages(&["esp-hal@1.2.2", "cfg@0.1.0"])));
        let renewed = place.hil(&["firmware", "prebuilt", "--renew"], true);
        assert!(renewed.ends_with("exit 0"), "{renewed}");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, path: &str, content: &str) {
        std::fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        std::fs::write(self.path(path), content).unwrap();
    }

    fn change(&self, path: &str, from: &str, to: &str) {
        let content = std::fs::read_to_string(self.path(path)).unwrap();
        assert!(content.contains(from), "{content}");
        self.write(path, &content.replacen(from, to, 1));
    }

    fn program(&self, name: &str, script: &str) {
        self.write(&format!("bin/{name}"), &format!("#!/bin/sh\n{script}\n"));
        std::fs::set_permissions(self.path("bin").join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// What cargo says of a build that took these packages.
    fn messages(&self, packages: &[&str]) -> String {
        let message = |id: String, name: &str, executable: Option<PathBuf>| {
            serde_json::json!({
                "reason": "compiler-artifact", "package_id": id, "target": { "name": name }, "executable": executable
            })
            .to_string()
        };
        let taken = packages.iter().map(|p| message(format!("registry+https://example.invalid/index#{p}"), p, None));
        let own = message("path+file:///p/firmware#0.1.0".to_owned(), "light", Some(self.path("light")));
        taken.chain([own]).collect::<Vec<_>>().join("\n")
    }

    /// Both outputs and the exit code, on a machine with or without the compiler.
    fn hil(&self, args: &[&str], compiler: bool) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hil"));
        command.args(args).current_dir(self.0.path()).env_clear();
        let path = if compiler { format!("{}:/usr/bin:/bin", self.path("bin").display()) } else { "none".to_owned() };
        let output = command.env("PATH", path).output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        format!("{out}{err}exit {}", output.status.code().unwrap())
    }

    fn check(&self) -> String {
        self.hil(&["firmware", "prebuilt", "--check"], false)
    }

    /// First line of `hil run`.
    fn first_line(&self, args: &[&str]) -> String {
        self.hil(&[&["run"], args].concat(), false).lines().next().unwrap().to_owned()
    }
}

fn manifest(place: &Place) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(place.path("firmware/prebuilt/manifest.json")).unwrap()).unwrap()
}

#[test]
fn a_stripped_elf_keeps_what_is_loaded_and_the_names_of_functions() {
    let (before, after) = (elf_file(), strip(&elf_file()).unwrap());
    let (before, after) = (object::File::parse(&*before).unwrap(), object::File::parse(&*after).unwrap());
    assert_eq!(after.entry(), before.entry());
    let text = |file: &object::File<'_>| file.section_by_name(".text").unwrap().data().unwrap().to_vec();
    assert_eq!(text(&after), text(&before));
    assert!(before.section_by_name(".debug_info").is_some() && after.section_by_name(".debug_info").is_none());
    let names: Vec<&str> = after.symbols().map(|symbol| symbol.name().unwrap()).filter(|n| !n.is_empty()).collect();
    assert_eq!(names, ["main"]);
    insta::assert_snapshot!(strip(b"no ELF").unwrap_err(), @"the ELF cannot be stripped: Could not read file magic");
}

#[test]
fn a_fresh_image_fits_and_runs_without_a_compiler() {
    let place = Place::new();
    insta::assert_snapshot!(place.check(), @"
    firmware/prebuilt/ fits the sources; built by rustc 1.95.0
    exit 0
    ");
    // The build command finds the image and makes nothing.
    let image = std::fs::File::options().append(true).open(place.path("firmware/prebuilt/light-openeth.elf")).unwrap();
    image.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    let first = place.first_line(&[]);
    let named = "target sim (default: hil.toml:3, built before, Ethernet), firmware firmware/prebuilt/light-openeth.elf (sha256 ";
    assert!(first.contains(named), "{first}");
}

#[test]
fn what_does_not_reach_the_image_does_not_make_it_stale() {
    let place = Place::new();
    place.change("Cargo.lock", "4.6.0", "4.7.0");
    place.change("Cargo.lock", "\"cc\"", "\"dd\"");
    place.change("Cargo.toml", "opt-level = 1", "opt-level = 2 # of another profile");
    place.change(".cargo/config.toml", "hil = \"run\"", "hil = \"run --quiet\"");
    place.write("firmware/README.md", "A light.\n");
    place.write("firmware/src/.lib.rs.swp", "of an editor");
    // As git checks out on Windows.
    for file in ["Cargo.lock", "Cargo.toml", "firmware/src/lib.rs", "firmware/prebuilt/manifest.json"] {
        let content = std::fs::read_to_string(place.path(file)).unwrap();
        place.write(file, &content.replace('\n', "\r\n"));
    }
    assert!(place.check().ends_with("exit 0"), "{}", place.check());
}

#[test]
fn all_that_has_changed_is_named() {
    let place = Place::new();
    place.change("firmware/src/lib.rs", "light", "lamp");
    place.write("firmware/src/new.rs", "");
    std::fs::remove_file(place.path("firmware/src/bin/light/main.rs")).unwrap();
    place.write("firmware/src/bin/light/main.rs", "fn main() { }\n");
    place.change("Cargo.toml", "\"fat\"", "\"thin\"");
    place.change(".cargo/config.toml", "\"-g\"", "\"-O\"");
    place.change("Cargo.lock", "1.2.2", "1.2.3");
    place.change("Cargo.lock", "\"bb\"", "\"ee\"");
    insta::assert_snapshot!(place.check(), @"
    firmware/prebuilt/ does not fit the sources:
      .cargo/config.toml target.riscv32imc-unknown-none-elf.rustflags changed
      Cargo.toml profile.firmware.lto changed
      firmware/src/bin/light/main.rs changed
      firmware/src/lib.rs changed
      firmware/src/new.rs is new
      Cargo.lock cfg 0.1.0 changed
      Cargo.lock esp-hal 1.2.2 (now esp-hal 1.2.3) changed
    renew it where there is a compiler for the chip: hil firmware prebuilt --renew
    exit 1
    ");
}

#[test]
fn a_run_with_a_stale_image_is_an_error_with_ways_out() {
    let place = Place::new();
    place.change("firmware/src/lib.rs", "light", "lamp");
    for arguments in [&["run"][..], &["run", "--target", "sim"]] {
        let text = place.hil(arguments, false);
        assert!(text.ends_with("exit 3"), "{text}");
        for part in [
            "firmware/prebuilt/ does not fit the sources: firmware/src/lib.rs changed",
            "no Rust compiler here",
            "--target native",
        ] {
            assert!(text.contains(part), "{part} is missing in:\n{text}");
        }
    }
    let first = place.first_line(&["--target", "native"]);
    assert!(first.contains("target native (--target native), firmware compiled into hil (light "), "{first}");
}

#[test]
fn a_damaged_or_missing_file_is_named() {
    let place = Place::new();
    let image = std::fs::read(place.path("firmware/prebuilt/light-openeth.elf")).unwrap();
    let mut shown = Vec::new();
    std::fs::write(place.path("firmware/prebuilt/light-openeth.elf"), &image[..image.len() - 1]).unwrap();
    shown.push(place.check());
    std::fs::remove_file(place.path("firmware/prebuilt/light-openeth.elf")).unwrap();
    shown.push(place.check());
    place.change("firmware/prebuilt/manifest.json", "\"format\": 2", "\"format\": 1");
    shown.push(place.check());
    place.write("firmware/prebuilt/manifest.json", "{");
    shown.push(place.check());
    std::fs::remove_dir_all(place.path("firmware/prebuilt")).unwrap();
    shown.push(place.check());
    insta::assert_snapshot!(shown.join("\n\n"), @"
    error: firmware/prebuilt/light-openeth.elf: its SHA-256 is not the one that manifest.json names
      help: git checkout -- firmware/prebuilt   # or, with a compiler for the chip: hil firmware prebuilt --renew
    exit 3

    error: firmware/prebuilt/light-openeth.elf: No such file or directory (os error 2)
      help: git checkout -- firmware/prebuilt   # or, with a compiler for the chip: hil firmware prebuilt --renew
    exit 3

    error: firmware/prebuilt/manifest.json: format 1 is not 2
      help: git checkout -- firmware/prebuilt   # or, with a compiler for the chip: hil firmware prebuilt --renew
    exit 3

    error: firmware/prebuilt/manifest.json: EOF while parsing an object at line 1 column 1
      help: git checkout -- firmware/prebuilt   # or, with a compiler for the chip: hil firmware prebuilt --renew
    exit 3

    error: firmware/prebuilt/manifest.json: No such file or directory (os error 2)
      help: git checkout -- firmware/prebuilt   # or, with a compiler for the chip: hil firmware prebuilt --renew
    exit 3
    ");
}

#[test]
fn the_manifest_names_what_the_build_took_and_no_place_on_this_machine() {
    let place = Place::new();
    let manifest = manifest(&place);
    let packages: Vec<&String> = manifest["inputs"]["packages"].as_object().unwrap().keys().collect();
    assert_eq!(packages, ["cfg 0.1.0", "esp-hal 1.2.2"]);
    assert_eq!(manifest["toolchain"], "rustc 1.95.0");
    assert!(!manifest.to_string().contains(place.0.path().to_str().unwrap()));
}

#[test]
fn a_check_with_a_build_compares_packages_and_image() {
    let place = Place::new();
    let check = || place.hil(&["firmware", "prebuilt", "--check", "--build"], true);
    let mut shown = vec![check()];
    std::fs::write(place.path("light"), [elf_file(), b"more".to_vec()].concat()).unwrap();
    shown.push(check());
    let mut other = elf_file();
    // Another instruction.
    other[0x100] = 0x13;
    std::fs::write(place.path("light"), other).unwrap();
    shown.push(check());
    place.program("rustc", &format!("[ \"$1\" = --print ] && echo {} || echo rustc 1.96.0", place.0.path().display()));
    shown.push(check());
    place.program("cargo", &format!("cat <<'EOF'\n{}\nEOF", place.messages(&["esp-hal@1.2.2", "clap@4.6.0"])));
    shown.push(check());
    place.program("cargo", "exit 101");
    shown.push(check());
    insta::assert_snapshot!(shown.join("\n\n"), @"
    firmware/prebuilt/ fits the sources; built by rustc 1.95.0
    a build gives these very images
    toolchain rustc 1.95.0 with the target riscv32imc-unknown-none-elf
    toolchain rustc 1.95.0 with the target riscv32imc-unknown-none-elf
    toolchain rustc 1.95.0 with the target riscv32imc-unknown-none-elf
    toolchain rustc 1.95.0 with the target riscv32imc-unknown-none-elf
    exit 0

    firmware/prebuilt/ fits the sources; built by rustc 1.95.0
    a build gives these very images
    toolchain rustc 1.95.0 with the target riscv32imc-unknown-none-elf
    toolchain rustc 1.95.0 with the target riscv32imc-unknown-none-elf
    toolchain rustc 1.95.0 with the target riscv32imc-unknown-none-elf
    toolchain rustc 1.95.0 with the target riscv32imc-unknown-none-elf
    exit 0

    firmware/prebuilt/ fits the sources; built by rustc 1.95.0
    a build by the same compiler, rustc 1.95.0, gives others: one is not made of these sources
    toolchain rustc 1.95.0 with the target riscv32imc-unknown-none-elf
    toolchain rustc 1.95.0 with the target riscv32imc-unknown-none-elf
    toolchain rustc 1.95.0 with the target riscv32imc-unknown-none-elf
    toolchain rustc 1.95.0 with the target riscv32imc-unknown-none-elf
    exit 1

    firmware/prebuilt/ fits the sources; built by rustc 1.95.0
    a build takes what the manifest names; the images are of two compilers, this one is rustc 1.96.0
    toolchain rustc 1.96.0 with the target riscv32imc-unknown-none-elf
    toolchain rustc 1.96.0 with the target riscv32imc-unknown-none-elf
    toolchain rustc 1.96.0 with the target riscv32imc-unknown-none-elf
    toolchain rustc 1.96.0 with the target riscv32imc-unknown-none-elf
    exit 0

    firmware/prebuilt/ fits the sources; built by rustc 1.95.0
    firmware/prebuilt/ does not fit the sources:
      cfg 0.1.0 is gone
      clap 4.6.0 is new
      esp-hal 1.2.2 changed
    renew it where there is a compiler for the chip: hil firmware prebuilt --renew
    toolchain rustc 1.96.0 with the target riscv32imc-unknown-none-elf
    toolchain rustc 1.96.0 with the target riscv32imc-unknown-none-elf
    toolchain rustc 1.96.0 with the target riscv32imc-unknown-none-elf
    toolchain rustc 1.96.0 with the target riscv32imc-unknown-none-elf
    exit 1

    firmware/prebuilt/ fits the sources; built by rustc 1.95.0
    toolchain rustc 1.96.0 with the target riscv32imc-unknown-none-elf
    exit 1
    ");
}

#[test]
fn a_fault_is_planted_into_an_image_of_its_own() {
    let place = Place::new();
    let planted = place.first_line(&["--target", "sim", "--plant-fault", "3"]);
    let parts = [
        "target sim (--target sim: firmware/prebuilt/, Ethernet; fault 3 planted: numbers wrap",
        "firmware firmware/prebuilt/light-planted.elf (sha256 ",
    ];
    assert!(parts.iter().all(|part| planted.contains(part)), "{planted}");
    std::fs::remove_file(place.path("firmware/prebuilt/light-planted.elf")).unwrap();
    assert!(place.first_line(&["--target", "sim"]).contains("firmware firmware/prebuilt/light-openeth.elf"));
    let text = place.hil(&["run", "--target", "sim", "--plant-fault", "3"], false);
    assert!(text.contains("firmware/prebuilt/light-planted.elf: No such file") && text.ends_with("exit 2"), "{text}");
    insta::assert_snapshot!(place.check(), @"
    error: firmware/prebuilt/light-planted.elf: No such file or directory (os error 2)
      help: git checkout -- firmware/prebuilt   # or, with a compiler for the chip: hil firmware prebuilt --renew
    exit 3
    ");
}

#[test]
fn an_image_that_tells_where_it_was_built_is_not_written() {
    let place = Place::new();
    let then = std::fs::read(place.path("firmware/prebuilt/light-openeth.elf")).unwrap();
    let tell_tale = format!("{}/firmware/src/lib.rs", std::fs::canonicalize(place.0.path()).unwrap().display());
    std::fs::write(place.path("light"), with_text(tell_tale.as_bytes())).unwrap();
    let shown = place.hil(&["firmware", "prebuilt", "--renew"], true);
    assert!(shown.contains("the image contains a path of this machine") && shown.ends_with("exit 3"), "{shown}");
    assert_eq!(std::fs::read(place.path("firmware/prebuilt/light-openeth.elf")).unwrap(), then);
}

/// The ELF with this in place of its debug information, in a section that stays.
fn with_text(text: &[u8]) -> Vec<u8> {
    let bytes = elf_file();
    let mut file = Builder::read(&bytes[..]).unwrap();
    for section in &mut file.sections {
        if section.name.as_slice() == b".debug_info" {
            section.name = b".notes"[..].into();
            section.data = SectionData::Data(text.to_vec().into());
        }
    }
    let mut changed = Vec::new();
    file.write(&mut changed).unwrap();
    changed
}

#[test]
fn usage_needs_one_of_two() {
    let folder = tempfile::tempdir().unwrap();
    let code = |args: &[&str], folder: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hil"));
        command.args(["firmware", "prebuilt"]).args(args).current_dir(folder).output().unwrap().status.code()
    };
    for wrong in [&[][..], &["--check", "--renew"], &["--renew", "--build"], &["--check"]] {
        assert_eq!(code(wrong, folder.path()), Some(2), "{wrong:?}");
    }
}
