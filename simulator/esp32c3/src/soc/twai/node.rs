//! What the node does on the bus, bit by bit; TRM sections 29.2 and 29.3, after ISO 11898-1. A bit is driven at its
//! beginning and sampled once.

use super::device::{INT_ARB_LOST, LISTEN_ONLY_MODE, RESET_MODE, SELF_TEST_MODE, SIGNAL, Twai};
use super::frame::{Fault, Frame, Reader};
use crate::soc::hub::Env;
use hil_sim_core::chip::soc::Rate;
use hil_sim_core::time::Span;

/// Recessive bits before a node takes part, and how often before it does so again after bus-off.
const IDLE_BITS: u32 = 11;
const RECOVERIES: u32 = 128;
const FLAG_BITS: u8 = 6;
const DELIMITER_BITS: u8 = 8;
const INTERMISSION_BITS: u8 = 3;
const SUSPEND_BITS: u8 = 8;
const DOMINANT: bool = false;
const RECESSIVE: bool = true;

/// Segments of ERR_CODE_CAP outside of frames.
const ACTIVE_FLAG: u32 = 0b10001;

#[derive(Clone, Hash, Debug)]
pub(super) enum Phase {
    /// In reset mode.
    Off,
    /// Waits until the bus has been recessive for so many bits.
    Integrating(u32),
    /// The bus is free.
    Idle,
    Frame {
        reader: Reader,
        /// What it puts on the bus itself, and how much of it it has, if it is the sender.
        line: Option<(Vec<bool>, usize)>,
        /// Driven in the bit that has begun.
        driven: bool,
        /// The next event is the sample point, not the beginning of a bit.
        sampling: bool,
    },
    /// After an error: so many bits of the flag are left, sent by whom.
    Flag { left: u8, active: bool, sending: bool, sampling: bool },
    /// Recessive bits of the delimiter that are left.
    Delimiter { left: u8, sending: bool },
    /// Bits before the bus counts as free. The sender of an error passive node waits longer.
    Pause { left: u8 },
}

impl Twai {
    /// The length of `bits`, and to the sample point in the last of them.
    fn lengths(&self, env: &Env<'_>, bits: u32) -> (Span, Span) {
        let quantum = Rate::new(env.hub.clocks.apb_hz, 2 * ((self.bus_timing[0] & 0x3FFF) + 1));
        let first = 2 + (self.bus_timing[1] & 0xF);
        let second = 1 + (self.bus_timing[1] >> 4 & 7);
        let whole = u64::from(first + second) * u64::from(bits);
        (quantum.span(whole), quantum.span(whole - u64::from(second)))
    }

    /// Goes on at the beginning of the next bit.
    fn next_bit(&mut self, env: &mut Env<'_>) {
        let at = self.bit_began + self.lengths(env, 1).0;
        env.wake_at(at);
    }

    fn sample_point(&mut self, env: &mut Env<'_>) {
        let at = self.bit_began + self.lengths(env, 1).1;
        env.wake_at(at);
    }

    fn drive(&self, env: &mut Env<'_>, level: bool) {
        let level = level || self.has(LISTEN_ONLY_MODE);
        env.drive(SIGNAL, level, true);
    }

    pub(super) fn leave_bus(&mut self, env: &mut Env<'_>) {
        self.phase = Phase::Off;
        env.sleep();
        env.drive(SIGNAL, RECESSIVE, true);
    }

    pub(super) fn join_bus(&mut self, env: &mut Env<'_>) {
        self.integrate(env, if self.errors.bus_off { IDLE_BITS * RECOVERIES } else { IDLE_BITS });
    }

    fn integrate(&mut self, env: &mut Env<'_>, bits: u32) {
        self.phase = Phase::Integrating(bits);
        self.drive(env, RECESSIVE);
        if env.input_level(SIGNAL) {
            let wait = self.lengths(env, bits).0;
            env.wake_after(wait);
        } else {
            env.sleep();
        }
    }

    /// The level at the receiver has changed.
    pub(super) fn bus_changed(&mut self, env: &mut Env<'_>, level: bool) {
        match self.phase {
            Phase::Integrating(bits) => self.integrate(env, bits),
            Phase::Idle if level == DOMINANT => self.begin_frame(env, false),
            _ => {}
        }
    }

    /// Sends what is pending if the bus is free.
    pub(super) fn begin_to_send(&mut self, env: &mut Env<'_>) {
        if matches!(self.phase, Phase::Idle) && self.pending.is_some() {
            self.begin_frame(env, !self.has(LISTEN_ONLY_MODE));
        }
    }

    fn begin_frame(&mut self, env: &mut Env<'_>, send: bool) {
        let line = self.pending.as_ref().filter(|_| send).map(|pending| (pending.frame.line(), 0));
        self.phase = Phase::Frame { reader: Reader::default(), line, driven: RECESSIVE, sampling: false };
        self.begin_bit(env);
    }

    pub(super) fn clock(&mut self, env: &mut Env<'_>) {
        match &self.phase {
            Phase::Off | Phase::Idle => {}
            Phase::Integrating(_) => {
                if self.errors.bus_off {
                    self.errors.recovered();
                }
                self.rest(env);
            }
            Phase::Frame { sampling: false, .. } | Phase::Flag { sampling: false, .. } => self.begin_bit(env),
            Phase::Frame { .. } => self.sample_frame(env),
            Phase::Flag { .. } => self.sample_flag(env),
            Phase::Delimiter { .. } => self.sample_delimiter(env),
            Phase::Pause { .. } => self.sample_pause(env),
        }
    }

    /// The bus is free.
    fn rest(&mut self, env: &mut Env<'_>) {
        self.phase = Phase::Idle;
        env.sleep();
        if env.input_level(SIGNAL) == DOMINANT {
            self.begin_frame(env, false);
        } else {
            self.begin_to_send(env);
        }
    }

    fn begin_bit(&mut self, env: &mut Env<'_>) {
        self.bit_began = env.now();
        let acknowledges = !self.has(LISTEN_ONLY_MODE);
        let level = match &mut self.phase {
            Phase::Frame { reader, line, driven, sampling } => {
                *sampling = true;
                *driven = match line {
                    Some((line, sent)) => line.get(*sent).copied().unwrap_or(RECESSIVE),
                    None => !(acknowledges && reader.is_at_acknowledgement() && reader.crc_matches()),
                };
                *driven
            }
            Phase::Flag { active, sampling, .. } => {
                *sampling = true;
                !*active
            }
            _ => RECESSIVE,
        };
        self.drive(env, level);
        self.sample_point(env);
    }

    fn sample_frame(&mut self, env: &mut Env<'_>) {
        let level = env.input_level(SIGNAL);
        let self_test = self.has(SELF_TEST_MODE);
        let Phase::Frame { reader, line, driven, sampling } = &mut self.phase else { return };
        *sampling = false;
        let segment = reader.segment();
        let (mut fault, mut lost) = (None, false);
        if let Some((_, sent)) = line {
            *sent += 1;
            let read = reader.count();
            let in_arbitration = read > 0 && (read < 14 || read < reader.arbitration()) && reader.tail().is_none();
            if reader.is_at_acknowledgement() {
                if level == RECESSIVE && !self_test {
                    fault = Some(Fault::Other);
                }
            } else if *driven == RECESSIVE && level == DOMINANT && in_arbitration {
                *line = None;
                self.arb_lost_cap.get_or_insert(read as u32 - 1);
                self.int_raw |= INT_ARB_LOST & self.int_ena;
                lost = true;
            } else if level != *driven {
                fault = Some(Fault::Bit);
            }
        }
        let sending = line.is_some();
        let fault = fault.or(reader.push(level).err());
        let complete = reader.is_complete();
        let frame = if complete { reader.frame() } else { None };
        if lost && self.pending.is_some_and(|pending| pending.once) {
            self.release_transmitter(false);
        }
        if let Some(fault) = fault {
            self.break_off(env, fault, segment, sending);
        } else if complete {
            self.finish_frame(frame, sending);
            self.pause(env, INTERMISSION_BITS, sending);
        } else {
            self.next_bit(env);
        }
    }

    fn finish_frame(&mut self, frame: Option<Frame>, sending: bool) {
        let counts = !self.has(LISTEN_ONLY_MODE);
        if !sending {
            if counts {
                self.errors.received();
            }
            if let Some(frame) = frame {
                self.store(frame);
            }
        } else if let Some(pending) = self.pending {
            self.errors.sent();
            self.release_transmitter(true);
            if pending.receive {
                self.store(pending.frame);
            }
        }
    }

    /// Counts an error and tells the others.
    fn break_off(&mut self, env: &mut Env<'_>, fault: Fault, segment: u32, sending: bool) {
        self.fail(fault, segment, sending);
        // An error passive node that nobody acknowledges does not count that.
        let alone = fault == Fault::Other && self.errors.is_passive();
        if !self.has(LISTEN_ONLY_MODE) {
            if !sending {
                self.errors.receiving_failed(1);
            } else if !alone {
                self.errors.sending_failed();
            }
        }
        if sending && self.pending.is_some_and(|pending| pending.once) {
            self.release_transmitter(false);
        }
        self.flag(env, sending);
    }

    fn flag(&mut self, env: &mut Env<'_>, sending: bool) {
        if self.errors.bus_off {
            self.mode |= RESET_MODE;
            return self.leave_bus(env);
        }
        let active = !self.errors.is_passive() && !self.has(LISTEN_ONLY_MODE);
        self.phase = Phase::Flag { left: FLAG_BITS, active, sending, sampling: false };
        self.next_bit(env);
    }

    fn sample_flag(&mut self, env: &mut Env<'_>) {
        let level = env.input_level(SIGNAL);
        let Phase::Flag { left, active, sending, sampling } = &mut self.phase else { return };
        let sending = *sending;
        *sampling = false;
        *left -= 1;
        if *active && level == RECESSIVE {
            // The flag is a dominant level that did not come about.
            self.fail(Fault::Bit, ACTIVE_FLAG, sending);
            if sending {
                self.errors.sending_failed();
            } else {
                self.errors.receiving_failed(8);
            }
            return self.flag(env, sending);
        }
        if *left == 0 {
            self.phase = Phase::Delimiter { left: DELIMITER_BITS, sending };
            self.bit_began += self.lengths(env, 1).0;
            let began = self.bit_began;
            env.wake_at(began);
            return;
        }
        self.next_bit(env);
    }

    /// Called at the beginning of a bit and, as nothing is driven, at the beginning of each bit that follows: what has
    /// been on the bus just before is what was sampled.
    fn sample_delimiter(&mut self, env: &mut Env<'_>) {
        let Phase::Delimiter { left, sending } = self.phase else { return };
        self.drive(env, RECESSIVE);
        if left == DELIMITER_BITS && env.input_level(SIGNAL) == DOMINANT {
            // Others still send theirs.
            return self.integrate(env, IDLE_BITS);
        }
        self.bit_began = env.now();
        if left == 0 {
            return self.pause_from_now(env, INTERMISSION_BITS, sending);
        }
        self.phase = Phase::Delimiter { left: left - 1, sending };
        self.next_bit(env);
    }

    fn pause(&mut self, env: &mut Env<'_>, bits: u8, sending: bool) {
        let (bit, _) = self.lengths(env, 1);
        self.bit_began += bit;
        self.pause_from_now(env, bits, sending);
    }

    fn pause_from_now(&mut self, env: &mut Env<'_>, bits: u8, sending: bool) {
        let suspended = if sending && self.errors.is_passive() { SUSPEND_BITS } else { 0 };
        self.phase = Phase::Pause { left: bits + suspended };
        self.sample_point(env);
    }

    fn sample_pause(&mut self, env: &mut Env<'_>) {
        let Phase::Pause { left } = self.phase else { return };
        if env.input_level(SIGNAL) == DOMINANT {
            // Another node begins.
            self.phase = Phase::Frame { reader: Reader::default(), line: None, driven: RECESSIVE, sampling: true };
            return self.sample_frame(env);
        }
        let (bit, _) = self.lengths(env, 1);
        self.bit_began += bit;
        self.phase = Phase::Pause { left: left - 1 };
        if left == 1 {
            self.phase = Phase::Integrating(0);
            let began = self.bit_began;
            env.wake_at(began);
        } else {
            self.sample_point(env);
        }
    }
}
