//! Which pads of the chip, drivers, switches and listeners are on which net. It is made when the board is, and does not
//! change while the machine runs: snapshots share it.

use super::drive::{Ohms, Rail};
use crate::part::Hears;
use std::collections::BTreeSet;

/// A net: an index.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NetId(pub(super) u16);

/// Something that drives a net and is not a pad of the chip.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DriverId(pub(super) u16);

/// A switch between two nets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct SwitchId(pub(super) u16);

/// A resistor between two nets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct ResistorId(pub(super) u16);

/// A pin of a part: the part's index on the board, and the pin's in its type.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct PartPin {
    pub(super) part: u16,
    pub(super) pin: u8,
}

/// What is on a net.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub(super) struct Members {
    /// Pads of the chip, a bit each.
    pub(super) pads: u64,
    /// Pads whose edges the machine tells of, a bit each.
    pub(super) watched: u64,
    pub(super) drivers: Vec<DriverId>,
    pub(super) switches: Vec<SwitchId>,
    /// Resistors that end here.
    pub(super) resistors: Vec<ResistorId>,
    /// Pins of parts that are told of edges at once.
    pub(super) at_once: Vec<PartPin>,
    /// Pins of parts that are told of edges later.
    pub(super) in_batches: Vec<PartPin>,
    pub(super) rail: Option<Rail>,
}

impl Members {
    /// Whether edges are kept.
    pub(super) fn is_logged(&self) -> bool {
        self.watched != 0 || !self.in_batches.is_empty()
    }

    fn is_heard(&self) -> bool {
        self.is_logged() || !self.at_once.is_empty()
    }
}

/// All nets.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Topology {
    /// The net of each pad.
    pub(super) pads: Vec<NetId>,
    pub(super) nets: Vec<Members>,
    /// The net of each driver.
    pub(super) drivers: Vec<NetId>,
    pub(super) switches: Vec<(NetId, NetId)>,
    /// The ends of each resistor, and its resistance.
    pub(super) resistors: Vec<(NetId, NetId, Ohms)>,
    /// For each pad the pads that its level can reach, switches closed, a bit each; and whether it reaches a listener.
    reach: Vec<(u64, bool)>,
}

impl Topology {
    /// A chip with this many pads, at most 64, each on a net of its own.
    pub(super) fn new(pads: u8) -> Self {
        assert!(pads <= 64, "a chip with at most 64 pads");
        let net = |pad: u8| Members { pads: 1 << pad, ..Members::default() };
        Self {
            pads: (0..pads).map(|pad| NetId(pad.into())).collect(),
            nets: (0..pads).map(net).collect(),
            drivers: Vec::new(),
            switches: Vec::new(),
            resistors: Vec::new(),
            reach: (0..pads).map(|pad| (1 << pad, false)).collect(),
        }
    }

    pub(super) fn members(&self, net: NetId) -> &Members {
        &self.nets[usize::from(net.0)]
    }

    /// The pads that a pad's level can reach, a bit each, and whether it reaches a listener.
    pub(super) fn reach(&self, pad: u8) -> (u64, bool) {
        self.reach[usize::from(pad)]
    }

    fn members_mut(&mut self, net: NetId) -> &mut Members {
        &mut self.nets[usize::from(net.0)]
    }

    /// Puts a wire between two pads: their nets are one.
    pub(super) fn join(&mut self, one: u8, other: u8) {
        let (one, other) = (self.pads[usize::from(one)], self.pads[usize::from(other)]);
        let (kept, gone) = (one.min(other), one.max(other));
        if kept == gone {
            return;
        }
        let moved = std::mem::take(self.members_mut(gone));
        let ends = self.switches.iter_mut().flat_map(|(a, b)| [a, b]);
        let ends = ends.chain(self.resistors.iter_mut().flat_map(|(a, b, _)| [a, b]));
        for net in self.pads.iter_mut().chain(&mut self.drivers).chain(ends).filter(|net| **net == gone) {
            *net = kept;
        }
        let into = self.members_mut(kept);
        into.pads |= moved.pads;
        into.watched |= moved.watched;
        into.drivers.extend(moved.drivers);
        into.switches.extend(moved.switches);
        into.resistors.extend(moved.resistors);
        into.at_once.extend(moved.at_once);
        into.in_batches.extend(moved.in_batches);
        into.rail = into.rail.or(moved.rail);
    }

    /// A net without pads.
    pub(super) fn add_net(&mut self, rail: Option<Rail>) -> NetId {
        self.nets.push(Members { rail, ..Members::default() });
        NetId(index(self.nets.len()))
    }

    pub(super) fn add_driver(&mut self, net: NetId) -> DriverId {
        self.drivers.push(net);
        let driver = DriverId(index(self.drivers.len()));
        self.members_mut(net).drivers.push(driver);
        driver
    }

    pub(super) fn add_switch(&mut self, one: NetId, other: NetId) -> SwitchId {
        self.switches.push((one, other));
        let switch = SwitchId(index(self.switches.len()));
        self.members_mut(one).switches.push(switch);
        self.members_mut(other).switches.push(switch);
        switch
    }

    /// One between a net and itself is none.
    pub(super) fn add_resistor(&mut self, one: NetId, other: NetId, ohms: Ohms) {
        if one == other {
            return;
        }
        self.resistors.push((one, other, ohms));
        let resistor = ResistorId(index(self.resistors.len()));
        self.members_mut(one).resistors.push(resistor);
        self.members_mut(other).resistors.push(resistor);
    }

    /// The far end of a resistor that ends at this net.
    pub(super) fn behind(&self, resistor: ResistorId, net: NetId) -> (NetId, Ohms) {
        let (one, other, ohms) = self.resistors[usize::from(resistor.0)];
        (if one == net { other } else { one }, ohms)
    }

    pub(super) fn listen(&mut self, net: NetId, pin: PartPin, hears: Hears) {
        match hears {
            Hears::Nothing => {}
            Hears::AtOnce => self.members_mut(net).at_once.push(pin),
            Hears::InBatches => self.members_mut(net).in_batches.push(pin),
        }
    }

    pub(super) fn watch(&mut self, pad: u8) {
        let net = self.pads[usize::from(pad)];
        self.members_mut(net).watched |= 1 << pad;
    }

    /// The nets that this one is joined with by the switches that `is_closed` says it of, itself first. A rail ends the
    /// way: what is behind it cannot change it.
    pub(super) fn joined(&self, net: NetId, is_closed: impl Fn(SwitchId) -> bool) -> Vec<NetId> {
        self.reached(net, is_closed, false)
    }

    /// The same, through resistors too.
    pub(super) fn connected(&self, net: NetId, is_closed: impl Fn(SwitchId) -> bool) -> Vec<NetId> {
        self.reached(net, is_closed, true)
    }

    fn reached(&self, net: NetId, is_closed: impl Fn(SwitchId) -> bool, through_resistors: bool) -> Vec<NetId> {
        let mut found = vec![net];
        let mut seen = BTreeSet::from([net]);
        let mut next = 0;
        while let Some(net) = found.get(next).copied() {
            next += 1;
            let members = self.members(net);
            if members.rail.is_some() && next > 1 {
                continue;
            }
            for switch in members.switches.iter().filter(|switch| is_closed(**switch)) {
                let (one, other) = self.switches[usize::from(switch.0)];
                let there = if one == net { other } else { one };
                if seen.insert(there) {
                    found.push(there);
                }
            }
            for resistor in members.resistors.iter().filter(|_| through_resistors) {
                let (there, _) = self.behind(*resistor, net);
                if seen.insert(there) {
                    found.push(there);
                }
            }
        }
        found
    }

    /// To be called when something was added.
    pub(super) fn find_reach(&mut self) {
        let reach = |net: &NetId| {
            self.connected(*net, |_| true).into_iter().fold((0, false), |(pads, is_heard), net| {
                let members = self.members(net);
                (pads | members.pads, is_heard || members.is_heard())
            })
        };
        self.reach = self.pads.iter().map(reach).collect();
    }
}

/// The index of the last of `count` things.
fn index(count: usize) -> u16 {
    u16::try_from(count - 1).expect("a board has fewer than 65,536 nets and pins")
}
