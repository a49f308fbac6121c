//! The transmitter: from memory to the lines.

use super::beat::Beat;
use super::device::I2s;
use super::format::{FIFO_RESET, ORDERS, RESET, SLAVE_MOD, START};
use super::registers::*;
use crate::soc::dma::{DmaDirection, DmaEnv as _, DmaPeripheral};
use crate::soc::hub::Env;

impl I2s {
    pub(super) fn write_tx_conf(&mut self, env: &mut Env<'_>, value: u32) {
        self.tx.conf = value & !ORDERS;
        if value & (RESET | FIFO_RESET) != 0 || value & START == 0 {
            self.stop_tx(env);
        }
        if value & START != 0 {
            self.start_tx(env);
        }
    }

    /// Begins to send if there is something to send.
    pub(super) fn start_tx(&mut self, env: &mut Env<'_>) {
        let has_data = env.dma_is_ready(DmaPeripheral::I2s0, DmaDirection::Out);
        if self.tx_beat.is_some() || self.tx.conf & START == 0 || !has_data && self.tx.conf & TX_STOP_EN != 0 {
            return;
        }
        Self::report(env, &self.tx);
        if self.tx.conf & SLAVE_MOD != 0 {
            env.unsupported("being a slave of an outside clock");
            return;
        }
        self.tx_beat = Some(Beat::new(self.tx.half_bits(), env.now()));
        self.step_tx(env);
    }

    fn stop_tx(&mut self, env: &mut Env<'_>) {
        if self.tx_beat.take().is_some() {
            env.drive(TX_BCK_SIGNAL, false, true);
            env.drive(SD_SIGNAL, false, true);
        }
    }

    /// The transmitter's clock has come to an edge.
    pub(super) fn step_tx(&mut self, env: &mut Env<'_>) {
        let format = self.tx.format();
        let Some(mut beat) = self.tx_beat.take() else { return };
        if beat.is_rising() {
            env.drive(TX_BCK_SIGNAL, true, true);
            if self.rx_follows_tx() {
                self.receive(env, beat.bit);
            }
            beat.step(&format);
            self.tx_beat = Some(beat);
            return;
        }
        if beat.begins_channel(&format) {
            let channel = beat.bit / format.channel_bits;
            let fetched = self.fetch(env, channel);
            if !fetched && channel == 0 && self.tx.conf & TX_STOP_EN != 0 {
                self.tx_beat = Some(beat);
                self.stop_tx(env);
                self.raise(env, TX_DONE);
                return;
            }
            self.tx_seen = self.rx_follows_tx()
                || [TX_BCK_SIGNAL, TX_WS_SIGNAL, SD_SIGNAL].iter().any(|signal| env.hub.pins.is_observed(*signal));
        }
        if self.tx_seen && !self.tx.is_pdm() {
            env.drive(TX_BCK_SIGNAL, false, true);
            env.drive(TX_WS_SIGNAL, format.word_select(beat.bit), true);
            env.drive(SD_SIGNAL, format.bit_of(self.tx_sample, beat.bit % format.channel_bits), true);
            beat.step(&format);
        } else {
            let rest = format.channel_bits - beat.bit % format.channel_bits;
            beat.skip(rest, &format);
        }
        self.tx_beat = Some(beat);
    }

    /// Takes the sample of a channel from memory. False if there was none.
    fn fetch(&mut self, env: &mut Env<'_>, channel: u32) -> bool {
        let format = self.tx.format();
        let enabled = format.is_enabled(channel);
        if !enabled && self.tx.tdm_ctrl & TX_TDM_SKIP_MSK_EN == 0 {
            if self.tx.conf & TX_CHAN_EQUAL == 0 {
                self.tx_sample = self.single_data;
            }
            return env.dma_is_ready(DmaPeripheral::I2s0, DmaDirection::Out);
        }
        let mut bytes = [0; 4];
        let wanted = &mut bytes[..format.bytes()];
        let count = env.dma_pull(DmaPeripheral::I2s0, wanted);
        let sample = format.sample(wanted);
        if enabled || self.tx.conf & TX_CHAN_EQUAL == 0 {
            self.tx_sample = if enabled { sample } else { self.single_data };
        }
        count > 0
    }
}
