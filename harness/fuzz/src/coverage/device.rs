//! The machine under the fuzzer: booted until it is connected and waits for input, and brought back there before each
//! execution.

use std::ops::Range;
use std::sync::Arc;

use simulator::image::{Firmware, main_stack};
use simulator::machine::{self, Board, Exit, Machine, MachineSnapshot, What};
use simulator::net::AccessPoint;
use simulator::soc::SerialPort;
use simulator::time::Span;

use super::execution::{Ending, Execution, Observed};
use super::finding::frames;
use super::input::Input;
use super::peer::Peer;
use hil_targets::console::Deaths;
use hil_targets::provision::{BrokerAddress, Identity, Provisioner, Untouched};
use hil_tools::simulation::stack::overflow;

/// How the device calls itself, if it can be told.
const CLIENT_ID: &str = "hil-fuzz";
/// Longest time that a device may take to its connection.
const BOOT_LIMIT: Span = Span::from_ms(30_000);
/// The core has slept for so long, and nothing is under way: the device waits for input.
const IDLE: Span = Span::from_us(400);
/// After so many executions, what they have executed is compiled.
const COMPILE_EVERY: u32 = 256;
/// Longest time of an execution after its last input. Long enough for a panic to be printed.
const EXECUTION_LIMIT: Span = Span::from_ms(1_000);
/// Most instructions of an execution; a command takes fewer than 100,000.
const INSTRUCTION_LIMIT: u64 = 10_000_000;

/// The firmware that is fuzzed.
#[derive(Clone, Debug)]
pub struct Image {
    /// What is in the flash.
    pub firmware: Arc<Firmware>,
    /// Where the main stack is, if the ELF's symbols tell (`_stack_end` to `_stack_start`).
    pub stack: Option<Range<u32>>,
    /// How the device learns its broker.
    pub provisioner: Arc<dyn Provisioner>,
    /// What it is told beyond its broker and its client id: network, settings, a fault.
    pub told: Identity,
    /// Where it is told to find its broker.
    pub broker: BrokerAddress,
    /// What else leads there: hosts that are written into the firmware.
    pub hosts: Vec<BrokerAddress>,
    /// The image of Espressif's mask ROM, if the chip is to start there.
    pub rom: Option<Arc<[u8]>>,
    /// The access points around the device's radio.
    pub access_points: Vec<AccessPoint>,
    /// What it prints when it cannot go on.
    pub deaths: Deaths,
}

impl Image {
    /// The image of an ELF that `firmware` was made from. A file without symbols, or that is no ELF, has no known stack. Nothing
    /// of the device is touched, unless it is given a [provisioner](Self::provisioned_by).
    pub fn new(firmware: Arc<Firmware>, elf: &[u8]) -> Self {
        Self {
            firmware,
            stack: main_stack(elf),
            provisioner: Arc::new(Untouched),
            told: Identity::default(),
            broker: BrokerAddress::simulated(),
            hosts: Vec::new(),
            rom: None,
            access_points: Vec::new(),
            deaths: Deaths::default(),
        }
    }

    /// The same, with a device that learns by this provisioner where its broker is.
    #[must_use]
    pub fn provisioned_by(mut self, provisioner: Arc<dyn Provisioner>) -> Self {
        self.provisioner = provisioner;
        self
    }

    /// The same, with the planted fault of this name.
    #[must_use]
    pub fn with_fault(mut self, name: &str) -> Self {
        self.told.fault = Some(name.to_owned());
        self
    }
}

/// Why a device cannot be fuzzed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BootError {
    /// It cannot be told where its broker is.
    #[error("the device cannot be provisioned: {0}")]
    Provision(String),
    /// It did not get as far as its subscriptions.
    #[error("the device does not connect within {limit_ms} ms of its time ({how}); its last words: {last}")]
    NotConnected {
        /// How long it was given, in milliseconds.
        limit_ms: u64,
        /// What happened instead.
        how: String,
        /// The end of what it printed.
        last: String,
    },
}

/// A device at the moment at which it waits for input, and its broker.
pub struct FuzzedDevice {
    machine: Machine,
    peer: Peer,
    start: (MachineSnapshot, Peer),
    /// How often it went back there.
    restored: u32,
    stack: Option<Range<u32>>,
    deaths: Deaths,
}

impl FuzzedDevice {
    /// What its firmware prints when it cannot go on.
    pub const fn deaths(&self) -> &Deaths {
        &self.deaths
    }

    /// Boots until the device has subscribed and waits for input. The same image and seed give the same state.
    ///
    /// # Errors
    /// [`BootError`]
    pub fn boot(image: &Image, seed: u64) -> Result<Self, BootError> {
        let identity = Identity {
            broker: Some(image.broker.clone()),
            client_id: Some(CLIENT_ID.to_owned()),
            prefix: Some(String::new()),
            seed,
            ..Identity::default()
        };
        let mut flash = image.firmware.flash.clone();
        let told = image.provisioner.provision(&identity.with_defaults(&image.told), &mut flash);
        let told = told.map_err(|error| BootError::Provision(error.to_string()))?;
        if !told.dialogue.is_empty() {
            let name = image.provisioner.name();
            return Err(BootError::Provision(format!(
                "provisioner {name} answers on the serial port, which tier 3 does not do; write the answers into the flash"
            )));
        }
        let mut of_machine = machine::Config::default();
        of_machine.seed = seed;
        of_machine.network.seed = seed;
        of_machine.access_points.clone_from(&image.access_points);
        let mut machine = Machine::new(Board::default(), &*image.firmware, of_machine);
        if let Some(rom) = &image.rom {
            machine.load_rom(rom).map_err(|error| BootError::Provision(error.to_string()))?;
        }
        for patch in &told.patches {
            let written = machine.write_flash(patch.offset, &patch.bytes);
            written.map_err(|error| BootError::Provision(error.to_string()))?;
        }
        for broker in [&image.broker].into_iter().chain(&image.hosts) {
            machine.network().allow(&broker.host);
        }
        machine.network().hold_connections();
        machine.cpu_mut().set_edge_coverage(true);
        machine.power_on();
        let mut peer = Peer::default();
        let mut observed = Observed::default();
        let limits = Limits { time: BOOT_LIMIT, instructions: u64::MAX, stack: None };
        let ending = run(&mut machine, &mut peer, &mut observed, &limits, Peer::is_subscribed);
        if ending != Ending::Idle {
            let last: String = observed.console.chars().rev().take(300).collect();
            let last = last.chars().rev().collect();
            return Err(BootError::NotConnected {
                limit_ms: BOOT_LIMIT.ns() / 1_000_000,
                how: ending.to_string(),
                last,
            });
        }
        machine.cpu_mut().take_edges(|_, _| {});
        peer.statuses.clear();
        peer.disconnects = 0;
        // From here on: what only the boot executes is not worth compiling.
        machine.cpu_mut().set_compilation(true);
        let start = (machine.snapshot(), peer.clone());
        Ok(Self { machine, peer, start, restored: 0, stack: image.stack.clone(), deaths: image.deaths.clone() })
    }

    /// Goes back to the moment at which the device waits for input.
    pub fn restore(&mut self) {
        self.restored = self.restored.wrapping_add(1);
        if self.restored.is_multiple_of(COMPILE_EVERY) {
            // Where there is no compiler, it only takes longer.
            let _ = self.machine.cpu_mut().compile();
        }
        self.machine.restore(&self.start.0);
        self.peer.clone_from(&self.start.1);
    }

    /// Goes back, gives the device its input, and lets it run until it waits for more.
    pub fn execute(&mut self, input: &Input) -> Execution {
        self.restore();
        self.go_on(input)
    }

    /// The same, and what branches have compared meanwhile.
    pub(super) fn execute_with_comparisons(&mut self, input: &Input) -> Vec<(u32, u32)> {
        self.machine.cpu_mut().set_comparisons(true);
        self.execute(input);
        self.take_edges(|_, _| {});
        let compared = self.machine.cpu_mut().take_comparisons();
        self.machine.cpu_mut().set_comparisons(false);
        let mut pairs: Vec<_> = compared.iter().map(|it| (it.left, it.right)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    /// Gives the device more input, from where it is, and lets it run until it waits for more.
    pub fn go_on(&mut self, input: &Input) -> Execution {
        let (began, instructions) = (self.machine.now(), self.machine.cpu().instret());
        let mut observed = Observed::default();
        let mut ending = Ending::Idle;
        match input {
            Input::Messages(messages) => {
                let mut messages = messages.iter().peekable();
                while let Some(message) = messages.next() {
                    self.peer.publish(message);
                    if messages.peek().is_none_or(|next| next.waits) {
                        ending = self.settle(&mut observed);
                    }
                    if ending != Ending::Idle {
                        break;
                    }
                }
            }
            Input::Bytes(pieces) => {
                for piece in pieces {
                    self.peer.send_bytes(piece);
                    ending = self.settle(&mut observed);
                    if ending != Ending::Idle {
                        break;
                    }
                }
            }
        }
        Execution {
            // A message that is never acknowledged, although the device waits for input.
            ending: if ending == Ending::Busy && self.peer.owes() { Ending::Unanswered } else { ending },
            frames: frames(&self.machine),
            observed,
            statuses: std::mem::take(&mut self.peer.statuses),
            is_connected: self.peer.is_connected() && self.peer.disconnects == 0,
            instructions: self.machine.cpu().instret() - instructions,
            simulated: self.machine.now().since(began),
        }
    }

    fn settle(&mut self, observed: &mut Observed) -> Ending {
        self.peer.flush(&mut self.machine);
        let limits = Limits {
            time: EXECUTION_LIMIT,
            instructions: INSTRUCTION_LIMIT,
            stack: self.stack.as_ref().map(|it| it.start),
        };
        run(&mut self.machine, &mut self.peer, observed, &limits, Peer::is_quiet)
    }

    /// Tells each edge that was taken since the last call, by its number, with its count; see
    /// [`edge`](Self::edge) for what it is.
    pub fn take_edges(&mut self, each: impl FnMut(u32, u8)) {
        self.machine.cpu_mut().take_edges(each);
    }

    /// What the number of an edge stands for.
    pub fn edge(&self, number: u32) -> Option<simulator::cpu::Edge> {
        self.machine.cpu().edge(number)
    }

    /// A hash over the state of the machine, and one over all that it has done.
    pub fn hashes(&mut self) -> (u64, u64) {
        (self.machine.state_hash(), self.machine.trace_hash())
    }

    /// The machine, for looking at it, or for planting a fault in it. What is changed lasts until the next execution.
    pub fn machine(&mut self) -> &mut Machine {
        &mut self.machine
    }

    /// Makes the present state of the machine the one that executions begin with.
    pub fn keep(&mut self) {
        self.start = (self.machine.snapshot(), self.peer.clone());
    }
}

struct Limits {
    time: Span,
    instructions: u64,
    /// The lowest address of the main stack.
    stack: Option<u32>,
}

/// Runs until the core sleeps, nothing is under way and `is_done`, or something else ends it.
fn run(
    machine: &mut Machine,
    peer: &mut Peer,
    observed: &mut Observed,
    limits: &Limits,
    is_done: impl Fn(&Peer) -> bool,
) -> Ending {
    let end = machine.now() + limits.time;
    let most = machine.cpu().instret().saturating_add(limits.instructions);
    loop {
        let (now, before) = (machine.now(), machine.cpu().instret());
        let exit = machine.run((now + IDLE).min(end));
        observe(machine, observed);
        if limits.stack.is_some_and(|end| overflow(machine, end).is_some()) {
            return Ending::StackOverflow;
        }
        let ending = match exit {
            Exit::Network => {
                peer.serve(machine);
                continue;
            }
            Exit::Until => {
                let asleep = machine.cpu().instret() == before && machine.cpu().is_waiting();
                let under_way = machine.network().next_event().is_some_and(|at| at <= machine.now() + IDLE);
                match () {
                    () if asleep && !under_way && is_done(peer) => Ending::Idle,
                    () if machine.now() >= end || machine.cpu().instret() > most => Ending::Busy,
                    () => continue,
                }
            }
            Exit::Reset(cause) => Ending::Reset(cause),
            Exit::Halted { pc } => Ending::Halted { pc },
            Exit::Stuck(stuck) => Ending::Stuck(stuck.to_string()),
            other => Ending::Stuck(format!("{other:?}")),
        };
        return ending;
    }
}

fn observe(machine: &mut Machine, observed: &mut Observed) {
    for event in machine.take_events() {
        match event.what {
            What::Serial { port: SerialPort::Uart0 | SerialPort::UsbSerialJtag, byte } => observed.print(byte),
            What::Report(report) => observed.reports.push(report.to_string()),
            _ => {}
        }
    }
}
