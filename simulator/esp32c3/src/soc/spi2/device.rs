//! The registers.

use super::config::Config;
use super::lines::{self, CLK, CS0, D, Levels};
use super::master::{BUFFER, Transaction};
use super::registers::*;
use super::slave::{SlaveMode, SlaveTransaction};
use crate::soc::hub::{Env, Hub};
use crate::soc::interrupt::Source;
use hil_sim_core::chip::soc::Device;

/// The registers.
#[derive(Clone, Hash, Debug)]
pub(crate) struct Spi2 {
    cmd: u32,
    /// The registers as they were written, and as UPDATE brought them into the module.
    written: Config,
    config: Config,
    dma_conf: u32,
    raw: u32,
    enable: u32,
    buffer: [u8; BUFFER],
    slave: u32,
    slave1: u32,
    clk_gate: u32,
    transaction: Option<Transaction>,
    /// The last transaction left chip select active.
    keeps_chip_select: bool,
    selected: Option<SlaveTransaction>,
}

impl Default for Spi2 {
    fn default() -> Self {
        Self {
            cmd: 0,
            written: Config::default(),
            config: Config::default(),
            dma_conf: 0,
            raw: 0,
            enable: 0,
            buffer: [0; BUFFER],
            slave: SLAVE_RESET_VALUE,
            slave1: 0,
            clk_gate: 0,
            transaction: None,
            keeps_chip_select: false,
            selected: None,
        }
    }
}

impl Spi2 {
    fn is_slave(&self) -> bool {
        self.slave & SLAVE_MODE != 0
    }

    fn raise(&mut self, env: &mut Env<'_>, interrupts: u32) {
        self.raw |= interrupts;
        self.present_interrupt(env);
    }

    fn present_interrupt(&self, env: &mut Env<'_>) {
        env.interrupt(Source::SPI2, self.raw & self.enable != 0);
    }

    /// The register of a field of [`Config`].
    fn config_register(&mut self, offset: u32) -> Option<&mut u32> {
        let config = &mut self.written;
        Some(match offset {
            ADDR => &mut config.addr,
            CTRL => &mut config.ctrl,
            CLOCK => &mut config.clock,
            USER => &mut config.user,
            USER1 => &mut config.user1,
            USER2 => &mut config.user2,
            MS_DLEN => &mut config.ms_dlen,
            MISC => &mut config.misc,
            _ => return None,
        })
    }

    fn write_cmd(&mut self, env: &mut Env<'_>, value: u32) {
        self.cmd = value & CONF_BITLEN | self.cmd & (UPDATE | USR);
        if value & UPDATE != 0 {
            self.cmd |= UPDATE;
            self.update(env);
        }
        if value & USR != 0 && !self.is_slave() && self.transaction.is_none() {
            self.cmd |= USR;
            self.begin(env);
        }
    }

    /// Brings the registers into the module, if its clock runs.
    fn update(&mut self, env: &mut Env<'_>) {
        if self.cmd & UPDATE == 0 || self.clk_gate & MST_CLK_ACTIVE == 0 {
            return;
        }
        self.cmd &= !UPDATE;
        self.config = self.written.clone();
        if let Some(transaction) = &mut self.transaction {
            transaction.change_length(env.now(), self.config.ms_dlen);
            self.go_on(env);
        } else {
            self.drive_idle(env);
        }
    }

    fn drive_idle(&self, env: &mut Env<'_>) {
        if self.is_slave() {
            lines::drive_as_slave(env, None);
        } else {
            Levels::idle(&self.config).drive(env, &self.config);
            lines::drive_chip_selects(env, &self.config, self.keeps_chip_select);
        }
    }

    fn begin(&mut self, env: &mut Env<'_>) {
        if self.clk_gate & MST_CLK_ACTIVE == 0 {
            return;
        }
        if self.slave & USR_CONF != 0 {
            env.unsupported("USR_CONF: transactions configured by DMA");
        }
        if let Some(what) = self.config.unsupported() {
            env.unsupported(what);
        }
        let by_dma = (self.dma_conf & DMA_TX_ENA != 0, self.dma_conf & DMA_RX_ENA != 0);
        let from_pll = self.clk_gate & MST_CLK_SEL_PLL != 0;
        self.transaction = Some(Transaction::new(env, self.config.clone(), from_pll, &self.buffer, by_dma));
        self.go_on(env);
    }

    fn go_on(&mut self, env: &mut Env<'_>) {
        let Some(transaction) = &mut self.transaction else { return };
        let next = transaction.go_on(env);
        if std::mem::take(&mut transaction.underrun) {
            self.raise(env, MST_TX_AFIFO_REMPTY_ERR);
        }
        if let Some(next) = next {
            env.wake_at(next);
        } else if let Some(transaction) = self.transaction.take() {
            env.sleep();
            self.keeps_chip_select = transaction.keeps_chip_select();
            transaction.finish(env, &mut self.buffer);
            self.cmd &= !USR;
            self.raise(env, TRANS_DONE);
        }
    }

    fn stop(&mut self, env: &mut Env<'_>) {
        self.transaction = None;
        self.keeps_chip_select = false;
        self.selected = None;
        self.cmd &= !USR;
        env.sleep();
        self.drive_idle(env);
    }

    fn slave_mode(&self) -> SlaveMode {
        let user = self.written.user;
        SlaveMode {
            samples_falling: user & RSCK_I_EDGE != 0,
            puts_rising: user & TSCK_I_EDGE != 0,
            first_with_clock: self.slave & CLK_MODE_13 != 0,
            reads_lsb_first: self.written.reads_lsb_first(),
            writes_lsb_first: self.written.writes_lsb_first(),
            out_by_dma: self.dma_conf & DMA_TX_ENA != 0,
            into_by_dma: self.dma_conf & DMA_RX_ENA != 0,
        }
    }

    fn select(&mut self, env: &mut Env<'_>, selected: bool) {
        if !selected {
            if let Some(mut transaction) = self.selected.take() {
                transaction.finish(env, &mut self.buffer);
                self.slave1 = self.slave1 & !CONF_BITLEN | transaction.bits() & CONF_BITLEN;
                let full = if transaction.overrun { DMA_INFIFO_FULL_ERR } else { 0 };
                let empty = if transaction.underrun { DMA_OUTFIFO_EMPTY_ERR } else { 0 };
                lines::drive_as_slave(env, None);
                self.cmd &= !USR;
                self.raise(env, TRANS_DONE | full | empty);
            }
        } else if self.written.user & DOUTDIN == 0 {
            env.unsupported("a slave in half duplex");
        } else {
            let (transaction, first) = SlaveTransaction::new(env, self.slave_mode(), &self.buffer);
            self.selected = Some(transaction);
            lines::drive_as_slave(env, Some(first));
        }
    }
}

impl Device<Hub> for Spi2 {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match offset {
            CMD => self.cmd,
            DMA_CONF => self.dma_conf,
            DMA_INT_ENA => self.enable,
            DMA_INT_RAW => self.raw,
            DMA_INT_ST => self.raw & self.enable,
            DMA_INT_CLR => 0,
            W0..=W15 => {
                let at = (offset - W0) as usize;
                u32::from_le_bytes(std::array::from_fn(|n| self.buffer[at + n]))
            }
            SLAVE => self.slave,
            SLAVE1 => self.slave1,
            CLK_GATE => self.clk_gate,
            DATE => 0x0200_7220,
            DIN_MODE | DIN_NUM | DOUT_MODE => env.inert_read(offset),
            _ => match self.config_register(offset) {
                Some(register) => *register,
                None => env.unmodelled_read(offset),
            },
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        match offset {
            CMD => self.write_cmd(env, value),
            DMA_CONF => self.dma_conf = value & DMA_CONF_STORED,
            DMA_INT_ENA => {
                self.enable = value & ALL_INTERRUPTS;
                self.present_interrupt(env);
            }
            DMA_INT_CLR => {
                self.raw &= !value;
                self.present_interrupt(env);
            }
            DMA_INT_RAW | DMA_INT_ST | DATE => {}
            W0..=W15 => {
                let at = (offset - W0) as usize;
                self.buffer[at..at + 4].copy_from_slice(&value.to_le_bytes());
            }
            SLAVE => {
                let was_slave = self.is_slave();
                self.slave = value & !SOFT_RESET;
                if value & SOFT_RESET != 0 || was_slave != self.is_slave() {
                    self.stop(env);
                }
            }
            SLAVE1 => self.slave1 = value,
            CLK_GATE => {
                self.clk_gate = value & 7;
                self.update(env);
                if self.cmd & USR != 0 && self.transaction.is_none() && !self.is_slave() {
                    self.begin(env);
                }
            }
            DIN_MODE | DIN_NUM | DOUT_MODE => env.inert_write(offset, value),
            _ => match self.config_register(offset) {
                Some(register) => *register = value,
                None => env.unmodelled_write(offset, value),
            },
        }
    }

    fn reset(&mut self, env: &mut Env<'_>) {
        *self = Self::default();
        env.sleep();
        self.drive_idle(env);
        self.present_interrupt(env);
    }

    fn event(&mut self, env: &mut Env<'_>) {
        self.go_on(env);
    }

    fn input(&mut self, env: &mut Env<'_>, signal: u8, level: bool) {
        if let Some(transaction) = &mut self.transaction {
            transaction.input(env);
        }
        if !self.is_slave() {
            return;
        }
        match signal {
            CS0 => self.select(env, level == (self.written.misc & SLAVE_CS_POL != 0)),
            CLK => {
                let mosi = env.input_level(D);
                if let Some(transaction) = &mut self.selected
                    && let Some(miso) = transaction.clock(env, level, mosi)
                {
                    lines::drive_as_slave(env, Some(miso));
                }
            }
            _ => {}
        }
    }
}
