//! VCD files: the levels of pins over time, for sigrok, PulseView and GTKWave; IEEE 1364, chapter "Value change dump files".

use std::collections::BTreeMap;
use std::io::{self, Write};

use simulator::machine::Probe;
use simulator::time::Instant;
use vcd::{IdCode, SimulationCommand, TimescaleUnit, Value};

/// Picoseconds of the file's unit of time. The RMT's ticks of 12.5 ns are a whole number of them.
const UNIT_PS: u64 = 100;

/// Writes the edges of probes.
pub struct Waveforms<W: Write> {
    to: vcd::Writer<W>,
    /// By GPIO.
    lines: BTreeMap<u8, Vec<IdCode>>,
    at: u64,
}

impl<W: Write> Waveforms<W> {
    /// Begins a file with a signal for each probe, such as `led1_DIN`; `level` is what a GPIO has at first.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn new(to: W, probes: &[Probe], level: impl Fn(u8) -> bool) -> io::Result<Self> {
        let mut to = vcd::Writer::new(to);
        to.version(concat!("hil ", env!("CARGO_PKG_VERSION")))?;
        to.timescale(UNIT_PS as u32, TimescaleUnit::PS)?;
        let mut lines: BTreeMap<u8, Vec<IdCode>> = BTreeMap::new();
        // sigrok knows a signal by its last name only, whatever scope it is in.
        to.add_module("board")?;
        for Probe { part, pin, gpio } in probes {
            let line = to.add_wire(1, &format!("{part}_{pin}"))?;
            lines.entry(*gpio).or_default().push(line);
        }
        to.upscope()?;
        to.enddefinitions()?;
        to.timestamp(0)?;
        to.begin(SimulationCommand::Dumpvars)?;
        for (gpio, lines) in &lines {
            lines.iter().try_for_each(|line| to.change_scalar(*line, Value::from(level(*gpio))))?;
        }
        to.end()?;
        Ok(Self { to, lines, at: 0 })
    }

    /// Adds an edge. A GPIO without a probe is passed over.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn edge(&mut self, at: Instant, gpio: u8, level: bool) -> io::Result<()> {
        let Some(lines) = self.lines.get(&gpio) else { return Ok(()) };
        let at = at.ps() / UNIT_PS;
        if at > self.at {
            self.to.timestamp(at)?;
            self.at = at;
        }
        lines.iter().try_for_each(|line| self.to.change_scalar(*line, Value::from(level)))
    }

    /// Ends the file: the levels have lasted until then.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(mut self, at: Instant) -> io::Result<()> {
        let at = at.ps() / UNIT_PS;
        if at > self.at {
            self.to.timestamp(at)?;
        }
        self.to.flush()
    }
}
