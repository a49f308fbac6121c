//! Going on, stepping, and the commands behind gdb's `monitor`.

use std::io;

use gdbstub::common::Signal;
use gdbstub::outputln;
use gdbstub::stub::SingleThreadStopReason;
use gdbstub::target::ext::base::singlethread::{
    SingleThreadRangeStepping, SingleThreadRangeSteppingOps, SingleThreadResume, SingleThreadSingleStep,
    SingleThreadSingleStepOps,
};
use gdbstub::target::ext::breakpoints::WatchKind;
use gdbstub::target::ext::monitor_cmd::{ConsoleOutput, MonitorCmd};

use super::debugger::Debugger;
use crate::simulation::session::{End, Observer, Piece};

/// How the machine goes on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    Continue,
    Step,
    /// Until `pc` leaves the range.
    StepOver(std::ops::Range<u32>),
}

/// Steps before the debugger is listened to again.
const STEPS: u32 = 20_000;

const HELP: &str = "\
monitor reset   push the reset button; then: continue, or stepi (OpenOCD's reset halt, init and run are the same)
monitor halt    where it stands: while gdb has a prompt, the chip does nothing
monitor time    simulated time since power-on, cycles and instructions
monitor help    this";

impl<O: Observer> Debugger<'_, O> {
    /// Goes on for a moment. Why it stopped, if it did.
    pub(super) fn go_on(&mut self) -> io::Result<Option<SingleThreadStopReason<u32>>> {
        match self.mode.clone() {
            Mode::Continue if !self.breakpoints.are_any_watched() => {
                let piece = self.session.run_piece()?;
                Ok(self.reason(piece))
            }
            Mode::Step => {
                let piece = self.session.step()?;
                Ok(self.reason(piece).or(Some(SingleThreadStopReason::DoneStep)))
            }
            mode => self.step_until(&mode),
        }
    }

    /// Steps until something has happened, or for as long as the debugger can wait.
    fn step_until(&mut self, mode: &Mode) -> io::Result<Option<SingleThreadStopReason<u32>>> {
        for _ in 0..STEPS {
            let piece = self.session.step()?;
            if let Some(reason) = self.reason(piece) {
                return Ok(Some(reason));
            }
            if let Some(addr) = self.changed() {
                return Ok(Some(SingleThreadStopReason::Watch { tid: (), kind: WatchKind::Write, addr }));
            }
            let pc = self.session.machine.cpu().pc();
            if self.breakpoints.is_hardware(pc).is_some() {
                return Ok(self.reason(Piece::Breakpoint));
            }
            if matches!(mode, Mode::StepOver(range) if !range.contains(&pc)) {
                return Ok(Some(SingleThreadStopReason::DoneStep));
            }
        }
        Ok(None)
    }

    fn reason(&self, piece: Piece) -> Option<SingleThreadStopReason<u32>> {
        Some(match piece {
            Piece::Passed => return None,
            Piece::Breakpoint => match self.breakpoints.is_hardware(self.session.machine.cpu().pc()) {
                Some(true) => SingleThreadStopReason::HwBreak(()),
                _ => SingleThreadStopReason::SwBreak(()),
            },
            Piece::Ended(End::Halted { .. }) => SingleThreadStopReason::Signal(Signal::SIGABRT),
            Piece::Ended(End::Stuck(_)) => SingleThreadStopReason::Signal(Signal::SIGSEGV),
            Piece::Ended(End::Limit | End::Satisfied | End::Interrupted) => SingleThreadStopReason::Exited(0),
        })
    }
}

impl<O: Observer> SingleThreadResume for Debugger<'_, O> {
    /// There are no signals on a chip: one that gdb passes on after a fault is dropped.
    fn resume(&mut self, _signal: Option<Signal>) -> io::Result<()> {
        self.mode = Mode::Continue;
        Ok(())
    }

    fn support_single_step(&mut self) -> Option<SingleThreadSingleStepOps<'_, Self>> {
        Some(self)
    }

    fn support_range_step(&mut self) -> Option<SingleThreadRangeSteppingOps<'_, Self>> {
        Some(self)
    }
}

impl<O: Observer> SingleThreadSingleStep for Debugger<'_, O> {
    fn step(&mut self, _signal: Option<Signal>) -> io::Result<()> {
        self.mode = Mode::Step;
        Ok(())
    }
}

impl<O: Observer> SingleThreadRangeStepping for Debugger<'_, O> {
    fn resume_range_step(&mut self, start: u32, end: u32) -> io::Result<()> {
        self.mode = Mode::StepOver(start..end);
        Ok(())
    }
}

impl<O: Observer> MonitorCmd for Debugger<'_, O> {
    fn handle_monitor_cmd(&mut self, command: &[u8], mut out: ConsoleOutput<'_>) -> io::Result<()> {
        let text = String::from_utf8_lossy(command);
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        match words[..] {
            // OpenOCD's words: here, the chip stands still after each of them.
            ["reset"] | ["reset", "halt" | "init" | "run"] => {
                self.session.reset()?;
                outputln!(out, "reset; pc is {:#010x}", self.session.machine.cpu().pc());
            }
            ["halt" | "init" | "wait_halt", ..] => {
                outputln!(out, "halted; pc is {:#010x}", self.session.machine.cpu().pc());
            }
            ["time"] => {
                let machine = &self.session.machine;
                let cpu = machine.cpu();
                outputln!(out, "{}, {} cycles, {} instructions", machine.now(), cpu.cycle(), cpu.instret());
            }
            ["help"] | [] => outputln!(out, "{HELP}"),
            _ => outputln!(out, "unknown command {:?}\n{HELP}", text.trim()),
        }
        Ok(())
    }
}
