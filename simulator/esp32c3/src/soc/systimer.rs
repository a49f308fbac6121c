//! SYSTIMER: two counters of 16 MHz and three comparators; TRM chapter 10.
//!
//! The core is never stalled in this model, so the bits that stall a counter with it do nothing.

use super::clock::SYSTIMER_RATE;
use super::hub::{Env, Hub};
use super::interrupt::Source;
use hil_sim_core::chip::soc::Counter;
use hil_sim_core::chip::soc::Device;
use hil_sim_core::time::Instant;

const CONF: u32 = 0x00;
const UNIT0_OP: u32 = 0x04;
const UNIT1_OP: u32 = 0x08;
const UNIT0_LOAD_HI: u32 = 0x0C;
const UNIT1_LOAD_LO: u32 = 0x18;
const TARGET0_HI: u32 = 0x1C;
const TARGET2_LO: u32 = 0x30;
const TARGET0_CONF: u32 = 0x34;
const TARGET2_CONF: u32 = 0x3C;
const UNIT0_VALUE_HI: u32 = 0x40;
const UNIT1_VALUE_LO: u32 = 0x4C;
const COMP0_LOAD: u32 = 0x50;
const COMP2_LOAD: u32 = 0x58;
const UNIT0_LOAD: u32 = 0x5C;
const UNIT1_LOAD: u32 = 0x60;
const INT_ENA: u32 = 0x64;
const INT_RAW: u32 = 0x68;
const INT_CLR: u32 = 0x6C;
const INT_ST: u32 = 0x70;
const DATE: u32 = 0xFC;

/// Unit 0 counts, and both stop while the core is stalled.
const CONF_RESET: u32 = 0x4600_0000;
const UNIT0_WORK_EN: u32 = 30;
const TARGET0_WORK_EN: u32 = 24;
const OP_UPDATE: u32 = 1 << 30;
const OP_VALUE_VALID: u32 = 1 << 29;
const PERIOD: u32 = (1 << 26) - 1;
const PERIOD_MODE: u32 = 1 << 30;
const UNIT_SEL: u32 = 1 << 31;

/// Counters have 52 bits.
const COUNT: u64 = (1 << 52) - 1;
/// A target that is less than this behind has been passed; one that is farther behind is still to come.
const PASSED: u64 = 1 << 51;

#[derive(Clone, Hash, Debug)]
struct Unit {
    counter: Counter,
    load: u64,
    /// What UPDATE copied.
    value: u64,
    valid: bool,
}

impl Unit {
    fn new(running: bool) -> Self {
        let counter = if running { Counter::running(SYSTIMER_RATE) } else { Counter::stopped(SYSTIMER_RATE) };
        Self { counter, load: 0, value: 0, valid: false }
    }
}

#[derive(Clone, Default, Hash, Debug)]
struct Comparator {
    /// TARGETn_CONF.
    conf: u32,
    /// TARGETn_HI and TARGETn_LO.
    written: u64,
    /// The count that it waits for.
    target: u64,
    /// In target mode: it has not yet been reached since it was set.
    armed: bool,
    enabled: bool,
}

impl Comparator {
    fn unit(&self) -> usize {
        usize::from(self.conf & UNIT_SEL != 0)
    }

    /// The period if it is in period mode.
    fn period(&self) -> Option<u64> {
        (self.conf & PERIOD_MODE != 0).then_some(u64::from(self.conf & PERIOD))
    }

    fn waits(&self) -> bool {
        self.enabled && self.period().map_or(self.armed, |period| period > 0)
    }
}

/// The registers.
#[derive(Clone, Hash, Debug)]
pub(crate) struct Systimer {
    conf: u32,
    units: [Unit; 2],
    comparators: [Comparator; 3],
    int_ena: u32,
    int_raw: u32,
}

impl Default for Systimer {
    fn default() -> Self {
        Self {
            conf: CONF_RESET,
            units: [Unit::new(true), Unit::new(false)],
            comparators: Default::default(),
            int_ena: 0,
            int_raw: 0,
        }
    }
}

/// The half of a counter's value at one of a pair of registers, of which the higher half comes first.
fn half(value: u64, index: u32) -> u32 {
    if index.is_multiple_of(2) { (value >> 32) as u32 } else { value as u32 }
}

fn set_half(value: u64, index: u32, half: u32) -> u64 {
    let new = if index.is_multiple_of(2) {
        value & 0xFFFF_FFFF | u64::from(half) << 32
    } else {
        value & !0xFFFF_FFFF | u64::from(half)
    };
    new & COUNT
}

impl Systimer {
    fn count(&self, unit: usize, now: Instant) -> u64 {
        self.units[unit].counter.count(now) & COUNT
    }

    /// What COMPn_LOAD does, and turning the comparator or its period mode on: the next period begins now.
    fn arm(&mut self, index: usize, now: Instant) {
        let count = self.count(self.comparators[index].unit(), now);
        let comparator = &mut self.comparators[index];
        comparator.armed = true;
        comparator.target = match comparator.period() {
            Some(period) => count.wrapping_add(period) & COUNT,
            None => comparator.written,
        };
    }

    /// Raises what is due, and asks to be called for what comes next. A comparator in period mode whose interrupt is
    /// still raised has nothing to tell until that is cleared.
    fn update(&mut self, env: &mut Env<'_>) {
        let now = env.now();
        let mut next = Instant::NEVER;
        for index in 0..self.comparators.len() {
            let count = self.count(self.comparators[index].unit(), now);
            let comparator = &mut self.comparators[index];
            if !comparator.waits() {
                continue;
            }
            let behind = count.wrapping_sub(comparator.target) & COUNT;
            if behind < PASSED {
                self.int_raw |= 1 << index;
                comparator.armed = false;
                if let Some(period) = comparator.period() {
                    let ahead = (behind / period + 1) * period;
                    comparator.target = comparator.target.wrapping_add(ahead) & COUNT;
                }
            }
            if comparator.waits() && self.int_raw >> index & 1 == 0 {
                let ahead = comparator.target.wrapping_sub(count) & COUNT;
                next = next.min(self.units[comparator.unit()].counter.after(now, ahead));
            }
        }
        env.wake_at(next);
        self.present_interrupts(env);
    }

    fn present_interrupts(&self, env: &mut Env<'_>) {
        for index in 0..3 {
            let level = self.int_raw & self.int_ena & 1 << index != 0;
            env.interrupt(Source(Source::SYSTIMER_TARGET0.0 + index), level);
        }
    }

    fn set_conf(&mut self, now: Instant, value: u32) {
        self.conf = value;
        for (index, unit) in self.units.iter_mut().enumerate() {
            unit.counter.run(now, value >> (UNIT0_WORK_EN - index as u32) & 1 == 1);
        }
        for index in 0..self.comparators.len() {
            let enabled = value >> (TARGET0_WORK_EN - index as u32) & 1 == 1;
            let was = std::mem::replace(&mut self.comparators[index].enabled, enabled);
            if enabled && !was {
                self.enable(index, now);
            }
        }
    }

    /// A target that was loaded before stays, a period begins.
    fn enable(&mut self, index: usize, now: Instant) {
        self.comparators[index].armed = true;
        if self.comparators[index].period().is_some() {
            self.arm(index, now);
        }
    }

    fn set_target_conf(&mut self, env: &mut Env<'_>, index: usize, value: u32) {
        let was = std::mem::replace(&mut self.comparators[index].conf, value & (PERIOD | PERIOD_MODE | UNIT_SEL));
        if value & PERIOD_MODE != 0 {
            if value & PERIOD == 0 {
                env.unsupported("period mode with a period of 0");
            }
            if was & PERIOD_MODE == 0 {
                self.arm(index, env.now());
            }
        }
    }
}

impl Device<Hub> for Systimer {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match offset {
            CONF => self.conf,
            UNIT0_OP | UNIT1_OP => {
                if self.units[((offset - UNIT0_OP) / 4) as usize].valid {
                    OP_VALUE_VALID
                } else {
                    0
                }
            }
            UNIT0_LOAD_HI..=UNIT1_LOAD_LO => {
                let index = (offset - UNIT0_LOAD_HI) / 4;
                half(self.units[index as usize / 2].load, index)
            }
            TARGET0_HI..=TARGET2_LO => {
                let index = (offset - TARGET0_HI) / 4;
                half(self.comparators[index as usize / 2].written, index)
            }
            TARGET0_CONF..=TARGET2_CONF => self.comparators[((offset - TARGET0_CONF) / 4) as usize].conf,
            UNIT0_VALUE_HI..=UNIT1_VALUE_LO => {
                let index = (offset - UNIT0_VALUE_HI) / 4;
                half(self.units[index as usize / 2].value, index)
            }
            COMP0_LOAD..=COMP2_LOAD | UNIT0_LOAD | UNIT1_LOAD | INT_CLR => 0,
            INT_ENA => self.int_ena,
            INT_RAW => self.int_raw,
            INT_ST => self.int_raw & self.int_ena,
            DATE => 0x0200_6171,
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        let now = env.now();
        match offset {
            UNIT0_OP | UNIT1_OP => {
                if value & OP_UPDATE != 0 {
                    let index = ((offset - UNIT0_OP) / 4) as usize;
                    self.units[index].value = self.count(index, now);
                    self.units[index].valid = true;
                }
                return;
            }
            CONF => self.set_conf(now, value),
            UNIT0_LOAD_HI..=UNIT1_LOAD_LO => {
                let index = (offset - UNIT0_LOAD_HI) / 4;
                let unit = &mut self.units[index as usize / 2];
                unit.load = set_half(unit.load, index, value);
                return;
            }
            TARGET0_HI..=TARGET2_LO => {
                let index = (offset - TARGET0_HI) / 4;
                let comparator = &mut self.comparators[index as usize / 2];
                comparator.written = set_half(comparator.written, index, value);
                return;
            }
            TARGET0_CONF..=TARGET2_CONF => self.set_target_conf(env, ((offset - TARGET0_CONF) / 4) as usize, value),
            COMP0_LOAD..=COMP2_LOAD => {
                if value & 1 == 1 {
                    self.arm(((offset - COMP0_LOAD) / 4) as usize, now);
                }
            }
            UNIT0_LOAD | UNIT1_LOAD => {
                if value & 1 == 1 {
                    let unit = &mut self.units[((offset - UNIT0_LOAD) / 4) as usize];
                    unit.counter.set(now, unit.load);
                }
            }
            INT_ENA => self.int_ena = value & 0b111,
            INT_CLR => {
                // Periods that have passed meanwhile raise nothing any more.
                self.update(env);
                self.int_raw &= !value;
            }
            INT_RAW | INT_ST | UNIT0_VALUE_HI..=UNIT1_VALUE_LO | DATE => return,
            _ => return env.unmodelled_write(offset, value),
        }
        self.update(env);
    }

    fn reset(&mut self, env: &mut Env<'_>) {
        *self = Self::default();
        for unit in &mut self.units {
            unit.counter.set(env.now(), 0);
        }
        self.present_interrupts(env);
    }

    fn event(&mut self, env: &mut Env<'_>) {
        self.update(env);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soc::rig::Rig;
    use hil_sim_core::time::Span;

    const BASE: u32 = 0x6002_3000;
    const TARGET0_SOURCE: u8 = Source::SYSTIMER_TARGET0.0;
    const WORK_EN: [u32; 3] = [1 << 24, 1 << 23, 1 << 22];

    fn write(rig: &mut Rig, offset: u32, value: u32) {
        rig.write(BASE + offset, value);
    }

    fn count(rig: &mut Rig, unit: u32) -> u64 {
        write(rig, UNIT0_OP + 4 * unit, OP_UPDATE);
        assert_eq!(rig.read(BASE + UNIT0_OP + 4 * unit), OP_VALUE_VALID);
        let [high, low] = [0, 4].map(|half| rig.read(BASE + UNIT0_VALUE_HI + 8 * unit + half));
        u64::from(high) << 32 | u64::from(low)
    }

    fn set_target(rig: &mut Rig, index: u32, target: u64) {
        write(rig, TARGET0_HI + 8 * index, (target >> 32) as u32);
        write(rig, TARGET0_HI + 8 * index + 4, target as u32);
        write(rig, COMP0_LOAD + 4 * index, 1);
    }

    #[test]
    fn unit_0_counts_16_mhz_from_power_on() {
        let mut rig = Rig::new();
        rig.run(Span::from_ms(10));
        assert_eq!(count(&mut rig, 0), 160_000);
        assert_eq!(count(&mut rig, 1), 0, "unit 1 has not been started");
    }

    #[test]
    fn a_loaded_count_goes_on_and_a_stopped_one_stays() {
        let mut rig = Rig::new();
        write(&mut rig, UNIT0_LOAD_HI, 1);
        write(&mut rig, UNIT0_LOAD, 1);
        rig.run(Span::from_us(1));
        assert_eq!(count(&mut rig, 0), (1 << 32) + 16);
        write(&mut rig, CONF, 0);
        rig.run(Span::from_us(1));
        assert_eq!(count(&mut rig, 0), (1 << 32) + 16);
    }

    #[test]
    fn a_target_interrupts_once() {
        let mut rig = Rig::new();
        write(&mut rig, INT_ENA, 1);
        set_target(&mut rig, 0, 1_600);
        write(&mut rig, CONF, CONF_RESET | WORK_EN[0]);
        rig.run(Span::from_us(99));
        assert!(!rig.is_raised(TARGET0_SOURCE));
        rig.run(Span::from_us(1));
        assert!(rig.is_raised(TARGET0_SOURCE));
        write(&mut rig, INT_CLR, 1);
        rig.run(Span::from_ms(1));
        assert!(!rig.is_raised(TARGET0_SOURCE));
    }

    #[test]
    fn a_target_that_has_passed_interrupts_at_once() {
        let mut rig = Rig::new();
        rig.run(Span::from_ms(1));
        write(&mut rig, CONF, CONF_RESET | WORK_EN[1]);
        write(&mut rig, INT_CLR, 0b111);
        set_target(&mut rig, 1, 100);
        assert_eq!(rig.read(BASE + INT_RAW), 0b010);
        assert!(!rig.is_raised(TARGET0_SOURCE + 1), "it is not enabled");
        write(&mut rig, INT_ENA, 0b010);
        assert!(rig.is_raised(TARGET0_SOURCE + 1));
    }

    #[test]
    fn periods_do_not_drift_when_they_are_served_late() {
        let mut rig = Rig::new();
        write(&mut rig, INT_ENA, 0b100);
        write(&mut rig, TARGET0_CONF + 8, PERIOD_MODE | 1_600);
        write(&mut rig, CONF, CONF_RESET | WORK_EN[2]);
        rig.run(Span::from_us(130));
        assert!(rig.is_raised(TARGET0_SOURCE + 2));
        write(&mut rig, INT_CLR, 0b100);
        rig.run(Span::from_us(69));
        assert!(!rig.is_raised(TARGET0_SOURCE + 2));
        rig.run(Span::from_us(1));
        assert!(rig.is_raised(TARGET0_SOURCE + 2));
        rig.run(Span::from_us(250));
        write(&mut rig, INT_CLR, 0b100);
        assert!(!rig.is_raised(TARGET0_SOURCE + 2), "periods that passed unserved are lost");
        rig.run(Span::from_us(50));
        assert!(rig.is_raised(TARGET0_SOURCE + 2));
    }

    #[test]
    fn a_comparator_follows_the_unit_that_it_is_given() {
        let mut rig = Rig::new();
        write(&mut rig, TARGET0_CONF, UNIT_SEL);
        set_target(&mut rig, 0, 16);
        write(&mut rig, CONF, CONF_RESET | WORK_EN[0]);
        rig.run(Span::from_us(10));
        assert_eq!(rig.read(BASE + INT_RAW), 0, "unit 1 stands");
        write(&mut rig, CONF, CONF_RESET | WORK_EN[0] | 1 << 29);
        rig.run(Span::from_us(1));
        assert_eq!(rig.read(BASE + INT_RAW), 1);
    }
}
