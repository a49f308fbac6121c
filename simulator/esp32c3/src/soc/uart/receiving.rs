//! What becomes of frames that were received, and of silence.

use super::device::Uart;
use super::format;
use super::registers::{clk_conf, conf0, conf1, field, flow_conf, int};
use crate::soc::hub::Env;
use crate::soc::uhci;
use hil_sim_core::serial::Received;
use hil_sim_core::time::{Instant, Span};

impl Uart {
    /// Takes what the receiver has, and what follows from silence.
    pub(super) fn receive(&mut self, env: &mut Env<'_>) {
        let now = env.now();
        match self.receiver.sample(now) {
            Some(Received::Glitch) => self.int_raw |= int::GLITCH_DET,
            Some(Received::Frame { frame, start, end }) => {
                let is_error = frame.frame_error || frame.parity_error;
                if frame.is_break {
                    self.int_raw |= int::BRK_DET;
                    if env.hub.uhci.serves(env.device) {
                        uhci::break_received(env);
                    }
                } else {
                    self.int_raw |= if frame.frame_error { int::FRM_ERR } else { 0 };
                    self.int_raw |= if frame.parity_error { int::PARITY_ERR } else { 0 };
                }
                if !(is_error && self.has(conf0::ERR_WR_MASK)) {
                    self.store(frame.byte, start, end);
                }
            }
            None => {}
        }
        if self.rx_timeout() <= now {
            self.int_raw |= int::RXFIFO_TOUT;
            self.timeout_due = false;
        }
        if self.command.take_detected(now) {
            self.int_raw |= int::AT_CMD_CHAR_DET;
        }
    }

    /// A byte arrived.
    fn store(&mut self, byte: u8, start: Instant, end: Instant) {
        let by_characters = self.active.flow_conf & flow_conf::SW_FLOW_CON_EN != 0;
        let (xoff, xon) = (field(self.swfc_conf0, 9, 8), field(self.swfc_conf1, 9, 8));
        if by_characters && [xon, xoff].contains(&u32::from(byte)) {
            self.is_stopped = u32::from(byte) == xoff;
            self.int_raw |= if self.is_stopped { int::SW_XOFF } else { int::SW_XON };
            if self.active.flow_conf & flow_conf::XONOFF_DEL != 0 {
                return;
            }
        }
        self.command.received(byte, start, end, self.bit.unwrap_or(Span::ZERO));
        self.idle_since = end;
        self.timeout_due = true;
        let size = self.rx_size();
        let fits = !self.has(conf0::RXFIFO_RST) && self.rx_fifo.push(byte, size);
        if !fits && self.conf1 & conf1::DIS_RX_DAT_OVF == 0 {
            self.int_raw |= int::RXFIFO_OVF;
        }
        if by_characters && !self.peer_is_stopped && self.rx_fifo.len() > field(self.swfc_conf0, 0, 9) {
            self.peer_is_stopped = true;
            self.control = Some(xoff as u8);
        }
    }

    /// A byte for the firmware; 0 if there is none.
    pub(super) fn take_received(&mut self) -> u8 {
        let size = self.rx_size();
        let byte = self.rx_fifo.pop(size).unwrap_or(0);
        let by_characters = self.active.flow_conf & flow_conf::SW_FLOW_CON_EN != 0;
        if by_characters && self.peer_is_stopped && self.rx_fifo.len() < field(self.swfc_conf1, 0, 9) {
            self.peer_is_stopped = false;
            self.control = Some(field(self.swfc_conf1, 9, 8) as u8);
        }
        byte
    }

    /// When RXFIFO_TOUT is due.
    pub(super) fn rx_timeout(&self) -> Instant {
        let is_enabled = self.conf1 & conf1::RX_TOUT_EN != 0 && self.timeout_due;
        if is_enabled && !self.rx_fifo.is_empty() && !self.receiver.is_busy() {
            self.idle_since + self.bits(field(self.mem_conf, 16, 10))
        } else {
            Instant::NEVER
        }
    }

    pub(super) fn edge(&mut self, env: &Env<'_>, level: bool) {
        let now = env.now();
        let bit = self.bit.filter(|_| self.clk_conf & clk_conf::RX_SCLK_EN != 0);
        let was_busy = self.receiver.is_busy();
        self.receiver.set_level(now, level, self.format(), bit);
        if self.receiver.is_busy() && !was_busy {
            self.command.interrupted();
        }
        if self.has(conf0::AUTOBAUD_EN)
            && let Some(cycle) = format::cycles(self.clk_conf, env.hub.clocks, 16)
        {
            self.autobaud.edge(now, level, cycle);
        }
    }
}
