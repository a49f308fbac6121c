//! Where the project is.

use std::path::{Path, PathBuf};

/// The name of a project file.
pub const FILE: &str = "hil.toml";
/// The name of Wokwi's project file.
pub(crate) const WOKWI_FILE: &str = "wokwi.toml";

/// The folder of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The folder, as it is from the working folder: empty for the working folder itself, else `..` and so on.
    pub folder: PathBuf,
    /// Whether it has a `hil.toml`; otherwise it has a `wokwi.toml`.
    pub has_file: bool,
}

/// Looks for a project from `here` (an absolute path, the working folder) upwards: for `hil.toml`, and if there is none for
/// `wokwi.toml`.
pub fn find(here: &Path) -> Option<Found> {
    let nearest = |name: &str| here.ancestors().position(|folder| folder.join(name).is_file()).map(above);
    match nearest(FILE) {
        Some(folder) => Some(Found { folder, has_file: true }),
        None => nearest(WOKWI_FILE).map(|folder| Found { folder, has_file: false }),
    }
}

/// `levels` times `..`
fn above(levels: usize) -> PathBuf {
    std::iter::repeat_n("..", levels).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("a/b")).unwrap();
        for file in files {
            std::fs::write(folder.path().join(file), "").unwrap();
        }
        folder
    }

    #[test]
    fn the_nearest_project_file_upwards_is_found() {
        let folder = folder_with(&["hil.toml", "a/hil.toml", "a/b/wokwi.toml"]);
        let found = |below: &str| find(&folder.path().join(below)).unwrap();
        assert_eq!(found(""), Found { folder: "".into(), has_file: true });
        assert_eq!(found("a"), Found { folder: "".into(), has_file: true });
        assert_eq!(found("a/b"), Found { folder: "..".into(), has_file: true });
    }

    #[test]
    fn wokwis_file_makes_a_project_where_there_is_no_other() {
        let folder = folder_with(&["wokwi.toml"]);
        assert_eq!(find(&folder.path().join("a/b")), Some(Found { folder: "../..".into(), has_file: false }));
    }
}
