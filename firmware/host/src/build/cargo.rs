//! The build itself: cargo, with what the toolchain needs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::remap::{remaps, setting};
use super::toolchain::{CHIP_TARGET, Toolchain};

/// Which program is built, and what it talks to the network with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// Wi-Fi: for boards.
    Wifi,
    /// The OpenCores Ethernet MAC: for emulators.
    OpenEth,
    /// The same with the light's own code not optimised: for a debugger on an emulator, which then sees every variable.
    Debug,
    /// For emulators, with faults, one of which its configuration chooses (`firmware/src/faults`): never for a product.
    Planted,
    /// The same with Wi-Fi: for the simulated radio, never for a product.
    PlantedWifi,
    /// The tests on the chip (`firmware/tests/chip`), without a network: an embedded-test suite.
    Tests,
}

impl Variant {
    const fn feature(self) -> &'static str {
        match self {
            Self::Wifi => "esp32c3",
            Self::OpenEth | Self::Debug => "openeth",
            Self::Planted => "openeth,planted",
            Self::PlantedWifi => "planted",
            Self::Tests => "chip-tests",
        }
    }

    /// cargo's kind and name of the program.
    const fn program(self) -> (&'static str, &'static str) {
        match self {
            Self::Wifi | Self::OpenEth | Self::Debug | Self::Planted | Self::PlantedWifi => ("--bin", "light"),
            Self::Tests => ("--test", "chip"),
        }
    }

    /// cargo's profile, of the workspace's Cargo.toml.
    const fn profile(self) -> &'static str {
        match self {
            Self::Debug => "firmware-debug",
            Self::Wifi | Self::OpenEth | Self::Planted | Self::PlantedWifi | Self::Tests => "firmware",
        }
    }

    /// Name of the ELF where the variants lie side by side.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Wifi => "light.elf",
            Self::OpenEth => "light-openeth.elf",
            Self::Debug => "light-debug.elf",
            Self::Planted => "light-planted.elf",
            Self::PlantedWifi => "light-planted-wifi.elf",
            Self::Tests => "chip-tests.elf",
        }
    }
}

/// A build to be done.
#[derive(Debug, Clone, Copy)]
pub struct Build<'a> {
    /// The workspace's `Cargo.toml`.
    pub manifest: &'a Path,
    /// The compiler.
    pub toolchain: &'a Toolchain,
    /// Which firmware.
    pub variant: Variant,
}

/// What a build has made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// The ELF; the next build of the other variant overwrites it.
    pub elf: PathBuf,
    /// The packages that it took, `NAME VERSION`, without the standard library's and those of the workspace.
    pub packages: BTreeSet<String>,
}

/// Why there is no ELF.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// cargo cannot be run.
    #[error("{} cannot be run", program.display())]
    Run {
        /// The cargo.
        program: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// cargo has said why.
    #[error("the firmware does not build")]
    Failed,
    /// cargo ended well, and named no ELF.
    #[error("cargo names no executable of this program")]
    NoExecutable,
}

/// Builds, with cargo's own messages on standard error. The same sources give the same ELF,
/// wherever they lie.
///
/// # Errors
/// cargo cannot be run, or the firmware does not build.
pub fn build(build: &Build<'_>) -> Result<Built, BuildError> {
    let mut command = command(build);
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| BuildError::Run { program: command.get_program().into(), source })?;
    if !output.status.success() {
        return Err(BuildError::Failed);
    }
    let (_, name) = build.variant.program();
    let messages = String::from_utf8_lossy(&output.stdout);
    let elf = executable(&messages, name).ok_or(BuildError::NoExecutable)?;
    Ok(Built { elf, packages: packages(&messages) })
}

/// cargo and its arguments.
fn command(build: &Build<'_>) -> Command {
    let (Toolchain::Target { cargo, sysroot, .. } | Toolchain::BuildStd { cargo, sysroot, .. }) = build.toolchain;
    // The workspace's .cargo/config.toml is looked for from here.
    let workspace = build.manifest.parent().unwrap_or(Path::new("."));
    let (kind, name) = build.variant.program();
    let mut command = Command::new(cargo);
    command
        .args(["build", "--locked", "--package", "firmware", kind, name, "--profile", build.variant.profile()])
        .args(["--features", build.variant.feature(), "--target", CHIP_TARGET])
        .args(["--message-format", "json-render-diagnostics", "--manifest-path"])
        .arg(build.manifest)
        .arg("--config")
        .arg(setting(CHIP_TARGET, &remaps(workspace, sysroot)))
        .current_dir(workspace)
        // The application's descriptor holds a build time: the same each time.
        .env("SOURCE_DATE_EPOCH", "0")
        // They would replace the flags of .cargo/config.toml, and are meant for the host.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    if let Toolchain::BuildStd { rustc, linker, .. } = build.toolchain {
        command
            .arg("-Zbuild-std=core,alloc")
            // -Z is for nightly compilers, and for those that are told to be one.
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTC", rustc)
            .env("CARGO_TARGET_RISCV32IMC_UNKNOWN_NONE_ELF_LINKER", linker)
            // What another toolchain, which has started us, has set for itself.
            .env_remove("RUSTUP_TOOLCHAIN")
            .env_remove("LD_LIBRARY_PATH");
    }
    command
}

/// cargo's messages, one JSON object a line.
fn parsed(messages: &str) -> impl Iterator<Item = serde_json::Value> {
    messages.lines().filter_map(|line| serde_json::from_str(line).ok())
}

/// The executable of the program of this name, as cargo's messages name it.
fn executable(messages: &str, program: &str) -> Option<PathBuf> {
    parsed(messages)
        .filter(|message| message["target"]["name"] == program)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

/// The packages that cargo's messages name as compiled, whether now or in an earlier build.
fn packages(messages: &str) -> BTreeSet<String> {
    let compiled = parsed(messages).filter(|message| message["reason"] == "compiler-artifact");
    compiled.filter_map(|message| package(message["package_id"].as_str()?)).collect()
}

/// `NAME VERSION` of a package that does not lie in a folder here, as in `registry+https://...#NAME@VERSION`; the
/// standard library's and the workspace's do.
fn package(id: &str) -> Option<String> {
    let (source, package) = id.rsplit_once('#')?;
    let (name, version) = package.split_once('@')?;
    (!source.starts_with("path+")).then(|| format!("{name} {version}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(command: &Command) -> String {
        let arguments = command.get_args().map(|a| a.to_string_lossy()).collect::<Vec<_>>().join(" ");
        let env = command.get_envs().map(|(name, value)| match value {
            Some(value) => format!("{}={}", name.display(), value.display()),
            None => format!("{} removed", name.display()),
        });
        let shown = format!("{} {arguments}\n{}", command.get_program().display(), env.collect::<Vec<_>>().join("\n"));
        // What this machine has, apart from what the toolchain has.
        let flags = shown.find("target.riscv32imc").zip(shown.find("\"]")).map(|(from, to)| from..to);
        flags.map_or(shown.clone(), |flags| shown.replace(&shown[flags], "target.riscv32imc...rustflags=[..."))
    }

    #[test]
    fn an_installed_target_needs_nothing_special() {
        let toolchain = Toolchain::Target {
            cargo: "/home/me/.cargo/bin/cargo".into(),
            sysroot: "/home/me/.rustup/s".into(),
            version: "rustc 1.95.0".into(),
        };
        let build = Build { manifest: Path::new("/p/Cargo.toml"), toolchain: &toolchain, variant: Variant::Wifi };
        insta::assert_snapshot!(shown(&command(&build)), @r#"
        /home/me/.cargo/bin/cargo build --locked --package firmware --bin light --profile firmware --features esp32c3 --target riscv32imc-unknown-none-elf --message-format json-render-diagnostics --manifest-path /p/Cargo.toml --config target.riscv32imc...rustflags=[..."]
        CARGO_ENCODED_RUSTFLAGS removed
        RUSTFLAGS removed
        SOURCE_DATE_EPOCH=0
        "#);
    }

    #[test]
    fn debians_compiler_builds_the_standard_library_and_is_given_a_linker() {
        let toolchain = Toolchain::BuildStd {
            cargo: "/usr/bin/cargo".into(),
            rustc: "/usr/bin/rustc".into(),
            linker: "/usr/bin/ld.lld".into(),
            sysroot: "/usr".into(),
            version: "rustc 1.96.0".into(),
        };
        let build = Build { manifest: Path::new("/p/Cargo.toml"), toolchain: &toolchain, variant: Variant::OpenEth };
        insta::assert_snapshot!(shown(&command(&build)), @r#"
        /usr/bin/cargo build --locked --package firmware --bin light --profile firmware --features openeth --target riscv32imc-unknown-none-elf --message-format json-render-diagnostics --manifest-path /p/Cargo.toml --config target.riscv32imc...rustflags=[..."] -Zbuild-std=core,alloc
        CARGO_ENCODED_RUSTFLAGS removed
        CARGO_TARGET_RISCV32IMC_UNKNOWN_NONE_ELF_LINKER=/usr/bin/ld.lld
        LD_LIBRARY_PATH removed
        RUSTC=/usr/bin/rustc
        RUSTC_BOOTSTRAP=1
        RUSTFLAGS removed
        RUSTUP_TOOLCHAIN removed
        SOURCE_DATE_EPOCH=0
        "#);
    }

    #[test]
    fn executable_and_packages_are_those_that_cargo_names() {
        let messages = "\
not json
{\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"firmware\"},\"executable\":null}
{\"reason\":\"compiler-artifact\",\"package_id\":\"path+file:///p/firmware#0.1.0\",\"target\":{\"name\":\"light\"},\"executable\":\"/t/light\"}
{\"reason\":\"compiler-artifact\",\"package_id\":\"registry+https://x/index#esp-hal@1.2.2\"}
{\"reason\":\"compiler-artifact\",\"package_id\":\"path+file:///usr/lib/rustlib/src/rust/library/core#0.0.0\"}
{\"reason\":\"build-script-executed\",\"package_id\":\"registry+https://x/index#not-compiled@1.0.0\"}
{\"reason\":\"build-finished\",\"success\":true}";
        assert_eq!(executable(messages, "light"), Some("/t/light".into()));
        assert_eq!(executable("{}", "light"), None);
        assert_eq!(packages(messages), BTreeSet::from(["esp-hal 1.2.2".to_owned()]));
    }
}
