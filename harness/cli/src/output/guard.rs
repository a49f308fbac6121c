//! No output takes the place of an input, of a file that somebody writes by hand, or of another output.

use std::path::{Path, PathBuf};

use super::file::STANDARD_OUTPUT;
use crate::cmd::Failure;

/// Files that are written by hand: nothing that `hil` writes of its own accord has such a name.
const BY_HAND: [&str; 3] = ["yaml", "yml", "toml"];

/// What a command reads, and what it is going to write.
#[derive(Debug, Default)]
pub(crate) struct Guard {
    /// Where it is, and what it is.
    taken: Vec<(PathBuf, String)>,
}

impl Guard {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The command reads this file: `the scenario`, `the firmware`.
    pub(crate) fn input(&mut self, what: &str, path: &Path) {
        if let Some(place) = identity(path) {
            self.taken.push((place, format!("{what} {}", path.display())));
        }
    }

    /// The command writes this file, which an option names.
    ///
    /// # Errors
    /// It must not.
    pub(crate) fn output(&mut self, option: &str, path: &Path) -> Result<(), Failure> {
        let refused = |what: &str| {
            Err(Failure::usage(format!("{option} {}: this is {what}, which is not overwritten", path.display()))
                .help("name another file; nothing was run, and nothing was written"))
        };
        if path.as_os_str() == STANDARD_OUTPUT {
            let place = PathBuf::from(STANDARD_OUTPUT);
            if let Some((_, other)) = self.taken.iter().find(|(taken, _)| *taken == place) {
                return Err(Failure::usage(format!("{option} -: standard output has the file of {other} already"))
                    .help("only one can be written there"));
            }
            self.taken.push((place, option.to_owned()));
            return Ok(());
        }
        let is_there = std::fs::metadata(path).ok();
        // Any number of files goes to /dev/null.
        if is_there.as_ref().is_some_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
            return Ok(());
        }
        let Some(place) = identity(path) else { return Ok(()) };
        if let Some((_, what)) = self.taken.iter().find(|(taken, _)| *taken == place) {
            return refused(what);
        }
        let extension = path.extension().and_then(|extension| extension.to_str());
        let is_by_hand = extension.is_some_and(|it| BY_HAND.iter().any(|by_hand| it.eq_ignore_ascii_case(by_hand)));
        if is_there.is_some() && is_by_hand {
            return refused("a file that somebody has written");
        }
        self.taken.push((place, format!("the file of {option}")));
        Ok(())
    }
}

/// The same for all names of a file, also of one that is not there yet. `None`: its folder is not there either, so it is nothing that
/// is read.
fn identity(path: &Path) -> Option<PathBuf> {
    if let Ok(place) = std::fs::canonicalize(path) {
        return Some(place);
    }
    let absolute = std::path::absolute(path).ok()?;
    let folder = absolute.parent()?;
    let name = absolute.file_name()?;
    Some(std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned()).join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_same_by_all_of_its_names() {
        let folder = tempfile::tempdir().unwrap();
        let scenario = folder.path().join("a.txt");
        std::fs::write(&scenario, "").unwrap();
        let mut guard = Guard::new();
        guard.input("the scenario", &scenario);
        assert!(guard.output("--html", &folder.path().join("../").join(folder.path()).join("./a.txt")).is_err());
        assert!(guard.output("--html", &folder.path().join("b.html")).is_ok());
        assert!(guard.output("--json", &folder.path().join("./b.html")).is_err());
        assert!(guard.output("--json", &folder.path().join("new/../c.jsonl")).is_ok());
    }

    #[test]
    fn standard_output_takes_one_and_devices_take_any_number() {
        let mut guard = Guard::new();
        assert!(guard.output("--html", Path::new("-")).is_ok());
        assert!(guard.output("--json", Path::new("-")).is_err());
        if cfg!(unix) {
            assert!(guard.output("--json", Path::new("/dev/null")).is_ok());
            assert!(guard.output("--junit", Path::new("/dev/null")).is_ok());
        }
    }

    #[test]
    fn what_is_written_by_hand_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("other.YAML");
        let mut guard = Guard::new();
        assert!(guard.output("--html", &file).is_ok(), "it is not there");
        std::fs::write(&file, "").unwrap();
        assert!(Guard::new().output("--html", &file).is_err());
    }
}
