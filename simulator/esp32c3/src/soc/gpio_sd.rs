//! GPIO_SD: four sigma-delta modulators, for pulse density signals on pads; TRM section 5.8.
//!
//! ESP-IDF's programming guide calls the modulator one of the second order; how it works is not published. This one is
//! of the first order: at each of its cycles it adds the density to a sum of 8 bits, and is high when that overflows. So
//! SD_IN gives the right share of cycles, spread evenly; which cycles those are can differ from the chip. Edges are made
//! only while someone observes the signal.

use super::hub::{Env, Hub};
use hil_sim_core::chip::soc::Device;
use hil_sim_core::chip::soc::{Pace, Ticker};
use hil_sim_core::time::Instant;

const SIGMADELTA0: u32 = 0x00;
const SIGMADELTA3: u32 = 0x0C;
const CG: u32 = 0x20;
const MISC: u32 = 0x24;
const VERSION: u32 = 0x28;

const SIGMADELTA_RESET: u32 = 0xFF00;
/// MISC: the modulators have a clock.
const FUNCTION_CLK_EN: u32 = 1 << 30;
const SPI_SWAP: u32 = 1 << 31;
/// CG: the registers have a clock.
const CLK_EN: u32 = 1 << 31;
const VERSION_VALUE: u32 = 0x0200_6230;

const MODULATORS: usize = 4;
/// GPIO_SD0_OUT; TRM table 5-2.
const FIRST_SIGNAL: u8 = 55;
/// Cycles after which the sum is what it was.
const PERIOD: u64 = 0x100;

/// A modulator.
#[derive(Clone, Hash, Debug)]
struct Modulator {
    register: u32,
    /// Its cycles since the register was written or the clock changed.
    ticker: Ticker,
    /// The sum at the first of them.
    sum: u8,
}

impl Default for Modulator {
    fn default() -> Self {
        Self { register: SIGMADELTA_RESET, ticker: Ticker::new(Pace::STOPPED, Instant::ZERO), sum: 0 }
    }
}

impl Modulator {
    /// How many cycles of 256 it is high: SD_IN is a signed number, and 0 stands for a half.
    fn density(&self) -> u64 {
        u64::from(self.register as u8 ^ 0x80)
    }

    fn sum_at(&self, cycle: u64) -> u64 {
        (u64::from(self.sum) + (cycle % PERIOD) * self.density()) % PERIOD
    }

    fn level_at(&self, cycle: u64) -> bool {
        self.sum_at(cycle) + self.density() >= PERIOD
    }

    /// Begins again with new settings, from the sum that it has.
    fn change(&mut self, now: Instant, source: Pace, register: u32) {
        self.sum = self.sum_at(self.ticker.tick(now)) as u8;
        self.register = register;
        self.ticker = Ticker::new(source.divided((register >> 8 & 0xFF) + 1), now);
    }

    fn next_edge(&self, now: Instant) -> Instant {
        let cycle = self.ticker.tick(now);
        let level = self.level_at(cycle);
        let edge = (cycle + 1..cycle + 1 + PERIOD).find(|later| self.level_at(*later) != level);
        edge.map_or(Instant::NEVER, |cycle| self.ticker.at(cycle))
    }
}

/// The registers.
#[derive(Clone, Default, Hash, Debug)]
pub(crate) struct GpioSd {
    modulators: [Modulator; MODULATORS],
    cg: u32,
    misc: u32,
}

impl GpioSd {
    /// APB_CLK, while there is one.
    fn source(&self, env: &Env<'_>) -> Pace {
        let runs = self.misc & FUNCTION_CLK_EN != 0;
        Pace { source_hz: if runs { env.hub.clocks.apb_hz } else { 0 }, ..Pace::STOPPED }
    }

    /// All modulators go on with the clock that there is now.
    fn change_clock(&mut self, env: &mut Env<'_>) {
        let source = self.source(env);
        for modulator in &mut self.modulators {
            modulator.change(env.now(), source, modulator.register);
        }
        self.refresh(env);
    }

    /// Sets the levels of the signals that someone sees, and asks for the next edge of them.
    fn refresh(&mut self, env: &mut Env<'_>) {
        let now = env.now();
        let mut next = Instant::NEVER;
        for (signal, modulator) in (FIRST_SIGNAL..).zip(&self.modulators) {
            if env.hub.pins.is_observed(signal) {
                env.drive(signal, modulator.level_at(modulator.ticker.tick(now)), true);
                next = next.min(modulator.next_edge(now));
            }
        }
        if next == Instant::NEVER { env.sleep() } else { env.wake_at(next) }
    }
}

impl Device<Hub> for GpioSd {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match offset {
            SIGMADELTA0..=SIGMADELTA3 => self.modulators[(offset / 4) as usize].register,
            CG => self.cg,
            MISC => self.misc,
            VERSION => VERSION_VALUE,
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        match offset {
            SIGMADELTA0..=SIGMADELTA3 => {
                let (now, source) = (env.now(), self.source(env));
                self.modulators[(offset / 4) as usize].change(now, source, value & 0xFFFF);
                self.refresh(env);
            }
            CG => self.cg = value & CLK_EN,
            MISC => {
                self.misc = value & (FUNCTION_CLK_EN | SPI_SWAP);
                self.change_clock(env);
            }
            VERSION => {}
            _ => env.unmodelled_write(offset, value),
        }
    }

    fn reset(&mut self, env: &mut Env<'_>) {
        *self = Self::default();
        for signal in (FIRST_SIGNAL..).take(MODULATORS) {
            env.drive(signal, false, true);
        }
    }

    fn event(&mut self, env: &mut Env<'_>) {
        self.refresh(env);
    }

    fn rerouted(&mut self, env: &mut Env<'_>) {
        self.refresh(env);
    }

    fn clocks_changed(&mut self, env: &mut Env<'_>) {
        self.change_clock(env);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soc::map::DeviceId;
    use crate::soc::rig::Rig;
    use hil_sim_core::chip::soc::Soc as _;
    use hil_sim_core::time::Span;

    const BASE: u32 = DeviceId::GpioSd.describe().1;
    const GPIO: u8 = 2;

    /// Modulator 0 at 500 kHz on a watched GPIO.
    fn modulating(density: u8) -> Rig {
        let mut rig = Rig::new();
        rig.write(BASE + MISC, FUNCTION_CLK_EN);
        rig.connect_output(GPIO, FIRST_SIGNAL);
        rig.soc.watch(GPIO);
        rig.write(BASE + SIGMADELTA0, 159 << 8 | u32::from(density));
        rig.run(Span::from_us(1));
        rig.take_edges();
        rig
    }

    /// Picoseconds of a span in which the GPIO is high.
    fn high_time(rig: &mut Rig, span: Span) -> u64 {
        let (mut since, mut level, mut high) = (rig.now(), rig.soc.level(GPIO), 0);
        rig.run(span);
        for edge in rig.take_edges() {
            high += if level { edge.at.since(since).ps() } else { 0 };
            (since, level) = (edge.at, edge.level);
        }
        high + if level { rig.now().since(since).ps() } else { 0 }
    }

    #[test]
    fn the_density_is_the_share_of_high_cycles() {
        for density in [0x80_u8, 0x81, 0xC0, 0x00, 0x40, 0x7F] {
            let high = high_time(&mut modulating(density), Span::from_us(2 * 256));
            assert_eq!(high, u64::from(density ^ 0x80) * 2_000_000, "density {density:#x}");
        }
    }

    #[test]
    fn a_half_changes_with_every_cycle_to_the_picosecond() {
        let mut rig = modulating(0);
        rig.run(Span::from_us(20));
        let edges = rig.take_edges();
        assert_eq!(edges.len(), 10);
        assert!(edges.windows(2).all(|pair| pair[1].at.since(pair[0].at) == Span::from_us(2)));
    }

    #[test]
    fn without_its_clock_nothing_moves() {
        let mut rig = modulating(0);
        rig.write(BASE + MISC, 0);
        rig.take_edges();
        rig.run(Span::from_ms(1));
        assert_eq!(rig.take_edges(), []);
    }

    #[test]
    fn a_signal_that_nobody_sees_costs_no_events() {
        let mut rig = Rig::new();
        rig.write(BASE + MISC, FUNCTION_CLK_EN);
        rig.write(BASE + SIGMADELTA0, 0);
        assert_eq!(rig.soc.next_event(), Instant::NEVER);
    }
}
