//! The loop: moves bytes between hosts and chip, keeps the pace, tells what happens.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant as WallTime};

use simulator::machine::{DownloadFaults, Event, Exit, Machine, What};
use simulator::soc::SerialPort;
use simulator::time::{Instant, Span};

use super::board::Board;
use super::cable::{Cable, Input};
use super::control::{Command, Order};
use super::wait::wait;
use crate::simulation::connections::{Connections, Notice};

/// How much simulated time passes before the outside is looked at.
const SLICE: Span = Span::from_ms(1);
const PAUSE: Duration = Duration::from_millis(1);
/// How long the machine may run without looking outside.
const LONGEST_TURN: Duration = Duration::from_millis(5);
/// How far the machine may fall behind the wall clock before it is given up to catch up.
const MOST_LAG: Duration = Duration::from_millis(500);
/// Bytes for the chip that wait in front of the bridge.
const MOST_WAITING: usize = 32 << 10;

/// Something that whoever serves a board may want to know.
#[derive(Debug)]
pub enum Note<'a> {
    /// The machine did something.
    Event(&'a Event),
    /// The machine stopped for a moment.
    Exit(&'a Exit),
    /// Something about the network.
    Network(&'a Notice),
    /// A program has opened the port at this address; who.
    Opened(&'a str, &'a str),
    /// It is gone.
    Closed(&'a str),
    /// The port at this address is in use; who wanted it.
    Refused(&'a str, &'a str),
    /// The chip is in download mode, or not any more.
    Download(bool),
    /// Programs find the port here now.
    Plugged(&'a str),
    /// A port is of no use any more.
    Broken(&'a str, &'a io::Error),
}

/// A board and the ways to it.
pub struct Server {
    /// The board.
    pub board: Board,
    /// The network that it is allowed.
    pub connections: Connections,
    /// The ways into its bridge.
    pub cables: Vec<Box<dyn Cable>>,
    /// What is to be done to it.
    pub orders: Option<Receiver<Order>>,
    /// Set from outside to end it.
    pub interrupt: Arc<AtomicBool>,
    /// Bytes for the chip.
    waiting: VecDeque<u8>,
    is_downloading: bool,
    anchor: Option<(Instant, WallTime)>,
}

impl Server {
    /// A board without ports, network and orders.
    pub fn new(board: Board) -> Self {
        Self {
            board,
            connections: Connections::default(),
            cables: Vec::new(),
            orders: None,
            interrupt: Arc::default(),
            waiting: VecDeque::new(),
            is_downloading: false,
            anchor: None,
        }
    }

    /// Switches power on, and serves until it is interrupted.
    pub fn run(&mut self, note: &mut dyn FnMut(&Machine, Note<'_>)) {
        self.board.set_power(true);
        while !self.interrupt.load(Ordering::Relaxed) {
            self.turn(note);
            if self.board.machine.is_download_busy() || !self.waiting.is_empty() {
                continue;
            }
            wait(&self.cables, PAUSE);
        }
    }

    /// Does once what is to be done.
    fn turn(&mut self, note: &mut dyn FnMut(&Machine, Note<'_>)) {
        self.obey(note);
        self.listen(note);
        self.board.tick();
        self.feed();
        self.pass_time(note);
        for notice in self.connections.serve(&mut self.board.machine) {
            note(&self.board.machine, Note::Network(&notice));
        }
    }

    /// Does what it was told to do.
    fn obey(&mut self, note: &mut dyn FnMut(&Machine, Note<'_>)) {
        while let Some((command, answer)) = self.orders.as_ref().and_then(|orders| orders.try_recv().ok()) {
            let result = match command {
                Command::Reset => {
                    self.board.reset();
                    Ok(())
                }
                Command::Download => {
                    self.board.enter_download();
                    Ok(())
                }
                Command::Boot(held) => {
                    self.board.set_boot_button(held);
                    Ok(())
                }
                Command::Power(on) => {
                    self.board.set_power(on);
                    Ok(())
                }
                Command::Plug(true) => self.plug(note),
                Command::Plug(false) => {
                    self.cables.iter_mut().for_each(|cable| cable.unplug());
                    self.waiting.clear();
                    Ok(())
                }
                Command::Network(up) => {
                    self.board.machine.set_link(up);
                    Ok(())
                }
                Command::FlashFault(is_worn) => {
                    let machine = &mut self.board.machine;
                    machine.set_download_faults(DownloadFaults { flash_writes: is_worn, ..machine.download_faults() });
                    Ok(())
                }
            };
            // Whoever asked may have gone.
            let _ = answer.send(result);
        }
    }

    fn plug(&mut self, note: &mut dyn FnMut(&Machine, Note<'_>)) -> Result<(), String> {
        for cable in &mut self.cables {
            cable.plug().map_err(|error| format!("{}: {error}", cable.address()))?;
            note(&self.board.machine, Note::Plugged(&cable.address()));
        }
        Ok(())
    }

    /// Takes what the hosts have sent.
    fn listen(&mut self, note: &mut dyn FnMut(&Machine, Note<'_>)) {
        let mut broken = Vec::new();
        for index in 0..self.cables.len() {
            let cable = &mut self.cables[index];
            let (address, has_lines) = (cable.address(), cable.has_lines());
            let inputs = match cable.receive(MOST_WAITING.saturating_sub(self.waiting.len())) {
                Ok(inputs) => inputs,
                Err(error) => {
                    note(&self.board.machine, Note::Broken(&address, &error));
                    broken.push(index);
                    continue;
                }
            };
            for input in inputs {
                self.input(input, &address, has_lines, note);
            }
        }
        for index in broken.into_iter().rev() {
            self.cables.remove(index);
        }
    }

    fn input(&mut self, input: Input, address: &str, has_lines: bool, note: &mut dyn FnMut(&Machine, Note<'_>)) {
        match input {
            Input::Opened(who) => note(&self.board.machine, Note::Opened(address, &who)),
            Input::Closed => {
                note(&self.board.machine, Note::Closed(address));
                if !has_lines && self.board.machine.is_downloading() && !self.board.boot_button() {
                    self.board.reset();
                }
            }
            Input::Refused(who) => note(&self.board.machine, Note::Refused(address, &who)),
            Input::Data(bytes) => self.waiting.extend(bytes),
            Input::Baud(baud) => {
                // What was sent before was sent at the rate before.
                self.feed();
                self.board.machine.set_bridge_baud(baud);
            }
            Input::Lines { dtr, rts } => self.board.set_lines(dtr, rts),
            Input::Download if self.board.machine.is_downloading() => {}
            Input::Download => self.board.enter_download(),
            Input::PurgeInput => self.waiting.clear(),
        }
    }

    /// Gives the bridge as much as it takes.
    fn feed(&mut self) {
        while !self.waiting.is_empty() {
            let taken = self.board.machine.serial_input(SerialPort::Uart0, self.waiting.as_slices().0);
            if taken == 0 {
                break;
            }
            self.waiting.drain(..taken);
        }
    }

    /// Lets the machine run: in download mode as fast as it goes, since no program there could tell, else not faster than
    /// the wall clock.
    fn pass_time(&mut self, note: &mut dyn FnMut(&Machine, Note<'_>)) {
        let began = WallTime::now();
        loop {
            let now = self.board.machine.now();
            let until = if self.board.machine.is_download_busy() {
                self.anchor = None;
                now + SLICE
            } else {
                let (simulated, wall) = *self.anchor.get_or_insert((now, began));
                let lag = wall.elapsed().saturating_sub(nanoseconds(now.since(simulated)));
                if lag > MOST_LAG {
                    self.anchor = None;
                }
                if lag.is_zero() {
                    break;
                }
                now + SLICE.min(Span::from_ns(u64::try_from(lag.as_nanos()).unwrap_or(u64::MAX)))
            };
            let exit = self.board.machine.run(until);
            self.tell(&exit, note);
            self.feed();
            if began.elapsed() > LONGEST_TURN {
                break;
            }
        }
        self.tell(&Exit::Until, note);
    }

    /// Hands on what the machine has done.
    fn tell(&mut self, exit: &Exit, note: &mut dyn FnMut(&Machine, Note<'_>)) {
        let mut output = Vec::new();
        for event in self.board.machine.take_events() {
            if let What::Serial { port: SerialPort::Uart0, byte } = event.what {
                output.push(byte);
            } else {
                note(&self.board.machine, Note::Event(&event));
            }
        }
        if !matches!(exit, Exit::Until | Exit::Network) {
            note(&self.board.machine, Note::Exit(exit));
        }
        let is_downloading = self.board.machine.is_downloading();
        if std::mem::replace(&mut self.is_downloading, is_downloading) != is_downloading {
            note(&self.board.machine, Note::Download(is_downloading));
        }
        for cable in &mut self.cables {
            if let Err(error) = cable.send(&output) {
                note(&self.board.machine, Note::Broken(&cable.address(), &error));
            }
        }
    }
}

fn nanoseconds(span: Span) -> Duration {
    Duration::from_nanos(span.ns())
}
