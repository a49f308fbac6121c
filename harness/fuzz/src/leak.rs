//! Memory that is used up: the chip's binary is given the same messages again and again on the simulator, and it is looked
//! whether they leave something behind in ever new RAM.
//!
//! Nothing is known of the firmware's allocator, and nothing has to be: of a block that was never freed, something stays, at
//! an address of its own. So the words of RAM that ever differ from what was there at first become more with each repetition;
//! without a leak, the same ones are used over and over. What is not seen: blocks into which nothing is written, and leaks that
//! need a new connection, a restart, or other messages than these.

use std::fmt;
use std::time::Duration;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use simulator::machine::Machine;
use simulator::mem::DRAM;

use super::coverage::{Ending, FuzzedDevice, Input, Publish};
use super::device::DeviceDescription;
use super::lower::{payload, quoted};
use super::payload::{Leaf, valid};
use hil_model::hash::fnv1a;
use hil_model::time::display;

/// Repetitions between two looks at the RAM.
const WINDOW: usize = 64;
/// Looks, 64 repetitions apart, after which growth that has not stopped is a leak: buffers that go round are hardly longer.
pub const LOOKS: usize = 40;
/// Words of RAM that a repetition uses up at least, on average.
const LEAST: usize = 1;
/// Bytes of RAM that no firmware has more of.
const ALL_RAM: usize = 400 * 1024;
/// Repetitions of a finding's scenario at most.
const MOST_REPETITIONS: usize = 50_000;
/// Pause between the messages of a finding's scenario, in milliseconds.
const PAUSE_MS: usize = 20;

/// What is repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// In words: `right payloads on cmnd/led/power`.
    pub name: String,
    /// The messages of one repetition.
    pub messages: Vec<Publish>,
}

/// A device that does not bear to be told the same for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// What was repeated.
    pub round: Round,
    /// How often.
    pub repetitions: usize,
    /// Bytes of RAM that were used up.
    pub bytes: usize,
    /// What has become of the device, if it did not last.
    pub ended: Option<Ending>,
}

/// In one line.
impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { round, repetitions, bytes, ended } = self;
        write!(f, "{}, {repetitions} times: ", round.name)?;
        match ended {
            Some(ended) => write!(f, "{ended}; {bytes} bytes of RAM were used up by then"),
            None => write!(f, "{bytes} bytes of RAM were used up, more each time"),
        }
    }
}

/// What to repeat with a device: for each command two right payloads in turn, and a wrong one.
pub fn rounds(device: &DeviceDescription) -> Vec<Round> {
    let mut runner = TestRunner::deterministic();
    let mut rounds = Vec::new();
    for command in &device.commands {
        let round = |what: &str, payloads: Vec<Vec<u8>>| {
            let message = |payload| Publish {
                topic: command.topic.clone(),
                qos: 1,
                retain: false,
                waits: true,
                asks: true,
                payload,
            };
            Round {
                name: format!("{what} on {}", command.topic),
                messages: payloads.into_iter().map(message).collect(),
            }
        };
        let mut right: Vec<Vec<u8>> = Vec::new();
        for _ in 0..16 {
            let Ok(tree) = valid(&command.payload).new_tree(&mut runner) else { continue };
            let payload = tree.current().into_iter().map(|Leaf { text, .. }| text).collect::<String>().into_bytes();
            if right.len() < 2 && !right.contains(&payload) {
                right.push(payload);
            }
        }
        rounds.push(round("right payloads", right));
        let wrong = ["?", "999999", ""].into_iter().find(|wrong| command.payload.read(wrong.as_bytes()).is_none());
        rounds.extend(wrong.map(|wrong| round("a wrong payload", vec![wrong.as_bytes().to_vec()])));
    }
    rounds.retain(|round| !round.messages.is_empty());
    rounds
}

/// Repeats the messages until the RAM that they use has stopped to grow, or to the last look, which is usually [`LOOKS`].
/// `goes_on` is asked now and then.
pub fn look(device: &mut FuzzedDevice, round: &Round, looks: usize, goes_on: &dyn Fn() -> bool) -> Option<Leak> {
    device.restore();
    let input = Input::Messages(round.messages.clone());
    // What does not even bear one is no leak.
    if device.go_on(&input).ending != Ending::Idle {
        return None;
    }
    let mut used = Used::new(device.machine());
    let leak = |repetitions, bytes, ended| Some(Leak { round: round.clone(), repetitions, bytes, ended });
    for look in 1..=looks {
        for repetition in 1..=WINDOW {
            let ending = device.go_on(&input).ending;
            if ending != Ending::Idle {
                used.look(device.machine());
                return leak((look - 1) * WINDOW + repetition, used.bytes(), Some(ending));
            }
        }
        let more = used.look(device.machine());
        if more < LEAST * WINDOW || !goes_on() {
            return None;
        }
    }
    leak(looks * WINDOW, used.bytes(), None)
}

impl Leak {
    /// Eight hexadecimal digits, the same in each run.
    pub fn fingerprint(&self) -> String {
        let hash = fnv1a(format!("leak\n{}", self.round.name).bytes());
        format!("{:08x}", (hash >> 32) ^ (hash & 0xffff_ffff))
    }

    /// Name of its file.
    pub fn file_name(&self) -> String {
        let name = self.round.name.rsplit('/').next().unwrap_or_default();
        let kind = self.round.name.split(' ').nth(1).unwrap_or_default();
        let text = format!("leak-{}-{name}", if kind == "wrong" { "wrong" } else { "right" });
        let slug: String =
            text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
        format!("{slug}-{}.yaml", self.fingerprint())
    }

    /// A scenario that repeats it until nothing can be left of the memory: a device that leaks does not come to its end.
    pub fn scenario(&self, device: &DeviceDescription) -> String {
        let times = match self.ended {
            Some(_) => 2 * self.repetitions + WINDOW,
            None => ALL_RAM * self.repetitions / self.bytes.max(1),
        };
        let times = times.clamp(1, MOST_REPETITIONS);
        let timeout =
            Duration::from_secs(60 + (3 * PAUSE_MS * times * self.round.messages.len()).div_ceil(1000) as u64);
        let mut text = format!(
            "name: {}\nversion: 1\ntags: [fuzz]\ntimeout: {}\n",
            quoted(&format!("Fuzzing {}: {}, {times} times", device.name, self.round.name)),
            display(timeout),
        );
        if let Some(online) = &device.online {
            let (topic, payload, within) = (quoted(&online.topic), quoted(&online.payload), display(online.within));
            text +=
                &format!("setup:\n  - expect-retained: {{ topic: {topic}, payload: {payload}, within: {within} }}\n");
        }
        text += &format!("steps:\n  - repeat:\n      times: {times}\n      steps:\n");
        for Publish { topic, qos, payload, asks, .. } in &self.round.messages {
            let (topic, payload) = (quoted(topic), self::payload(payload));
            let asks = if *asks { ", properties: { response-topic: hil/r }" } else { "" };
            text += &format!(
                "        - publish: {{ topic: {topic}, {payload}, qos: {qos}{asks} }}\n        - delay: {PAUSE_MS}ms\n"
            );
        }
        if let Some(online) = &device.online {
            let (topic, payload) = (quoted(&online.topic), quoted(&online.payload));
            text += &format!(
                "  - name: It is still there\n    expect-retained: {{ topic: {topic}, payload: {payload} }}\n"
            );
        }
        text
    }
}

/// The words of RAM that have ever differed from what was there at first.
struct Used {
    first: Vec<u8>,
    ever: Vec<bool>,
    count: usize,
}

impl Used {
    fn new(machine: &Machine) -> Self {
        let first = ram(machine);
        Self { ever: vec![false; first.len() / 4], first, count: 0 }
    }

    /// How many words are new.
    fn look(&mut self, machine: &Machine) -> usize {
        let before = self.count;
        let now = ram(machine);
        let words = self.first.chunks_exact(4).zip(now.chunks_exact(4));
        for (ever, (first, now)) in self.ever.iter_mut().zip(words) {
            if !*ever && first != now {
                *ever = true;
                self.count += 1;
            }
        }
        self.count - before
    }

    const fn bytes(&self) -> usize {
        4 * self.count
    }
}

/// All of the RAM that data is in.
fn ram(machine: &Machine) -> Vec<u8> {
    let mut bytes = vec![0; DRAM.len()];
    machine.memory().read_bytes(DRAM.start, &mut bytes).expect("all of it is memory");
    bytes
}
