//! Files that a run reads and writes.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use hil_tools::simulation::coverage::Coverage;
use hil_tools::simulation::load::{self, Load, Program, save_flash};
use hil_tools::simulation::session::Session;
use hil_tools::simulation::trace::Trace;
use hil_tools::simulation::waveforms::{Probe, Waveforms};
use simulator::machine::{Board, Machine};
use simulator::net::pcap;
use simulator::time::Instant;

use super::terminal::Terminal;
use super::{Args, DebugArgs, instant};
use crate::cmd::error::Failure;
use crate::cmd::sim::{drawn, not_loaded};
use crate::output::{Guard, OutputFile};

/// The drawing that is taken if none is named.
const DIAGRAM: &str = "diagram.json";

/// No file that is written takes the place of one that is read, or of another.
pub(super) fn guard(args: &Args) -> Result<(), Failure> {
    let Args { firmware, board, network, debug, .. } = args;
    let mut guard = Guard::new();
    guard.input("the firmware", firmware);
    let inputs = [
        ("the board drawing", &board.board),
        ("the partition table", &board.partitions),
        ("the contents of the NVS partition", &board.nvs),
        ("the ELF file", &debug.elf),
    ];
    for (what, path) in inputs {
        path.iter().for_each(|path| guard.input(what, path));
    }
    board.rom.file().into_iter().for_each(|path| guard.input("the mask ROM", path));
    let outputs = [
        ("--flash", &board.flash),
        ("--pcap", &network.pcap),
        ("--vcd", &debug.vcd),
        ("--trace", &debug.trace),
        ("--coverage", &debug.coverage),
    ];
    outputs.iter().try_for_each(|(option, path)| path.iter().try_for_each(|path| guard.output(option, path)))
}

pub(super) fn load(args: &Args) -> Result<(Program, Board), Failure> {
    let files = Load {
        firmware: &args.firmware,
        elf: args.debug.elf.as_deref(),
        partitions: args.board.partitions.as_deref(),
        flash_size: args.board.flash_size,
    };
    let mut program = files.program().map_err(|error| not_loaded(&error))?;
    if args.debug.coverage.is_some() && program.debug.symbols().is_empty() {
        return Err(Failure::usage(
            "--coverage: without an ELF file with debug information there are no lines to cover",
        )
        .help("give the ELF file that the image was made of: --elf light.elf"));
    }
    if let Some(path) = &args.board.flash {
        program.keep_flash_of(path).map_err(|error| not_loaded(&error))?;
    }
    if let Some(path) = &args.board.nvs {
        program.write_nvs(path).map_err(|error| not_loaded(&error))?;
    }
    let here = Path::new(DIAGRAM);
    let board = match &args.board.board {
        Some(path) => drawn(path, args.board.strict)?,
        None if here.is_file() => drawn(here, args.board.strict)?,
        None => load::bare_board(),
    };
    Ok((program, board))
}

/// What is written while it runs: each in its place when it is whole, streams at once.
pub(super) struct Outputs {
    capture: Option<OutputFile>,
    waveforms: Option<OutputFile>,
    trace: Option<OutputFile>,
}

impl Outputs {
    pub(super) fn create(args: &Args) -> Result<Self, Failure> {
        let create =
            |what: &str, path: &Option<PathBuf>| path.as_deref().map(|path| OutputFile::create(what, path)).transpose();
        Ok(Self {
            capture: create("the capture", &args.network.pcap)?,
            waveforms: create("the waveforms", &args.debug.vcd)?,
            trace: create("the trace", &args.debug.trace)?,
        })
    }

    /// Puts all of them into their places.
    ///
    /// # Errors
    /// The first that could not be written; the others are there all the same.
    pub(super) fn keep(&self) -> Result<(), Failure> {
        let all = [&self.capture, &self.waveforms, &self.trace].into_iter().flatten();
        let kept: Vec<_> = all.map(OutputFile::keep).collect();
        kept.into_iter().collect()
    }

    /// Begins a capture of the network.
    pub(super) fn begin_capture(&self, machine: &mut Machine) -> Result<(), Failure> {
        let Some(file) = self.capture.clone() else { return Ok(()) };
        let mut flushed = file.clone();
        let mut writer = pcap::Writer::new(file).map_err(|error| Failure::bench(&error))?;
        let mut has_failed = false;
        machine.network().set_tap(move |at, _, frame| {
            // Whole frames, so that whoever reads along sees them.
            if let Err(error) = writer.record(at, frame).and_then(|()| flushed.flush())
                && !std::mem::replace(&mut has_failed, true)
            {
                remark!("warning: {error}; the capture is not complete");
            }
        });
        Ok(())
    }

    pub(super) fn waveforms(
        &self,
        probes: &[Probe],
        machine: &Machine,
    ) -> Result<Option<Waveforms<Box<dyn Write>>>, Failure> {
        let Some(file) = self.waveforms.clone() else { return Ok(None) };
        let level = |gpio| machine.chip().soc().level(gpio);
        let waveforms = Waveforms::new(buffered(file), probes, level);
        waveforms.map(Some).map_err(|error| Failure::bench(&error))
    }

    pub(super) fn trace(&self, args: &DebugArgs) -> Option<Trace> {
        let from = args.trace_from.unwrap_or_default();
        let until = args.trace_for.map_or(Instant::NEVER, |span| instant(from.saturating_add(span)));
        Some(Trace::new(buffered(self.trace.clone()?), instant(from)..until))
    }
}

/// Few of the file's own calls, for many small pieces.
fn buffered(file: OutputFile) -> Box<dyn Write> {
    Box::new(BufWriter::new(file))
}

/// Writes what is known only at the end.
pub(super) fn save(args: &Args, session: &Session<Terminal>) -> Result<(), Failure> {
    if let Some(path) = &args.board.flash {
        save_flash(path, session.machine.flash()).map_err(|error| Failure::bench(&error))?;
    }
    let Some(path) = &args.debug.coverage else { return Ok(()) };
    let folder = args.debug.coverage_of.clone().unwrap_or_else(|| ".".into());
    let folder = folder.canonicalize().map_err(|error| Failure::usage(format!("{}: {error}", folder.display())))?;
    let coverage = Coverage::new(&session.debug, &session.machine.cpu().covered(), &folder);
    let coverage = coverage.map_err(|error| Failure::usage(format!("the ELF file's debug information: {error}")))?;
    let mut file = OutputFile::create("the coverage", path)?;
    coverage.write_lcov(&mut file).map_err(|error| Failure::io(path.display(), &error))?;
    file.keep()?;
    let (executed, lines) = coverage.lines();
    let files = coverage.file_count();
    session.observer.say(&format!("coverage: {executed} of {lines} lines in {files} files below {}", folder.display()));
    if files == 0 {
        session.observer.warn(&format!(
            "none of the {} source files is below that folder; choose another one with --coverage-of",
            coverage.left_out
        ));
    }
    Ok(())
}
