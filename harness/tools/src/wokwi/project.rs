//! The folder that `wokwi-cli` is given.

use std::path::{Path, PathBuf};

use super::WokwiError;

/// The scenario file of mode B.
pub(super) const SCENARIO: &str = "scenario.yaml";
/// The logic analyzer's record.
pub(super) const RECORD: &str = "wokwi.vcd";

/// A project folder. One that is not to be kept goes with this.
#[derive(Debug)]
pub(super) struct Project {
    folder: PathBuf,
    _temporary: Option<tempfile::TempDir>,
}

impl Project {
    /// An empty folder: a temporary one, or one of this name in `keep`, whose files from before are overwritten.
    pub(super) fn new(keep: Option<&Path>, name: &str) -> Result<Self, WokwiError> {
        let Some(keep) = keep else {
            let problem = |source| WokwiError::Project { path: std::env::temp_dir(), source };
            let temporary = tempfile::Builder::new().prefix("hil-wokwi-").tempdir().map_err(problem)?;
            return Ok(Self { folder: temporary.path().to_owned(), _temporary: Some(temporary) });
        };
        let folder = keep.join(file_name(name));
        let problem = |source| WokwiError::Project { path: folder.clone(), source };
        std::fs::create_dir_all(&folder).map_err(problem)?;
        let folder = std::path::absolute(&folder).map_err(problem)?;
        // A record of the last time must not be taken for this one's.
        let _ = std::fs::remove_file(folder.join(RECORD));
        Ok(Self { folder, _temporary: None })
    }

    /// A file in it.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The folder, as an argument.
    pub(super) fn argument(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// Writes a file.
    pub(super) fn write(&self, name: &str, contents: &[u8]) -> Result<(), WokwiError> {
        let path = self.path(name);
        std::fs::write(&path, contents).map_err(|source| WokwiError::Project { path, source })
    }

    /// Writes `wokwi.toml` for these files.
    pub(super) fn write_toml(&self, firmware: &str, elf: Option<&str>, port: Option<u16>) -> Result<(), WokwiError> {
        let mut text = format!("[wokwi]\nversion = 1\nfirmware = \"{firmware}\"\n");
        if let Some(elf) = elf {
            text += &format!("elf = \"{elf}\"\n");
        }
        if let Some(port) = port {
            text += &format!("rfc2217ServerPort = {port}\n");
        }
        self.write("wokwi.toml", text.as_bytes())
    }
}

/// A scenario's id as the name of a folder.
fn file_name(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' }).collect()
}

/// A TCP port of this machine that nobody listens on now.
pub(super) fn free_port() -> Result<u16, WokwiError> {
    let bound = std::net::TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    bound.map(|address| address.port()).map_err(|source| WokwiError::Project { path: "a free TCP port".into(), source })
}
