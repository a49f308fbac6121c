//! The boards of `--target serial`: one at a port, those of an inventory, or one of labgrid.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hil_bench::flash::{FlashError, Part, parts};
use hil_bench::inventory::{BoardEntry, DEFAULT_PATH, FirmwareSource, Inventory, LightSource, Selection};
use hil_bench::labgrid::{LabgridPlace, LabgridSpec};
use hil_bench::lock::{self, LockedPort};
use hil_bench::serial::Symbolizer;
use hil_bench::serial::{Options, PortSpec};
use hil_bench::serial_target::{AnalyzerSpec, Lights};
use hil_bench::{Board, Flashing, Provisioning};
use hil_scenario::decode::list;
use hil_targets::Wiring;
use hil_targets::provision::{Identity, Provisioner, Untouched};

use super::provision::{Telling, nobody_says_how};
use crate::Extensions;
use crate::cmd::error::Failure;
use crate::cmd::flash::own_elf;
use crate::cmd::port::flash_failure;

/// Where boards come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BenchArg {
    /// An inventory.
    File(PathBuf),
    /// A place of labgrid.
    Labgrid(LabgridSpec),
}

impl std::str::FromStr for BenchArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("labgrid:") {
            return text.parse().map(Self::Labgrid).map_err(|e: hil_bench::labgrid::LabgridSpecError| e.to_string());
        }
        if text.is_empty() { Err("it is empty".to_owned()) } else { Ok(Self::File(text.into())) }
    }
}

impl std::fmt::Display for BenchArg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Labgrid(spec) => spec.fmt(f),
        }
    }
}

/// The inventory that is there without being named.
pub(super) fn default_bench() -> Option<BenchArg> {
    Path::new(DEFAULT_PATH).exists().then(|| BenchArg::File(DEFAULT_PATH.into()))
}

/// Firmware that boards are flashed with, each read or built once.
pub(super) struct Firmwares<'a> {
    extensions: &'a Extensions,
    elves: HashMap<String, Arc<[u8]>>,
    symbols: HashMap<String, Arc<Symbolizer>>,
}

impl<'a> Firmwares<'a> {
    pub(super) fn new(extensions: &'a Extensions) -> Self {
        Self { extensions, elves: HashMap::new(), symbols: HashMap::new() }
    }

    fn elf(&mut self, source: &FirmwareSource) -> Result<(String, Arc<[u8]>), Failure> {
        let name = match source {
            FirmwareSource::Elf(path) => path.display().to_string(),
            FirmwareSource::Own => "own".to_owned(),
            FirmwareSource::OwnOpenEth => "own-openeth".to_owned(),
        };
        if let Some(elf) = self.elves.get(&name) {
            return Ok((name, Arc::clone(elf)));
        }
        let elf = match source {
            FirmwareSource::Elf(path) => std::fs::read(path).map_err(|e| Failure::io(path.display(), &e))?,
            FirmwareSource::Own | FirmwareSource::OwnOpenEth => {
                own_elf(*source == FirmwareSource::OwnOpenEth, self.extensions)?
            }
        };
        let elf: Arc<[u8]> = elf.into();
        self.elves.insert(name.clone(), Arc::clone(&elf));
        Ok((name, elf))
    }

    /// What is written, and the functions in it.
    pub(super) fn flashing(
        &mut self,
        source: &FirmwareSource,
        partitions: Option<&Path>,
        baud: u32,
    ) -> Result<(Flashing, Option<Arc<Symbolizer>>), Failure> {
        let (name, elf) = self.elf(source)?;
        let parts = board_parts(&elf, partitions, self.extensions)?.into();
        // A stripped ELF has no functions: then panics keep their addresses.
        if !self.symbols.contains_key(&name)
            && let Ok(symbols) = Symbolizer::new(&elf)
        {
            self.symbols.insert(name.clone(), Arc::new(symbols));
        }
        Ok((Flashing { parts, baud }, self.symbols.get(&name).cloned()))
    }
}

/// What is wanted of an inventory's boards.
pub(super) struct Wanted<'a> {
    /// Which of them.
    pub(super) selection: Selection,
    /// Written into their flash, whatever the inventory says.
    pub(super) firmware: Option<FirmwareSource>,
    /// Partition table, whatever the inventory says.
    pub(super) partitions: Option<&'a Path>,
    /// How they learn what stands in `device`, if anybody says it.
    pub(super) telling: Option<Telling>,
    /// The functions of their firmware, whatever the inventory says.
    pub(super) symbols: Option<Arc<Symbolizer>>,
    /// How their lights are wired.
    pub(super) wiring: Wiring,
    /// How their ports are held.
    pub(super) options: Options,
}

/// The parts of a firmware for boards, with the partition table that is named, else that of its provisioner, else the usual one.
pub(in crate::cmd) fn board_parts(
    elf: &[u8],
    partitions: Option<&Path>,
    extensions: &Extensions,
) -> Result<Vec<Part>, Failure> {
    if let Some(why) = extensions.not_for_boards(elf) {
        return Err(flash_failure(&FlashError::NotForBoards(why)));
    }
    let table = match partitions {
        Some(path) => std::fs::read_to_string(path).map_err(|e| Failure::io(path.display(), &e))?,
        None => extensions.provisioner_of(elf).partitions().unwrap_or(USUAL_PARTITIONS).to_owned(),
    };
    parts(elf, &table).map_err(|e| flash_failure(&e))
}

/// ESP-IDF's "single factory app, no OTA", with an app as large as a chip of 4 MB has room for.
const USUAL_PARTITIONS: &str = "\
nvs,      data, nvs,     0x9000,  0x6000
phy_init, data, phy,     0xf000,  0x1000
factory,  app,  factory, 0x10000, 0x3f0000
";

/// Boards of the inventory.
pub(super) fn of_inventory(
    path: &Path,
    wanted: Wanted<'_>,
    mut firmwares: Firmwares<'_>,
) -> Result<Vec<Arc<Board>>, Failure> {
    let inventory = load(path, wanted.telling.as_ref(), firmwares.extensions)?;
    let chosen = inventory.select(&wanted.selection).map_err(|e| Failure::usage(e.to_string()).help(e.help()))?;
    chosen
        .into_iter()
        .map(|entry| {
            let mut board = of_entry(entry, &wanted, &mut firmwares)?;
            board.limits = inventory.limits;
            Ok(Arc::new(board))
        })
        .collect()
}

/// An inventory; its errors are printed, and are a failure.
pub(in crate::cmd) fn load(
    path: &Path,
    telling: Option<&Telling>,
    extensions: &Extensions,
) -> Result<Inventory, Failure> {
    let provisioner = telling.map_or(&Untouched as &dyn Provisioner, |telling| telling.provisioner.as_ref());
    Inventory::load(path, provisioner).map_err(|errors| {
        crate::output::remark(format_args!("{}", errors.render(crate::cmd::color_on_stderr())));
        let failure = Failure::usage(format!("{} cannot be used", path.display()));
        match telling {
            Some(_) => failure,
            None => failure.help(format!(
                "what stands in `device` is told by a provisioner, and none is named: provision = \"NAME\" in the project \
                 file, or --provisioner NAME; this program has {}",
                list(extensions.provisioners().iter().map(|it| it.name()))
            )),
        }
    })
}

fn of_entry(entry: &BoardEntry, wanted: &Wanted<'_>, firmwares: &mut Firmwares<'_>) -> Result<Board, Failure> {
    let Wanted { wiring, options, telling, .. } = wanted;
    let mut board = at_port(&entry.port, *options);
    board.id.clone_from(&entry.id);
    if let Some(source) = wanted.firmware.as_ref().or(entry.firmware.as_ref()) {
        let (flashing, symbols) =
            firmwares.flashing(source, wanted.partitions.or(entry.partitions.as_deref()), entry.baud)?;
        board.flashing = Some(flashing);
        board.equipment.symbols = symbols;
    }
    if wanted.symbols.is_some() {
        board.equipment.symbols.clone_from(&wanted.symbols);
    }
    let untouched: Arc<dyn Provisioner> = Arc::new(Untouched);
    let provisioner = telling.as_ref().map_or(untouched, |telling| Arc::clone(&telling.provisioner));
    let identity = entry.identity(provisioner.as_ref());
    let identity = identity.map_err(|e| Failure::usage(hil_model::error::chain(&e)).help(e.help()))?;
    board.provisioning = match (identity, telling) {
        (None, _) => None,
        (Some(identity), Some(telling)) => {
            let told = Identity { settings: telling.told.settings.clone(), ..Identity::default() };
            Some(Provisioning { provisioner, identity: identity.with_defaults(&told) })
        }
        (Some(_), None) => {
            let what = format!("board {} is to be told what stands in `device`", entry.id);
            return Err(nobody_says_how(&what, firmwares.extensions));
        }
    };
    board.ready.clone_from(&entry.ready);
    board.topic_root.clone_from(&entry.topic_root);
    board.equipment.power.clone_from(&entry.power);
    board.equipment.reset.clone_from(&entry.reset);
    board.equipment.lights = match &entry.light {
        LightSource::None => Lights::Unknown,
        LightSource::Reported => Lights::Reported(wiring.clone()),
        LightSource::Measured => Lights::Measured(wiring.clone()),
        LightSource::Analyzer { driver, channel, samplerate_hz } => {
            let spec = AnalyzerSpec::new(driver, channel, *samplerate_hz);
            let spec = spec.map_err(|e| Failure::usage(format!("board {}: light: {e}", entry.id)))?;
            Lights::Observed(spec, wiring.clone())
        }
    };
    Ok(board)
}

/// A board at a port: it keeps its firmware and its configuration.
pub(super) fn at_port(port: &PortSpec, options: Options) -> Board {
    let access = LockedPort { port: port.clone(), folder: lock::folder() };
    let mut board = Board::new(port.to_string(), Box::new(access), options);
    board.may_have_control_lines = port.may_have_control_lines();
    board
}

/// A place of labgrid: it keeps its firmware and its configuration.
pub(super) fn of_labgrid(spec: &LabgridSpec, options: Options) -> Board {
    Board::new(spec.to_string(), Box::new(LabgridPlace::new(spec.clone())), options)
}
