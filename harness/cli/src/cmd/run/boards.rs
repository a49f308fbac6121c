//! The boards of `--target serial`: one at a port, those of an inventory, or one of labgrid.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hil_bench::flash::parts;
use hil_bench::inventory::{BoardEntry, DEFAULT_PATH, FirmwareSource, Inventory, LightSource, Selection};
use hil_bench::labgrid::{LabgridPlace, LabgridSpec};
use hil_bench::lock::{self, LockedPort};
use hil_bench::serial::panics::Symbolizer;
use hil_bench::serial::{Options, PortSpec};
use hil_bench::serial_target::{AnalyzerSpec, Lights};
use hil_bench::{Board, Flashing};
use hil_targets::Wiring;

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
#[derive(Default)]
pub(super) struct Firmwares {
    elves: HashMap<String, Arc<[u8]>>,
    symbols: HashMap<String, Arc<Symbolizer>>,
}

impl Firmwares {
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
            FirmwareSource::Own | FirmwareSource::OwnOpenEth => own_elf(*source == FirmwareSource::OwnOpenEth)?,
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
        let table = match partitions {
            None => firmware::PARTITIONS.to_owned(),
            Some(path) => std::fs::read_to_string(path).map_err(|e| Failure::io(path.display(), &e))?,
        };
        let parts = parts(&elf, &table).map_err(|e| flash_failure(&e))?.into();
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
pub(super) struct Wanted {
    /// Which of them.
    pub(super) selection: Selection,
    /// Written into their flash, whatever the inventory says.
    pub(super) firmware: Option<FirmwareSource>,
    /// The functions of their firmware, whatever the inventory says.
    pub(super) symbols: Option<Arc<Symbolizer>>,
    /// How their lights are wired.
    pub(super) wiring: Wiring,
    /// How their ports are held.
    pub(super) options: Options,
}

/// Boards of the inventory.
pub(super) fn of_inventory(path: &Path, wanted: Wanted) -> Result<Vec<Arc<Board>>, Failure> {
    let inventory = load(path)?;
    let chosen = inventory.select(&wanted.selection).map_err(|e| Failure::usage(e.to_string()).help(e.help()))?;
    let mut firmwares = Firmwares::default();
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
pub(in crate::cmd) fn load(path: &Path) -> Result<Inventory, Failure> {
    Inventory::load(path).map_err(|errors| {
        eprint!("{}", errors.render(crate::cmd::color_on_stderr()));
        Failure::usage(format!("{} cannot be used", path.display()))
    })
}

fn of_entry(entry: &BoardEntry, wanted: &Wanted, firmwares: &mut Firmwares) -> Result<Board, Failure> {
    let Wanted { wiring, options, .. } = wanted;
    let mut board = at_port(&entry.port, *options);
    board.id.clone_from(&entry.id);
    if let Some(source) = wanted.firmware.as_ref().or(entry.firmware.as_ref()) {
        let (flashing, symbols) = firmwares.flashing(source, entry.partitions.as_deref(), entry.baud)?;
        board.flashing = Some(flashing);
        board.equipment.symbols = symbols;
    }
    if wanted.symbols.is_some() {
        board.equipment.symbols.clone_from(&wanted.symbols);
    }
    board.configuration =
        entry.configuration().map_err(|e| Failure::usage(hil_model::error::chain(&e)).help(e.help()))?;
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
