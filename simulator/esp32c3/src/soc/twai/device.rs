//! The registers, and what commands do.

use super::errors::Errors;
use super::frame::{Fault, Frame, MOST_BYTES};
use super::node::Phase;
use super::receive::{Fifo, Filter};
use crate::soc::hub::{Env, Hub};
use crate::soc::interrupt::Source;
use hil_sim_core::chip::soc::Device;
use hil_sim_core::time::Instant;

const MODE: u32 = 0x00;
const CMD: u32 = 0x04;
const STATUS: u32 = 0x08;
const INT_RAW: u32 = 0x0C;
const INT_ENA: u32 = 0x10;
const BUS_TIMING_0: u32 = 0x18;
const BUS_TIMING_1: u32 = 0x1C;
const ARB_LOST_CAP: u32 = 0x2C;
const ERR_CODE_CAP: u32 = 0x30;
const ERR_WARNING_LIMIT: u32 = 0x34;
const RX_ERR_CNT: u32 = 0x38;
const TX_ERR_CNT: u32 = 0x3C;
const DATA_0: u32 = 0x40;
const DATA_12: u32 = 0x70;
const RX_MESSAGE_CNT: u32 = 0x74;
const CLOCK_DIVIDER: u32 = 0x7C;

pub(super) const RESET_MODE: u32 = 1 << 0;
pub(super) const LISTEN_ONLY_MODE: u32 = 1 << 1;
pub(super) const SELF_TEST_MODE: u32 = 1 << 2;
const RX_FILTER_MODE: u32 = 1 << 3;

const TX_REQ: u32 = 1 << 0;
const ABORT_TX: u32 = 1 << 1;
const RELEASE_BUF: u32 = 1 << 2;
const CLR_OVERRUN: u32 = 1 << 3;
const SELF_RX_REQ: u32 = 1 << 4;

const RX_BUF_ST: u32 = 1 << 0;
const OVERRUN_ST: u32 = 1 << 1;
const TX_BUF_ST: u32 = 1 << 2;
const TX_COMPLETE: u32 = 1 << 3;
const RX_ST: u32 = 1 << 4;
const TX_ST: u32 = 1 << 5;
const ERR_ST: u32 = 1 << 6;
const BUS_OFF_ST: u32 = 1 << 7;
const MISS_ST: u32 = 1 << 8;

const INT_RX: u32 = 1 << 0;
const INT_TX: u32 = 1 << 1;
const INT_ERR_WARN: u32 = 1 << 2;
const INT_OVERRUN: u32 = 1 << 3;
const INT_ERR_PASSIVE: u32 = 1 << 5;
pub(super) const INT_ARB_LOST: u32 = 1 << 6;
const INT_BUS_ERR: u32 = 1 << 7;
const INT_ALL: u32 = 0xEF;

/// TWAI_RX and TWAI_TX; TRM table 5-2.
pub(super) const SIGNAL: u8 = 74;

/// A frame that waits to be sent, or is being sent.
#[derive(Clone, Copy, Hash, Debug)]
pub(super) struct Pending {
    pub(super) frame: Frame,
    /// It is to be received too.
    pub(super) receive: bool,
    /// It is not to be sent again if this fails.
    pub(super) once: bool,
}

/// The registers.
#[derive(Clone, Hash, Debug)]
pub(crate) struct Twai {
    pub(super) mode: u32,
    pub(super) int_ena: u32,
    pub(super) int_raw: u32,
    pub(super) bus_timing: [u32; 2],
    pub(super) clock_divider: u32,
    pub(super) arb_lost_cap: Option<u32>,
    pub(super) err_code_cap: Option<u32>,
    pub(super) limit: u8,
    pub(super) filter: Filter,
    pub(super) buffer: Frame,
    pub(super) pending: Option<Pending>,
    pub(super) tx_complete: bool,
    pub(super) overrun: bool,
    pub(super) fifo: Fifo,
    pub(super) errors: Errors,
    /// ERR_ST and BUS_OFF_ST, and being error passive, when they were last looked at.
    pub(super) condition: (bool, bool, bool),
    pub(super) phase: Phase,
    /// When the bit that is on the bus began.
    pub(super) bit_began: Instant,
}

impl Default for Twai {
    fn default() -> Self {
        Self {
            mode: RESET_MODE,
            int_ena: 0,
            int_raw: 0,
            bus_timing: [0; 2],
            clock_divider: 0,
            arb_lost_cap: None,
            err_code_cap: None,
            limit: 96,
            filter: Filter::default(),
            buffer: Frame::default(),
            pending: None,
            tx_complete: true,
            overrun: false,
            fifo: Fifo::default(),
            errors: Errors::default(),
            condition: (false, false, false),
            phase: Phase::Off,
            bit_began: Instant::ZERO,
        }
    }
}

impl Twai {
    pub(super) fn has(&self, bit: u32) -> bool {
        self.mode & bit != 0
    }

    fn status(&self) -> u32 {
        let bits = [
            (RX_BUF_ST, self.fifo.count() > 0),
            (OVERRUN_ST, self.overrun),
            (TX_BUF_ST, self.pending.is_none()),
            (TX_COMPLETE, self.tx_complete),
            (RX_ST, matches!(self.phase, Phase::Frame { line: None, .. })),
            (TX_ST, matches!(self.phase, Phase::Frame { line: Some(_), .. })),
            (ERR_ST, self.errors.is_warning(self.limit)),
            (BUS_OFF_ST, self.errors.bus_off),
            (MISS_ST, self.fifo.is_missing()),
        ];
        bits.iter().fold(0, |status, (bit, is)| status | if *is { *bit } else { 0 })
    }

    /// Notes that something has happened, if the firmware wants to know of it.
    pub(super) fn raise(&mut self, interrupt: u32) {
        self.int_raw |= interrupt & self.int_ena;
    }

    /// Looks for changes of the node's condition, and shows the interrupts.
    fn present(&mut self, env: &mut Env<'_>) {
        let condition = (self.errors.is_warning(self.limit), self.errors.bus_off, self.errors.is_passive());
        let was = std::mem::replace(&mut self.condition, condition);
        if (was.0, was.1) != (condition.0, condition.1) {
            self.raise(INT_ERR_WARN);
        }
        if was.2 != condition.2 && !condition.1 {
            self.raise(INT_ERR_PASSIVE);
        }
        env.interrupt(Source::TWAI0, self.interrupts() != 0);
    }

    /// That of the receive FIFO is there as long as there is a message in it.
    fn interrupts(&self) -> u32 {
        let receive = if self.fifo.count() > 0 { INT_RX & self.int_ena } else { 0 };
        self.int_raw | receive
    }

    pub(super) fn store(&mut self, frame: Frame) {
        if self.filter.accepts(&frame, self.has(RX_FILTER_MODE)) && !self.fifo.push(frame) {
            self.overrun = true;
            self.raise(INT_OVERRUN);
        }
    }

    /// The transmit buffer is free again.
    pub(super) fn release_transmitter(&mut self, complete: bool) {
        self.pending = None;
        self.tx_complete = complete;
        self.raise(INT_TX);
    }

    pub(super) fn fail(&mut self, fault: Fault, segment: u32, sending: bool) {
        let kind = match fault {
            Fault::Bit => 0,
            Fault::Form => 1,
            Fault::Stuff => 2,
            Fault::Other => 3,
        };
        self.err_code_cap.get_or_insert(kind << 6 | u32::from(!sending) << 5 | segment);
        self.raise(INT_BUS_ERR);
    }

    fn command(&mut self, env: &mut Env<'_>, value: u32) {
        if value & RELEASE_BUF != 0 {
            self.fifo.release();
        }
        if value & CLR_OVERRUN != 0 {
            self.overrun = false;
        }
        if self.has(RESET_MODE) {
            return;
        }
        let once = value & ABORT_TX != 0;
        if value & (TX_REQ | SELF_RX_REQ) != 0 && self.pending.is_none() {
            let receive = value & SELF_RX_REQ != 0;
            self.pending = Some(Pending { frame: self.buffer, receive, once });
            self.tx_complete = false;
            self.begin_to_send(env);
        } else if once {
            let sending = matches!(self.phase, Phase::Frame { line: Some(_), .. });
            match &mut self.pending {
                Some(pending) if sending => pending.once = true,
                Some(_) => self.release_transmitter(false),
                None => {}
            }
        }
    }

    fn set_mode(&mut self, env: &mut Env<'_>, value: u32) {
        let was = std::mem::replace(&mut self.mode, value & 0xF);
        match (was & RESET_MODE != 0, self.has(RESET_MODE)) {
            (false, true) => {
                if self.pending.is_some() {
                    self.release_transmitter(false);
                }
                self.fifo = Fifo::default();
                self.leave_bus(env);
            }
            (true, false) => self.join_bus(env),
            _ => {}
        }
    }
}

impl Device<Hub> for Twai {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match offset {
            MODE => self.mode,
            CMD => 0,
            STATUS => self.status(),
            INT_RAW => {
                let interrupts = self.interrupts();
                self.int_raw = 0;
                self.present(env);
                interrupts
            }
            INT_ENA => self.int_ena,
            BUS_TIMING_0 | BUS_TIMING_1 => self.bus_timing[((offset - BUS_TIMING_0) / 4) as usize],
            ARB_LOST_CAP => self.arb_lost_cap.take().unwrap_or(0),
            ERR_CODE_CAP => self.err_code_cap.take().unwrap_or(0),
            ERR_WARNING_LIMIT => self.limit.into(),
            RX_ERR_CNT => self.errors.receive.into(),
            TX_ERR_CNT => self.errors.transmit.min(0xFF).into(),
            DATA_0..=DATA_12 => {
                let index = ((offset - DATA_0) / 4) as usize;
                let byte = match index {
                    0..4 if self.has(RESET_MODE) => self.filter.codes[index],
                    4..8 if self.has(RESET_MODE) => self.filter.masks[index - 4],
                    _ if self.has(RESET_MODE) => 0,
                    _ => self.fifo.byte(index),
                };
                byte.into()
            }
            RX_MESSAGE_CNT => self.fifo.count() as u32,
            CLOCK_DIVIDER => self.clock_divider,
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        let in_reset = self.has(RESET_MODE);
        match offset {
            MODE => self.set_mode(env, value),
            CMD => self.command(env, value),
            INT_ENA => self.int_ena = value & INT_ALL,
            BUS_TIMING_0 if in_reset => self.bus_timing[0] = value & 0xFFFF,
            BUS_TIMING_1 if in_reset => self.bus_timing[1] = value & 0xFF,
            ERR_WARNING_LIMIT if in_reset => self.limit = value as u8,
            RX_ERR_CNT if in_reset => self.errors.receive = (value & 0xFF) as u16,
            TX_ERR_CNT if in_reset => self.errors.transmit = (value & 0xFF) as u16,
            DATA_0..=DATA_12 => {
                let index = ((offset - DATA_0) / 4) as usize;
                match index {
                    0..4 if in_reset => self.filter.codes[index] = value as u8,
                    4..8 if in_reset => self.filter.masks[index - 4] = value as u8,
                    0..MOST_BYTES if !in_reset => self.buffer.bytes[index] = value as u8,
                    _ => {}
                }
            }
            CLOCK_DIVIDER => self.clock_divider = value & 0x1FF,
            BUS_TIMING_0 | BUS_TIMING_1 | ERR_WARNING_LIMIT | RX_ERR_CNT | TX_ERR_CNT => {}
            STATUS | INT_RAW | ARB_LOST_CAP | ERR_CODE_CAP | RX_MESSAGE_CNT => {}
            _ => env.unmodelled_write(offset, value),
        }
        self.present(env);
    }

    fn reset(&mut self, env: &mut Env<'_>) {
        *self = Self::default();
        env.drive(SIGNAL, true, true);
        self.present(env);
    }

    fn event(&mut self, env: &mut Env<'_>) {
        self.clock(env);
        self.present(env);
    }

    fn input(&mut self, env: &mut Env<'_>, _: u8, level: bool) {
        self.bus_changed(env, level);
        self.present(env);
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
