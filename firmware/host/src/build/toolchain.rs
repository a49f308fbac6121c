//! A compiler for the chip: one that has the chip's standard library, or one that has the sources to build it.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use hil_targets::program::{first_line, on_path};

/// The compiler's name for the ESP32-C3.
pub const CHIP_TARGET: &str = "riscv32imc-unknown-none-elf";

/// Oldest compiler that the firmware builds with: the workspace's `rust-version`.
const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");

/// A compiler that can build the firmware.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Toolchain {
    /// The target is installed (`rustup target add`).
    Target {
        /// The cargo beside the compiler.
        cargo: PathBuf,
        /// Where the compiler's files are.
        sysroot: PathBuf,
        /// `rustc 1.95.0 (...)`.
        version: String,
    },
    /// The standard library is built from its sources (`-Zbuild-std`): Debian's packages.
    BuildStd {
        /// The cargo beside the compiler.
        cargo: PathBuf,
        /// The compiler.
        rustc: PathBuf,
        /// `rust-lld`, or `ld.lld`.
        linker: PathBuf,
        /// Where the compiler's files are.
        sysroot: PathBuf,
        /// `rustc 1.96.0 (...)`.
        version: String,
    },
}

impl Toolchain {
    /// The compiler without its place on this machine.
    pub fn compiler(&self) -> String {
        match self {
            Self::Target { version, .. } => version.clone(),
            Self::BuildStd { version, .. } => format!("{version}, standard library built from its sources"),
        }
    }
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target { version, .. } => write!(f, "{version} with the target {CHIP_TARGET}"),
            Self::BuildStd { rustc, linker, version, .. } => {
                let (rustc, linker) = (rustc.display(), linker.display());
                write!(f, "{rustc} ({version}), building the standard library, linker {linker}")
            }
        }
    }
}

/// Why no compiler can build the firmware.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ToolchainError {
    /// No compiler has the target, or the sources for it.
    #[error("no Rust compiler here can build for the ESP32-C3 ({CHIP_TARGET})")]
    Missing {
        /// Whether there is a rustup to add the target with.
        has_rustup: bool,
    },
    /// One would do, were it newer.
    #[error("{} is too old for the ESP32-C3: {OLDEST} or newer is needed", rustc.display())]
    TooOld {
        /// The compiler.
        rustc: PathBuf,
    },
    /// Debian's compiler comes without a linker for the chip.
    #[error("no linker for the ESP32-C3: neither rust-lld nor ld.lld is there")]
    NoLinker,
}

impl ToolchainError {
    /// What to do.
    pub fn help(&self) -> String {
        const RUSTUP: &str = "rustup target add riscv32imc-unknown-none-elf";
        const DEBIAN: &str = "apt update && apt install rustc-web cargo-web rust-web-src lld";
        match self {
            Self::Missing { has_rustup: true } => format!("{RUSTUP}   # or, on Debian: {DEBIAN}"),
            Self::Missing { has_rustup: false } => {
                format!("https://rustup.rs, then: {RUSTUP}   # or, on Debian: {DEBIAN}")
            }
            Self::TooOld { .. } => format!("rustup update   # or, on Debian: {DEBIAN}"),
            Self::NoLinker => "apt install lld   # or any toolchain of rustup, which brings rust-lld".to_owned(),
        }
    }
}

/// A compiler on `path`, and where its files are.
struct Compiler {
    rustc: PathBuf,
    cargo: Option<PathBuf>,
    version: String,
    sysroot: PathBuf,
}

impl Compiler {
    fn ask(rustc: PathBuf, path: &OsStr) -> Option<Self> {
        let version = first_line(&rustc, &["--version"])?;
        let sysroot = PathBuf::from(first_line(&rustc, &["--print", "sysroot"])?);
        let beside = rustc.with_file_name(format!("cargo{}", std::env::consts::EXE_SUFFIX));
        let cargo = if beside.is_file() { Some(beside) } else { on_path(path, "cargo").into_iter().next() };
        Some(Self { rustc, cargo, version, sysroot })
    }

    fn has_target(&self) -> bool {
        self.sysroot.join("lib/rustlib").join(CHIP_TARGET).join("lib").is_dir()
    }

    fn has_sources(&self) -> bool {
        self.sysroot.join("lib/rustlib/src/rust/library").exists()
    }

    fn is_new_enough(&self) -> bool {
        numbers(self.version.split_whitespace().nth(1).unwrap_or_default()) >= numbers(OLDEST)
    }

    /// The linker that comes with this compiler, whatever the host.
    fn linker(&self) -> Option<PathBuf> {
        let hosts = std::fs::read_dir(self.sysroot.join("lib/rustlib")).ok()?;
        let linker = Path::new("bin").join(format!("rust-lld{}", std::env::consts::EXE_SUFFIX));
        hosts.flatten().map(|host| host.path().join(&linker)).find(|file| file.is_file())
    }
}

/// `1.95.0` as numbers; what does not count (`-nightly`) is left out.
fn numbers(version: &str) -> [u32; 2] {
    let mut parts = version.split(['.', '-']).map(|part| part.parse().unwrap_or(0));
    [parts.next().unwrap_or(0), parts.next().unwrap_or(0)]
}

/// Looks for a compiler in the folders of `path`, as the variable PATH names them. One that has the target goes before
/// one that must build the standard library first.
///
/// # Errors
/// There is none; the error says what is missing.
pub fn find(path: &OsStr) -> Result<Toolchain, ToolchainError> {
    let compilers: Vec<Compiler> =
        on_path(path, "rustc").into_iter().filter_map(|rustc| Compiler::ask(rustc, path)).collect();
    let usable = |c: &&Compiler| c.cargo.is_some() && (c.has_target() || c.has_sources());
    let new = || compilers.iter().filter(usable).filter(|c| c.is_new_enough());
    let chosen = new().find(|c| c.has_target()).or_else(|| new().next());
    let Some(Compiler { rustc, cargo: Some(cargo), version, sysroot }) = chosen else {
        return Err(match compilers.iter().find(usable) {
            Some(old) => ToolchainError::TooOld { rustc: old.rustc.clone() },
            None => ToolchainError::Missing { has_rustup: !on_path(path, "rustup").is_empty() },
        });
    };
    let (cargo, sysroot, version) = (cargo.clone(), sysroot.clone(), version.clone());
    if chosen.is_some_and(Compiler::has_target) {
        return Ok(Toolchain::Target { cargo, sysroot, version });
    }
    let linker = compilers
        .iter()
        .find_map(Compiler::linker)
        .or_else(|| ["rust-lld", "ld.lld"].iter().find_map(|name| on_path(path, name).into_iter().next()))
        .ok_or(ToolchainError::NoLinker)?;
    Ok(Toolchain::BuildStd { cargo, rustc: rustc.clone(), linker, sysroot, version })
}
