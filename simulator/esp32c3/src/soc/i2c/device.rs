//! The registers.

use super::bus::{self, Step, Steps};
use super::fifo::Fifo;
use super::master::Doing;
use super::registers::*;
use super::timing::Timing;
use crate::soc::hub::{Env, Hub};
use crate::soc::interrupt::Source;
use hil_sim_core::chip::soc::Device;
use hil_sim_core::time::Instant;

/// The registers.
#[derive(Clone, Hash, Debug)]
pub(crate) struct I2c {
    pub(super) ctr: u32,
    pub(super) written: Timing,
    /// As CONF_UPGATE brought it into the module.
    pub(super) timing: Timing,
    pub(super) fifo_conf: u32,
    pub(super) sp_conf: u32,
    /// SCL_PD_EN and SDA_PD_EN as CONF_UPGATE brought them into the module.
    pub(super) held_low: u32,
    pub(super) commands: [u32; COMMANDS],
    pub(super) tx: Fifo,
    pub(super) rx: Fifo,
    pub(super) raw: u32,
    pub(super) enable: u32,
    pub(super) acknowledged: bool,
    pub(super) arbitration_lost: bool,
    pub(super) bus_busy: bool,
    pub(super) doing: Doing,
    pub(super) steps: Steps,
    /// Bits that have been received of a byte.
    pub(super) shift: u8,
    /// What the master wants on the lines; high is let go.
    pub(super) scl: bool,
    pub(super) sda: bool,
    /// The bus is the master's: a START was sent and no STOP.
    pub(super) owns_bus: bool,
    /// Since when the master waits for SCL, and the time-outs that it has told of.
    pub(super) waiting_since: Option<Instant>,
    pub(super) told: [bool; 3],
    /// It has something to do, and its clock is off.
    pub(super) stands_still: bool,
    pub(super) filter_cfg: u32,
}

impl Default for I2c {
    fn default() -> Self {
        Self {
            ctr: 0x020B,
            written: Timing::default(),
            timing: Timing::default(),
            fifo_conf: 0x408B,
            sp_conf: 0,
            held_low: 0,
            commands: [0; COMMANDS],
            tx: Fifo::default(),
            rx: Fifo::default(),
            raw: 0,
            enable: 0,
            acknowledged: false,
            arbitration_lost: false,
            bus_busy: false,
            doing: Doing::Nothing,
            steps: Steps::new(),
            shift: 0,
            scl: true,
            sda: true,
            owns_bus: false,
            waiting_since: None,
            told: [false; 3],
            stands_still: false,
            filter_cfg: 0x0300,
        }
    }
}

impl I2c {
    /// INT_RAW: the watermarks are levels.
    fn raw(&self) -> u32 {
        let rx_mark = (self.fifo_conf & 0x1F) as u8;
        let tx_mark = (self.fifo_conf >> 5 & 0x1F) as u8;
        let rx = if self.rx.count > rx_mark { RXFIFO_WM } else { 0 };
        let tx = if self.tx.count < tx_mark { TXFIFO_WM } else { 0 };
        self.raw | rx | tx
    }

    pub(super) fn raise(&mut self, env: &mut Env<'_>, interrupts: u32) {
        self.raw |= interrupts;
        self.present_interrupt(env);
    }

    pub(super) fn present_interrupt(&self, env: &mut Env<'_>) {
        env.interrupt(Source::I2C0, self.raw() & self.enable != 0);
    }

    fn write_ctr(&mut self, env: &mut Env<'_>, value: u32) {
        self.ctr = value & !CTR_STROBES;
        if value & FSM_RST != 0 {
            self.stop(env);
        }
        if value & CONF_UPGATE != 0 {
            self.timing = self.written.clone();
            self.held_low = self.sp_conf & (SCL_PD_EN | SDA_PD_EN);
            self.drive(env);
            if self.sp_conf & SCL_RST_SLV_EN != 0 && self.doing == Doing::Nothing {
                self.doing = Doing::Clearing;
                bus::clear(&mut self.steps, self.sp_conf >> 1 & 0x1F);
                self.go_on(env);
            }
        }
        if value & TRANS_START != 0 && self.doing == Doing::Nothing {
            if self.ctr & SAMPLE_SCL_LEVEL != 0 {
                env.unsupported("SAMPLE_SCL_LEVEL = 1");
            }
            self.arbitration_lost = false;
            self.begin(env, 0);
            self.go_on(env);
        }
    }

    fn sr(&self) -> u32 {
        /// STRETCH_CAUSE when no clock has been stretched.
        const NO_STRETCH: u32 = 3 << 14;
        // SCL_STATE_LAST: 0 idle, 3 low, 5 high; SCL_MAIN_STATE_LAST: 0 idle, 3 receives, 4 sends.
        let scl_state = match (self.doing, self.scl) {
            (Doing::Nothing, _) => 0,
            (_, false) => 3,
            (_, true) => 5,
        };
        let main_state = match self.command().map(|(_, command)| command >> 11 & 7) {
            Some(READ) => 3,
            Some(WRITE) => 4,
            _ => 0,
        };
        u32::from(self.acknowledged)
            | u32::from(self.arbitration_lost) << 3
            | u32::from(self.bus_busy) << 4
            | u32::from(self.rx.count) << 8
            | NO_STRETCH
            | u32::from(self.tx.count) << 18
            | main_state << 24
            | scl_state << 28
    }

    fn timing_register(&mut self, offset: u32) -> Option<&mut u32> {
        let timing = &mut self.written;
        Some(match offset {
            SCL_LOW_PERIOD => &mut timing.scl_low_period,
            SCL_HIGH_PERIOD => &mut timing.scl_high_period,
            SDA_HOLD => &mut timing.sda_hold,
            SDA_SAMPLE => &mut timing.sda_sample,
            SCL_START_HOLD => &mut timing.scl_start_hold,
            SCL_RSTART_SETUP => &mut timing.scl_rstart_setup,
            SCL_STOP_HOLD => &mut timing.scl_stop_hold,
            SCL_STOP_SETUP => &mut timing.scl_stop_setup,
            TO => &mut timing.time_out,
            SCL_ST_TIME_OUT => &mut timing.scl_st_time_out,
            SCL_MAIN_ST_TIME_OUT => &mut timing.scl_main_st_time_out,
            _ => return None,
        })
    }

    fn write_fifo_conf(&mut self, env: &mut Env<'_>, value: u32) {
        self.fifo_conf = value & 0x7FFF;
        if value & RX_FIFO_RST != 0 {
            self.rx.clear();
        }
        if value & TX_FIFO_RST != 0 {
            self.tx.clear();
        }
        if value & NONFIFO_EN != 0 {
            env.unsupported("NONFIFO_EN: the FIFOs by their addresses");
        }
        self.present_interrupt(env);
    }
}

impl Device<Hub> for I2c {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match offset {
            CTR => self.ctr,
            SR => self.sr(),
            FIFO_ST => [self.rx.read_at, self.rx.write_at, self.tx.read_at, self.tx.write_at]
                .into_iter()
                .rev()
                .fold(0, |bits, at| bits << 5 | u32::from(at)),
            FIFO_CONF => self.fifo_conf,
            DATA => {
                let byte = self.rx.pop().unwrap_or_else(|stale| {
                    self.raw |= RXFIFO_UDF;
                    stale
                });
                self.present_interrupt(env);
                u32::from(byte)
            }
            INT_RAW => self.raw(),
            INT_ENA => self.enable,
            INT_STATUS => self.raw() & self.enable,
            INT_CLR => 0,
            COMD0..=COMD7 => self.commands[((offset - COMD0) / 4) as usize],
            SCL_SP_CONF => self.sp_conf,
            DATE => 0x2007_0201,
            TXFIFO_START_ADDR..RXFIFO_START_ADDR => u32::from(self.tx.at(((offset - TXFIFO_START_ADDR) / 4) as usize)),
            RXFIFO_START_ADDR..RXFIFO_END => u32::from(self.rx.at(((offset - RXFIFO_START_ADDR) / 4) as usize)),
            FILTER_CFG => self.filter_cfg,
            CLK_CONF => self.timing.clk_conf,
            SLAVE_ADDR | SCL_STRETCH_CONF => env.inert_read(offset),
            _ => match self.timing_register(offset) {
                Some(register) => *register,
                None => env.unmodelled_read(offset),
            },
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        match offset {
            CTR => self.write_ctr(env, value),
            FIFO_CONF => self.write_fifo_conf(env, value),
            DATA => {
                if !self.tx.push(value as u8) {
                    self.raw |= TXFIFO_OVF;
                }
                self.present_interrupt(env);
            }
            INT_CLR => {
                self.raw &= !value;
                self.present_interrupt(env);
            }
            INT_ENA => {
                self.enable = value & ALL_INTERRUPTS;
                self.present_interrupt(env);
            }
            SR | FIFO_ST | INT_RAW | INT_STATUS | DATE => {}
            COMD0..=COMD7 => self.commands[((offset - COMD0) / 4) as usize] = value & (COMMAND_DONE | 0x3FFF),
            SCL_SP_CONF => {
                self.sp_conf = value & 0xFF;
                if value & SCL_RST_SLV_EN == 0 && self.doing == Doing::Clearing {
                    self.stop(env);
                }
            }
            SLAVE_ADDR => {
                if value != 0 {
                    env.unsupported("the slave");
                }
                env.inert_write(offset, value);
            }
            FILTER_CFG => self.filter_cfg = value & 0x3FF,
            // The divider and gate of the clock are in front of the module, and need no CONF_UPGATE.
            CLK_CONF => {
                self.written.clk_conf = value & 0x3F_FFFF;
                self.timing.clk_conf = self.written.clk_conf;
                if self.stands_still {
                    self.go_on(env);
                }
            }
            SCL_STRETCH_CONF => env.inert_write(offset, value),
            _ => match self.timing_register(offset) {
                Some(register) => *register = value,
                None => env.unmodelled_write(offset, value),
            },
        }
    }

    fn reset(&mut self, env: &mut Env<'_>) {
        *self = Self::default();
        self.stop(env);
        self.present_interrupt(env);
    }

    fn event(&mut self, env: &mut Env<'_>) {
        self.go_on(env);
    }

    fn input(&mut self, env: &mut Env<'_>, signal: u8, level: bool) {
        if signal == SDA && env.input_level(SCL) {
            // SDA falls while SCL is high: START. It rises: STOP.
            self.bus_busy = !level;
            if !level {
                self.raise(env, DET_START);
            }
        }
        if signal == SCL && level && self.steps.front() == Some(&Step::WaitForScl) {
            self.go_on(env);
        }
    }
}
