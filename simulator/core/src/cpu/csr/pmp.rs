//! Physical memory protection; RISC-V privileged specification, section "Physical Memory Protection", and ESP32-C3
//! Technical Reference Manual, chapter 1, section "Memory Protection": 16 entries, 4-byte granularity, OFF, TOR, NA4
//! and NAPOT. Machine mode may do everything that no locked entry forbids; user mode only what an entry allows.
//!
//! The manual leaves overlapping entries undefined; here the lowest-numbered one decides, as the specification has it.

const R: u8 = 1;
const W: u8 = 1 << 1;
const X: u8 = 1 << 2;
const A_SHIFT: u8 = 3;
const L: u8 = 1 << 7;
/// Bits 6:5 are reserved and read as zero.
const WRITABLE: u8 = 0x9F;
const ENTRIES: usize = 16;

/// What is to be done with memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Load,
    Store,
    Fetch,
}

/// `pmpcfg0` to `pmpcfg3` and `pmpaddr0` to `pmpaddr15`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Pmp {
    cfg: [u8; ENTRIES],
    addr: [u32; ENTRIES],
    /// The bytes that each entry covers, as first and one past the last; empty if it is off.
    regions: [(u64, u64); ENTRIES],
    active: bool,
}

impl Pmp {
    pub(super) fn cfg(&self, register: usize) -> u32 {
        u32::from_le_bytes(self.cfg.as_chunks::<4>().0[register])
    }

    pub(super) fn set_cfg(&mut self, register: usize, value: u32) {
        for (cfg, new) in self.cfg.as_chunks_mut::<4>().0[register].iter_mut().zip(value.to_le_bytes()) {
            if *cfg & L == 0 {
                *cfg = new & WRITABLE;
            }
        }
        self.update();
    }

    pub(super) fn addr(&self, entry: usize) -> u32 {
        self.addr[entry]
    }

    /// A locked entry keeps its address, and a locked TOR entry that of the entry before too.
    pub(super) fn set_addr(&mut self, entry: usize, value: u32) {
        let locks_below = |cfg: &u8| cfg & L != 0 && mode(*cfg) == Mode::Tor;
        if self.cfg[entry] & L == 0 && !self.cfg.get(entry + 1).is_some_and(locks_below) {
            self.addr[entry] = value;
            self.update();
        }
    }

    fn update(&mut self) {
        for entry in 0..ENTRIES {
            self.regions[entry] = self.region(entry);
        }
        self.active = self.cfg.iter().any(|cfg| mode(*cfg) != Mode::Off);
    }

    fn region(&self, entry: usize) -> (u64, u64) {
        let address = |entry: usize| u64::from(self.addr[entry]) << 2;
        match mode(self.cfg[entry]) {
            Mode::Off => (0, 0),
            Mode::Tor if entry == 0 => (0, address(0)),
            Mode::Tor => (address(entry - 1), address(entry)),
            Mode::Na4 => (address(entry), address(entry) + 4),
            Mode::Napot => {
                let size = 8 << self.addr[entry].trailing_ones();
                let start = address(entry) & !(size - 1);
                (start, start + size)
            }
        }
    }

    /// Whether all of `bytes` at `address` may be accessed. An entry that covers only a part of them forbids it.
    pub(crate) fn allows(&self, address: u32, bytes: u32, kind: Kind, user: bool) -> bool {
        if !self.active {
            return !user;
        }
        let (from, to) = (u64::from(address), u64::from(address) + u64::from(bytes));
        let touches = |(start, end): &(u64, u64)| *start < to && from < *end;
        let Some(entry) = self.regions.iter().position(touches) else { return !user };
        let (start, end) = self.regions[entry];
        let cfg = self.cfg[entry];
        let permission = match kind {
            Kind::Load => R,
            Kind::Store => W,
            Kind::Fetch => X,
        };
        start <= from && to <= end && (cfg & permission != 0 || (!user && cfg & L == 0))
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> + use<> {
        // The rest follows from these.
        let Self { cfg, addr, regions: _, active: _ } = *self;
        cfg.map(u32::from).into_iter().chain(addr)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Off,
    Tor,
    Na4,
    Napot,
}

fn mode(cfg: u8) -> Mode {
    [Mode::Off, Mode::Tor, Mode::Na4, Mode::Napot][usize::from(cfg >> A_SHIFT & 3)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_entry_binds_machine_mode_and_cannot_be_changed() {
        let mut pmp = Pmp::default();
        pmp.set_addr(0, 0x4037_C000 >> 2 | 0xFF);
        pmp.set_cfg(0, u32::from(3 << A_SHIFT | R));
        assert!(pmp.allows(0x4037_C000, 4, Kind::Store, false));
        assert!(!pmp.allows(0x4037_C000, 4, Kind::Store, true));
        pmp.set_cfg(0, u32::from(3 << A_SHIFT | R | L));
        assert!(!pmp.allows(0x4037_C000, 4, Kind::Store, false));
        assert!(pmp.allows(0x4037_C7FC, 4, Kind::Load, false));
        assert!(pmp.allows(0x4037_C800, 4, Kind::Store, false));
        pmp.set_cfg(0, 0);
        pmp.set_addr(0, 0);
        assert!(!pmp.allows(0x4037_C000, 4, Kind::Store, false));
    }

    #[test]
    fn tor_covers_from_the_entry_before_and_locks_its_address() {
        let mut pmp = Pmp::default();
        pmp.set_addr(0, 0x3FC8_0000 >> 2);
        pmp.set_addr(1, 0x3FC9_0000 >> 2);
        pmp.set_cfg(0, u32::from(1 << A_SHIFT | R | L) << 8);
        pmp.set_addr(0, 0);
        assert_eq!(pmp.addr(0), 0x3FC8_0000 >> 2);
        assert!(!pmp.allows(0x3FC8_0000, 1, Kind::Store, false));
        assert!(pmp.allows(0x3FC7_FFFF, 1, Kind::Store, false));
        assert!(!pmp.allows(0x3FC7_FFFF, 2, Kind::Load, false), "half in, half out");
        assert!(pmp.allows(0x3FC9_0000, 1, Kind::Store, false));
    }

    #[test]
    fn a_napot_entry_of_all_ones_covers_everything() {
        let mut pmp = Pmp::default();
        pmp.set_addr(0, u32::MAX);
        pmp.set_cfg(0, u32::from(3 << A_SHIFT | R | W | X));
        assert!(pmp.allows(u32::MAX, 1, Kind::Fetch, true));
        assert!(pmp.allows(0, 1, Kind::Store, true));
    }
}
