//! What the transmitter does next: data, XON and XOFF, breaks and pauses.

use super::device::Uart;
use super::lines::Signals;
use super::registers::{clk_conf, conf0, field, flow_conf, int};
use super::transmitter::Transmitter;
use crate::soc::hub::Env;
use crate::soc::serial::{self, SentFrame};
use hil_sim_core::time::Instant;

impl Uart {
    pub(super) fn transmit(&mut self, env: &mut Env<'_>) {
        while self.transmitter.end() <= env.now() {
            self.finish(env);
        }
        if self.transmitter != Transmitter::Idle {
            return;
        }
        let Some(bit) = self.bit.filter(|_| self.clk_conf & clk_conf::TX_SCLK_EN != 0) else {
            return;
        };
        let next = self.control.take().or_else(|| self.next_data());
        if let Some(byte) = next {
            let is_wave = self.has(conf0::LOOPBACK) || env.hub.pins.is_observed(Signals::of(env.device).data);
            self.transmitter = Transmitter::frame(env.now(), byte, self.format(), bit, is_wave);
        } else if self.break_due && self.tx_fifo.is_empty() {
            self.begin_break(env.now());
        }
    }

    /// The next byte of the FIFO, unless flow control holds it back.
    fn next_data(&mut self) -> Option<u8> {
        let by_cts = self.has(conf0::TX_FLOW_EN) && self.cts;
        let by_xoff = self.active.flow_conf & flow_conf::SW_FLOW_CON_EN != 0 && self.is_stopped;
        let by_force = self.active.flow_conf & flow_conf::FORCE_XOFF != 0;
        if by_cts || by_xoff || by_force {
            return None;
        }
        let size = self.tx_size();
        self.tx_fifo.pop(size)
    }

    /// What the transmitter did has ended.
    fn finish(&mut self, env: &mut Env<'_>) {
        let now = env.now();
        match self.transmitter {
            Transmitter::Idle => {}
            Transmitter::Frame { byte, format, bit, .. } => {
                self.transmitter = Transmitter::Idle;
                let sent = SentFrame { byte, format, bit, inverted: self.has(conf0::TXD_INV) };
                serial::frame_sent(env, Signals::of(env.device).data, sent);
                if self.tx_fifo.is_empty() && self.control.is_none() {
                    self.int_raw |= int::TX_DONE;
                    if self.has(conf0::TXD_BRK) {
                        self.begin_break(now);
                    } else {
                        self.begin_pause(now);
                    }
                }
            }
            Transmitter::Break { .. } => {
                self.int_raw |= int::TX_BRK_DONE;
                self.begin_pause(now);
            }
            Transmitter::Pause { .. } => {
                self.int_raw |= int::TX_BRK_IDLE_DONE;
                self.transmitter = Transmitter::Idle;
            }
        }
    }

    fn begin_break(&mut self, now: Instant) {
        self.break_due = false;
        self.transmitter = Transmitter::Break { end: now + self.bits(field(self.active.txbrk_conf, 0, 8)) };
    }

    fn begin_pause(&mut self, now: Instant) {
        self.transmitter = Transmitter::Pause { end: now + self.bits(field(self.active.idle_conf, 10, 10)) };
    }
}
