//! The registers of both directions.

use super::beat::Beat;
use super::format::Registers;
use super::registers::*;
use crate::soc::dma::DmaDirection;
use crate::soc::hub::{Env, Hub};
use crate::soc::interrupt::Source;
use hil_sim_core::chip::soc::Device;
use hil_sim_core::time::Instant;

/// The registers.
#[derive(Clone, Hash, Debug)]
pub(crate) struct I2s {
    pub(super) rx: Registers,
    pub(super) tx: Registers,
    pub(super) int_raw: u32,
    pub(super) int_ena: u32,
    pub(super) pcm2pdm: [u32; 2],
    pub(super) lc_hung_conf: u32,
    pub(super) rx_eof_num: u32,
    pub(super) single_data: u32,
    /// The clock of the transmitter, while it has something to send.
    pub(super) tx_beat: Option<Beat>,
    /// Whether someone sees the transmitter's signals, as of the channel that is being sent.
    pub(super) tx_seen: bool,
    pub(super) tx_sample: u32,
    /// The clock of the receiver, if it is not the transmitter's.
    pub(super) rx_beat: Option<Beat>,
    /// The receiver was started, and has not stopped by itself.
    pub(super) rx_runs: bool,
    /// The receiver has seen the beginning of a frame.
    pub(super) rx_framed: bool,
    pub(super) rx_sample: u32,
    /// Samples since the last EOF.
    pub(super) rx_samples: u32,
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
            rx_runs: false,
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

    pub(super) fn raise(&mut self, env: &mut Env<'_>, bits: u32) {
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

    pub(super) fn report(env: &mut Env<'_>, registers: &Registers) {
        for what in registers.unsupported() {
            env.unsupported(what);
        }
        if env.hub.pins.is_observed(MCLK_SIGNAL) {
            env.unsupported("MCLK on a pad");
        }
    }
}

impl Device<Hub> for I2s {
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
