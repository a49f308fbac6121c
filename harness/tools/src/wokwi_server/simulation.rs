//! The machine of a client: runs until a pause point, and tells what happens on the way.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant as WallTime};

use serde_json::{Value, json};
use simulator::machine::{Exit, Machine, PinState, What};
use simulator::soc::{Report, SerialPort};
use simulator::time::{Instant, Span};

use super::limits::SERIAL_INPUT;
use super::output::Output;
use super::pause::PausePoints;
use super::pins::Listened;
use super::project::Project;
use super::protocol::{ApiError, Code};
use crate::simulation::connections::{Allowed, Connections, Notice};
use crate::simulation::session::Pace;

/// How much simulated time passes before commands are looked at, and hosts in the network are.
const SLICE: Span = Span::from_ms(1);
/// The same where simulated time passes as fast as it goes.
const LONG_SLICE: Span = Span::from_ms(5);
/// The same where the chip sleeps.
const LONGEST_SLICE: Span = Span::from_ms(1_000);
/// How far the machine may fall behind the wall clock before it is given up to catch up.
const MOST_LAG: Duration = Duration::from_millis(500);
/// Between the answer to `sim:resume` and what happens then. wokwi-cli 0.26.1 crashes (exit code 1) when the pause of its timeout
/// comes together with that answer, which the service is never quick enough for.
const SETTLING: Duration = Duration::from_millis(10);
/// A pause of a machine in which nothing will ever happen.
const NOTHING_TO_DO: Duration = Duration::from_millis(5);
/// Different things that are said about the network.
const MOST_TOLD: usize = 32;

const NO_WIFI: &str = "the firmware uses Wi-Fi, which this server does not have: it cannot join a network here. Build it for \
                       the emulator's Ethernet instead (our light: hil firmware build --openeth)";

/// A simulation: what was started, and its machine.
pub(super) struct Simulation {
    pub(super) project: Project,
    pub(super) machine: Machine,
    connections: Connections,
    pace: Pace,
    /// A moment of simulated time, and when it was.
    anchor: Option<(Instant, WallTime)>,
    is_running: bool,
    /// It does not go on before.
    settled: WallTime,
    /// What came after the text that it paused at, at the same moment.
    held: VecDeque<(Instant, u8)>,
    /// For the chip.
    input: VecDeque<u8>,
    pub(super) listened: BTreeMap<Listened, PinState>,
    warned: BTreeSet<&'static str>,
    /// What was said about the network.
    told: BTreeSet<String>,
}

impl Simulation {
    /// At its beginning, paused.
    pub(super) fn new(project: Project, allowed: Vec<Allowed>, pace: Pace) -> Self {
        let mut machine = project.machine();
        let connections = Connections::new(&mut machine, allowed);
        let mut simulation = Self {
            project,
            machine,
            connections,
            pace,
            anchor: None,
            is_running: false,
            settled: WallTime::now(),
            held: VecDeque::new(),
            input: VecDeque::new(),
            listened: BTreeMap::new(),
            warned: BTreeSet::new(),
            told: BTreeSet::new(),
        };
        simulation.project.analyzers.begin(simulation.machine.now(), |gpio| simulation.machine.soc().level(gpio));
        simulation
    }

    /// The same from its beginning. Pins are still listened to.
    pub(super) fn restart(self, allowed: Vec<Allowed>) -> Self {
        let mut again = Self::new(self.project, allowed, self.pace);
        for listened in self.listened.into_keys() {
            again.listen_gpio(listened);
        }
        again
    }

    pub(super) fn now(&self) -> Instant {
        self.machine.now()
    }

    pub(super) fn is_running(&self) -> bool {
        self.is_running
    }

    pub(super) fn resume(&mut self) {
        if !std::mem::replace(&mut self.is_running, true) {
            self.anchor = None;
            self.settled = WallTime::now() + SETTLING;
        }
    }

    /// Pauses, and tells so, also if it is paused already: clients take the time from there.
    pub(super) fn pause(&mut self, payload: Value, output: &mut Output) {
        self.is_running = false;
        output.event("sim:pause", payload, self.now(), true);
    }

    /// How long to wait for a command before the next [`run`](Self::run).
    pub(super) fn rest(&self, points: &PausePoints) -> Duration {
        let settling = self.settled.saturating_duration_since(WallTime::now());
        if !settling.is_zero() {
            return settling;
        }
        match (self.pace, self.anchor) {
            (Pace::Wall, Some((simulated, wall))) => {
                Duration::from_nanos(self.now().since(simulated).ns()).saturating_sub(wall.elapsed())
            }
            (Pace::Max, _) if points.next().is_none() && self.machine.next_activity() == Instant::NEVER => {
                NOTHING_TO_DO
            }
            _ => Duration::ZERO,
        }
    }

    /// Runs for a moment, at most to the next pause point. `hears`: whether the client is told of the console.
    pub(super) fn run(&mut self, points: &mut PausePoints, hears: bool, output: &mut Output) {
        self.feed();
        let mut is_matched = false;
        while !is_matched && let Some((at, byte)) = self.held.pop_front() {
            is_matched = console_byte(at, byte, points, hears, output);
        }
        let now = self.now();
        if !is_matched && points.next().is_none_or(|at| at > now) {
            if self.pace == Pace::Wall {
                let (simulated, wall) = *self.anchor.get_or_insert_with(|| (now, WallTime::now()));
                if wall.elapsed().saturating_sub(Duration::from_nanos(now.since(simulated).ns())) > MOST_LAG {
                    self.anchor = None;
                }
            }
            let slice = self.slice(points);
            let end = points.next().map_or(now + slice, |at| at.min(now + slice));
            self.machine.stop_at_output(points.wants_serial());
            loop {
                let exit = self.machine.run(end);
                is_matched = self.collect(&exit, points, hears, output);
                if is_matched || self.now() >= end || !matches!(exit, Exit::Output) {
                    break;
                }
            }
            for notice in self.connections.serve(&mut self.machine) {
                let warning = notice.to_string();
                let is_told = self.told.contains(&warning) || self.told.len() == MOST_TOLD;
                if !is_told && !matches!(notice, Notice::Connected { .. }) {
                    self.told.insert(warning.clone());
                    output.warn(warning, self.machine.now(), false);
                }
            }
        }
        self.look_at_pins(output);
        if let Some((id, at)) = points.take_due(self.now()) {
            let payload = match (id, at) {
                (Some(id), Some(at)) => json!({ "pausePoint": id, "pausePointInfo": { "nanos": at.ns() } }),
                (Some(id), None) => json!({ "pausePoint": id, "pausePointInfo": {} }),
                (None, _) => json!({}),
            };
            self.pause(payload, output);
        }
        output.flush();
    }

    /// How much simulated time passes before commands are looked at.
    fn slice(&self, points: &PausePoints) -> Span {
        if self.pace == Pace::Wall || self.connections.is_any_open() {
            return SLICE;
        }
        let activity = self.machine.next_activity();
        match activity == Instant::NEVER && points.next().is_none() {
            true => LONG_SLICE,
            // Over the time in which the chip sleeps.
            false => LONG_SLICE.max(activity.since(self.now()).min(LONGEST_SLICE)),
        }
    }

    /// Tells what has happened; says whether a text that was waited for has come. What comes after it on the console is held.
    fn collect(&mut self, exit: &Exit, points: &mut PausePoints, hears: bool, output: &mut Output) -> bool {
        let mut is_matched = false;
        for event in self.machine.take_events() {
            match event.what {
                What::Serial { port, byte } if Some(port) == self.project.parts.console.output => {
                    if is_matched {
                        self.held.push_back((event.at, byte));
                    } else {
                        is_matched = console_byte(event.at, byte, points, hears, output);
                    }
                }
                What::Serial { port: SerialPort::UsbSerialJtag | SerialPort::Uart0, .. } => {
                    self.warn_once("console", event.at, output, || {
                        "the firmware prints to a serial port that the diagram does not connect with $serialMonitor"
                            .to_owned()
                    });
                }
                What::Edge(edge) => {
                    self.project.analyzers.edge(edge.at, edge.gpio, edge.level);
                    self.tell_edge(edge.at, edge.gpio, edge.level, output);
                }
                What::Report(report) => self.report(&report, output),
                What::Halted { pc } => {
                    let warning =
                        format!("the firmware has halted: it jumps to itself with interrupts off, at {pc:#010x}");
                    self.warn_once("halt", event.at, output, || warning);
                }
                _ => {}
            }
        }
        if let Exit::Stuck(stuck) = exit {
            if stuck.rom_function().is_some_and(is_wifi_function) {
                self.warn_once("wifi", self.now(), output, || NO_WIFI.to_owned());
            }
            self.warn_once("stuck", self.now(), output, || stuck.to_string());
        }
        is_matched
    }

    fn report(&mut self, report: &Report, output: &mut Output) {
        match report {
            Report::Unmodelled { address, at, .. } if is_wifi(*address) => {
                self.warn_once("wifi", *at, output, || NO_WIFI.to_owned());
            }
            Report::SerialMismatch { at, .. } => self.warn_once("baud", *at, output, || report.to_string()),
            Report::Lost { at } => self.warn_once("lost", *at, output, || report.to_string()),
            _ => {}
        }
    }

    fn warn_once(&mut self, what: &'static str, at: Instant, output: &mut Output, warning: impl FnOnce() -> String) {
        if self.warned.insert(what) {
            output.warn(warning(), at, false);
        }
    }

    /// Bytes for the console.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), ApiError> {
        if self.project.parts.console.input.is_none() {
            // Nothing is wired: they are lost. That was said at the start.
            return Ok(());
        }
        if self.input.len() + bytes.len() > SERIAL_INPUT {
            let (more, wait) = (bytes.len(), self.input.len());
            let message = format!("{more} bytes, while {wait} wait for the chip: there may be {SERIAL_INPUT}");
            return Err(ApiError::new(Code::TooLarge, message));
        }
        self.input.extend(bytes);
        self.feed();
        Ok(())
    }

    fn feed(&mut self) {
        let Some(port) = self.project.parts.console.input else { return };
        while !self.input.is_empty() {
            let taken = self.machine.serial_input(port, self.input.as_slices().0);
            if taken == 0 {
                break;
            }
            self.input.drain(..taken);
        }
    }
}

/// Tells of a byte of the console; says whether a text that is waited for is complete with it.
fn console_byte(at: Instant, byte: u8, points: &mut PausePoints, hears: bool, output: &mut Output) -> bool {
    if hears {
        output.serial(at, byte);
    }
    points.serial(byte)
}

/// Whether an address is one of the Wi-Fi MAC's, which Espressif does not describe; its libraries use these.
fn is_wifi(address: u32) -> bool {
    (0x6003_3000..0x6003_6000).contains(&address)
}

/// Whether a function of the mask ROM belongs to the Wi-Fi libraries, by their names for their layers.
fn is_wifi_function(name: &str) -> bool {
    let layers =
        ["esp_pp_", "esp_net80211_", "esp_coex_", "coex_", "pp", "lmac", "wdev", "hal_mac", "ieee80211", "ic_", "phy_"];
    let name = name.to_ascii_lowercase();
    layers.iter().any(|layer| name.starts_with(layer))
}
