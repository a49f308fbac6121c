//! Files of findings, whichever tier has found them: one a cause, whole or not at all, and never in place of another.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Where findings are written.
pub const DEFAULT_FOLDER: &str = "scenarios/regressions";
/// Begins the line that tells a scenario's cause.
const CAUSE: &str = "# cause: ";
/// Ends the name of an input that is kept in place of a scenario.
pub const INPUT: &str = ".input.json";

/// What stands above a scenario that was found.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// What was found, in one line.
    pub title: &'a str,
    /// More about it: the beginning of a line and what follows.
    pub remarks: &'a [(&'a str, String)],
    /// Where: target, seed, place.
    pub found_on: &'a str,
    /// The command line that finds it again.
    pub again: &'a str,
    /// Eight hexadecimal digits that tell its cause from others.
    pub cause: &'a str,
}

/// What became of a finding's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// It is new.
    New(PathBuf),
    /// Its cause has a file already, which stays as it is.
    Known(PathBuf),
}

impl Head<'_> {
    /// The file: these lines, and the scenario.
    pub fn over(&self, scenario: &str) -> String {
        let mut text = String::new();
        let mut line = |label: &str, value: &str| {
            let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            // Writing to a text cannot fail.
            let _ = writeln!(text, "# {label}{value}");
        };
        line("Found by `hil fuzz`: ", self.title);
        self.remarks.iter().for_each(|(label, value)| line(label, value));
        line("Found on: ", self.found_on);
        line("Found again by: ", self.again);
        text += &format!("{CAUSE}{}\n", self.cause);
        text + scenario
    }
}

/// Writes a new file into the folder, unless its cause has one already.
///
/// # Errors
/// The folder or the file cannot be written.
pub fn write(folder: &Path, name: &str, cause: &str, text: &str) -> std::io::Result<Written> {
    std::fs::create_dir_all(folder)?;
    if let Some(known) = file_of(folder, cause)? {
        return Ok(Written::Known(known));
    }
    let path = folder.join(name);
    let mut file = tempfile::Builder::new().prefix(".fuzz-").suffix(".new").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(&path) {
        Ok(_) => Ok(Written::New(path)),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(Written::Known(path)),
        Err(error) => Err(error.error),
    }
}

/// The file of a cause, whatever it is called by now.
fn file_of(folder: &Path, cause: &str) -> std::io::Result<Option<PathBuf>> {
    let of_scenario = format!("{CAUSE}{cause}");
    // A line of JSON as we write it; the last one of its object has no comma.
    let of_input = format!("\"cause\": \"{cause}\"");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.sort();
    let is_its = |path: &PathBuf| {
        let extension = path.extension().unwrap_or_default();
        let has = |is_cause: &dyn Fn(&str) -> bool| {
            std::fs::read_to_string(path).is_ok_and(|text| text.lines().any(is_cause))
        };
        if extension == "yaml" || extension == "yml" {
            has(&|line| line.trim_end() == of_scenario)
        } else {
            is_input(path) && has(&|line| line.trim().trim_end_matches(',') == of_input)
        }
    };
    Ok(files.into_iter().find(is_its))
}

/// Whether a file is an input that is kept in place of a scenario, by its name.
pub fn is_input(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(INPUT))
}

/// Whether findings could be written there; the folder is made if it is not there yet.
///
/// # Errors
/// They could not.
pub fn can_write(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    tempfile::Builder::new().prefix(".fuzz-").tempfile_in(folder).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_has_one_file_whatever_it_is_called() {
        let folder = tempfile::tempdir().unwrap();
        let head = Head { title: "a\nb", remarks: &[], found_on: "sim", again: "hil fuzz", cause: "01234567" };
        let text = head.over("name: x\n");
        assert!(text.starts_with("# Found by `hil fuzz`: a b\n"), "{text}");
        let Written::New(path) = write(folder.path(), "a.yaml", "01234567", &text).unwrap() else { panic!("known") };
        let renamed = folder.path().join("b.yml");
        std::fs::rename(&path, &renamed).unwrap();
        assert_eq!(write(folder.path(), "a.yaml", "01234567", &text).unwrap(), Written::Known(renamed));
        let input = "{\n  \"cause\": \"89abcdef\",\n  \"input\": {}\n}\n";
        let Written::New(path) = write(folder.path(), "c.input.json", "89abcdef", input).unwrap() else {
            panic!("known")
        };
        assert_eq!(write(folder.path(), "d.yaml", "89abcdef", &text).unwrap(), Written::Known(path));
    }
}
