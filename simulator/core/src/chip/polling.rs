//! Whether the firmware does anything but wait for a register that does not change.

use crate::time::{Instant, Span};

/// How long it has to be at that.
const LONG: Span = Span::from_ms(1_000);
/// Reads in that time, at least: firmware that sleeps in between has fewer.
const MANY: u32 = 100_000;
/// What is told of one run, at most.
const MOST_TOLD: usize = 3;

/// The load that most of the accesses to registers are: what interrupts do in between does not hide it.
#[derive(Clone, Debug, Default)]
pub struct Polling {
    address: u32,
    pc: u32,
    value: u32,
    /// Accesses that were this load, less those that were not.
    lead: u32,
    since: Instant,
    /// What was told already.
    told: Vec<(u32, u32)>,
}

impl Polling {
    /// A register was read. Says whether nothing else has happened for long enough to be told.
    #[inline]
    pub fn read(&mut self, address: u32, pc: u32, value: u32, now: Instant) -> bool {
        if (address, pc, value) != (self.address, self.pc, self.value) {
            if self.lead > 0 {
                self.lead -= 1;
            } else {
                (self.address, self.pc, self.value, self.lead, self.since) = (address, pc, value, 1, now);
            }
            return false;
        }
        self.lead = self.lead.saturating_add(1);
        self.lead >= MANY && now.since(self.since) >= LONG && self.tell()
    }

    /// A register was written.
    #[inline]
    pub fn written(&mut self) {
        self.lead = self.lead.saturating_sub(1);
    }

    fn tell(&mut self) -> bool {
        self.lead = 0;
        let what = (self.address, self.pc);
        let is_new = self.told.len() < MOST_TOLD && !self.told.contains(&what);
        if is_new {
            self.told.push(what);
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a register every microsecond for two seconds, with something else every so many reads; gives when it was told.
    fn told(other: impl Fn(u64, &mut Polling, Instant)) -> Vec<u64> {
        let mut polling = Polling::default();
        let read = |us| {
            let now = Instant::from_ns(1_000 * us);
            other(us, &mut polling, now);
            polling.read(0x6003_101C, 0x4200_0000, 0, now).then_some(us)
        };
        (0..2_000_000).filter_map(read).collect()
    }

    #[test]
    fn a_register_that_is_read_for_a_second_is_told_once() {
        assert_eq!(told(|_, _, _| {}), [1_000_000]);
    }

    #[test]
    fn interrupts_in_between_do_not_hide_it() {
        let tick = |us, polling: &mut Polling, now| {
            if us % 1_000 == 0 {
                for n in 0..10 {
                    let _ = polling.read(0x6002_3000 + 4 * n, 0x4038_0000, us as u32, now);
                }
                polling.written();
            }
        };
        assert_eq!(told(tick).len(), 1);
    }

    #[test]
    fn a_loop_with_other_accesses_or_rests_is_none() {
        let others = |us, polling: &mut Polling, now| {
            let _ = polling.read(0x6002_3044, 0x4038_0000, us as u32, now);
            polling.written();
        };
        assert_eq!(told(others), [0; 0]);
        let mut polling = Polling::default();
        let rare = (0..50_000).any(|n| polling.read(0x6000_403C, 0x4200_0000, 0, Instant::from_ns(100_000 * n)));
        assert!(!rare);
    }
}
