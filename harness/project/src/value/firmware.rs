//! The firmware, as a file that is there or that a command makes.

use std::path::PathBuf;

/// The firmware and its debug information: what says one says the other too, so that they never are of two programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firmware {
    /// What is run.
    pub image: FirmwareImage,
    /// The ELF file that it was made of, if it is an image.
    pub elf: Option<PathBuf>,
}

impl Firmware {
    /// A file, which brings its own debug information if it is an ELF file.
    pub const fn file(path: PathBuf) -> Self {
        Self { image: FirmwareImage::File(path), elf: None }
    }
}

/// What is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirmwareImage {
    /// An ELF file, an app image or a flash image.
    File(PathBuf),
    /// What a command makes.
    Built(Build),
}

/// A build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// The command.
    pub command: BuildCommand,
    /// Where it runs: the project's folder.
    pub folder: PathBuf,
    /// Where it leaves the firmware.
    pub output: BuildOutput,
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildCommand {
    /// A line for the shell: `sh -c`, on Windows `cmd /C`.
    Shell(String),
    /// A program and its arguments; no shell reads them. At least the program.
    Arguments(Vec<String>),
}

/// Where a build leaves the firmware.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildOutput {
    /// In this file.
    File(PathBuf),
    /// In the file whose path is the last line that the command prints; relative to the project's folder.
    LastLine,
}
