//! The signals: RXD and TXD, CTS and RTS, DSR and DTR.

use super::device::Uart;
use super::registers::{conf0, conf1, field, int};
use crate::soc::hub::Env;
use crate::soc::map::DeviceId;

/// Numbers of a UART's signals in TRM table 5-2; an input and an output share each.
#[derive(Clone, Copy)]
pub(super) struct Signals {
    /// U0RXD and U0TXD.
    pub(super) data: u8,
    /// U0CTS and U0RTS.
    request: u8,
    /// U0DSR and U0DTR.
    ready: u8,
}

impl Signals {
    pub(super) fn of(device: DeviceId) -> Self {
        if device == DeviceId::Uart1 {
            Self { data: 9, request: 10, ready: 11 }
        } else {
            Self { data: 6, request: 7, ready: 8 }
        }
    }
}

impl Uart {
    /// The levels of RTS and DTR.
    pub(super) fn outputs(&self) -> (bool, bool) {
        let rts = if self.conf1 & conf1::RX_FLOW_EN != 0 {
            self.rx_fifo.len() >= field(self.mem_conf, 7, 9)
        } else {
            !self.has(conf0::SW_RTS)
        };
        (rts ^ self.has(conf0::RTS_INV), !self.has(conf0::SW_DTR) ^ self.has(conf0::DTR_INV))
    }

    pub(super) fn drive(&self, env: &mut Env<'_>) {
        let signals = Signals::of(env.device);
        let (rts, dtr) = self.outputs();
        let level = self.transmitter.driven(env.now()) ^ self.has(conf0::TXD_INV);
        env.drive(signals.data, level, true);
        env.drive(signals.request, rts, true);
        env.drive(signals.ready, dtr, true);
    }

    /// The levels of RXD, CTS and DSR, after inversion.
    pub(super) fn inputs(&self, env: &Env<'_>) -> (bool, bool, bool) {
        let signals = Signals::of(env.device);
        let (rxd, cts, dsr) = if self.has(conf0::LOOPBACK) {
            let (rts, dtr) = self.outputs();
            (self.transmitter.level(env.now()) ^ self.has(conf0::TXD_INV), rts, dtr)
        } else {
            (env.input_level(signals.data), env.input_level(signals.request), env.input_level(signals.ready))
        };
        (rxd ^ self.has(conf0::RXD_INV), cts ^ self.has(conf0::CTS_INV), dsr ^ self.has(conf0::DSR_INV))
    }

    pub(super) fn follow_inputs(&mut self, env: &mut Env<'_>) {
        let (rxd, cts, dsr) = self.inputs(env);
        if cts != self.cts {
            self.cts = cts;
            self.int_raw |= int::CTS_CHG;
            if !cts {
                // What CTS held back.
                self.transmit(env);
                self.drive(env);
            }
        }
        if dsr != self.dsr {
            self.dsr = dsr;
            self.int_raw |= int::DSR_CHG;
        }
        if rxd != self.receiver.level() {
            self.edge(env, rxd);
        }
    }
}
