//! Where the ROM is looked for.

use std::fmt;
use std::path::{Path, PathBuf};

use super::{Rom, RomError};

/// The environment variable that names it.
pub const VARIABLE: &str = "HIL_ROM";
/// In place of a path: no ROM, also if there is one.
const NONE: &str = "none";
/// As Espressif names the files of this chip.
const FILE: (&str, &str) = ("esp32c3_rev", "_rom.elf");

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// This file, or with the word `none` no ROM; and who says so: `--rom`, `hil.toml:3`.
    Named(PathBuf, String),
    /// Whatever is found.
    Any,
}

/// Who has put the ROM there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The user names it: `--rom`, `hil.toml:3`, `HIL_ROM`.
    Named(String),
    /// ESP-IDF's tools.
    EspIdf,
    /// PlatformIO's packages.
    PlatformIo,
    /// The sources of espflash, which cargo keeps.
    Espflash,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Named(who) => who,
            Self::EspIdf => "ESP-IDF's tools",
            Self::PlatformIo => "PlatformIO's packages",
            Self::Espflash => "cargo's copy of espflash",
        })
    }
}

/// The ROM that is used.
#[derive(Clone, Debug)]
pub struct Found {
    /// The file.
    pub path: PathBuf,
    /// Who has put it there.
    pub place: Place,
    /// What is in it.
    pub rom: Rom,
}

/// Looks for the ROM. Without a name only files that are known are taken; `env` gives variables of the environment.
///
/// # Errors
/// [`RomError`] if the file that was named is none.
pub fn find(wanted: &Wanted, env: impl Fn(&str) -> Option<String>) -> Result<Option<Found>, RomError> {
    let named = match wanted {
        Wanted::Named(path, who) => Some((path.clone(), who.clone())),
        Wanted::Any => env(VARIABLE).filter(|it| !it.is_empty()).map(|path| (PathBuf::from(path), VARIABLE.to_owned())),
    };
    match named {
        Some((path, _)) if path == Path::new(NONE) => Ok(None),
        Some((path, who)) => {
            let rom = Rom::read(&path)?;
            Ok(Some(Found { path, place: Place::Named(who), rom }))
        }
        None => Ok(best(&env)),
    }
}

/// The first place that has known ROMs; of those in it the one for the chip that is simulated.
fn best(env: &dyn Fn(&str) -> Option<String>) -> Option<Found> {
    places(env).into_iter().find_map(|(place, folders)| {
        let found = folders.into_iter().find_map(|folder| {
            let known = files(&folder).into_iter().filter_map(|path| {
                let rom = Rom::read(&path).ok()?;
                Some((rom.revision?.rank(), path, rom))
            });
            known.max_by_key(|(rank, ..)| *rank)
        });
        found.map(|(_, path, rom)| Found { path, place, rom })
    })
}

/// The folders in which it is looked for, in this order; those that are there.
pub fn places(env: impl Fn(&str) -> Option<String>) -> Vec<(Place, Vec<PathBuf>)> {
    let var = |name: &str| env(name).filter(|it| !it.is_empty()).map(PathBuf::from);
    let home = var("HOME").or_else(|| var("USERPROFILE"));
    let or_home = |name: &str, usual: &str| var(name).or_else(|| home.as_ref().map(|home| home.join(usual)));
    let tools = or_home("IDF_TOOLS_PATH", ".espressif").map(|it| newest(&it.join("tools/esp-rom-elfs"), ""));
    let idf = var("ESP_ROM_ELF_DIR").into_iter().chain(tools.into_iter().flatten()).collect();
    let platformio = or_home("PLATFORMIO_CORE_DIR", ".platformio").map(|it| it.join("packages/tool-esp-rom-elfs"));
    let sources = or_home("CARGO_HOME", ".cargo").map(|it| newest(&it.join("registry/src"), ""));
    let espflash = sources.into_iter().flatten().flat_map(|registry| newest(&registry, "espflash-"));
    vec![
        (Place::EspIdf, idf),
        (Place::PlatformIo, platformio.into_iter().collect()),
        (Place::Espflash, espflash.map(|crates| crates.join("resources/roms")).collect()),
    ]
}

/// The entries of a folder whose names begin so, the last in alphabetical order first: names are versions.
fn newest(folder: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        entries.filter(|it| it.file_name().to_string_lossy().starts_with(prefix)).map(|it| it.path()).collect();
    found.sort_by(|a, b| b.cmp(a));
    found
}

/// The files for this chip in a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(FILE.0) && name.ends_with(FILE.1)
    };
    newest(folder, FILE.0).into_iter().filter(is_ours).collect()
}
