//! I2S0: serial audio in TDM frames, through DMA; TRM chapter 28.
//!
//! A sample is taken from memory when its channel begins, and put there when its last bit was sampled. Settings are taken
//! as they are in the registers at that moment, without waiting for UPDATE. Of a transmitter that nobody listens to only
//! the time passes that its samples take.
//!
//! Not modelled, and said so when it is asked for: PDM (data moves, at the right rate for raw PDM, as zeros), being a
//! slave of an outside clock, mono mode, compression, MCLK on a pad. TX_HUNG and RX_HUNG never happen.

mod beat;
mod format;
#[cfg(test)]
mod tests;

use super::device::Device;
use super::dma::{DmaDirection, DmaPeripheral};
use super::hub::Env;
use super::interrupt::Source;
use crate::time::Instant;
use beat::Beat;
use format::{FIFO_RESET, ORDERS, RESET, Registers, SLAVE_MOD, START};

const INT_RAW: u32 = 0x0C;
const INT_ST: u32 = 0x10;
const INT_ENA: u32 = 0x14;
const INT_CLR: u32 = 0x18;
const RX_CONF: u32 = 0x20;
const TX_CONF: u32 = 0x24;
const RX_CONF1: u32 = 0x28;
const TX_CONF1: u32 = 0x2C;
const RX_CLKM_CONF: u32 = 0x30;
const TX_CLKM_CONF: u32 = 0x34;
const RX_CLKM_DIV_CONF: u32 = 0x38;
const TX_CLKM_DIV_CONF: u32 = 0x3C;
const TX_PCM2PDM_CONF: u32 = 0x40;
const TX_PCM2PDM_CONF1: u32 = 0x44;
const RX_TDM_CTRL: u32 = 0x50;
const TX_TDM_CTRL: u32 = 0x54;
const RX_TIMING: u32 = 0x58;
const TX_TIMING: u32 = 0x5C;
const LC_HUNG_CONF: u32 = 0x60;
const RXEOF_NUM: u32 = 0x64;
const CONF_SIGLE_DATA: u32 = 0x68;
const STATE: u32 = 0x6C;
const DATE: u32 = 0x80;

// INT_RAW.
const RX_DONE: u32 = 1 << 0;
const TX_DONE: u32 = 1 << 1;
const INTERRUPTS: u32 = 0xF;

// TX_CONF.
const TX_CHAN_EQUAL: u32 = 1 << 6;
const TX_STOP_EN: u32 = 1 << 13;
const SIG_LOOPBACK: u32 = 1 << 27;
// RX_CONF.
const RX_STOP_MODE_SHIFT: u32 = 13;
/// RX_STOP_MODE: stop when there is no room.
const STOP_WHEN_FULL: u32 = 2;
// TX_TDM_CTRL.
const TX_TDM_SKIP_MSK_EN: u32 = 1 << 20;

const DATE_VALUE: u32 = 0x0200_9070;

// TRM table 5-2.
const MCLK_SIGNAL: u8 = 12;
const TX_BCK_SIGNAL: u8 = 13;
const TX_WS_SIGNAL: u8 = 14;
const SD_SIGNAL: u8 = 15;
const RX_BCK_SIGNAL: u8 = 16;
const RX_WS_SIGNAL: u8 = 17;

/// The registers.
#[derive(Clone, Hash, Debug)]
pub(crate) struct I2s {
    rx: Registers,
    tx: Registers,
    int_raw: u32,
    int_ena: u32,
    pcm2pdm: [u32; 2],
    lc_hung_conf: u32,
    rx_eof_num: u32,
    single_data: u32,
    /// The clock of the transmitter, while it has something to send.
    tx_beat: Option<Beat>,
    /// Whether someone sees the transmitter's signals, as of the channel that is being sent.
    tx_seen: bool,
    tx_sample: u32,
    /// The clock of the receiver, if it is not the transmitter's.
    rx_beat: Option<Beat>,
    /// The receiver has seen the beginning of a frame.
    rx_framed: bool,
    rx_sample: u32,
    /// Samples since the last EOF.
    rx_samples: u32,
}

impl Default for I2s {
    fn default() -> Self {
        let clocks = |conf, conf1| Registers {
            conf,
            conf1,
            clkm_conf: 0x02,
            clkm_div_conf: 0x0200,
            tdm_ctrl: 0xFFFF,
            timing: 0,
        };
        Self {
            rx: clocks(0x9600, 0x2F3D_E300),
            tx: clocks(0xB200, 0x6F3D_E300),
            int_raw: 0,
            int_ena: 0,
            pcm2pdm: [0x004A_A004, 0x03F7_83C0],
            lc_hung_conf: 0x0810,
            rx_eof_num: 0x40,
            single_data: 0,
            tx_beat: None,
            tx_seen: false,
            tx_sample: 0,
            rx_beat: None,
            rx_framed: false,
            rx_sample: 0,
            rx_samples: 0,
        }
    }
}

impl I2s {
    fn present_interrupts(&self, env: &mut Env<'_>) {
        env.interrupt(Source::I2S0, self.int_raw & self.int_ena != 0);
    }

    fn raise(&mut self, env: &mut Env<'_>, bits: u32) {
        self.int_raw |= bits;
        self.present_interrupts(env);
    }

    fn schedule(&self, env: &mut Env<'_>) {
        let deadlines = self.tx_beat.iter().chain(&self.rx_beat).map(Beat::deadline);
        match deadlines.min() {
            None | Some(Instant::NEVER) => env.sleep(),
            Some(at) => env.wake_at(at),
        }
    }

    fn write_tx_conf(&mut self, env: &mut Env<'_>, value: u32) {
        self.tx.conf = value & !ORDERS;
        if value & (RESET | FIFO_RESET) != 0 || value & START == 0 {
            self.stop_tx(env);
        }
        if value & START != 0 {
            self.start_tx(env);
        }
    }

    /// Begins to send if there is something to send.
    fn start_tx(&mut self, env: &mut Env<'_>) {
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

    fn write_rx_conf(&mut self, env: &mut Env<'_>, value: u32) {
        let started = value & START != 0 && self.rx.conf & START == 0;
        self.rx.conf = value & !ORDERS;
        if value & (RESET | FIFO_RESET) != 0 || value & START == 0 {
            self.rx_beat = None;
        }
        if !started {
            return;
        }
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

    fn report(env: &mut Env<'_>, registers: &Registers) {
        for what in registers.unsupported() {
            env.unsupported(what);
        }
        if env.hub.pins.is_observed(MCLK_SIGNAL) {
            env.unsupported("MCLK on a pad");
        }
    }

    /// The transmitter's clock has come to an edge.
    fn step_tx(&mut self, env: &mut Env<'_>) {
        let format = self.tx.format();
        let Some(mut beat) = self.tx_beat.take() else { return };
        if beat.is_rising() {
            env.drive(TX_BCK_SIGNAL, true, true);
            if self.tx.conf & SIG_LOOPBACK != 0 && self.rx.conf & START != 0 {
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
            let listens = self.tx.conf & SIG_LOOPBACK != 0 && self.rx.conf & START != 0;
            self.tx_seen = listens
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

    /// The receiver's own clock has come to an edge.
    fn step_rx(&mut self, env: &mut Env<'_>) {
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
    fn receive(&mut self, env: &mut Env<'_>, bit: u32) {
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
            self.rx.conf &= !START;
            self.rx_beat = None;
            self.raise(env, RX_DONE);
        }
    }
}

impl Device for I2s {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match offset {
            INT_RAW => self.int_raw,
            INT_ST => self.int_raw & self.int_ena,
            INT_ENA => self.int_ena,
            INT_CLR => 0,
            RX_CONF => self.rx.conf,
            TX_CONF => self.tx.conf,
            RX_CONF1 => self.rx.conf1,
            TX_CONF1 => self.tx.conf1,
            RX_CLKM_CONF => self.rx.clkm_conf,
            TX_CLKM_CONF => self.tx.clkm_conf,
            RX_CLKM_DIV_CONF => self.rx.clkm_div_conf,
            TX_CLKM_DIV_CONF => self.tx.clkm_div_conf,
            TX_PCM2PDM_CONF | TX_PCM2PDM_CONF1 => self.pcm2pdm[((offset - TX_PCM2PDM_CONF) / 4) as usize],
            RX_TDM_CTRL => self.rx.tdm_ctrl,
            TX_TDM_CTRL => self.tx.tdm_ctrl,
            RX_TIMING => self.rx.timing,
            TX_TIMING => self.tx.timing,
            LC_HUNG_CONF => self.lc_hung_conf,
            RXEOF_NUM => self.rx_eof_num,
            CONF_SIGLE_DATA => self.single_data,
            STATE => u32::from(self.tx_beat.is_none()),
            DATE => DATE_VALUE,
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        match offset {
            INT_RAW | INT_ST | STATE | DATE => {}
            INT_ENA => self.int_ena = value & INTERRUPTS,
            INT_CLR => self.int_raw &= !value,
            RX_CONF => self.write_rx_conf(env, value),
            TX_CONF => self.write_tx_conf(env, value),
            RX_CONF1 => self.rx.conf1 = value,
            TX_CONF1 => self.tx.conf1 = value,
            RX_CLKM_CONF => self.rx.clkm_conf = value,
            TX_CLKM_CONF => self.tx.clkm_conf = value,
            RX_CLKM_DIV_CONF => self.rx.clkm_div_conf = value,
            TX_CLKM_DIV_CONF => self.tx.clkm_div_conf = value,
            TX_PCM2PDM_CONF | TX_PCM2PDM_CONF1 => self.pcm2pdm[((offset - TX_PCM2PDM_CONF) / 4) as usize] = value,
            RX_TDM_CTRL => self.rx.tdm_ctrl = value,
            TX_TDM_CTRL => self.tx.tdm_ctrl = value,
            RX_TIMING => self.rx.timing = value,
            TX_TIMING => self.tx.timing = value,
            LC_HUNG_CONF => self.lc_hung_conf = value,
            RXEOF_NUM => self.rx_eof_num = value & 0xFFF,
            CONF_SIGLE_DATA => self.single_data = value,
            _ => env.unmodelled_write(offset, value),
        }
        self.present_interrupts(env);
        self.schedule(env);
    }

    fn reset(&mut self, env: &mut Env<'_>) {
        *self = Self::default();
        self.present_interrupts(env);
        for signal in TX_BCK_SIGNAL..=RX_WS_SIGNAL {
            env.drive(signal, false, true);
        }
    }

    fn event(&mut self, env: &mut Env<'_>) {
        let now = env.now();
        if self.tx_beat.as_ref().is_some_and(|beat| beat.deadline() <= now) {
            self.step_tx(env);
        }
        if self.rx_beat.as_ref().is_some_and(|beat| beat.deadline() <= now) {
            self.step_rx(env);
        }
        self.schedule(env);
    }

    fn dma_started(&mut self, env: &mut Env<'_>, direction: DmaDirection) {
        if direction == DmaDirection::Out {
            self.start_tx(env);
            self.schedule(env);
        }
    }
}
