//! Triggers: hardware breakpoints and watchpoints; RISC-V debug specification 0.13, chapter "Trigger Module", and
//! ESP32-C3 Technical Reference Manual, chapter 1, section "Hardware Trigger": 8 units of type 2 (address match), exact
//! or NAPOT, timing "before". There is no debug mode here, so that the only action is the breakpoint exception.

use super::pmp::Kind;

const UNITS: usize = 8;
const LOAD: u32 = 1;
const STORE: u32 = 1 << 1;
const EXECUTE: u32 = 1 << 2;
const U: u32 = 1 << 3;
const M: u32 = 1 << 6;
const MATCH: u32 = 0xF << 7;
const NAPOT: u32 = 1 << 7;
const HIT: u32 = 1 << 20;
const TYPE: u32 = 2 << 28;
const MTE: u32 = 1 << 3;
const MPTE: u32 = 1 << 7;

/// One unit: `tdata1` and `tdata2`.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Trigger {
    tdata1: u32,
    tdata2: u32,
}

impl Trigger {
    /// The addresses that it watches, as first and last, if it watches this kind of access in any mode.
    pub(super) fn watches(&self, kind: Kind) -> Option<(u32, u32)> {
        let bit = match kind {
            Kind::Load => LOAD,
            Kind::Store => STORE,
            Kind::Fetch => EXECUTE,
        };
        if self.tdata1 & bit == 0 || self.tdata1 & (U | M) == 0 {
            return None;
        }
        if self.tdata1 & MATCH == 0 {
            return Some((self.tdata2, self.tdata2));
        }
        // The lowest zero and the ones below it are wild.
        let wild = self.tdata2 ^ self.tdata2.wrapping_add(1);
        Some((self.tdata2 & !wild, self.tdata2 | wild))
    }

    fn touches(&self, address: u32, bytes: u32, kind: Kind) -> bool {
        let last = address.saturating_add(bytes - 1);
        self.watches(kind).is_some_and(|(from, to)| from <= last && address <= to)
    }
}

/// All units, and the registers to reach them.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Triggers {
    units: [Trigger; UNITS],
    tselect: usize,
    tcontrol: u32,
    /// All addresses that units watch for any access lie from the first of these to the last.
    bounds: Option<(u32, u32)>,
}

impl Triggers {
    pub(super) fn tselect(&self) -> u32 {
        self.tselect as u32
    }

    pub(super) fn set_tselect(&mut self, value: u32) {
        self.tselect = value as usize % UNITS;
    }

    pub(super) fn tdata1(&self) -> u32 {
        self.units[self.tselect].tdata1 | TYPE
    }

    /// A match mode above NAPOT is written as NAPOT; the action stays "breakpoint exception".
    pub(super) fn set_tdata1(&mut self, value: u32) {
        let matching = if value & MATCH == 0 { 0 } else { NAPOT };
        self.units[self.tselect].tdata1 = value & (LOAD | STORE | EXECUTE | U | M | HIT) | matching;
        self.update();
    }

    pub(super) fn tdata2(&self) -> u32 {
        self.units[self.tselect].tdata2
    }

    pub(super) fn set_tdata2(&mut self, value: u32) {
        self.units[self.tselect].tdata2 = value;
        self.update();
    }

    pub(super) fn tcontrol(&self) -> u32 {
        self.tcontrol
    }

    pub(super) fn set_tcontrol(&mut self, value: u32) {
        self.tcontrol = value & (MTE | MPTE);
    }

    fn update(&mut self) {
        let kinds = [Kind::Load, Kind::Store, Kind::Fetch];
        let watched = self.units.iter().flat_map(|unit| kinds.iter().filter_map(|kind| unit.watches(*kind)));
        self.bounds = watched.reduce(|(from, to), (first, last)| (from.min(first), to.max(last)));
    }

    /// Whether a unit may watch any of these bytes.
    fn may_watch(&self, address: u32, bytes: u32) -> bool {
        self.bounds.is_some_and(|(from, to)| from <= address.saturating_add(bytes - 1) && address <= to)
    }

    /// The selected unit, to see whether a write changes what is watched.
    pub(super) fn selected(&self) -> Trigger {
        self.units[self.tselect]
    }

    /// A trap switches machine-mode triggers off and `mret` puts them back, so that handlers do not trigger themselves.
    pub(crate) fn enter_trap(&mut self) {
        self.tcontrol = if self.tcontrol & MTE != 0 { MPTE } else { 0 };
    }

    pub(crate) fn leave_trap(&mut self) {
        self.tcontrol = if self.tcontrol & MPTE != 0 { MTE } else { 0 };
    }

    /// Whether a unit watches any of these bytes, be it switched on at present or not.
    pub(crate) fn watch(&self, address: u32, bytes: u32, kind: Kind) -> bool {
        self.may_watch(address, bytes) && self.units.iter().any(|unit| unit.touches(address, bytes, kind))
    }

    /// Whether this access is to be stopped; sets the HIT bit of the units that stop it.
    pub(crate) fn fire(&mut self, address: u32, bytes: u32, kind: Kind, user: bool) -> bool {
        if !self.may_watch(address, bytes) {
            return false;
        }
        let on = if user { U } else { M };
        let mut fired = false;
        for unit in &mut self.units {
            let enabled = unit.tdata1 & on != 0 && (user || self.tcontrol & MTE != 0);
            if enabled && unit.touches(address, bytes, kind) {
                unit.tdata1 |= HIT;
                fired = true;
            }
        }
        fired
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> {
        // The bounds follow from the units.
        let Self { units, tselect, tcontrol, bounds: _ } = self;
        let units = units.iter().flat_map(|Trigger { tdata1, tdata2 }| [*tdata1, *tdata2]);
        units.chain([*tselect as u32, *tcontrol])
    }
}

impl Trigger {
    /// Whether it watches instructions.
    pub(super) fn watches_code(&self) -> bool {
        self.watches(Kind::Fetch).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(tdata1: u32, tdata2: u32) -> Triggers {
        let mut triggers = Triggers::default();
        triggers.set_tdata1(tdata1);
        triggers.set_tdata2(tdata2);
        triggers.set_tcontrol(MTE);
        triggers
    }

    #[test]
    fn napot_watches_a_word_as_stack_guards_set_it() {
        let mut triggers = one(M | STORE | NAPOT, 0x3FC8_1001);
        let mut fires = |address, bytes| triggers.fire(address, bytes, Kind::Store, false);
        assert!(fires(0x3FC8_1000, 4) && fires(0x3FC8_1003, 1) && fires(0x3FC8_0FFD, 4));
        assert!(!fires(0x3FC8_0FFC, 4) && !fires(0x3FC8_1004, 1));
        assert!(!triggers.fire(0x3FC8_1000, 4, Kind::Load, false));
    }

    #[test]
    fn a_trap_switches_machine_mode_triggers_off_until_mret() {
        let mut triggers = one(M | U | LOAD, 0x1000);
        triggers.enter_trap();
        assert!(!triggers.fire(0x1000, 1, Kind::Load, false));
        assert!(triggers.fire(0x1000, 1, Kind::Load, true), "user mode is not affected");
        triggers.leave_trap();
        assert!(triggers.fire(0x1000, 1, Kind::Load, false));
    }

    #[test]
    fn unsupported_fields_read_back_as_what_they_do() {
        let triggers = one(0xFFFF_FFFF, 0);
        assert_eq!(triggers.tdata1(), TYPE | HIT | NAPOT | M | U | EXECUTE | STORE | LOAD);
    }
}
