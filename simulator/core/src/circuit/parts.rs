//! [`Circuit`]: the nets, and the parts on them with their alarms.

use super::board::{Board, Joint, Mounted, Resistor};
use super::drive::{Drive, Rail, Volts};
use super::edge::Edge;
use super::env::PartEnv;
use super::nets::Nets;
use super::topology::{DriverId, NetId, PartPin, SwitchId};
use crate::part::{Part, PartEvent, Pin, PinEdge};
use crate::time::Instant;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Edges that are kept without asking for their being taken.
const MANY_EDGES: usize = 1 << 16;

/// What a part has told of.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Told {
    /// When it happened.
    pub at: Instant,
    /// Which part, by its index on the board.
    pub part: usize,
    /// What happened.
    pub event: PartEvent,
}

/// Where a part is: its id, and the nets of its pins. Does not change.
#[derive(Debug)]
pub(super) struct Place {
    id: String,
    joints: Vec<Joint>,
    nets: Vec<Option<NetId>>,
    /// For each pin that drives; none if it is open.
    drivers: Vec<Option<Option<DriverId>>>,
    /// For each switch; none if one of its pins is open.
    switches: Vec<Option<SwitchId>>,
}

impl Place {
    pub(super) fn net(&self, pin: Pin) -> Option<NetId> {
        self.nets[usize::from(pin.0)]
    }

    pub(super) fn driver(&self, pin: Pin) -> Option<DriverId> {
        self.drivers[usize::from(pin.0)].expect("a pin whose type says that it drives")
    }

    pub(super) fn switch(&self, switch: usize) -> Option<SwitchId> {
        self.switches[switch]
    }
}

#[derive(Clone, Debug)]
struct Slot {
    place: Arc<Place>,
    part: Box<dyn Part>,
    alarm: Instant,
}

/// The nets outside a chip and the parts on them.
#[derive(Clone, Debug)]
pub struct Circuit {
    nets: Nets,
    slots: Vec<Slot>,
    /// The first of the parts' alarms.
    next: Instant,
    /// An alarm was set that is before all that there were.
    is_sooner: bool,
    told: Vec<Told>,
}

impl Circuit {
    /// Nothing is wired to a chip with this many pads, at most 64, and this supply.
    pub fn new(pads: u8, supply: Volts) -> Self {
        Self {
            nets: Nets::new(pads, supply),
            slots: Vec::new(),
            next: Instant::NEVER,
            is_sooner: false,
            told: Vec::new(),
        }
    }

    /// The nets.
    pub fn nets(&self) -> &Nets {
        &self.nets
    }

    /// The nets, for the chip to drive.
    pub fn nets_mut(&mut self) -> &mut Nets {
        &mut self.nets
    }

    // Making it.

    /// Puts a wire between two pads.
    pub fn join(&mut self, one: u8, other: u8) {
        self.nets.join(one, other);
    }

    /// Adds something that drives a pad's net from outside and is no part; it begins with [`Drive::None`].
    pub fn attach(&mut self, pad: u8) -> DriverId {
        self.nets.add_driver(self.nets.net_of_pad(pad))
    }

    /// Keeps the edges of a pad from now on.
    pub fn watch(&mut self, pad: u8) {
        self.nets.watch(pad);
    }

    /// Whether the edges of a pad are kept because of [`watch`](Self::watch).
    pub fn is_watched(&self, pad: u8) -> bool {
        self.nets.is_watched(pad)
    }

    /// Wires a board to the pads. To be done once, before anything else happens.
    pub fn build(&mut self, board: &Board) {
        for (one, other) in &board.wires {
            self.nets.join(*one, *other);
        }
        for (pad, level) in &board.ties {
            let tie = self.attach(*pad);
            self.nets.drive(Instant::ZERO, tie, (*level).into());
        }
        board.watched.iter().for_each(|pad| self.nets.watch(*pad));
        let mut nets = BTreeMap::new();
        for mounted in &board.parts {
            self.mount(mounted, &mut nets);
        }
        for Resistor { one, other, ohms } in &board.resistors {
            if let (Some(one), Some(other)) = (self.net_of(*one, &mut nets), self.net_of(*other, &mut nets)) {
                self.nets.add_resistor(one, other, *ohms);
            }
        }
        self.nets.routes_changed();
        self.nets.settle(Instant::ZERO);
        for index in 0..self.slots.len() {
            self.call(Instant::ZERO, index, |part, env| part.power(env, false));
        }
    }

    /// The net of a joint, which is made if there is none yet; none if it is open.
    fn net_of(&mut self, joint: Joint, nets: &mut BTreeMap<PadlessNet, NetId>) -> Option<NetId> {
        match joint {
            Joint::Open => None,
            Joint::Gpio(gpio) | Joint::Behind(gpio) => Some(self.nets.net_of_pad(gpio)),
            Joint::Rail(rail) => {
                Some(*nets.entry(PadlessNet::Rail(rail)).or_insert_with(|| self.nets.add_net(Some(rail))))
            }
            Joint::Net(net) => Some(*nets.entry(PadlessNet::Net(net)).or_insert_with(|| self.nets.add_net(None))),
        }
    }

    fn mount(&mut self, mounted: &Mounted, nets: &mut BTreeMap<PadlessNet, NetId>) {
        let Mounted { id, part, joints } = mounted;
        let kind = part.part_type();
        let index = u16::try_from(self.slots.len()).expect("a board has fewer than 65,536 parts");
        let mut net = |joint: &Joint| self.net_of(*joint, nets);
        let its: Vec<Option<NetId>> = joints.iter().map(&mut net).collect();
        let mut drivers = Vec::new();
        for (pin, (pin_type, net)) in (0..).zip(kind.pins.iter().zip(&its)) {
            drivers.push(pin_type.drives.then(|| net.map(|net| self.nets.add_driver(net))));
            if let Some(net) = net {
                self.nets.listen(*net, PartPin { part: index, pin }, pin_type.hears);
            }
        }
        let ends = |(one, other): &(Pin, Pin)| Some((its[usize::from(one.0)]?, its[usize::from(other.0)]?));
        let switches =
            kind.switches.iter().map(|switch| ends(switch).map(|(one, other)| self.nets.add_switch(one, other)));
        let switches = switches.collect();
        let place = Arc::new(Place { id: id.clone(), joints: joints.clone(), nets: its, drivers, switches });
        self.slots.push(Slot { place, part: part.clone(), alarm: Instant::NEVER });
    }

    // The parts, from outside.

    /// The parts with their ids, in the board's order.
    pub fn parts(&self) -> impl Iterator<Item = (&str, &dyn Part)> {
        self.slots.iter().map(|slot| (slot.place.id.as_str(), &*slot.part))
    }

    /// The index of the part with this id.
    pub fn find(&self, id: &str) -> Option<usize> {
        self.slots.iter().position(|slot| slot.place.id == id)
    }

    /// The id of a part.
    ///
    /// # Panics
    /// If there is none with this index.
    pub fn id(&self, index: usize) -> &str {
        &self.slots[index].place.id
    }

    /// A part.
    ///
    /// # Panics
    /// If there is none with this index.
    pub fn part(&self, index: usize) -> &dyn Part {
        &*self.slots[index].part
    }

    /// What a part's pins are joined with.
    ///
    /// # Panics
    /// If there is no part with this index.
    pub fn joints(&self, index: usize) -> &[Joint] {
        &self.slots[index].place.joints
    }

    /// Calls a part on behalf of someone outside.
    ///
    /// # Panics
    /// If there is no part with this index.
    pub fn call<R>(
        &mut self,
        now: Instant,
        index: usize,
        call: impl FnOnce(&mut dyn Part, &mut PartEnv<'_>) -> R,
    ) -> R {
        let Slot { place, part, alarm } = &mut self.slots[index];
        let was = *alarm;
        let part_index = u16::try_from(index).expect("a board has fewer than 65,536 parts");
        let (nets, told) = (&mut self.nets, &mut self.told);
        let mut env = PartEnv { now, part: part_index, place, nets, alarm, told };
        let result = call(&mut **part, &mut env);
        let alarm = *alarm;
        if alarm < self.next {
            self.next = alarm;
            self.is_sooner = true;
        } else if was == self.next && alarm != was {
            self.find_next();
        }
        result
    }

    /// The board gets power, or loses it.
    pub fn power(&mut self, now: Instant, is_on: bool) {
        self.flush(now);
        for index in 0..self.slots.len() {
            if !is_on {
                self.slots[index].alarm = Instant::NEVER;
            }
            self.call(now, index, |part, env| part.power(env, is_on));
        }
        self.find_next();
    }

    /// What something outside that is no part puts on its net from now on.
    pub fn drive(&mut self, now: Instant, driver: DriverId, drive: Drive) {
        self.nets.drive(now, driver, drive);
    }

    // The parts, from the chip.

    /// When a part wants to be called next.
    pub fn next_alarm(&self) -> Instant {
        self.next
    }

    /// Whether an alarm was set since the last call that is before all that there were.
    pub fn take_sooner(&mut self) -> bool {
        std::mem::take(&mut self.is_sooner)
    }

    /// Whether so many edges are kept that they should be taken.
    pub fn has_many_edges(&self) -> bool {
        self.nets.edge_count() >= MANY_EDGES
    }

    /// Calls the first part whose alarm is at [`next_alarm`](Self::next_alarm), which is now. Gives the part's index.
    pub fn wake(&mut self) -> Option<usize> {
        let now = self.next;
        let index = self.slots.iter().position(|slot| slot.alarm == now && now != Instant::NEVER)?;
        self.slots[index].alarm = Instant::NEVER;
        self.find_next();
        self.call(now, index, |part, env| part.wake(env));
        Some(index)
    }

    /// Takes a part's alarm away: it has wanted to be called again and again at one moment. Says what the part is.
    pub fn silence(&mut self, index: usize) -> &'static str {
        self.slots[index].alarm = Instant::NEVER;
        self.find_next();
        self.slots[index].part.part_type().name
    }

    /// Tells a part of a change that it wants to know at once. Says whether there was one.
    pub fn tell_one(&mut self, now: Instant) -> bool {
        let Some(heard) = self.nets.take_heard() else { return false };
        let PartPin { part, pin } = heard.pin;
        self.call(now, part.into(), |part, env| part.edge(env, Pin(pin), heard.level));
        true
    }

    /// Tells nobody of the changes that nobody was told of yet: the levels of nets do not settle.
    pub fn forget_changes(&mut self) {
        self.nets.forget_changes();
    }

    /// Tells the parts that listen in batches of all edges up to now. Gives the edges, in order: of a net with watched pads
    /// at each of these, of another one at its first pad. Edges of nets without pads are the parts' own.
    pub fn flush(&mut self, now: Instant) -> Vec<Edge> {
        let edges = self.nets.take_edges();
        let mut told = Vec::new();
        let mut batches: Vec<Vec<PinEdge>> = vec![Vec::new(); self.slots.len()];
        for edge in &edges {
            for PartPin { part, pin } in self.nets.batch_listeners(edge.net) {
                batches[usize::from(*part)].push(PinEdge { at: edge.at, pin: Pin(*pin), level: edge.level });
            }
            let edge_at = |gpio| Edge { at: edge.at, gpio, level: edge.level };
            told.extend(self.nets.told_pads(edge.net).map(edge_at));
        }
        for (index, batch) in batches.into_iter().enumerate() {
            if self.slots[index].part.part_type().listens_in_batches() {
                self.call(now, index, |part, env| part.edges(env, &batch));
            }
        }
        told
    }

    /// What parts have told of since the last call.
    pub fn take_told(&mut self) -> Vec<Told> {
        std::mem::take(&mut self.told)
    }

    fn find_next(&mut self) {
        self.next = self.slots.iter().map(|slot| slot.alarm).min().unwrap_or(Instant::NEVER);
    }
}

/// A net that no pad is on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum PadlessNet {
    Rail(Rail),
    Net(u16),
}

/// What was told and not taken decides nothing.
impl Hash for Circuit {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { nets, slots, next, is_sooner, told: _ } = self;
        (nets, next, is_sooner).hash(state);
        for Slot { place: _, part, alarm } in slots {
            alarm.hash(state);
            part.hash_state(state);
        }
    }
}
