//! A project file as a whole.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use hil_scenario::decode::{did_you_mean, list};
use hil_scenario::error::{Code, Diagnostic, Diagnostics};
use hil_scenario::{Source, Span};
use toml::de::{DeTable, DeValue};

use crate::cx::{Cx, Value};
use crate::decode::{FILE, profiles, settings};
use crate::error::{hidden, named, text_of};
use crate::{Names, Settings};

/// What a project file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProjectFile {
    /// The file itself.
    pub settings: Settings,
    /// Its profiles.
    pub profiles: BTreeMap<String, Settings>,
}

impl ProjectFile {
    /// The settings of the file, with those of a profile over them.
    ///
    /// # Errors
    /// There is no such profile.
    pub fn with_profile(self, profile: Option<&str>, file: &Path) -> Result<Settings, Diagnostic> {
        let Self { settings, mut profiles } = self;
        let Some(name) = profile else { return Ok(settings) };
        if let Some(profile) = profiles.remove(name) {
            return Ok(profile.over(settings));
        }
        let known = profiles.keys().map(String::as_str);
        let help = match (did_you_mean(name, known.clone()), profiles.is_empty()) {
            (Some(guess), _) => guess,
            (None, true) => format!("it has none; one begins with [profile.{name}]"),
            (None, false) => format!("it has {}", list(known)),
        };
        let title = format!("{} has no profile {name:?}", file.display());
        Err(Diagnostic::new(Code::BadValue, title).help(help))
    }
}

/// Reads the text of a project file. `path` is where it is from the working folder; the file's paths are relative to its
/// folder.
///
/// # Errors
/// All that is wrong with it, in file order, each with its place. No password that stands in the file is shown.
pub fn parse(path: &Path, text: Vec<u8>, names: &Names) -> Result<ProjectFile, Diagnostics> {
    of_source(&text_of(path, text)?, names)
}

pub(crate) fn of_source(source: &Arc<Source>, names: &Names) -> Result<ProjectFile, Diagnostics> {
    let (table, errors) = DeTable::parse_recoverable(&source.text);
    if !errors.is_empty() {
        // What the rest of a broken file means is a guess: only this is reported.
        let source = hidden(source, table.get_ref());
        return Err(named(errors.iter().map(|error| syntax(&source, error)).collect()));
    }
    let shown = hidden(source, table.get_ref());
    let mut cx = Cx::new(&shown, names);
    let root = toml::Spanned::new(table.span(), DeValue::Table(table.into_inner()));
    let file = file(&mut cx, &root);
    let errors = cx.into_errors();
    if errors.is_empty() { Ok(file) } else { Err(named(errors)) }
}

fn file<'t>(cx: &mut Cx<'_>, root: &'t Value<'t>) -> ProjectFile {
    let settings = settings(cx, root, &FILE);
    let profile = root.get_ref().as_table().and_then(|table| table.iter().find(|(key, _)| key.get_ref() == "profile"));
    let profiles = profile.map(|(_, value)| profiles(cx, value)).unwrap_or_default();
    ProjectFile { settings, profiles }
}

fn syntax(source: &Arc<Source>, error: &toml::de::Error) -> Diagnostic {
    let end = source.text.len();
    let span = error.span().map_or(Span { start: end, end }, |range| Span { start: range.start, end: range.end });
    Diagnostic::new(Code::Syntax, format!("not TOML: {}", error.message()))
        .at(source, span, "")
        .help("TOML is described at https://toml.io; strings stand in quotes, tables in [brackets]")
}
