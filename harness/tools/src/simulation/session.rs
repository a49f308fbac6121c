//! A machine that runs by itself: at a pace, with the network that it is allowed, until a limit; and somebody who watches.

use std::io::{self, Write};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant as WallTime};

use simulator::machine::{Event, Exit, Machine, Stuck, What};
use simulator::soc::SerialPort;
use simulator::time::{Instant, Span};

use super::connections::{Connections, Notice};
use super::trace::Trace;
use super::waveforms::Waveforms;
use hil_bench::debug_info::DebugInfo;

/// How much simulated time passes before the outside is looked at: the delay of the network and of input.
const SLICE: Span = Span::from_ms(1);
/// The same where nothing can come from outside but Ctrl-C.
const LONG_SLICE: Span = Span::from_ms(20);
/// How far the machine may fall behind the wall clock before it is given up to catch up.
const MOST_LAG: Duration = Duration::from_millis(500);
/// Firmware that has halted may still be reset by a watchdog. The longest that esp-hal sets by default is below this.
const HALT_GRACE: Span = Span::from_ms(10_000);

/// How fast simulated time passes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pace {
    /// Not faster than the wall clock: an answer from outside takes as long as it does for a board.
    Wall,
    /// As fast as it goes.
    Max,
}

/// Whoever watches a session.
pub trait Observer {
    /// Something was seen.
    fn event(&mut self, machine: &Machine, event: &Event);
    /// The machine stopped for a moment; its state is still that before what comes next.
    fn exit(&mut self, machine: &Machine, exit: &Exit);
    /// Something about the network.
    fn notice(&mut self, machine: &Machine, notice: &Notice);
    /// A moment has passed, and nothing more is known to come at once.
    fn pause(&mut self) {}
    /// Whether what was waited for has come.
    fn is_satisfied(&self) -> bool;
}

/// Why a session is over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum End {
    /// The time limit is reached.
    Limit,
    /// The observer is satisfied.
    Satisfied,
    /// Somebody asked for it.
    Interrupted,
    /// The firmware has halted for good, and no watchdog came.
    Halted {
        /// Where.
        pc: u32,
    },
    /// The machine cannot go on.
    Stuck(Stuck),
}

/// What came of a piece of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    /// Time has passed; there is more to come.
    Passed,
    /// A breakpoint is reached.
    Breakpoint,
    /// The session is over.
    Ended(End),
}

/// A machine and what is around it.
pub struct Session<O> {
    /// The machine.
    pub machine: Machine,
    /// What its firmware's debug information says.
    pub debug: Rc<DebugInfo>,
    /// Who watches.
    pub observer: O,
    /// The network that it is allowed.
    pub connections: Connections,
    /// How fast it runs.
    pub pace: Pace,
    /// When it ends.
    pub limit: Instant,
    /// Set from outside to end it.
    pub interrupt: Arc<AtomicBool>,
    /// What comes for a serial port.
    pub input: Option<(SerialPort, Receiver<Vec<u8>>)>,
    /// Where waveforms go.
    pub waveforms: Option<Waveforms<Box<dyn Write>>>,
    /// Where the trace goes.
    pub trace: Option<Trace>,
    /// A moment of simulated time, and when it was.
    anchor: Option<(Instant, WallTime)>,
    /// What came for the serial port and the port has had no room for yet.
    unread: Vec<u8>,
    halted: Option<(Instant, u32)>,
}

impl<O: Observer> Session<O> {
    /// A session without limit, network, input and files.
    pub fn new(machine: Machine, debug: Rc<DebugInfo>, observer: O, pace: Pace) -> Self {
        Self {
            machine,
            debug,
            observer,
            connections: Connections::default(),
            pace,
            limit: Instant::NEVER,
            interrupt: Arc::default(),
            input: None,
            waveforms: None,
            trace: None,
            anchor: None,
            halted: None,
            unread: Vec::new(),
        }
    }

    /// Runs to the end.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn run(&mut self) -> io::Result<End> {
        loop {
            if let Piece::Ended(end) = self.run_piece()? {
                return Ok(end);
            }
        }
    }

    /// Runs for a moment: a millisecond or a few of simulated time.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn run_piece(&mut self) -> io::Result<Piece> {
        if let Some(end) = self.end() {
            return Ok(Piece::Ended(end));
        }
        let is_alone = self.pace == Pace::Max && self.input.is_none() && !self.connections.is_any_open();
        let slice = self.machine.now() + if is_alone { LONG_SLICE } else { SLICE };
        // Not beyond an end that is known: when input from outside ends must not decide how long a run is.
        let until = slice.min(self.limit).min(self.given_up_at());
        let exit = self.go(until)?;
        self.look_around(&exit)?;
        self.keep_pace();
        Ok(match exit {
            Exit::Breakpoint => Piece::Breakpoint,
            Exit::Stuck(stuck) => Piece::Ended(End::Stuck(stuck)),
            _ => self.end().map_or(Piece::Passed, Piece::Ended),
        })
    }

    /// Takes one step: an instruction, an interrupt, or a function of the mask ROM.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn step(&mut self) -> io::Result<Piece> {
        if let Some(end) = self.end() {
            return Ok(Piece::Ended(end));
        }
        self.anchor = None;
        let exit = self.go_one_step(self.machine.now() + SLICE)?;
        self.look_around(&exit)?;
        Ok(match exit {
            Exit::Stuck(stuck) => Piece::Ended(End::Stuck(stuck)),
            _ => Piece::Passed,
        })
    }

    /// Pushes the reset button.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn reset(&mut self) -> io::Result<()> {
        self.machine.reset();
        self.look_around(&Exit::Until)
    }

    /// Simulated time has stood still, and may do so as long as it likes.
    pub fn paused(&mut self) {
        self.anchor = None;
    }

    /// Ends the files.
    ///
    /// # Errors
    /// If one cannot be written.
    pub fn finish(&mut self) -> io::Result<()> {
        let now = self.machine.now();
        self.trace.as_mut().map_or(Ok(()), Trace::finish)?;
        self.waveforms.take().map_or(Ok(()), |waveforms| waveforms.finish(now))
    }

    fn end(&self) -> Option<End> {
        let now = self.machine.now();
        if self.observer.is_satisfied() {
            return Some(End::Satisfied);
        }
        if self.interrupt.load(Ordering::Relaxed) {
            return Some(End::Interrupted);
        }
        if now >= self.limit {
            return Some(End::Limit);
        }
        self.halted.filter(|_| now >= self.given_up_at()).map(|(_, pc)| End::Halted { pc })
    }

    /// When firmware that has halted is not waited for any longer.
    fn given_up_at(&self) -> Instant {
        self.halted.map_or(Instant::NEVER, |(since, _)| since + HALT_GRACE)
    }

    fn go(&mut self, until: Instant) -> io::Result<Exit> {
        let Some(span) = self.trace.as_ref().map(|trace| trace.span().clone()) else {
            return Ok(self.machine.run(until));
        };
        let now = self.machine.now();
        if now < span.start || now >= span.end {
            let until = if now < span.start { until.min(span.start) } else { until };
            return Ok(self.machine.run(until));
        }
        let until = until.min(span.end);
        loop {
            let exit = self.go_one_step(until)?;
            if exit != Exit::Until || self.machine.now() >= until {
                return Ok(exit);
            }
            if self.machine.cpu().has_breakpoint(self.machine.cpu().pc()) {
                return Ok(Exit::Breakpoint);
            }
        }
    }

    fn go_one_step(&mut self, until: Instant) -> io::Result<Exit> {
        let now = self.machine.now();
        match &mut self.trace {
            Some(trace) if trace.span().contains(&now) => trace.step(&mut self.machine, &self.debug, until),
            _ => Ok(self.machine.step(until)),
        }
    }

    /// Tells the observer, and does what is to be done outside.
    fn look_around(&mut self, exit: &Exit) -> io::Result<()> {
        for event in self.machine.take_events() {
            if let (What::Edge(edge), Some(waveforms)) = (&event.what, &mut self.waveforms) {
                waveforms.edge(edge.at, edge.gpio, edge.level)?;
            }
            if matches!(event.what, What::Reset(_)) {
                self.halted = None;
            }
            self.observer.event(&self.machine, &event);
        }
        if let Exit::Halted { pc } = exit {
            self.halted = Some((self.machine.now(), *pc));
        }
        if !matches!(exit, Exit::Until | Exit::Network | Exit::Breakpoint) {
            self.observer.exit(&self.machine, exit);
        }
        self.observer.pause();
        for notice in self.connections.serve(&mut self.machine) {
            self.observer.notice(&self.machine, &notice);
        }
        while let Some((port, input)) = &self.input {
            if self.unread.is_empty() {
                match input.try_recv() {
                    Ok(bytes) => self.unread = bytes,
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => {
                        self.input = None;
                        break;
                    }
                }
            }
            let accepted = self.machine.serial_input(*port, &self.unread);
            self.unread.drain(..accepted);
            if !self.unread.is_empty() {
                break;
            }
        }
        Ok(())
    }

    fn keep_pace(&mut self) {
        if self.pace == Pace::Max {
            return;
        }
        let now = self.machine.now();
        let (simulated, wall) = *self.anchor.get_or_insert_with(|| (now, WallTime::now()));
        let due = Duration::from_nanos(now.since(simulated).ns());
        let passed = wall.elapsed();
        if due > passed {
            std::thread::sleep(due - passed);
        } else if passed - due > MOST_LAG {
            self.anchor = None;
        }
    }
}
