//! Ids and titles of scenarios.

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path};

use super::document::Row;

/// Characters of a case in an id.
const MAX_CASE: usize = 60;

fn joined(path: &Path) -> String {
    let parts: Vec<String> = path
        .components()
        .filter_map(|part| match part {
            Component::CurDir => None,
            Component::RootDir => Some(String::new()),
            part => Some(printable(&part.as_os_str().to_string_lossy())),
        })
        .collect();
    parts.join("/")
}

/// A row's part of its scenario's id: the name that `case` gives it, or its values, as the file writes them.
pub(super) fn case_id(row: &Row) -> String {
    let text = match &row.name {
        Some(name) => name.value.clone(),
        None => {
            let values =
                row.vars.iter().map(|(name, value)| format!("{}={}", name.value, value.as_text().unwrap_or("")));
            values.collect::<Vec<_>>().join(", ")
        }
    };
    let text = printable(&text);
    match text.char_indices().nth(MAX_CASE) {
        None => text,
        Some(_) => text.chars().take(MAX_CASE - 3).chain("...".chars()).collect(),
    }
}

/// The ids given so far.
#[derive(Debug, Default)]
pub(super) struct Ids {
    taken: HashSet<String>,
    /// How often an id was asked for.
    asked: HashMap<String, u32>,
}

impl Ids {
    /// A file's part of its scenarios' ids: its path as given, without extension, with `/` between folders.
    pub fn of_file(&self, path: &Path) -> String {
        let id = joined(&path.with_extension(""));
        // `x.yaml` and `x.yml` in one folder.
        if self.taken.contains(&id) { joined(path) } else { id }
    }

    /// Makes `id` one that is given.
    pub fn take(&mut self, id: &str) {
        self.taken.insert(id.to_owned());
    }

    /// `id`, with `#2`, `#3` .. behind it if it is taken.
    pub fn unique(&mut self, id: String) -> String {
        if self.taken.insert(id.clone()) {
            return id;
        }
        loop {
            let asked = self.asked.entry(id.clone()).or_insert(1);
            *asked += 1;
            let numbered = format!("{id}#{asked}");
            if self.taken.insert(numbered.clone()) {
                return numbered;
            }
        }
    }
}

/// On one line, without control characters.
fn printable(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}
