//! `hil rom`, and the option that names the ROM.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hil_model::error::chain;
use hil_model::verdict::Exit;
use hil_project::Settings;
use hil_tools::rom::{Found, RomError, VARIABLE, Wanted, find, places};

use super::error::Failure;
use super::project::{ProjectArgs, Said};
use crate::Extensions;

/// How to get it; several lines.
const HOW: &str = "\
ESP-IDF      idf_tools.py install esp-rom-elfs
PlatformIO   pio pkg install --global --tool platformio/tool-esp-rom-elfs
espflash     cargo install espflash      (cargo keeps the sources, and they have the ROMs)
by hand      the archive of github.com/espressif/esp-rom-elfs/releases has esp32c3_rev3_rom.elf:
             name it with --rom FILE, with HIL_ROM, or in hil.toml: rom = \"FILE\"
";

/// Say which mask ROM the simulated chip starts with, and how to get it
///
/// With Espressif's mask ROM the simulated chip starts as silicon does, at its reset vector, and runs the bootloader and the app in
/// its flash, of whatever framework. Without it the simulator performs the ROM's functions that esp-hal calls, and starts the app at
/// once. hil takes the ROM that is named (--rom, then HIL_ROM, then `rom` of hil.toml; the word none means to go without), else
/// one that another tool has brought along, if hil knows it by its SHA-256.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hil rom
  hil rom --rom esp32c3_rev3_rom.elf      is this file one?
  hil rom --json | jq -r .path

Exit codes: 0 there is one, 2 wrong usage, or the file that is named is none, 3 there is none.")]
pub(super) struct Args {
    #[command(flatten)]
    project: ProjectArgs,

    #[command(flatten)]
    rom: RomArgs,

    /// As JSON: {"path", "place", "revision", "sha256", "functions", "looked_in": [..]}; path is null if there is none
    #[arg(long)]
    json: bool,
}

/// Which ROM, for commands that make machines.
#[derive(clap::Args, Clone, Debug, Default)]
pub(super) struct RomArgs {
    /// Espressif's mask ROM, as ELF or of 384 KB, or none to go without [default: what `hil rom` finds]
    #[arg(long, value_name = "FILE")]
    rom: Option<PathBuf>,
}

impl RomArgs {
    /// The file that is named, for what must not be written over.
    pub(super) fn file(&self) -> Option<&Path> {
        self.rom.as_deref().filter(|path| *path != Path::new(Settings::NO_ROM))
    }

    /// The ROM to use; none if there is none, or none is wanted.
    pub(super) fn find(&self) -> Result<Option<Found>, Failure> {
        look(&match &self.rom {
            Some(path) => Wanted::Named(path.clone(), "--rom".to_owned()),
            None => Wanted::Any,
        })
    }

    /// Its image.
    pub(super) fn image(&self) -> Result<Option<Arc<[u8]>>, Failure> {
        Ok(self.find()?.map(|found| found.rom.image))
    }
}

/// The ROM of a project: the environment goes before the project file.
pub(super) fn of_project(settings: &Settings) -> Result<Option<Found>, Failure> {
    look(&wanted(settings))
}

/// Which one a project wants.
pub(super) fn wanted(settings: &Settings) -> Wanted {
    match &settings.rom {
        Some(rom) if env(VARIABLE).is_none_or(|it| it.is_empty()) => {
            Wanted::Named(rom.value.clone(), rom.origin.to_string())
        }
        _ => Wanted::Any,
    }
}

fn look(wanted: &Wanted) -> Result<Option<Found>, Failure> {
    let found = find(wanted, env).map_err(|error| {
        let failure = match &error {
            RomError::File { .. } => Failure::bench(&error),
            _ => Failure::usage(chain(&error)),
        };
        failure.help(RomError::HELP)
    })?;
    if let Some(Found { path, rom, .. }) = found.as_ref().filter(|it| it.rom.revision.is_none()) {
        let path = path.display();
        crate::output::remark(format_args!(
            "warning: {path}: hil does not know this ROM (SHA-256 {}..): it may be incomplete, and nothing may start",
            &rom.digest[..16]
        ));
    }
    Ok(found)
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

pub(super) fn run(args: &Args, extensions: &Extensions) -> Result<Exit, Failure> {
    let found = match args.rom.rom {
        Some(_) => args.rom.find()?,
        None => of_project(&args.project.load(Said::default(), extensions)?.settings)?,
    };
    let text = if args.json { as_json(found.as_ref()) } else { as_text(found.as_ref()) };
    crate::output::say(format_args!("{text}"));
    Ok(if found.is_some() { super::DONE } else { Exit::Bench })
}

fn as_json(found: Option<&Found>) -> String {
    let looked: Vec<PathBuf> = places(env).into_iter().flat_map(|(_, folders)| folders).collect();
    let report = serde_json::json!({
        "path": found.map(|it| &it.path),
        "place": found.map(|it| it.place.to_string()),
        "revision": found.and_then(|it| it.rom.revision).map(|revision| revision.to_string()),
        "sha256": found.map(|it| &it.rom.digest),
        "functions": found.map(|it| it.rom.functions.len()),
        "looked_in": looked,
    });
    format!("{report:#}\n")
}

fn as_text(found: Option<&Found>) -> String {
    let Some(Found { path, place, rom }) = found else {
        let mut text = "no mask ROM of the ESP32-C3: the simulator performs the functions itself that esp-hal calls; firmware of\n\
                        ESP-IDF, Arduino and MicroPython, and Wi-Fi, need the ROM\n\nlooked in:\n"
            .to_owned();
        for (place, folders) in places(env) {
            let folders: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
            let folders = if folders.is_empty() { "not there".to_owned() } else { folders.join(", ") };
            text += &format!("  {place}: {folders}\n");
        }
        return format!("{text}\nhow to get it:\n{}", indented(HOW));
    };
    let revision = rom.revision.map_or_else(
        || "its SHA-256 is none that hil knows: it may be of another revision, or changed".to_owned(),
        |revision| revision.to_string(),
    );
    let names = match rom.functions.len() {
        0 => "none: a bare image; Espressif's ELF file has them".to_owned(),
        count => format!("{count} functions"),
    };
    format!(
        "{}\n  from      {place}\n  ROM       {revision}\n  SHA-256   {}   (of the 384 KB)\n  names     {names}\n",
        path.display(),
        rom.digest
    )
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}
