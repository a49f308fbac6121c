//! The build itself: cargo, with what the toolchain needs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::toolchain::{CHIP_TARGET, Toolchain};

/// What the firmware talks to the network with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// Wi-Fi: for boards.
    Wifi,
    /// The OpenCores Ethernet MAC: for emulators.
    OpenEth,
}

impl Variant {
    const fn feature(self) -> &'static str {
        match self {
            Self::Wifi => "esp32c3",
            Self::OpenEth => "openeth",
        }
    }

    /// Name of the ELF where both variants lie side by side.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Wifi => "light.elf",
            Self::OpenEth => "light-openeth.elf",
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
    #[error("cargo names no executable `light`")]
    NoExecutable,
}

/// Builds, with cargo's own messages on standard error. Returns the ELF's path; the next build of the other variant
/// overwrites it.
///
/// # Errors
/// cargo cannot be run, or the firmware does not build.
pub fn build(build: &Build<'_>) -> Result<PathBuf, BuildError> {
    let mut command = command(build);
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| BuildError::Run { program: command.get_program().into(), source })?;
    if !output.status.success() {
        return Err(BuildError::Failed);
    }
    executable(&String::from_utf8_lossy(&output.stdout)).ok_or(BuildError::NoExecutable)
}

/// cargo and its arguments.
fn command(build: &Build<'_>) -> Command {
    let (Toolchain::Target { cargo, .. } | Toolchain::BuildStd { cargo, .. }) = build.toolchain;
    let mut command = Command::new(cargo);
    command
        .args(["build", "--locked", "--package", "firmware", "--bin", "light", "--profile", "firmware"])
        .args(["--features", build.variant.feature(), "--target", CHIP_TARGET])
        .args(["--message-format", "json-render-diagnostics", "--manifest-path"])
        .arg(build.manifest)
        // The workspace's .cargo/config.toml is looked for from here.
        .current_dir(build.manifest.parent().unwrap_or(Path::new(".")));
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

/// The executable that cargo's messages, one JSON object a line, name.
fn executable(messages: &str) -> Option<PathBuf> {
    let artifacts = messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    artifacts
        .filter(|message| message["target"]["name"] == "light")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
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
        format!("{} {arguments}\n{}", command.get_program().display(), env.collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn an_installed_target_needs_nothing_special() {
        let toolchain = Toolchain::Target { cargo: "/home/me/.cargo/bin/cargo".into(), version: "rustc 1.95.0".into() };
        let build = Build { manifest: Path::new("/p/Cargo.toml"), toolchain: &toolchain, variant: Variant::Wifi };
        insta::assert_snapshot!(shown(&command(&build)), @"/home/me/.cargo/bin/cargo build --locked --package firmware --bin light --profile firmware --features esp32c3 --target riscv32imc-unknown-none-elf --message-format json-render-diagnostics --manifest-path /p/Cargo.toml");
    }

    #[test]
    fn debians_compiler_builds_the_standard_library_and_is_given_a_linker() {
        let toolchain = Toolchain::BuildStd {
            cargo: "/usr/bin/cargo".into(),
            rustc: "/usr/bin/rustc".into(),
            linker: "/usr/bin/ld.lld".into(),
            version: "rustc 1.96.0".into(),
        };
        let build = Build { manifest: Path::new("/p/Cargo.toml"), toolchain: &toolchain, variant: Variant::OpenEth };
        insta::assert_snapshot!(shown(&command(&build)), @"
        /usr/bin/cargo build --locked --package firmware --bin light --profile firmware --features openeth --target riscv32imc-unknown-none-elf --message-format json-render-diagnostics --manifest-path /p/Cargo.toml -Zbuild-std=core,alloc
        CARGO_TARGET_RISCV32IMC_UNKNOWN_NONE_ELF_LINKER=/usr/bin/ld.lld
        LD_LIBRARY_PATH removed
        RUSTC=/usr/bin/rustc
        RUSTC_BOOTSTRAP=1
        RUSTUP_TOOLCHAIN removed
        ");
    }

    #[test]
    fn the_executable_is_the_one_that_cargo_names() {
        let messages = "\
not json
{\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"firmware\"},\"executable\":null}
{\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"light\"},\"executable\":\"/t/light\"}
{\"reason\":\"build-finished\",\"success\":true}";
        assert_eq!(executable(messages), Some("/t/light".into()));
        assert_eq!(executable("{}"), None);
    }
}
