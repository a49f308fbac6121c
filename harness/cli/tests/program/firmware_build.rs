//! Which compiler builds the firmware, on machines that are made up: a PATH with programs of the test's own.
#![cfg(unix)]

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use light_host::build::{CHIP_TARGET, Toolchain, ToolchainError, find};
use tempfile::TempDir;

/// A machine with folders of programs.
struct Machine(TempDir);

impl Machine {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn program(&self, folder: &str, name: &str, script: &str) {
        let path = self.folder(folder).join(name);
        std::fs::create_dir_all(self.folder(folder)).unwrap();
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// rustc and cargo in `<name>/bin`; returns the sysroot, `<name>`.
    fn compiler(&self, name: &str, version: &str) -> PathBuf {
        let sysroot = self.folder(name);
        let rustc = format!("[ \"$1\" = --print ] && echo {} || echo 'rustc {version}'", sysroot.display());
        self.program(&format!("{name}/bin"), "rustc", &rustc);
        self.program(&format!("{name}/bin"), "cargo", "echo cargo");
        sysroot
    }

    fn path(&self, names: &[&str]) -> OsString {
        std::env::join_paths(names.iter().map(|name| self.folder(name).join("bin"))).unwrap()
    }
}

fn add_target(sysroot: &Path) {
    std::fs::create_dir_all(sysroot.join("lib/rustlib").join(CHIP_TARGET).join("lib")).unwrap();
}

fn add_sources(sysroot: &Path) {
    std::fs::create_dir_all(sysroot.join("lib/rustlib/src/rust/library")).unwrap();
}

fn add_linker(sysroot: &Path) -> PathBuf {
    let folder = sysroot.join("lib/rustlib/x86_64-unknown-linux-gnu/bin");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("rust-lld"), "").unwrap();
    folder.join("rust-lld")
}

#[test]
fn an_installed_target_is_taken_even_if_sources_come_first() {
    let machine = Machine::new();
    let debian = machine.compiler("debian", "1.96.0");
    add_sources(&debian);
    add_linker(&debian);
    let sysroot = machine.compiler("rustup", "1.95.0 (59807616e 2026-04-14)");
    add_target(&sysroot);
    let found = find(&machine.path(&["debian", "rustup"])).unwrap();
    let cargo = machine.folder("rustup/bin/cargo");
    assert_eq!(found, Toolchain::Target { cargo, sysroot, version: "rustc 1.95.0 (59807616e 2026-04-14)".into() });
}

#[test]
fn debians_compiler_borrows_the_linker_of_another_one() {
    let machine = Machine::new();
    let linker = add_linker(&machine.compiler("rustup", "1.95.0"));
    let sysroot = machine.compiler("debian", "1.96.0");
    add_sources(&sysroot);
    let found = find(&machine.path(&["rustup", "debian"])).unwrap();
    let [cargo, rustc] = ["cargo", "rustc"].map(|name| machine.folder("debian/bin").join(name));
    assert_eq!(found, Toolchain::BuildStd { cargo, rustc, linker, sysroot, version: "rustc 1.96.0".into() });
}

#[test]
fn debians_compiler_takes_the_linker_of_lld_or_says_that_there_is_none() {
    let machine = Machine::new();
    add_sources(&machine.compiler("debian", "1.96.0"));
    assert_eq!(find(&machine.path(&["debian"])), Err(ToolchainError::NoLinker));
    machine.program("debian/bin", "ld.lld", "");
    let found = find(&machine.path(&["debian"])).unwrap();
    assert!(matches!(found, Toolchain::BuildStd { linker, .. } if linker == machine.folder("debian/bin/ld.lld")));
}

#[test]
fn a_compiler_that_is_too_old_is_passed_over_and_named_if_it_is_the_only_one() {
    let machine = Machine::new();
    // What Debian 12 has without its security updates.
    let old = machine.compiler("old", "1.85.0 (4d91de4e4 2025-02-17)");
    add_sources(&old);
    add_linker(&old);
    let rustc = machine.folder("old/bin/rustc");
    let error = find(&machine.path(&["old"])).unwrap_err();
    assert_eq!(error, ToolchainError::TooOld { rustc });
    assert!(error.help().contains("apt update"), "{}", error.help());
    add_target(&machine.compiler("new", "1.97.0-nightly (e50aa6fba 2026-05-19)"));
    assert!(matches!(find(&machine.path(&["old", "new"])), Ok(Toolchain::Target { .. })));
}

#[test]
fn without_a_compiler_both_ways_out_are_named() {
    let machine = Machine::new();
    let bare = find(&machine.path(&["none"])).unwrap_err();
    assert_eq!(bare, ToolchainError::Missing { has_rustup: false });
    // A compiler for the host alone, of rustup.
    machine.compiler("rustup", "1.95.0");
    machine.program("rustup/bin", "rustup", "");
    // One that does not work.
    machine.program("broken/bin", "rustc", "exit 1");
    let host_only = find(&machine.path(&["broken", "rustup"])).unwrap_err();
    assert_eq!(host_only, ToolchainError::Missing { has_rustup: true });
    let helps = [bare.help(), host_only.help()].join("\n");
    insta::assert_snapshot!(helps, @"
    https://rustup.rs, then: rustup target add riscv32imc-unknown-none-elf   # or, on Debian: apt update && apt install rustc-web cargo-web rust-web-src lld
    rustup target add riscv32imc-unknown-none-elf   # or, on Debian: apt update && apt install rustc-web cargo-web rust-web-src lld
    ");
}

#[test]
fn the_command_says_so_and_exits_3() {
    let machine = Machine::new();
    let hil = |folder: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hil"));
        command.args(["firmware", "build"]).current_dir(folder).env_clear().env("PATH", machine.path(&["none"]));
        let output = command.output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        format!("{out}{err}exit {}", output.status.code().unwrap())
    };
    let sources = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shown = [hil(sources), hil(machine.0.path())].join("\n");
    insta::assert_snapshot!(shown, @"
    error: no Rust compiler here can build for the ESP32-C3 (riscv32imc-unknown-none-elf)
      help: https://rustup.rs, then: rustup target add riscv32imc-unknown-none-elf   # or, on Debian: apt update && apt install rustc-web cargo-web rust-web-src lld
    exit 3
    error: there is no firmware/ with a binary `light` here
      help: go to the folder of hilbench's sources
    exit 2
    ");
}
