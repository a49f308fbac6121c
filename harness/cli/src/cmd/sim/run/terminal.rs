//! What a run shows: serial output on standard output, everything else on standard error.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::{IsTerminal as _, Write as _, stderr, stdout};
use std::rc::Rc;

use hil_bench::debug_info::DebugInfo;
use hil_report::Theme;
use hil_targets::console::{ConsoleWatch, Lines};
use hil_tools::simulation::backtrace::Backtrace;
use hil_tools::simulation::connections::Notice;
use hil_tools::simulation::session::Observer;
use simulator::machine::{Event, Exit, Machine, What};
use simulator::net::AirChange;
use simulator::part::{PartEvent, Shows};
use simulator::soc::{Report, ResetCause, SerialPort};
use simulator::time::Instant;

use super::lights::Lights;
use crate::cmd::error::Failure;
use crate::output::has_left_standard_output;

/// Faults of a waveform that are shown; more of them say nothing new.
const MOST_FAULTS: u32 = 10;
/// Panics and watchdogs whose calls are shown; further ones are a loop.
const MOST_BACKTRACES: u32 = 3;
/// A line longer than this is looked through in parts.
const LONGEST_LINE: usize = 4096;

/// Standard output and standard error.
pub(super) struct Terminal {
    lights: Lights,
    /// What is waited for in the serial output.
    until: Option<String>,
    is_seen: bool,
    debug: Rc<DebugInfo>,
    /// Whether only what is wrong is said.
    is_quiet: bool,
    /// Whether serial output is that of the USB port alone.
    shows_usb: bool,
    /// The serial line that has come so far.
    line: Vec<u8>,
    lines: Lines,
    console: ConsoleWatch,
    /// Whether the firmware has said since its start that it cannot go on.
    has_died: bool,
    /// Panics and watchdogs so far.
    deaths: u32,
    faults: u32,
    last_fault: Option<String>,
    /// What was said about connections.
    told: BTreeSet<String>,
    theme: Theme,
    /// Whether both outputs are the same.
    is_shared: bool,
    /// Whether the last serial byte ended a line.
    at_line_start: Cell<bool>,
    output: std::io::Result<()>,
}

impl Terminal {
    pub(super) fn new(until: Option<String>, debug: Rc<DebugInfo>, is_quiet: bool, shows_usb: bool) -> Self {
        Self {
            lights: Lights::default(),
            until,
            is_seen: false,
            debug,
            is_quiet,
            shows_usb,
            line: Vec::new(),
            lines: Lines::default(),
            console: ConsoleWatch::default(),
            has_died: false,
            deaths: 0,
            faults: 0,
            last_fault: None,
            told: BTreeSet::new(),
            theme: Theme::detect(stderr().is_terminal(), |name| std::env::var(name).ok()),
            is_shared: has_left_standard_output() || stdout().is_terminal() && stderr().is_terminal(),
            at_line_start: Cell::new(true),
            output: Ok(()),
        }
    }

    /// Says something.
    pub(super) fn say(&self, text: &str) {
        if !self.is_quiet {
            self.print("36", "sim", text);
        }
    }

    /// Says something that has to be known to go on.
    pub(super) fn announce(&self, text: &str) {
        self.print("36", "sim", text);
    }

    /// Says that something is wrong.
    pub(super) fn warn(&self, text: &str) {
        self.print("33", "warning", text);
    }

    /// Whether `--until` was asked for and has not come.
    pub(super) fn is_waiting(&self) -> bool {
        self.until.is_some() && !self.is_seen
    }

    /// Whether serial output could be written. That nobody reads it any more is no failure.
    pub(super) fn output_result(&mut self) -> Result<(), Failure> {
        match std::mem::replace(&mut self.output, Ok(())) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::io("standard output", &error)),
            _ => Ok(()),
        }
    }

    fn print(&self, color: &str, title: &str, text: &str) {
        if self.is_shared && !self.at_line_start.replace(true) {
            remark!("");
        }
        if self.theme.has_color() {
            remark!("\x1b[{color}m{title}\x1b[0m: {text}");
        } else {
            remark!("{title}: {text}");
        }
    }

    fn serial(&mut self, byte: u8) {
        if self.output.is_ok() {
            // Standard output is flushed at the end of each line; a prompt has none.
            self.output = serial_output().write_all(&[byte]);
        }
        self.at_line_start.set(byte == b'\n');
        self.line.push(byte);
        if let Some(text) = &self.until {
            self.is_seen |= self.line.ends_with(text.as_bytes());
        }
        if byte == b'\n' || self.line.len() >= LONGEST_LINE {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&line);
        for line in self.lines.push(&line) {
            self.has_died |= self.console.death(&line).is_some();
        }
        for address in addresses(&text) {
            if self.debug.symbols().is_empty() || !self.debug.is_code(address) {
                continue;
            }
            let _ = stdout().flush();
            for frame in self.debug.source(address) {
                let inlined = if frame.is_inlined { ", inlined in" } else { "" };
                remark!("             {address:#010x}: {frame}{inlined}");
            }
        }
    }

    fn part(&mut self, machine: &Machine, part: usize, at: Instant, event: &PartEvent) {
        match event {
            PartEvent::Shows(Shows::Colors(colors)) => self.lights.show(machine.part_id(part), at, colors),
            PartEvent::Fault(fault) => {
                let fault = fault.to_string();
                // Parts on one line say the same.
                if self.last_fault.replace(fault.clone()).as_ref() == Some(&fault) {
                    return;
                }
                self.faults += 1;
                if self.faults <= MOST_FAULTS {
                    self.warn(&format!("data line of {}: {fault}", machine.part_id(part)));
                }
                if self.faults == MOST_FAULTS {
                    self.warn("more faults of waveforms are not shown");
                }
            }
            _ => {}
        }
    }

    /// Prints what lights have begun to show before this moment.
    fn tell_lights(&mut self, before: Instant) {
        if let Some((at, text)) = self.lights.take_text(before, self.theme.has_color())
            && !self.is_quiet
        {
            self.print("35", "led", &format!("[{at}] {text}"));
        }
    }

    fn report(&self, report: &Report) {
        let pc = match report {
            Report::Unmodelled { pc, .. } | Report::Unsupported { pc, .. } | Report::Polling { pc, .. } => Some(*pc),
            Report::BaudFollowed { .. } => return self.announce(&report.to_string()),
            _ => None,
        };
        let place = pc.and_then(|pc| self.debug.source(pc).into_iter().next());
        self.warn(&place.map_or_else(|| report.to_string(), |frame| format!("{report}\n         in {frame}")));
    }

    /// Says that the firmware has died, and where, unless that is known by now.
    fn death(&mut self, machine: &Machine, what: &str, where_to: &str) {
        self.deaths += 1;
        match self.deaths {
            1 if self.debug.symbols().is_empty() => {
                self.warn(&format!("{what}, at {:#010x} (--elf FILE names its functions)", machine.cpu().pc()));
            }
            ..=MOST_BACKTRACES if !self.debug.symbols().is_empty() => {
                self.warn(&format!("{what}; {where_to}:"));
                self.backtrace(machine);
                if self.deaths == MOST_BACKTRACES {
                    self.warn("the calls of more panics and watchdogs are not shown");
                }
            }
            _ => {}
        }
    }

    fn backtrace(&self, machine: &Machine) {
        let _ = stdout().flush();
        crate::output::remark(format_args!("{}", Backtrace::of(machine, &self.debug)));
    }
}

impl Observer for Terminal {
    fn event(&mut self, machine: &Machine, event: &Event) {
        self.tell_lights(event.at);
        match &event.what {
            What::Serial { port: SerialPort::Uart0, byte } if !self.shows_usb => self.serial(*byte),
            What::Serial { port: SerialPort::UsbSerialJtag, byte } => self.serial(*byte),
            What::Part { part, event: told } => self.part(machine, *part, event.at, told),
            What::Reset(ResetCause::PowerOn) if event.at == Instant::ZERO => {}
            What::Reset(cause) => {
                if !self.line.is_empty() {
                    self.end_line();
                }
                self.lines.clear();
                self.console.begin_anew();
                self.has_died = false;
                self.say(&format!("[{}] reset: {cause}", event.at));
            }
            What::Air(told) => {
                let hint = match told.what {
                    AirChange::LooksFor => format!(
                        "; --wifi ssid={} puts it up, with ,password=.. if it has one",
                        told.ssid.escape_debug()
                    ),
                    _ => String::new(),
                };
                self.say(&format!("[{}] the device {told}{hint}", event.at));
            }
            What::Report(report) => self.report(report),
            _ => {}
        }
    }

    fn pause(&mut self) {
        self.tell_lights(Instant::NEVER);
        if !self.at_line_start.get() && self.output.is_ok() {
            self.output = serial_output().flush();
        }
    }

    fn exit(&mut self, machine: &Machine, exit: &Exit) {
        self.tell_lights(Instant::NEVER);
        let now = machine.now();
        match exit {
            Exit::Reset(cause) if cause.is_watchdog() => {
                self.death(machine, &format!("[{now}] the {cause} resets the chip"), "it was here");
            }
            Exit::Reset(cause) if self.has_died => {
                self.death(machine, &format!("[{now}] a panic ends with a {cause}"), "the calls under way");
            }
            Exit::Halted { pc } => {
                self.warn(&format!("[{now}] the firmware jumps to itself with interrupts off, at {pc:#010x}:"));
                self.backtrace(machine);
            }
            Exit::Stuck(stuck) => {
                self.warn(&format!("[{now}] {stuck}"));
                self.backtrace(machine);
            }
            _ => {}
        }
    }

    fn notice(&mut self, machine: &Machine, notice: &Notice) {
        let text = format!("[{}] {notice}", machine.now());
        // Firmware tries again, and again.
        if !self.told.insert(notice.to_string()) {
            return;
        }
        match notice {
            Notice::Connected { .. } | Notice::Forwarded(_) => self.say(&text),
            Notice::NotAllowed(_) | Notice::Unreachable { .. } | Notice::NotTaken(..) => self.warn(&text),
        }
    }

    fn is_satisfied(&self) -> bool {
        self.is_seen || self.output.is_err()
    }
}

/// Where serial output goes: standard output, unless a file of this run has that for itself.
fn serial_output() -> Box<dyn std::io::Write> {
    if has_left_standard_output() { Box::new(stderr()) } else { Box::new(stdout()) }
}

/// Addresses in a line of text, as panic handlers print them: `0x4200abcd`.
fn addresses(line: &str) -> impl Iterator<Item = u32> {
    line.split("0x").skip(1).filter_map(|rest| {
        let digits = rest.len() - rest.trim_start_matches(|it: char| it.is_ascii_hexdigit()).len();
        (digits == 8).then(|| u32::from_str_radix(&rest[..8], 16).ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::addresses;

    #[test]
    fn addresses_have_eight_digits() {
        let found: Vec<u32> = addresses("at 0x4200abcd, 0x40380000: x=0x12 0x123456789 0x").collect();
        assert_eq!(found, [0x4200_ABCD, 0x4038_0000]);
    }
}
