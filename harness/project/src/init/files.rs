//! Reading a folder, with bounds.

use std::io::Read as _;
use std::path::Path;

/// Bytes of a file that are looked at.
const MAX_SIZE: u64 = 1 << 20;

/// The text of a file; `None` if there is none. What is not UTF-8 is replaced.
pub(super) fn text(folder: &Path, name: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(folder.join(name)).ok()?;
    file.take(MAX_SIZE).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The names of what lies in a folder, sorted.
pub(super) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// `KEY=VALUE` of a line of `sdkconfig` or of an INI file, without quotes and what surrounds it.
pub(super) fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    if line.starts_with(['#', ';', '[']) {
        return None;
    }
    let (key, value) = line.split_once('=')?;
    Some((key.trim(), value.trim().trim_matches('"')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_are_told_from_comments() {
        assert_eq!(assignment("CONFIG_IDF_TARGET=\"esp32c3\""), Some(("CONFIG_IDF_TARGET", "esp32c3")));
        assert_eq!(assignment(" board = esp32-c3-devkitm-1 "), Some(("board", "esp32-c3-devkitm-1")));
        assert_eq!(assignment("# CONFIG_X is not set"), None);
        assert_eq!(assignment("; a=b"), None);
        assert_eq!(assignment("[env:a=b]"), None);
    }
}
