//! Firmware that comes with a build of `hil`: its sources, or binaries made of them, lie where `hil` is run.

use std::path::{Path, PathBuf};

/// Of a firmware that comes with `hil`, which build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnBuild {
    /// For boards, with their radio.
    Boards,
    /// For emulators, with a network that those have.
    Emulators,
    /// The same, with faults of which one can be planted. Never for a board.
    EmulatorsWithFaults,
    /// With their radio and with such faults, for a simulated radio. Never for a board.
    RadioWithFaults,
}

/// Firmware that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnImage {
    /// The ELF.
    pub elf: Vec<u8>,
    /// The file, or the folder, that it is from.
    pub path: PathBuf,
    /// What built it, if that was now.
    pub built_with: Option<String>,
    /// Why it was not built now.
    pub not_built: Option<String>,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoOwnImage {
    /// Its sources are not here.
    #[error("there is no firmware/ here to build")]
    NoSources,
    /// Nothing can build it.
    #[error("{missing}")]
    NoCompiler {
        /// What is missing.
        missing: String,
        /// How it is got.
        help: String,
        /// Why the binary that lies among the sources does not do either, if there should be one.
        prebuilt: Option<String>,
    },
    /// It does not build.
    #[error("{0}")]
    Build(String),
    /// A file cannot be read.
    #[error("{}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// Something that was looked at for `hil doctor`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// A name for scripts: `prebuilt`.
    pub name: &'static str,
    /// What it is for.
    pub needed_for: &'static str,
    /// What was found, or what is wrong or missing.
    pub detail: String,
    /// How it is.
    pub state: LookState,
}

/// How something is that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookState {
    /// As it should be.
    Ok,
    /// Not there; with what helps.
    Missing(String),
    /// There, and wrong; with what helps.
    Wrong(String),
}

/// A firmware that comes with `hil`.
pub trait OwnFirmware: Send + Sync {
    /// The build of it that is wanted: made now where that is possible, else one that was made before and still fits. `folder`
    /// is where `hil` was started.
    ///
    /// # Errors
    /// [`NoOwnImage`]
    fn image(&self, folder: &Path, build: OwnBuild) -> Result<OwnImage, NoOwnImage>;

    /// What `hil doctor` has to know of it.
    fn looks(&self, folder: &Path) -> Vec<Look>;
}
