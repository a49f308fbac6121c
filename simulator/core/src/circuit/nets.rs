//! [`Nets`]: levels and voltages outside the chip, and who is to be told of their changes.

use super::drive::{Drive, Hold, Ohms, Rail, Sum, Volts};
use super::network::{Network, Solved};
use super::topology::{DriverId, Members, NetId, PartPin, SwitchId, Topology};
use crate::part::Hears;
use crate::time::Instant;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// The level of a net changed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct NetEdge {
    pub(super) at: Instant,
    pub(super) net: NetId,
    pub(super) level: bool,
}

/// A pin of a part that is told of edges at once has this level from now on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Heard {
    pub(super) pin: PartPin,
    pub(super) level: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
struct State {
    level: bool,
    volts: Option<Volts>,
    is_contended: bool,
}

/// The nets that the pads of a chip and the pins of parts are on.
#[derive(Clone, Hash, Debug)]
pub struct Nets {
    topology: Arc<Topology>,
    supply: Volts,
    /// What the chip's pads drive.
    pads: Vec<Drive>,
    drivers: Vec<Drive>,
    is_closed: Vec<bool>,
    states: Vec<State>,
    /// Changes at pads that the chip has not been told of.
    pad_changes: VecDeque<(u8, bool)>,
    /// Changes that parts have not been told of.
    heard: VecDeque<Heard>,
    /// Edges that listeners in batches have not been told of.
    edges: Vec<NetEdge>,
    /// Nets at which drivers began to disagree and of which nobody was told.
    contended: Vec<(Instant, NetId)>,
    /// What [`is_heard`](Self::is_heard) says may have changed.
    rerouted: bool,
}

impl Nets {
    /// A chip with this many pads, each on a net of its own, and this supply.
    pub(super) fn new(pads: u8, supply: Volts) -> Self {
        Self {
            topology: Arc::new(Topology::new(pads)),
            supply,
            pads: vec![Drive::None; pads.into()],
            drivers: Vec::new(),
            is_closed: Vec::new(),
            states: vec![State::default(); pads.into()],
            pad_changes: VecDeque::new(),
            heard: VecDeque::new(),
            edges: Vec::new(),
            contended: Vec::new(),
            rerouted: false,
        }
    }

    // The chip's side.

    /// What a pad of the chip puts on its net from now on.
    pub fn drive_pad(&mut self, now: Instant, pad: u8, drive: Drive) {
        if std::mem::replace(&mut self.pads[usize::from(pad)], drive) != drive {
            self.refresh(now, self.topology.pads[usize::from(pad)]);
        }
    }

    /// What the chip itself drives onto a pad's net.
    pub fn driven(&self, pad: u8) -> Drive {
        self.pads[usize::from(pad)]
    }

    /// The next change of level at a pad that the chip has to be told of.
    pub fn take_pad_change(&mut self) -> Option<(u8, bool)> {
        self.pad_changes.pop_front()
    }

    /// The level of a pad's net.
    pub fn level(&self, pad: u8) -> bool {
        self.state(self.net_of_pad(pad)).level
    }

    /// The voltage of a pad's net, for the chip's analogue inputs; none if nothing drives or pulls it.
    pub fn volts(&self, pad: u8) -> Option<Volts> {
        self.state(self.net_of_pad(pad)).volts
    }

    /// The pads that a pad's level can reach outside the chip, a bit each, its own with them.
    pub fn reach(&self, pad: u8) -> u64 {
        self.topology.reach(pad).0
    }

    /// Whether anything outside the chip would notice the level of a pad.
    pub fn is_heard(&self, pad: u8) -> bool {
        self.topology.reach(pad).1
    }

    /// Whether something outside holds a pad's net strongly low.
    pub fn is_held_low(&self, pad: u8) -> bool {
        let nets = self.topology.joined(self.net_of_pad(pad), |switch| self.is_closed[usize::from(switch.0)]);
        nets.into_iter().any(|net| {
            let members = self.topology.members(net);
            let is_low = |driver: &DriverId| self.drivers[usize::from(driver.0)] == Drive::Low;
            members.rail == Some(Rail::Ground) || members.drivers.iter().any(is_low)
        })
    }

    /// Whether [`is_heard`](Self::is_heard) or [`reach`](Self::reach) may say something else than when this was last asked.
    pub fn take_rerouted(&mut self) -> bool {
        std::mem::take(&mut self.rerouted)
    }

    /// The pads at whose nets drivers began to disagree since the last call, each once.
    pub fn take_contended(&mut self) -> Vec<(Instant, u8)> {
        let pad = |net| self.topology.members(net).pads.trailing_zeros() as u8;
        std::mem::take(&mut self.contended).into_iter().map(|(at, net)| (at, pad(net))).collect()
    }

    /// Whether anybody is to be told of a change.
    pub fn has_news(&self) -> bool {
        !(self.pad_changes.is_empty() && self.heard.is_empty() && self.contended.is_empty()) || self.rerouted
    }

    /// Tells nobody of the changes that nobody was told of yet.
    pub(super) fn forget_changes(&mut self) {
        self.pad_changes.clear();
        self.heard.clear();
    }

    // The board's side.

    pub(super) fn net_of_pad(&self, pad: u8) -> NetId {
        self.topology.pads[usize::from(pad)]
    }

    pub(super) fn net_level(&self, net: NetId) -> bool {
        self.state(net).level
    }

    pub(super) fn net_volts(&self, net: NetId) -> Option<Volts> {
        self.state(net).volts
    }

    /// Puts a wire between two pads.
    pub(super) fn join(&mut self, one: u8, other: u8) {
        Arc::make_mut(&mut self.topology).join(one, other);
        self.routes_changed();
        self.refresh(Instant::ZERO, self.net_of_pad(one));
    }

    pub(super) fn add_net(&mut self, rail: Option<Rail>) -> NetId {
        let volts = rail.map(Rail::volts);
        self.states.push(State { level: rail.is_some_and(Rail::level), volts, is_contended: false });
        Arc::make_mut(&mut self.topology).add_net(rail)
    }

    pub(super) fn add_driver(&mut self, net: NetId) -> DriverId {
        self.drivers.push(Drive::None);
        Arc::make_mut(&mut self.topology).add_driver(net)
    }

    pub(super) fn add_switch(&mut self, one: NetId, other: NetId) -> SwitchId {
        self.is_closed.push(false);
        Arc::make_mut(&mut self.topology).add_switch(one, other)
    }

    pub(super) fn add_resistor(&mut self, one: NetId, other: NetId, ohms: Ohms) {
        Arc::make_mut(&mut self.topology).add_resistor(one, other, ohms);
    }

    /// To be called when the board is complete: what resistors lead from rails to nets.
    pub(super) fn settle(&mut self, now: Instant) {
        let topology = Arc::clone(&self.topology);
        topology.resistors.iter().for_each(|(one, other, _)| {
            self.refresh(now, *one);
            self.refresh(now, *other);
        });
    }

    pub(super) fn listen(&mut self, net: NetId, pin: PartPin, hears: Hears) {
        Arc::make_mut(&mut self.topology).listen(net, pin, hears);
    }

    /// Keeps the edges of a pad from now on.
    pub(super) fn watch(&mut self, pad: u8) {
        Arc::make_mut(&mut self.topology).watch(pad);
        self.routes_changed();
    }

    /// To be called when listeners or switches were added.
    pub(super) fn routes_changed(&mut self) {
        Arc::make_mut(&mut self.topology).find_reach();
        self.rerouted = true;
    }

    pub(super) fn drive(&mut self, now: Instant, driver: DriverId, drive: Drive) {
        if std::mem::replace(&mut self.drivers[usize::from(driver.0)], drive) != drive {
            self.refresh(now, self.topology.drivers[usize::from(driver.0)]);
        }
    }

    pub(super) fn close(&mut self, now: Instant, switch: SwitchId, closed: bool) {
        if std::mem::replace(&mut self.is_closed[usize::from(switch.0)], closed) != closed {
            let (one, other) = self.topology.switches[usize::from(switch.0)];
            self.refresh(now, one);
            self.refresh(now, other);
        }
    }

    pub(super) fn take_heard(&mut self) -> Option<Heard> {
        self.heard.pop_front()
    }

    pub(super) fn take_edges(&mut self) -> Vec<NetEdge> {
        std::mem::take(&mut self.edges)
    }

    pub(super) fn edge_count(&self) -> usize {
        self.edges.len()
    }

    /// The pins that are told of a net's edges in batches.
    pub(super) fn batch_listeners(&self, net: NetId) -> &[PartPin] {
        &self.topology.members(net).in_batches
    }

    /// The pads at which an edge of a net is told of: those that are watched, or the first one.
    pub(super) fn told_pads(&self, net: NetId) -> impl Iterator<Item = u8> + use<> {
        let Members { pads, watched, .. } = self.topology.members(net);
        let told = if *watched == 0 { pads & pads.wrapping_neg() } else { *watched };
        (0..64).filter(move |pad| told >> pad & 1 == 1)
    }

    /// Whether the edges at a pad are told of to who asks the machine.
    pub(super) fn is_watched(&self, pad: u8) -> bool {
        self.topology.members(self.net_of_pad(pad)).watched >> pad & 1 == 1
    }

    fn state(&self, net: NetId) -> State {
        self.states[usize::from(net.0)]
    }

    /// Adds what is on a net itself.
    fn add(&self, net: NetId, sum: &mut Sum) {
        let members = self.topology.members(net);
        match members.rail {
            Some(rail) => sum.add(rail.level().into()),
            None => {
                let mut pads = members.pads;
                while pads != 0 {
                    sum.add(self.pads[pads.trailing_zeros() as usize]);
                    pads &= pads - 1;
                }
                members.drivers.iter().for_each(|driver| sum.add(self.drivers[usize::from(driver.0)]));
            }
        }
    }

    /// Finds the level of a net, and of those that closed switches and resistors join with it, and notes who is to be told.
    fn refresh(&mut self, now: Instant, net: NetId) {
        let members = self.topology.members(net);
        if members.rail.is_some() {
            return;
        }
        if members.switches.is_empty() && members.resistors.is_empty() {
            let mut sum = Sum::default();
            self.add(net, &mut sum);
            self.set(now, net, &sum);
            return;
        }
        let nets = self.topology.connected(net, |switch| self.is_closed[usize::from(switch.0)]);
        if nets.iter().all(|net| self.topology.members(*net).resistors.is_empty()) {
            let mut sum = Sum::default();
            nets.iter().for_each(|net| self.add(*net, &mut sum));
            nets.into_iter().for_each(|net| self.set(now, net, &sum));
            return;
        }
        for (group, sum) in self.solve(&nets) {
            group.into_iter().for_each(|net| self.set(now, net, &sum));
        }
    }

    /// The nets, in groups that closed switches join, each with what is on it: its own, or what resistors lead to it.
    fn solve(&self, nets: &[NetId]) -> Vec<(Vec<NetId>, Sum)> {
        let mut groups: Vec<(Vec<NetId>, Sum)> = Vec::new();
        let mut holds = Vec::new();
        let mut group_of = BTreeMap::new();
        for net in nets {
            if group_of.contains_key(net) {
                continue;
            }
            let mut group = self.topology.joined(*net, |switch| self.is_closed[usize::from(switch.0)]);
            let mut sum = Sum::default();
            group.iter().for_each(|net| self.add(*net, &mut sum));
            holds.push(self.hold(&group, &sum));
            // A rail that two groups touch is in the first.
            group.retain(|net| !group_of.contains_key(net));
            group_of.extend(group.iter().map(|net| (*net, groups.len())));
            groups.push((group, sum));
        }
        let mut network = Network::new(holds);
        for (index, (group, _)) in groups.iter().enumerate() {
            for net in group {
                for resistor in &self.topology.members(*net).resistors {
                    let (there, ohms) = self.topology.behind(*resistor, *net);
                    if let Some(there) = group_of.get(&there).filter(|there| **there > index) {
                        network.join(index, *there, ohms);
                    }
                }
            }
        }
        for ((_, sum), volts) in groups.iter_mut().zip(network.solve()) {
            if let Solved::ByResistors(volts) = volts {
                *sum = Sum::held_at(volts);
            }
        }
        groups
    }

    /// How a group of nets is held. A rail has its own voltage, which may be another than the chip's supply.
    fn hold(&self, group: &[NetId], sum: &Sum) -> Hold {
        let rail = group.iter().find_map(|net| self.topology.members(*net).rail);
        rail.map_or_else(|| sum.hold(self.supply), |rail| Hold::Fixed(rail.volts()))
    }

    fn set(&mut self, now: Instant, net: NetId, sum: &Sum) {
        let members = self.topology.members(net);
        if members.rail.is_some() {
            return;
        }
        let was = self.states[usize::from(net.0)];
        let is_contended = sum.is_contended();
        let state = State { level: sum.level(self.supply, was.level), volts: sum.volts(self.supply), is_contended };
        self.states[usize::from(net.0)] = state;
        if is_contended && !was.is_contended && members.pads != 0 {
            self.contended.push((now, net));
        }
        let level = state.level;
        if level == was.level {
            return;
        }
        let mut pads = members.pads;
        while pads != 0 {
            self.pad_changes.push_back((pads.trailing_zeros() as u8, level));
            pads &= pads - 1;
        }
        self.heard.extend(members.at_once.iter().map(|pin| Heard { pin: *pin, level }));
        if members.is_logged() {
            self.edges.push(NetEdge { at: now, net, level });
        }
    }
}
