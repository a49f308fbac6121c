//! The registers of all channels, and what the channels share.

use super::ram::{Ram, Window};
use super::receiver::{self, Receiver};
use super::registers::*;
use super::transmitter::{self, Happening, Transmitter};
use crate::soc::clock::{RC_FAST_HZ, XTAL_HZ};
use crate::soc::hub::{Env, Hub};
use crate::soc::interrupt::Source;
use hil_sim_core::chip::soc::Device;
use hil_sim_core::chip::soc::Pace;
use hil_sim_core::time::Instant;

/// RMT_SIG_OUT0 and RMT_SIG_IN0, TRM table 5-2; those of the second channel come next.
pub(super) const FIRST_SIGNAL: u8 = 51;
/// Transmitters, and as many receivers after them.
const PAIRS: usize = 2;

/// A channel's place in its RAM when the RAM is accessed through CHnDATA.
#[derive(Clone, Copy, Default, Hash, Debug)]
struct Fifo {
    read: u16,
    write: u16,
    read_error: bool,
    write_error: bool,
}

/// The registers.
#[derive(Clone, Hash, Debug)]
pub(crate) struct Rmt {
    sys_conf: u32,
    tx_sim: u32,
    int_raw: u32,
    int_ena: u32,
    ram: Ram,
    transmitters: [Transmitter; PAIRS],
    receivers: [Receiver; PAIRS],
    fifos: [Fifo; 2 * PAIRS],
}

impl Default for Rmt {
    fn default() -> Self {
        Self {
            sys_conf: SYS_CONF_RESET,
            tx_sim: 0,
            int_raw: 0,
            int_ena: 0,
            ram: Ram::default(),
            transmitters: Default::default(),
            receivers: Default::default(),
            fifos: Default::default(),
        }
    }
}

impl Rmt {
    /// The clock of the group, rmt_sclk: the source divided by DIV_NUM + 1 + DIV_A / DIV_B.
    fn clock(&self, env: &Env<'_>) -> Pace {
        let source_hz = match self.sys_conf >> 24 & 3 {
            _ if self.sys_conf & SCLK_ACTIVE == 0 => 0,
            1 => env.hub.clocks.apb_hz,
            2 => RC_FAST_HZ,
            3 => XTAL_HZ,
            _ => 0,
        };
        let whole = (self.sys_conf >> 4 & 0xFF) + 1;
        match (self.sys_conf >> 12 & 0x3F, self.sys_conf >> 18 & 0x3F) {
            (0, _) | (_, 0) => Pace { source_hz, cycles: whole, over: 1 },
            (a, b) => Pace { source_hz, cycles: whole * b + a, over: b },
        }
    }

    /// Calls a transmitter, and makes of it what there is to see.
    fn transmitter(
        &mut self,
        env: &mut Env<'_>,
        index: usize,
        call: impl FnOnce(&mut Transmitter, &mut transmitter::Work<'_>),
    ) {
        let mut happened = Vec::new();
        let signal = FIRST_SIGNAL + index as u8;
        let mut work = transmitter::Work {
            now: env.now(),
            clock: self.clock(env),
            ram: &self.ram,
            channel: index as u16,
            carrier_seen: self.transmitters[index].uses_carrier() && env.hub.pins.is_observed(signal),
            happened: &mut happened,
        };
        call(&mut self.transmitters[index], &mut work);
        env.drive(signal, self.transmitters[index].output(), true);
        self.raise(env, index, &happened);
    }

    /// Calls a receiver, and makes of it what there is to see.
    fn receiver(&mut self, env: &mut Env<'_>, index: usize, call: impl FnOnce(&mut Receiver, &mut receiver::Work<'_>)) {
        let mut happened = Vec::new();
        // Blocks of transmitters have no owner.
        let owned = [true, true, self.receivers[0].owns(), self.receivers[1].owns()];
        let mut work = receiver::Work {
            now: env.now(),
            clock: self.clock(env),
            ram: &mut self.ram,
            channel: (PAIRS + index) as u16,
            owned,
            input: env.input_level(FIRST_SIGNAL + index as u8),
            happened: &mut happened,
        };
        call(&mut self.receivers[index], &mut work);
        self.raise(env, PAIRS + index, &happened);
    }

    fn raise(&mut self, env: &mut Env<'_>, channel: usize, happened: &[Happening]) {
        for happening in happened {
            self.int_raw |= match happening {
                Happening::End => 1 << channel,
                Happening::Error => 1 << (4 + channel),
                Happening::Threshold => 1 << (8 + channel),
                Happening::Loop => 1 << (12 + channel),
            };
        }
        self.present_interrupts(env);
    }

    fn present_interrupts(&self, env: &mut Env<'_>) {
        env.interrupt(Source::RMT, self.int_raw & self.int_ena != 0);
    }

    fn schedule(&self, env: &mut Env<'_>) {
        let transmitters = self.transmitters.iter().map(Transmitter::deadline);
        match transmitters.chain(self.receivers.iter().map(Receiver::deadline)).min() {
            None | Some(Instant::NEVER) => env.sleep(),
            Some(at) => env.wake_at(at),
        }
    }

    fn write_tx_conf0(&mut self, env: &mut Env<'_>, index: usize, value: u32) {
        self.transmitter(env, index, |transmitter, work| transmitter.write_conf0(value, work));
        if value & transmitter::CONF_UPDATE != 0 && self.transmitters[index].wants_idle_carrier() {
            env.unsupported("a carrier also while nothing is sent (RMT_CARRIER_EFF_EN_CHn = 0)");
        }
        if value & transmitter::APB_MEM_RST != 0 {
            self.fifos[index] = Fifo::default();
        }
        if value & transmitter::TX_START != 0 {
            self.start(env, index);
        }
    }

    fn start(&mut self, env: &mut Env<'_>, index: usize) {
        let group = self.tx_sim & TX_SIM_CHANNELS;
        if self.tx_sim & TX_SIM_EN == 0 || group >> index & 1 == 0 {
            self.transmitter(env, index, Transmitter::start);
            return;
        }
        self.transmitters[index].waits = true;
        let members = || (0..PAIRS).filter(|member| group >> member & 1 == 1);
        if members().all(|member| self.transmitters[member].waits) {
            for member in members() {
                self.transmitter(env, member, Transmitter::start);
            }
        }
    }

    fn write_rx_conf1(&mut self, env: &mut Env<'_>, index: usize, value: u32) {
        self.receiver(env, index, |receiver, work| receiver.write_conf1(value, work));
        if value & receiver::APB_MEM_RST != 0 {
            self.fifos[PAIRS + index] = Fifo::default();
        }
    }

    fn clock_may_have_changed(&mut self, env: &mut Env<'_>) {
        let (now, clock) = (env.now(), self.clock(env));
        self.transmitters.iter_mut().for_each(|transmitter| transmitter.clock_changed(now, clock));
        self.receivers.iter_mut().for_each(|receiver| receiver.clock_changed(now, clock));
    }

    fn window(&self, channel: usize) -> Window {
        match channel.checked_sub(PAIRS) {
            None => self.transmitters[channel].window(channel as u16),
            Some(receiver) => self.receivers[receiver].window(channel as u16),
        }
    }

    fn status(&self, channel: usize) -> u32 {
        let fifo = &self.fifos[channel];
        let flag = |set: bool, bit: u32| if set { bit } else { 0 };
        let start = self.window(channel).start;
        let (read, write) = (u32::from(start + fifo.read), u32::from(start + fifo.write));
        match channel.checked_sub(PAIRS) {
            None => {
                let errors = flag(fifo.read_error, TX_APB_MEM_RD_ERR) | flag(fifo.write_error, TX_APB_MEM_WR_ERR);
                self.transmitters[channel].status(channel as u16) | errors | (write & 0x1FF) << 12 | (read & 0xFF) << 24
            }
            Some(receiver) => {
                let errors = flag(fifo.read_error, RX_APB_MEM_RD_ERR);
                self.receivers[receiver].status(channel as u16) | errors | (read & 0x1FF) << 12
            }
        }
    }

    /// The next word of a channel's RAM in turn, when APB_FIFO_MASK chooses that.
    fn fifo_read(&mut self, env: &mut Env<'_>, channel: usize) -> u32 {
        if self.sys_conf & APB_FIFO_MASK != 0 {
            env.unsupported("reading CHnDATA while RMT_APB_FIFO_MASK chooses access by address");
            return 0;
        }
        let (window, fifo) = (self.window(channel), &mut self.fifos[channel]);
        if fifo.read >= window.size {
            fifo.read_error = true;
            return 0;
        }
        fifo.read += 1;
        self.ram.word(window.start + fifo.read - 1)
    }

    fn fifo_write(&mut self, env: &mut Env<'_>, channel: usize, value: u32) {
        if self.sys_conf & APB_FIFO_MASK != 0 {
            env.unsupported("writing CHnDATA while RMT_APB_FIFO_MASK chooses access by address");
            return;
        }
        let (window, fifo) = (self.window(channel), &mut self.fifos[channel]);
        if fifo.write >= window.size {
            fifo.write_error = true;
            return;
        }
        fifo.write += 1;
        self.ram.set_word(window.start + fifo.write - 1, value);
    }
}

impl Device<Hub> for Rmt {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match offset {
            CH0DATA..=CH3DATA => self.fifo_read(env, (offset / 4) as usize),
            CH0CONF0 | CH1CONF0 => self.transmitters[(offset - CH0CONF0) as usize / 4].registers.conf0,
            CH2CONF0 | CH3CONF0 => self.receivers[(offset - CH2CONF0) as usize / 8].registers.conf0,
            CH2CONF1 | CH3CONF1 => self.receivers[(offset - CH2CONF1) as usize / 8].registers.conf1,
            CH0STATUS | CH1STATUS | CH2STATUS | CH3STATUS => self.status((offset - CH0STATUS) as usize / 4),
            INT_RAW => self.int_raw,
            INT_ST => self.int_raw & self.int_ena,
            INT_ENA => self.int_ena,
            INT_CLR | REF_CNT_RST => 0,
            CH0CARRIER_DUTY | CH1CARRIER_DUTY => {
                self.transmitters[(offset - CH0CARRIER_DUTY) as usize / 4].registers.carrier_duty
            }
            CH2_RX_CARRIER_RM | CH3_RX_CARRIER_RM => {
                self.receivers[(offset - CH2_RX_CARRIER_RM) as usize / 4].registers.carrier_rm
            }
            CH0_TX_LIM | CH1_TX_LIM => self.transmitters[(offset - CH0_TX_LIM) as usize / 4].registers.lim,
            CH2_RX_LIM | CH3_RX_LIM => self.receivers[(offset - CH2_RX_LIM) as usize / 4].registers.lim,
            SYS_CONF => self.sys_conf,
            TX_SIM => self.tx_sim,
            DATE => DATE_VALUE,
            RAM..=RAM_LAST => self.ram.word(((offset - RAM) / 4) as u16),
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        match offset {
            RAM..=RAM_LAST => {
                self.ram.set_word(((offset - RAM) / 4) as u16, value);
                return;
            }
            CH0DATA..=CH3DATA => self.fifo_write(env, (offset / 4) as usize, value),
            CH0CONF0 | CH1CONF0 => self.write_tx_conf0(env, (offset - CH0CONF0) as usize / 4, value),
            CH2CONF0 | CH3CONF0 => self.receivers[(offset - CH2CONF0) as usize / 8].write_conf0(value),
            CH2CONF1 | CH3CONF1 => self.write_rx_conf1(env, (offset - CH2CONF1) as usize / 8, value),
            CH0STATUS | CH1STATUS | CH2STATUS | CH3STATUS | INT_RAW | INT_ST | DATE => {}
            INT_ENA => {
                self.int_ena = value & INTERRUPTS;
                self.present_interrupts(env);
            }
            INT_CLR => {
                self.int_raw &= !value;
                self.present_interrupts(env);
            }
            CH0CARRIER_DUTY | CH1CARRIER_DUTY => {
                self.transmitters[(offset - CH0CARRIER_DUTY) as usize / 4].registers.carrier_duty = value;
            }
            CH2_RX_CARRIER_RM | CH3_RX_CARRIER_RM => {
                self.receivers[(offset - CH2_RX_CARRIER_RM) as usize / 4].registers.carrier_rm = value;
            }
            CH0_TX_LIM | CH1_TX_LIM => self.transmitters[(offset - CH0_TX_LIM) as usize / 4].write_lim(value),
            CH2_RX_LIM | CH3_RX_LIM => self.receivers[(offset - CH2_RX_LIM) as usize / 4].registers.lim = value & 0x1FF,
            SYS_CONF => {
                self.sys_conf = value & SYS_CONF_BITS;
                if value & MEM_FORCE_PD != 0 {
                    env.unsupported("switching off its RAM (RMT_MEM_FORCE_PD)");
                }
                self.clock_may_have_changed(env);
            }
            TX_SIM => self.tx_sim = value & (TX_SIM_EN | TX_SIM_CHANNELS),
            // Dividers begin with each transmission and reception anyway.
            REF_CNT_RST => {}
            _ => env.unmodelled_write(offset, value),
        }
        self.schedule(env);
    }

    fn reset(&mut self, env: &mut Env<'_>) {
        // The RAM keeps its contents.
        *self = Self { ram: std::mem::take(&mut self.ram), ..Self::default() };
        self.present_interrupts(env);
        for index in 0..PAIRS {
            env.drive(FIRST_SIGNAL + index as u8, false, true);
        }
    }

    fn event(&mut self, env: &mut Env<'_>) {
        let now = env.now();
        for index in 0..PAIRS {
            if self.receivers[index].deadline() <= now {
                self.receiver(env, index, Receiver::run);
            }
        }
        for index in 0..PAIRS {
            if self.transmitters[index].deadline() <= now {
                self.transmitter(env, index, Transmitter::run);
            }
        }
        self.schedule(env);
    }

    fn input(&mut self, env: &mut Env<'_>, signal: u8, level: bool) {
        if let Some(index) = signal.checked_sub(FIRST_SIGNAL).map(usize::from).filter(|index| *index < PAIRS) {
            self.receiver(env, index, |receiver, work| receiver.input(level, work));
            self.schedule(env);
        }
    }

    fn clocks_changed(&mut self, env: &mut Env<'_>) {
        self.clock_may_have_changed(env);
        self.schedule(env);
    }
}
