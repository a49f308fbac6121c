//! A project: what holds, all layers together.

use std::path::{Path, PathBuf};

use hil_scenario::error::Diagnostics;

use crate::error::{named, read};
use crate::find::{FILE, Found, WOKWI_FILE, find};
use crate::layer::ProjectFile;
use crate::{Names, Settings, layer, wokwi};

/// What to look for, and what goes before what is found.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The file, if it is named; otherwise it is looked for.
    pub file: Option<PathBuf>,
    /// The profile.
    pub profile: Option<String>,
    /// What the command line says.
    pub command_line: Settings,
    /// What the environment says.
    pub environment: Settings,
    /// What this build of `hil` knows by name.
    pub names: Names,
}

/// A project, or the lack of one: then only command line, environment and defaults hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// The project's folder, as it is from the working folder; empty for the working folder itself.
    pub folder: PathBuf,
    /// The project file; `None` if there is none.
    pub file: Option<PathBuf>,
    /// The profile that was asked for.
    pub profile: Option<String>,
    /// What holds.
    pub settings: Settings,
}

impl Project {
    /// Looks for the project of the working folder `here` (an absolute path) and puts its layers together.
    ///
    /// # Errors
    /// All that is wrong with `hil.toml`; a profile that it does not have; a `wokwi.toml` that is needed and cannot be read.
    pub fn load(here: &Path, request: Request) -> Result<Self, Diagnostics> {
        let Request { file, profile, command_line, environment, names } = request;
        let found = match &file {
            Some(file) => Some(Found { folder: file.parent().unwrap_or(Path::new("")).to_owned(), has_file: true }),
            None => find(here),
        };
        let folder = found.as_ref().map(|found| found.folder.clone()).unwrap_or_default();
        let file = match &found {
            Some(Found { has_file: true, .. }) => Some(file.unwrap_or_else(|| folder.join(FILE))),
            _ => None,
        };
        let of_file = match &file {
            Some(path) => layer::of_source(&read(path)?, &names)?,
            None => ProjectFile::default(),
        };
        let shown = file.as_deref().unwrap_or(Path::new("this project, which has no hil.toml,"));
        let of_file = of_file.with_profile(profile.as_deref(), shown).map_err(|error| named(vec![error]))?;
        let mut settings = command_line.over(environment).over(of_file);
        if settings.firmware.is_none() {
            let path = folder.join(WOKWI_FILE);
            if found.is_some() && path.is_file() {
                settings = settings.over(wokwi::of_source(&read(&path)?)?);
            }
        }
        let settings = settings.over(Settings::defaults(&folder));
        Ok(Self { folder, file, profile, settings })
    }
}
