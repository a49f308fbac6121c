//! What a running scenario knows: its surroundings, its variables, and how far its expectations have read the journal.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::observer::Observer;
use super::serial_log::SerialLog;
use super::step::LateLook;
use hil_model::observation::{Entry, Message, Observation, Payload};
use hil_model::time::SimTime;
pub(super) use hil_scenario::DEFAULT_WITHIN;
use hil_scenario::condition::TextMatch;
use hil_scenario::step::Match;
use hil_scenario::{Capability, Variables};
use hil_targets::Device;
use hil_targets::broker::Broker;
use hil_targets::journal::{Journal, Position};
use hil_targets::wire::Wire;

/// A running scenario.
pub(super) struct Context {
    pub(super) journal: Journal,
    pub(super) observer: Rc<Observer>,
    pub(super) device: Box<dyn Device>,
    pub(super) broker: Broker,
    pub(super) wire: Wire,
    pub(super) variables: Variables,
    /// Instant at which the scenario's `timeout` ends it.
    pub(super) deadline: SimTime,
    /// Whether the step that runs would look or wait beyond it.
    pub(super) is_cut: Cell<bool>,
    /// The same in the device's time, for one whose time stands still between steps.
    pub(super) timeout: Duration,
    pub(super) marks: HashMap<String, Position>,
    pub(super) window: Window,
    pub(super) serial: SerialLog,
    pub(super) requests: u32,
    /// Wokwi's meaning of steps: time stands still between them.
    pub(super) sequential: bool,
    /// What the target can do.
    pub(super) capabilities: Vec<Capability>,
    /// When the scenario's time began, in the computer's time.
    pub(super) began: DateTime<Utc>,
    /// The scenario's id.
    pub(super) id: String,
    /// The client identifier of the device, where the target has that capability.
    pub(super) client_id: String,
    /// Looks at lights that are to be taken when the run is over; each is taken from here when its step has ended.
    pub(super) late: Option<LateLook>,
}

/// Which part of the journal expectations look at: everything since the first of the stimuli just before them, except
/// what an expectation on the same stream has used up.
#[derive(Debug, Default)]
pub(super) struct Window {
    /// First entry that counts.
    pub(super) from: Position,
    /// Its time.
    pub(super) from_time: SimTime,
    /// Byte of the serial output at which the window begins.
    pub(super) serial_from: usize,
    /// Byte of the serial output at which the last step that is no stimulus ended (for `wait-serial`).
    pub(super) wait_serial_from: usize,
    /// Whether the last step that counts was a stimulus, so that the next stimulus belongs to the same window.
    in_stimuli: bool,
    /// First entry that a stream looks at if no step but stimuli stands before it.
    pub(super) stream_from: Option<Position>,
    /// Per topic: the first entry that no expectation has used up.
    topics: HashMap<String, Position>,
    /// Byte behind the last match in the serial output.
    pub(super) serial_used: usize,
    /// Byte behind a match in a line that had not ended: what follows of it counts as a line of its own.
    pub(super) serial_cut: usize,
    /// Per light: the entry and time up to which it was looked at.
    pub(super) lights: HashMap<(String, u16), (Position, SimTime)>,
    /// Per light that is known only after the run: the hint and time up to which hints were looked at.
    pub(super) hinted: HashMap<(String, u16), (Position, SimTime)>,
    /// Per part and pin: the entry behind the last pulse that an expectation has used up.
    pub(super) pins: HashMap<(String, String), Position>,
    /// Within `in-order`: the entry behind the expectation before.
    pub(super) order_from: Option<Position>,
    /// Within `all-of`: entries that its expectations have used up, in whatever order.
    pub(super) taken: Option<BTreeSet<u64>>,
    /// Within a group: the instant from which its expectations' limits count.
    pub(super) limit_base: Option<SimTime>,
    /// Within `any-of`: expectations look, but do not wait.
    pub(super) no_waiting: bool,
}

/// A received message in the journal.
pub(super) struct Found {
    pub(super) seq: u64,
    pub(super) message: Message,
}

impl Context {
    /// The scenario may last so long from now on.
    pub(super) fn begin_timeout(&mut self, timeout: Duration) {
        self.deadline = self.journal.now() + timeout;
        self.timeout = timeout + self.device.pause_points().map(|points| points.elapsed()).unwrap_or_default();
    }

    /// A step begins. Where the device's time stands still between steps, the timeout is measured in that time.
    pub(super) fn begin_step(&mut self) {
        self.is_cut.set(false);
        if self.sequential
            && let Some(points) = self.device.pause_points()
        {
            self.deadline = self.journal.now() + self.timeout.saturating_sub(points.elapsed());
        }
    }

    /// The date and time at this moment of the scenario.
    pub(super) fn date_time(&self) -> DateTime<Utc> {
        self.began + self.journal.now().since(SimTime::ZERO)
    }

    /// A stimulus is about to be given.
    pub(super) fn begin_stimulus(&mut self) {
        self.window.stream_from.get_or_insert(self.journal.end());
        if !self.window.in_stimuli {
            self.serial.update(&self.journal);
            self.window.from = self.journal.end();
            self.window.from_time = self.journal.now();
            self.window.serial_from = self.serial.len();
            self.window.in_stimuli = true;
        }
    }

    /// A step that is no stimulus has ended.
    pub(super) fn end_step(&mut self, closes_stimuli: bool) {
        if closes_stimuli {
            self.window.in_stimuli = false;
            self.window.stream_from = None;
        }
        self.serial.update(&self.journal);
        self.window.wait_serial_from = self.serial.len();
    }

    /// A `wait-serial` step has ended: at its match, where Wokwi halts the device, whatever has been printed since.
    pub(super) fn end_wait_serial(&mut self) {
        self.window.in_stimuli = false;
        self.window.stream_from = None;
        self.window.wait_serial_from = self.window.serial_used;
    }

    /// The instant `within` (or the default) from now, but not after the scenario's end.
    pub(super) fn limit(&self, within: Option<Duration>) -> SimTime {
        let now = self.journal.now();
        if self.window.no_waiting {
            return now;
        }
        self.limit_of_absence(within)
    }

    /// The same for what must be absent: nothing is absent before its time is up, not even for `any-of`, which does not wait otherwise.
    pub(super) fn limit_of_absence(&self, within: Option<Duration>) -> SimTime {
        let now = self.journal.now();
        let base = self.window.limit_base.unwrap_or(now);
        self.until((base + within.unwrap_or(DEFAULT_WITHIN)).max(now))
    }

    /// This instant, or the scenario's end if that comes first. A step that holds only because it has ended then does not hold.
    pub(super) fn until(&self, end: SimTime) -> SimTime {
        if end > self.deadline {
            self.is_cut.set(true);
        }
        end.min(self.deadline)
    }

    /// Whether the scenario's end has cut the step short that has just ended.
    pub(super) fn was_cut(&self) -> bool {
        self.is_cut.get() && self.journal.now() >= self.deadline
    }

    /// First entry that an expectation on messages looks at.
    pub(super) fn messages_from(&self) -> Position {
        self.window.from.max(self.window.order_from.unwrap_or(0))
    }

    /// Marks a message as used up for its topic.
    pub(super) fn use_up(&mut self, found: &Found) {
        if let Some(taken) = &mut self.window.taken {
            taken.insert(found.seq);
        } else {
            self.window.topics.insert(found.message.topic.clone(), found.seq + 1);
        }
        self.used(found.seq);
    }

    /// Tells an `in-order` group that an expectation was met by this entry.
    pub(super) fn used(&mut self, seq: u64) {
        if let Some(from) = &mut self.window.order_from {
            *from = (*from).max(seq + 1);
        }
    }

    /// Sets the variables that named groups of a condition have captured in a payload.
    pub(super) fn capture_payload(&mut self, condition: &Match, payload: &Payload) {
        if let Match::Regex(text) = condition {
            self.capture_groups(text, &String::from_utf8_lossy(&payload.0));
        }
    }

    /// Sets the variables that named groups of an expression have captured.
    pub(super) fn capture_groups(&mut self, expected: &TextMatch, text: &str) {
        let Some(captures) = expected.find(text) else { return };
        for name in expected.regex.value.capture_names().flatten() {
            if let Some(group) = captures.name(name) {
                self.variables.set(name, group.as_str());
            }
        }
    }
}

impl Window {
    /// The steps have ended within whatever groups they were in.
    pub(super) fn leave_groups(&mut self) {
        self.stream_from = None;
        self.in_stimuli = false;
        self.order_from = None;
        self.taken = None;
        self.limit_base = None;
        self.no_waiting = false;
    }

    /// The received message in an entry, unless it is used up.
    pub(super) fn message<'e>(&self, entry: &'e Entry) -> Option<&'e Message> {
        match &entry.what {
            Observation::Received(m) => {
                let free = self.topics.get(&m.topic).is_none_or(|used| entry.seq >= *used)
                    && self.taken.as_ref().is_none_or(|taken| !taken.contains(&entry.seq));
                free.then_some(m)
            }
            _ => None,
        }
    }

    /// Ends an `all-of` group: what it has used up is used up for good.
    pub(super) fn end_all_of(&mut self, before: Option<BTreeSet<u64>>, entries: &[Entry]) {
        let taken = std::mem::replace(&mut self.taken, before).unwrap_or_default();
        for seq in taken {
            if let Some(outer) = &mut self.taken {
                outer.insert(seq);
            } else if let Some(Observation::Received(m)) = entries.get(seq as usize).map(|e| &e.what) {
                let used = self.topics.entry(m.topic.clone()).or_default();
                *used = (*used).max(seq + 1);
            }
        }
    }
}
