//! What is done to a device in a case.
//!
//! Every list of actions is a possible one, so a case is shrunk by leaving out any of them.

use proptest::prelude::*;
use proptest::sample::select;

use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::device::{CommandRule, DeviceDescription};
use super::offered::Offered;
use super::payload::{Class, Leaf, hostile, malformed, right, unusual, valid};

/// One thing that is done, and after which what must be so is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A command, and its effects are waited for.
    Command(Sent),
    /// Commands without a pause.
    Burst(Vec<Sent>),
    /// A message on a topic that is none of the device's, but looks like one of them.
    NearTopic {
        /// Topic.
        topic: String,
        /// Payload.
        payload: Vec<u8>,
    },
    /// A command in a packet that is larger than the device takes.
    Oversize {
        /// Place in the device's commands.
        command: usize,
        /// Bytes of payload.
        length: usize,
    },
    /// The connection ends, commands or none, it returns.
    Reconnect(How),
    /// The network is down for so many seconds; commands are sent meanwhile.
    Away {
        /// How long.
        seconds: u32,
        /// Sent when it has gone down.
        commands: Vec<Sent>,
    },
    /// The connection breaks while a command is delivered.
    CutDelivery {
        /// So many bytes of the packet still pass.
        bytes: u32,
        /// The command.
        sent: Sent,
    },
    /// The supply fails in a flash operation of a command.
    PowerCut {
        /// Which, from 1.
        operation: u32,
        /// The command.
        sent: Sent,
    },
    /// Nothing, for so many milliseconds.
    Delay(u32),
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// By FIN.
    Drop,
    /// By RST.
    ConnectionReset,
    /// The reset button.
    Reset,
    /// The supply is switched off and on.
    PowerCycle,
    /// The broker is restarted.
    BrokerRestart,
    /// Another client connects by its identifier (MQTT 5, section 3.1.4).
    TakeOver,
}

/// A command that is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Place in the device's commands.
    pub command: usize,
    /// Payload.
    pub payload: Vec<u8>,
    /// What is special about it.
    pub class: Class,
    /// QoS.
    pub qos: u8,
    /// Whether the broker is to keep it.
    pub retain: bool,
    /// Whether an answer is asked for.
    pub ask: bool,
}

impl Action {
    /// How many commands it sends.
    pub fn commands(&self) -> usize {
        match self {
            Self::Command(_) | Self::NearTopic { .. } | Self::Oversize { .. } => 1,
            Self::CutDelivery { .. } | Self::PowerCut { .. } => 1,
            Self::Burst(commands) | Self::Away { commands, .. } => commands.len(),
            Self::Reconnect(_) | Self::Delay(_) => 0,
        }
    }
}

/// Bytes of a PUBLISH packet around topic and payload, with what brokers keep free for properties of their own.
const PACKET_HEAD: usize = 38;
/// Bytes of Response Topic and Correlation Data.
const REQUEST: usize = 24;
/// Bytes that a topic root may take.
const ROOT: usize = 24;
/// Largest payload for a device that says nothing of its limit.
const DEFAULT_ROOM: usize = 1000;

/// What is on a list of things that are usual to be wrong is tried so many at a time.
const LISTED: usize = 4;

/// Makes actions for one device.
pub struct Maker<'a> {
    /// The device.
    pub device: &'a DeviceDescription,
    /// What can be done to it.
    pub offered: &'a Offered,
    /// Whether topics are the device's own, with nothing put before them.
    pub is_without_root: bool,
}

impl Maker<'_> {
    /// Tier 1: commands, one by one.
    pub fn tier_1(&self) -> BoxedStrategy<Vec<Action>> {
        proptest::collection::vec(self.single(), 1..=6).boxed()
    }

    /// Tier 2: commands among all that happens to devices.
    pub fn tier_2(&self) -> BoxedStrategy<Vec<Action>> {
        let mut actions: Vec<(u32, BoxedStrategy<Action>)> = vec![
            (4, self.single()),
            (4, self.burst()),
            (1, select(vec![1_u32, 10, 30, 100, 1000, 10_000]).prop_map(Action::Delay).boxed()),
        ];
        let returns = self.device.online.is_some();
        let mut how = Vec::new();
        if self.offered.network && returns {
            how.extend([How::Drop, How::ConnectionReset]);
            let bytes = select(vec![0, 1, 2, 5, 10, 19, 1000]);
            let cut = (bytes, self.valid(false)).prop_map(|(bytes, sent)| Action::CutDelivery { bytes, sent });
            actions.push((1, cut.boxed()));
            let seconds = select(vec![1_u32, 5, 20, 90, 300]);
            let commands = proptest::collection::vec(self.mostly_valid(false), 0..=3);
            let away = (seconds, commands).prop_map(|(seconds, commands)| Action::Away { seconds, commands });
            actions.push((3, away.boxed()));
        }
        if self.offered.reset && returns {
            how.push(How::Reset);
        }
        if self.offered.power && returns {
            how.push(How::PowerCycle);
        }
        if self.offered.broker && returns {
            how.push(How::BrokerRestart);
        }
        if self.offered.flash && self.offered.power && returns && self.device.stores_state() {
            let cut = (1..=2_u32, self.valid(false)).prop_map(|(operation, sent)| Action::PowerCut { operation, sent });
            actions.push((2, cut.boxed()));
        }
        if self.offered.take_over && self.device.client_id.is_some() {
            how.push(How::TakeOver);
        }
        if !how.is_empty() {
            actions.push((2, select(how).prop_map(Action::Reconnect).boxed()));
        }
        proptest::collection::vec(proptest::strategy::Union::new_weighted(actions), 1..=7).boxed()
    }

    /// What is usual to be wrong with JSON, in the order in which it is worth to be looked for: case by case, for as long as there
    /// is something on the list. `None`: the cases are left to chance.
    pub fn listed(&self, case: u64) -> Option<BoxedStrategy<Vec<Action>>> {
        let json: Vec<usize> =
            (0..self.device.commands.len()).filter(|at| self.device.commands[*at].payload.shape().is_some()).collect();
        // Other commands want their turn too.
        let has_others = json.len() < self.device.commands.len();
        let case = usize::try_from(case).ok()?;
        let case = match (has_others, case.is_multiple_of(2)) {
            (false, _) => case,
            (true, true) => case / 2,
            (true, false) => return None,
        };
        let first = case.checked_mul(LISTED)?;
        if json.is_empty() || first / json.len() >= self.most_listed(&json) {
            return None;
        }
        let listed = (first..first + LISTED).map(|at| {
            let command = json[at % json.len()];
            self.nth(command, at / json.len())
        });
        let right = self.of_command(json[case % json.len()], false, |command, _| right_of(command));
        let all: Vec<BoxedStrategy<Action>> =
            std::iter::once(right).chain(listed).map(|sent| sent.prop_map(Action::Command).boxed()).collect();
        Some(all.boxed())
    }

    /// The first case of tier 2 on a device whose connection can be taken over.
    pub fn first_sequence(&self) -> Option<BoxedStrategy<Vec<Action>>> {
        let has_it = self.offered.take_over && self.device.client_id.is_some();
        has_it.then(|| {
            self.valid(false).prop_map(|sent| vec![Action::Command(sent), Action::Reconnect(How::TakeOver)]).boxed()
        })
    }

    /// The longest list of these commands.
    fn most_listed(&self, commands: &[usize]) -> usize {
        let mut runner = TestRunner::deterministic();
        let count = |command: &usize| {
            let shape = self.device.commands[*command].payload.shape()?;
            let value = right(shape).new_tree(&mut runner).ok()?.current();
            Some(unusual(shape, &value, DEFAULT_ROOM).len())
        };
        commands.iter().filter_map(count).max().unwrap_or(0)
    }

    /// Number `at` of the list for this command, plainly sent.
    fn nth(&self, command: usize, at: usize) -> BoxedStrategy<Sent> {
        let plainly = |sent: Sent| Sent { qos: 1, retain: false, ..sent };
        self.of_command(command, false, move |command, room| unusual_of(command, room, Just(at).boxed()))
            .prop_map(plainly)
            .boxed()
    }

    fn single(&self) -> BoxedStrategy<Action> {
        let command = self.any_command().prop_map(Action::Command);
        let near = self.near_topics();
        let near = (select(near), self.valid(false))
            .prop_map(|(topic, sent)| Action::NearTopic { topic, payload: sent.payload });
        let Some(limit) = self.device.max_packet else { return prop_oneof![12 => command, 1 => near].boxed() };
        let over = (0..self.device.commands.len(), select(vec![limit, limit + 45, 2 * limit, 2001]))
            .prop_map(|(command, length)| Action::Oversize { command, length });
        prop_oneof![24 => command, 2 => near, 1 => over].boxed()
    }

    fn burst(&self) -> BoxedStrategy<Action> {
        let several = proptest::collection::vec(self.mostly_valid(false), 2..=4).prop_map(Action::Burst);
        let again = (self.mostly_valid(false), 2..=3_usize).prop_map(|(sent, times)| Action::Burst(vec![sent; times]));
        prop_oneof![4 => several, 1 => again].boxed()
    }

    /// Right, malformed and hostile payloads.
    fn any_command(&self) -> BoxedStrategy<Sent> {
        prop_oneof![3 => self.valid(true), 6 => self.malformed(true), 2 => self.hostile(true)].boxed()
    }

    fn mostly_valid(&self, may_ask: bool) -> BoxedStrategy<Sent> {
        prop_oneof![6 => self.valid(may_ask), 1 => self.malformed(may_ask)].boxed()
    }

    fn valid(&self, may_ask: bool) -> BoxedStrategy<Sent> {
        self.each(may_ask, |command, _| right_of(command))
    }

    fn malformed(&self, may_ask: bool) -> BoxedStrategy<Sent> {
        self.each(may_ask, |command, room| {
            if command.payload.shape().is_some() {
                return unusual_of(command, room, any::<u16>().prop_map(usize::from).boxed());
            }
            (valid(&command.payload), any::<u16>(), any::<u16>())
                .prop_map(move |(leaves, place, how)| {
                    let (mut payload, class) = malformed(&leaves, place.into(), how.into());
                    payload.truncate(room);
                    (payload, class)
                })
                .boxed()
        })
    }

    fn hostile(&self, may_ask: bool) -> BoxedStrategy<Sent> {
        self.each(may_ask, |command, room| hostile(valid(&command.payload), room))
    }

    /// Payloads for each command, with the ways to send them.
    fn each(
        &self,
        may_ask: bool,
        payloads: impl Fn(&CommandRule, usize) -> BoxedStrategy<(Vec<u8>, Class)>,
    ) -> BoxedStrategy<Sent> {
        let of_command = (0..self.device.commands.len()).map(|command| self.of_command(command, may_ask, &payloads));
        proptest::strategy::Union::new(of_command.collect::<Vec<_>>()).boxed()
    }

    /// Payloads for one command, with the ways to send them. What can be asked for leaves less room in its packet.
    fn of_command(
        &self,
        command: usize,
        may_ask: bool,
        payloads: impl Fn(&CommandRule, usize) -> BoxedStrategy<(Vec<u8>, Class)>,
    ) -> BoxedStrategy<Sent> {
        let asks = may_ask && self.device.answer.is_some();
        let rule = &self.device.commands[command];
        let root = if self.is_without_root { 0 } else { ROOT };
        let room = |ask: bool| {
            let used = PACKET_HEAD + rule.topic.len() + root + if ask { REQUEST } else { 0 };
            self.device.max_packet.map_or(DEFAULT_ROOM, |limit| limit.saturating_sub(used))
        };
        let ways =
            (prop_oneof![2 => Just(1_u8), 1 => Just(0), 1 => Just(2)], prop_oneof![9 => Just(false), 1 => Just(true)]);
        let sent = move |ask: bool| {
            move |((payload, class), (qos, retain)): ((Vec<u8>, Class), (u8, bool))| Sent {
                command,
                payload,
                class,
                qos,
                retain: retain && !ask,
                ask,
            }
        };
        let plain = (payloads(rule, room(false)), ways.clone()).prop_map(sent(false));
        match asks {
            true => prop_oneof![plain, (payloads(rule, room(true)), ways).prop_map(sent(true))].boxed(),
            false => plain.boxed(),
        }
    }

    /// Topics that differ a little from those of commands.
    fn near_topics(&self) -> Vec<String> {
        let is_known = |topic: &String| {
            self.device.commands.iter().any(|command| command.topic == *topic)
                || self.device.statuses.iter().any(|status| status.topic == *topic)
        };
        let mut near: Vec<String> = Vec::new();
        for topic in self.device.commands.iter().map(|command| &command.topic) {
            let (parent, last) = topic.rsplit_once('/').unwrap_or(("", topic));
            near.extend([
                format!("{topic}/"),
                format!("/{topic}"),
                format!("{topic}/set"),
                topic.to_ascii_uppercase(),
                topic.replacen('/', "//", 1),
                format!("{parent}/{}", last.get(..last.len().saturating_sub(1)).unwrap_or("x")),
                format!("{topic}x"),
                format!("x{topic}"),
                format!("{parent}/{last} "),
            ]);
        }
        near.retain(|topic| !topic.is_empty() && !is_known(topic));
        near
    }
}

/// Right payloads of a command.
fn right_of(command: &CommandRule) -> BoxedStrategy<(Vec<u8>, Class)> {
    let joined = |leaves: Vec<Leaf>| leaves.into_iter().map(|leaf| leaf.text).collect::<String>();
    valid(&command.payload).prop_map(move |leaves| (joined(leaves).into_bytes(), Class::Valid)).boxed()
}

/// Of a command in JSON, those of the list of what can be wrong with it that `which` says.
fn unusual_of(command: &CommandRule, room: usize, which: BoxedStrategy<usize>) -> BoxedStrategy<(Vec<u8>, Class)> {
    let Some(shape) = command.payload.shape().cloned() else { return right_of(command) };
    (right(&shape), which)
        .prop_map(move |(value, which)| {
            let mut all = unusual(&shape, &value, room);
            all.swap_remove(which % all.len().max(1))
        })
        .boxed()
}

/// Smaller forms of a list: without some of its actions, and with the lists in them shorter.
pub fn smaller(actions: &[Action]) -> Vec<Vec<Action>> {
    let mut all: Vec<Vec<Action>> = Vec::new();
    for at in 0..actions.len() {
        let mut fewer = actions.to_vec();
        fewer.remove(at);
        all.push(fewer);
    }
    for (at, action) in actions.iter().enumerate() {
        let mut put = |action: Action| {
            let mut changed = actions.to_vec();
            changed[at] = action;
            all.push(changed);
        };
        // A command that is wrong by itself needs nothing around it.
        let inner: &[Sent] = match action {
            Action::Burst(commands) | Action::Away { commands, .. } => commands,
            Action::CutDelivery { sent, .. } | Action::PowerCut { sent, .. } => std::slice::from_ref(sent),
            _ => &[],
        };
        for sent in inner {
            put(Action::Command(sent.clone()));
        }
        match action {
            Action::Burst(commands) if commands.len() > 1 => {
                for without in 0..commands.len() {
                    let mut fewer = commands.clone();
                    fewer.remove(without);
                    put(match fewer.as_slice() {
                        [one] => Action::Command(one.clone()),
                        _ => Action::Burst(fewer),
                    });
                }
            }
            Action::Away { seconds, commands } => {
                if commands.len() > 1 {
                    put(Action::Burst(commands.clone()));
                }
                for without in 0..commands.len() {
                    let mut fewer = commands.clone();
                    fewer.remove(without);
                    put(Action::Away { seconds: *seconds, commands: fewer });
                }
                for less in [1, 5, 20, 90].into_iter().filter(|less| less < seconds) {
                    put(Action::Away { seconds: less, commands: commands.clone() });
                }
            }
            Action::Command(sent) => {
                for plainer in plainer(sent) {
                    put(Action::Command(plainer));
                }
            }
            _ => {}
        }
    }
    all
}

/// Bytes of payloads that are not made shorter.
const SHORT: usize = 8;

/// The same command, sent in a plainer way, or less of it.
fn plainer(sent: &Sent) -> Vec<Sent> {
    let mut all = Vec::new();
    if sent.retain {
        all.push(Sent { retain: false, ..sent.clone() });
    }
    let length = sent.payload.len();
    if length > SHORT {
        let parts = [length / 2..length, 0..length / 2, 1..length, 0..length - 1];
        all.extend(parts.into_iter().map(|part| Sent { payload: sent.payload[part].to_vec(), ..sent.clone() }));
    }
    if sent.qos != 1 {
        all.push(Sent { qos: 1, ..sent.clone() });
    }
    all
}
