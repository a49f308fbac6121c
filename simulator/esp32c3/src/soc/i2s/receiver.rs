//! The receiver: from the line to memory.

use super::beat::Beat;
use super::device::I2s;
use super::format::{FIFO_RESET, ORDERS, RESET, SLAVE_MOD, START};
use super::registers::*;
use crate::soc::dma::{DmaEnv as _, DmaPeripheral};
use crate::soc::hub::Env;

impl I2s {
    pub(super) fn write_rx_conf(&mut self, env: &mut Env<'_>, value: u32) {
        let started = value & START != 0 && self.rx.conf & START == 0;
        self.rx.conf = value & !ORDERS;
        if value & (RESET | FIFO_RESET) != 0 || value & START == 0 {
            self.stop_rx();
        }
        if !started {
            return;
        }
        self.rx_runs = true;
        Self::report(env, &self.rx);
        (self.rx_framed, self.rx_sample, self.rx_samples) = (false, 0, 0);
        if self.tx.conf & SIG_LOOPBACK != 0 {
            if self.rx.format() != self.tx.format() {
                env.unsupported("a receiver that shares the transmitter's clock with another format");
            }
        } else if self.rx.conf & SLAVE_MOD != 0 {
            env.unsupported("being a slave of an outside clock");
        } else {
            self.rx_beat = Some(Beat::new(self.rx.half_bits(), env.now()));
            self.step_rx(env);
        }
    }

    fn stop_rx(&mut self) {
        self.rx_runs = false;
        self.rx_beat = None;
    }

    /// Whether the receiver goes by the transmitter's clock.
    pub(super) fn rx_follows_tx(&self) -> bool {
        self.rx_runs && self.tx.conf & SIG_LOOPBACK != 0
    }

    /// The receiver's own clock has come to an edge.
    pub(super) fn step_rx(&mut self, env: &mut Env<'_>) {
        let format = self.rx.format();
        let Some(mut beat) = self.rx_beat.take() else { return };
        let (rising, bit) = (beat.is_rising(), beat.bit);
        beat.step(&format);
        self.rx_beat = Some(beat);
        env.drive(RX_BCK_SIGNAL, rising, true);
        if rising {
            self.receive(env, bit);
        } else {
            env.drive(RX_WS_SIGNAL, format.word_select(bit), true);
        }
    }

    /// A bit of the frame is there to be sampled.
    pub(super) fn receive(&mut self, env: &mut Env<'_>, bit: u32) {
        let format = self.rx.format();
        self.rx_framed |= bit == 0;
        let channel = bit / format.channel_bits;
        if !self.rx_framed || !format.is_enabled(channel) {
            return;
        }
        let level = env.input_level(SD_SIGNAL) && !self.rx.is_pdm();
        self.rx_sample = format.with_bit(self.rx_sample, bit % format.channel_bits, level);
        if bit % format.channel_bits == format.channel_bits - 1 {
            let bytes = format.to_bytes(self.rx_sample);
            self.store(env, &bytes[..format.bytes()]);
            self.rx_sample = 0;
        }
    }

    /// Puts a sample into memory.
    fn store(&mut self, env: &mut Env<'_>, bytes: &[u8]) {
        self.rx_samples += 1;
        let eof = self.rx_samples > self.rx_eof_num;
        if eof {
            self.rx_samples = 0;
        }
        let count = env.dma_push(DmaPeripheral::I2s0, bytes, eof);
        if count < bytes.len() && self.rx.conf >> RX_STOP_MODE_SHIFT & 3 == STOP_WHEN_FULL {
            self.stop_rx();
            self.raise(env, RX_DONE);
        }
    }
}
