//! A transaction of the master.
//!
//! What is received is found lazily: the data lines are looked at for all periods of the clock that have passed whenever
//! one of them changes, and at the end. Edges are put on the signals only if somebody would see them; then there is an
//! event for each, otherwise one for 64 bytes.

use super::bits::{Collector, nibble};
use super::config::{ClockTimes, Config, Phase, PhaseKind};
use super::lines::{self, Levels};
use crate::soc::dma::{DmaEnv as _, DmaPeripheral};
use crate::soc::hub::Env;
use hil_sim_core::time::Instant;

/// Bytes in the FIFOs between the lines and DMA, and in the buffer of the CPU.
pub(super) const BUFFER: usize = 64;

#[derive(Clone, Hash, Debug)]
pub(super) struct Transaction {
    config: Config,
    phases: Vec<Phase>,
    clock: ClockTimes,
    /// When the first period of the clock begins, and how many there are.
    first: Instant,
    cycles: u32,
    /// When chip select is released.
    end: Instant,
    /// Periods of which the inputs have been looked at.
    sampled: u32,
    /// What is on the data lines as inputs.
    inputs: u8,
    /// What is on the signals, if somebody sees them.
    levels: Option<Levels>,
    clock_is_seen: bool,
    /// Data to send, as far as it is here.
    out: Vec<u8>,
    out_by_dma: bool,
    into: Collector,
    into_by_dma: bool,
    /// Data ran out.
    pub(super) underrun: bool,
}

impl Transaction {
    /// Begins now. `buffer` is what W0 to W15 contain.
    pub(super) fn new(
        env: &mut Env<'_>,
        config: Config,
        from_pll: bool,
        buffer: &[u8; BUFFER],
        (out_by_dma, into_by_dma): (bool, bool),
    ) -> Self {
        let phases = config.phases();
        let clock = config.clock_times(from_pll);
        let (setup, _) = config.chip_select_cycles();
        let bytes = config.data_bits().div_ceil(8) as usize;
        let from = 4 * config.out_word();
        let mut it = Self {
            phases,
            clock,
            first: env.now() + clock.period.times(setup),
            cycles: 0,
            end: Instant::ZERO,
            sampled: 0,
            inputs: lines::inputs(env),
            levels: None,
            clock_is_seen: false,
            out: Vec::new(),
            out_by_dma,
            into: Collector::default(),
            into_by_dma,
            underrun: false,
            config,
        };
        if !out_by_dma {
            it.out = (0..bytes).map(|n| buffer[(from + n) % BUFFER]).collect();
        }
        it.set_cycles(it.phases.last().map_or(0, |last| last.first + last.cycles));
        it.look_for_observers(env);
        it.fetch(env);
        it
    }

    fn set_cycles(&mut self, cycles: u32) {
        let (_, hold) = self.config.chip_select_cycles();
        self.cycles = cycles;
        self.end = self.first + self.clock.period.times(u64::from(cycles) + hold);
    }

    /// The registers were updated while the transaction is under way: a new length counts at once.
    pub(super) fn change_length(&mut self, now: Instant, ms_dlen: u32) {
        self.sample(now);
        self.config.ms_dlen = ms_dlen;
        self.phases = self.config.phases();
        let begun = now.since(self.first).ps().div_ceil(self.clock.period.ps().max(1));
        let begun = u32::try_from(begun).unwrap_or(u32::MAX).min(self.cycles);
        let cycles = self.phases.last().map_or(0, |last| last.first + last.cycles);
        self.set_cycles(cycles.max(begun));
    }

    /// Puts edges on the signals from now on if somebody sees them.
    fn look_for_observers(&mut self, env: &mut Env<'_>) {
        let (clock, any) = lines::observed(env);
        if any {
            self.clock_is_seen = clock;
            self.levels = Some(Levels::idle(&self.config));
            lines::drive_chip_selects(env, &self.config, true);
        }
    }

    /// Half periods are counted from the first period's beginning; the odd ones begin in the middle of a period.
    fn time_of_half(&self, half: u32) -> Instant {
        let middle = if half % 2 == 1 { self.clock.middle } else { hil_sim_core::time::Span::ZERO };
        self.first + self.clock.period.times(u64::from(half / 2)) + middle
    }

    /// The last half period that has begun.
    fn half_at(&self, now: Instant) -> Option<u32> {
        let since = now.since(self.first).ps();
        let period = self.clock.period.ps().max(1);
        if now < self.first {
            return None;
        }
        let cycle = since / period;
        let half = 2 * cycle + u64::from(since % period >= self.clock.middle.ps());
        Some(u32::try_from(half).unwrap_or(u32::MAX).min(2 * self.cycles))
    }

    fn phase_of(&self, cycle: u32) -> Option<&Phase> {
        self.phases.iter().find(|phase| cycle.wrapping_sub(phase.first) < phase.cycles)
    }

    /// What is on the signals in a half period.
    fn levels_of(&self, half: u32) -> Levels {
        let idle = Levels::idle(&self.config);
        let cycle = half / 2;
        let Some(phase) = self.phase_of(cycle).filter(|_| cycle < self.cycles) else { return idle };
        let at = cycle - phase.first;
        let send = |bytes: &[u8]| nibble(bytes, at, phase.lines, self.config.writes_lsb_first());
        let all = (1 << phase.lines) - 1;
        let (data, enabled) = match phase.kind {
            PhaseKind::Command => (send(&self.config.command()), all),
            PhaseKind::Address => (send(&self.config.address()), all),
            PhaseKind::Dummy => (idle.data, u8::from(self.config.drives_dummy())),
            PhaseKind::Data { out: true, .. } => (send(&self.out), all),
            PhaseKind::Data { out: false, .. } => (idle.data, idle.enabled),
        };
        let rests = phase.kind == PhaseKind::Dummy && self.config.clock_rests_in_dummy();
        let second_half = half % 2 == 1;
        let active = second_half != self.config.samples_late() && !rests;
        Levels { clock: idle.clock != active, data, enabled }
    }

    /// Looks at the inputs of all periods whose sampling edge has passed.
    fn sample(&mut self, now: Instant) {
        while self.sampled < self.cycles && self.time_of_half(2 * self.sampled + 1) <= now {
            let cycle = self.sampled;
            self.sampled += 1;
            let Some(phase) = self.phase_of(cycle) else { continue };
            if let PhaseKind::Data { into: true, out } = phase.kind {
                // Apart from the one line of full duplex, what is received is on the lines from 0 on.
                let lines = phase.lines;
                let nibble = match lines {
                    1 if self.config.is_three_wire() && !out => self.inputs & 1,
                    1 => self.inputs >> 1 & 1,
                    _ => self.inputs & ((1 << lines) - 1),
                };
                self.into.add(nibble, lines, self.config.reads_lsb_first());
            }
        }
    }

    /// An input has another level from now on.
    pub(super) fn input(&mut self, env: &Env<'_>) {
        self.sample(env.now());
        self.inputs = lines::inputs(env);
    }

    /// The data phase that sends, and the period in which the data that is here has been sent.
    fn end_of_data(&self) -> Option<u32> {
        let phase = self.phases.iter().find(|phase| matches!(phase.kind, PhaseKind::Data { out: true, .. }))?;
        let here = self.out.len() as u32 * 8 / phase.lines;
        (here < phase.cycles).then_some(phase.first + here)
    }

    /// Gets more data from DMA if what is here has been sent.
    fn fetch(&mut self, env: &mut Env<'_>) {
        let Some(cycle) = self.end_of_data().filter(|_| self.out_by_dma) else { return };
        if !self.out.is_empty() && self.half_at(env.now()).is_none_or(|half| half / 2 < cycle) {
            return;
        }
        let total = self.config.data_bits().div_ceil(8) as usize;
        let mut bytes = [0; BUFFER];
        let wanted = total.saturating_sub(self.out.len()).min(BUFFER);
        let count = env.dma_pull(DmaPeripheral::Spi2, &mut bytes[..wanted]);
        self.out.extend_from_slice(&bytes[..count]);
        if count == 0 {
            self.underrun = true;
            if self.config.ends_when_empty() {
                self.set_cycles(cycle.min(self.cycles));
            } else {
                self.out.resize(total, 0);
            }
        }
    }

    /// Gives DMA what has been received.
    fn deliver(&mut self, env: &mut Env<'_>) {
        if self.into_by_dma && self.into.complete() >= BUFFER {
            let bytes = self.into.take_complete();
            env.dma_push(DmaPeripheral::Spi2, &bytes, false);
        }
    }

    /// Does what is due, and gives when to be called next. `None` when the transaction is over.
    pub(super) fn go_on(&mut self, env: &mut Env<'_>) -> Option<Instant> {
        let now = env.now();
        self.sample(now);
        self.deliver(env);
        self.fetch(env);
        if now >= self.end {
            return None;
        }
        if self.levels.is_none() {
            self.look_for_observers(env);
        }
        let half = self.half_at(now);
        if let (Some(half), Some(levels)) = (half, self.levels) {
            let new = self.levels_of(half);
            if new != levels {
                new.drive(env, &self.config);
                self.levels = Some(new);
            }
        }
        Some(self.next(half))
    }

    /// When to be called next: at the next edge that is seen, when data runs out or is to be delivered, and at the end.
    fn next(&self, half: Option<u32>) -> Instant {
        let last = 2 * self.cycles;
        let mut until = self.end_of_data().filter(|_| self.out_by_dma).map_or(last, |cycle| last.min(2 * cycle));
        if self.into_by_dma {
            let lines = self.phases.last().map_or(1, |phase| phase.lines);
            let bits = 8 * BUFFER.saturating_sub(self.into.complete()) as u32;
            until = until.min(2 * self.sampled.saturating_add(bits.div_ceil(lines)) + 1);
        }
        let mut next = half.map_or(0, |half| half + 1);
        let Some(levels) = self.levels else {
            return self.at_or_end(next.max(until), last);
        };
        if half.is_some() && !self.clock_is_seen {
            let same = |other: Levels| (other.data, other.enabled) == (levels.data, levels.enabled);
            while next < until && same(self.levels_of(next)) {
                next += 1;
            }
        }
        self.at_or_end(next, last)
    }

    fn at_or_end(&self, half: u32, last: u32) -> Instant {
        if half > last || half == last && self.levels.is_none() { self.end } else { self.time_of_half(half) }
    }

    pub(super) fn keeps_chip_select(&self) -> bool {
        self.config.keeps_chip_select()
    }

    /// Ends the transaction: signals as when idle, received data where it belongs.
    pub(super) fn finish(mut self, env: &mut Env<'_>, buffer: &mut [u8; BUFFER]) {
        Levels::idle(&self.config).drive(env, &self.config);
        lines::drive_chip_selects(env, &self.config, self.config.keeps_chip_select());
        let receives = self.phases.iter().any(|phase| matches!(phase.kind, PhaseKind::Data { into: true, .. }));
        if !receives {
            return;
        }
        let bytes = self.into.take_all();
        if self.into_by_dma {
            env.dma_push(DmaPeripheral::Spi2, &bytes, true);
        } else {
            let from = 4 * self.config.in_word();
            for (n, byte) in bytes.into_iter().enumerate() {
                buffer[(from + n) % BUFFER] = byte;
            }
        }
    }
}
