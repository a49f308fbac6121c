//! The registers, and what joins transmitter, receiver and FIFOs.

use super::autobaud::Autobaud;
use super::command::Command;
use super::fifo::Fifo;
use super::format;
use super::lines::Signals;
use super::registers::*;
use super::transmitter::{Transmitter, receiver_fsm};
use crate::soc::hub::{Env, Hub};
use crate::soc::interrupt::Source;
use crate::soc::map::DeviceId;
use hil_sim_core::chip::soc::Device;
use hil_sim_core::serial::{Format, Receiver};
use hil_sim_core::time::{Instant, Span};

/// Bytes of memory that a step of MEM_CONF.RX_SIZE and TX_SIZE stands for.
const MEMORY_BLOCK: u32 = 128;
const DATE_VALUE: u32 = 0x0200_8270;
/// The length of a bit in picoseconds with the reset values: 694 cycles of half the crystal's frequency.
const BIT_AT_RESET: u64 = 694 * 50_000;
/// The same with CLKDIV for 115,200 baud from the crystal: 347 + 3/16 cycles.
const BIT_AT_ENTRY: u64 = (347 * 16 + 3) * 25_000 / 16;
const ID_RESET: u32 = 0x0500 | id::UPDATE_CTRL;

/// Registers that the core clock's domain has a copy of.
#[derive(Clone, Copy, Hash, Debug)]
pub(super) struct Synchronous {
    pub(super) clkdiv: u32,
    pub(super) conf0: u32,
    pub(super) flow_conf: u32,
    pub(super) txbrk_conf: u32,
    pub(super) idle_conf: u32,
}

/// A UART; [`Env::device`] says which.
#[derive(Clone, Hash, Debug)]
pub(crate) struct Uart {
    /// As the registers were written.
    pub(super) written: Synchronous,
    /// As the transmitter and the receiver know them.
    pub(super) active: Synchronous,
    pub(super) int_raw: u32,
    pub(super) int_ena: u32,
    pub(super) conf1: u32,
    pub(super) rx_filt: u32,
    pub(super) sleep_conf: u32,
    pub(super) swfc_conf0: u32,
    pub(super) swfc_conf1: u32,
    pub(super) rs485_conf: u32,
    pub(super) mem_conf: u32,
    pub(super) clk_conf: u32,
    pub(super) id: u32,
    /// The length of a bit; `None` without a clock.
    pub(super) bit: Option<Span>,
    pub(super) transmitter: Transmitter,
    pub(super) tx_fifo: Fifo,
    pub(super) receiver: Receiver,
    pub(super) rx_fifo: Fifo,
    /// The end of the last byte.
    pub(super) idle_since: Instant,
    /// RXFIFO_TOUT was not raised since then.
    pub(super) timeout_due: bool,
    /// TXD_BRK was set with nothing to send, so that no end of data will set off the break.
    pub(super) break_due: bool,
    /// XOFF was received.
    pub(super) is_stopped: bool,
    /// XOFF was sent.
    pub(super) peer_is_stopped: bool,
    /// XON or XOFF is to be sent before data.
    pub(super) control: Option<u8>,
    pub(super) command: Command,
    pub(super) autobaud: Autobaud,
    /// Levels after inversion.
    pub(super) cts: bool,
    pub(super) dsr: bool,
}

impl Default for Uart {
    fn default() -> Self {
        let registers =
            Synchronous { clkdiv: 0x2B6, conf0: 0x1000_001C, flow_conf: 0, txbrk_conf: 0x0A, idle_conf: 0x0004_0100 };
        Self {
            written: registers,
            active: registers,
            int_raw: int::TXFIFO_EMPTY,
            int_ena: 0,
            conf1: 0xC060,
            rx_filt: 0x08,
            sleep_conf: 0xF0,
            swfc_conf0: 0x26E0,
            swfc_conf1: 0x2200,
            rs485_conf: 0,
            mem_conf: 0x000A_0012,
            clk_conf: 0x0370_1000,
            id: ID_RESET,
            bit: Some(Span::from_ps(BIT_AT_RESET)),
            transmitter: Transmitter::Idle,
            tx_fifo: Fifo::default(),
            receiver: Receiver::default(),
            rx_fifo: Fifo::default(),
            idle_since: Instant::ZERO,
            timeout_due: false,
            break_due: false,
            is_stopped: false,
            peer_is_stopped: false,
            control: None,
            command: Command::default(),
            autobaud: Autobaud::default(),
            cts: false,
            dsr: false,
        }
    }
}

impl Uart {
    /// UART0 as the ROM and the bootloader leave it: 115,200 baud, 8N1, from the crystal; no pause after data.
    pub(crate) fn at_entry() -> Self {
        const CLKDIV_115200: u32 = 347 | 3 << 20;
        const SCLK_DIV_NUM: u32 = 0xFF << 12;
        let mut uart = Self::default();
        uart.clk_conf &= !SCLK_DIV_NUM;
        uart.written.clkdiv = CLKDIV_115200;
        uart.written.idle_conf = 0x100;
        uart.active = uart.written;
        uart.bit = Some(Span::from_ps(BIT_AT_ENTRY));
        uart
    }

    /// Puts a byte into the TX FIFO; says whether there was room.
    pub(crate) fn send(&mut self, env: &mut Env<'_>, byte: u8) -> bool {
        let taken = self.active.conf0 & conf0::TXFIFO_RST == 0 && self.tx_fifo.push(byte, self.tx_size());
        // One that waits behind others changes nothing yet.
        if !self.transmitter.is_busy(env.now()) {
            self.update(env);
        }
        taken
    }

    /// Whether the TX FIFO and the transmitter are empty.
    pub(crate) fn is_tx_idle(&self) -> bool {
        self.tx_fifo.is_empty() && matches!(self.transmitter, Transmitter::Idle | Transmitter::Pause { .. })
    }

    pub(super) fn tx_size(&self) -> u32 {
        field(self.mem_conf, 4, 3) * MEMORY_BLOCK
    }

    pub(super) fn rx_size(&self) -> u32 {
        field(self.mem_conf, 1, 3) * MEMORY_BLOCK
    }

    pub(super) fn has(&self, bit: u32) -> bool {
        self.active.conf0 & bit != 0
    }

    pub(super) fn format(&self) -> Format {
        format::of_conf0(self.active.conf0)
    }

    pub(super) fn bits(&self, count: u32) -> Span {
        self.bit.unwrap_or(Span::ZERO).times(u64::from(count))
    }

    /// Does what is due and lets everything follow from the registers.
    pub(super) fn update(&mut self, env: &mut Env<'_>) {
        self.receive(env);
        self.exchange(env);
        self.transmit(env);
        self.exchange(env);
        self.drive(env);
        self.follow_inputs(env);
        self.raise(env);
        self.schedule(env);
    }

    fn raise(&mut self, env: &mut Env<'_>) {
        if self.rx_fifo.len() >= field(self.conf1, 0, 9).max(1) {
            self.int_raw |= int::RXFIFO_FULL;
        }
        if self.tx_fifo.len() < field(self.conf1, conf1::TXFIFO_EMPTY_THRHD_SHIFT, 9) {
            self.int_raw |= int::TXFIFO_EMPTY;
        }
        let source = if env.device == DeviceId::Uart1 { Source::UART1 } else { Source::UART0 };
        env.interrupt(source, self.int_raw & self.int_ena != 0);
    }

    fn schedule(&mut self, env: &mut Env<'_>) {
        let now = env.now();
        let command = self.command.deadline.unwrap_or(Instant::NEVER);
        let receiver = self.receiver.deadline().min(self.rx_timeout()).min(self.line_idle(env)).min(command);
        let mut at = self.transmitter.deadline(now).min(receiver);
        if env.device == DeviceId::Uart0 {
            // The bridge has no deadline of its own.
            at = at.min(env.hub.serial.bridge.run(now, &mut env.hub.pins));
        }
        if at == Instant::NEVER { env.sleep() } else { env.wake_at(at) }
    }

    // Registers.

    fn status(&self, env: &Env<'_>) -> u32 {
        let (rts, dtr) = self.outputs();
        let txd = self.transmitter.level(env.now()) ^ self.has(conf0::TXD_INV);
        self.rx_fifo.len().min(0x3FF)
            | u32::from(self.dsr) << 13
            | u32::from(self.cts) << 14
            | u32::from(self.receiver.level()) << 15
            | self.tx_fifo.len().min(0x3FF) << 16
            | u32::from(dtr) << 29
            | u32::from(rts) << 30
            | u32::from(txd) << 31
    }

    /// MEM_TX_STATUS: where software writes, where the transmitter reads.
    fn mem_tx_status(&self, device: DeviceId) -> u32 {
        let base = if device == DeviceId::Uart1 { 0x80 } else { 0 };
        let (read, written) = self.tx_fifo.addresses();
        (base + written) & 0x3FF | ((base + read) & 0x3FF) << 11
    }

    /// MEM_RX_STATUS: where software reads, where the receiver writes.
    fn mem_rx_status(&self, device: DeviceId) -> u32 {
        let base = if device == DeviceId::Uart1 { 0x180 } else { 0x100 };
        let (read, written) = self.rx_fifo.addresses();
        (base + read) & 0x3FF | ((base + written) & 0x3FF) << 11
    }

    fn write_conf0(&mut self, env: &mut Env<'_>, value: u32) {
        self.written.conf0 = value;
        let at_once = !conf0::SYNCHRONOUS;
        self.active.conf0 = self.active.conf0 & !at_once | value & at_once;
        if value & conf0::RXFIFO_RST != 0 {
            self.rx_fifo.reset();
            self.timeout_due = false;
        }
        if value & conf0::TXFIFO_RST != 0 {
            self.tx_fifo.reset();
        }
        if value & conf0::IRDA_EN != 0 {
            env.unsupported("IrDA");
        }
    }

    fn write_clk_conf(&mut self, env: &mut Env<'_>, value: u32) {
        self.clk_conf = value;
        if value & (clk_conf::RST_CORE | clk_conf::TX_RST_CORE) != 0 {
            self.transmitter = Transmitter::Idle;
        }
        if value & (clk_conf::RST_CORE | clk_conf::RX_RST_CORE) != 0 {
            let (rxd, _, _) = self.inputs(env);
            self.receiver.reset(rxd);
        }
        self.find_bit(env);
    }

    /// ID.REG_UPDATE, if there is a clock: what was written reaches transmitter and receiver.
    fn synchronize(&mut self, env: &Env<'_>) {
        let asked = self.id & (id::REG_UPDATE | id::UPDATE_CTRL) != 0;
        if !asked || format::source_hz(self.clk_conf, env.hub.clocks).is_none() {
            return;
        }
        self.id &= !id::REG_UPDATE;
        let began = |bit: u32| self.written.conf0 & !self.active.conf0 & bit != 0;
        let (break_began, autobaud_began) = (began(conf0::TXD_BRK), began(conf0::AUTOBAUD_EN));
        self.active = self.written;
        self.break_due = break_began && self.tx_fifo.is_empty() && self.transmitter == Transmitter::Idle;
        if autobaud_began {
            self.autobaud = Autobaud::default();
        }
        if self.has(conf0::LOOPBACK) {
            self.transmitter.begin_wave(true);
        }
        self.obey_flow_conf();
        self.find_bit(env);
    }

    /// The bits of FLOW_CONF that are orders.
    fn obey_flow_conf(&mut self) {
        if self.active.flow_conf & flow_conf::FORCE_XON != 0 {
            self.is_stopped = false;
        }
        if self.active.flow_conf & flow_conf::SEND_XON != 0 {
            self.control = Some(field(self.swfc_conf1, 9, 8) as u8);
        }
        if self.active.flow_conf & flow_conf::SEND_XOFF != 0 {
            self.control = Some(field(self.swfc_conf0, 9, 8) as u8);
        }
        let orders = flow_conf::SEND_XON | flow_conf::SEND_XOFF;
        self.written.flow_conf &= !orders;
        self.active.flow_conf &= !orders;
    }

    fn find_bit(&mut self, env: &Env<'_>) {
        self.bit = format::bit_length(self.active.clkdiv, self.clk_conf, env.hub.clocks);
    }
}

impl Device<Hub> for Uart {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match offset {
            FIFO => {
                let byte = self.take_received();
                self.update(env);
                u32::from(byte)
            }
            INT_RAW => self.int_raw,
            INT_ST => self.int_raw & self.int_ena,
            INT_ENA => self.int_ena,
            INT_CLR => 0,
            CLKDIV => self.written.clkdiv,
            RX_FILT => self.rx_filt,
            STATUS => self.status(env),
            CONF0 => self.written.conf0,
            CONF1 => self.conf1,
            LOWPULSE => self.autobaud.low,
            HIGHPULSE => self.autobaud.high,
            RXD_CNT => self.autobaud.edges,
            FLOW_CONF => self.written.flow_conf,
            SLEEP_CONF => self.sleep_conf,
            SWFC_CONF0 => self.swfc_conf0,
            SWFC_CONF1 => self.swfc_conf1,
            TXBRK_CONF => self.written.txbrk_conf,
            IDLE_CONF => self.written.idle_conf,
            RS485_CONF => self.rs485_conf,
            AT_CMD_PRECNT => self.command.precnt,
            AT_CMD_POSTCNT => self.command.postcnt,
            AT_CMD_GAPTOUT => self.command.gaptout,
            AT_CMD_CHAR => self.command.character,
            MEM_CONF => self.mem_conf,
            MEM_TX_STATUS => self.mem_tx_status(env.device),
            MEM_RX_STATUS => self.mem_rx_status(env.device),
            FSM_STATUS => receiver_fsm(&self.receiver, env.now()) | self.transmitter.fsm(env.now()) << 4,
            POSPULSE => self.autobaud.between_rises,
            NEGPULSE => self.autobaud.between_falls,
            CLK_CONF => self.clk_conf,
            DATE => DATE_VALUE,
            ID => self.id,
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        match offset {
            FIFO => {
                self.send(env, value as u8);
                return;
            }
            INT_RAW | INT_ST | STATUS | LOWPULSE | HIGHPULSE | RXD_CNT | MEM_TX_STATUS | MEM_RX_STATUS | FSM_STATUS
            | POSPULSE | NEGPULSE | DATE => return,
            INT_ENA => self.int_ena = value & int::ALL,
            INT_CLR => self.int_raw &= !value,
            CLKDIV => self.written.clkdiv = value & 0x00F0_0FFF,
            RX_FILT => {
                self.rx_filt = value & 0x1FF;
                if value & GLITCH_FILT_EN != 0 {
                    env.unsupported("the filter for glitches on RXD");
                }
            }
            CONF0 => self.write_conf0(env, value & 0x1FFF_FFFF),
            CONF1 => self.conf1 = value & 0x003F_FFFF,
            FLOW_CONF => self.written.flow_conf = value & 0x3F,
            SLEEP_CONF => self.sleep_conf = value & 0x3FF,
            SWFC_CONF0 => self.swfc_conf0 = value & 0x1_FFFF,
            SWFC_CONF1 => self.swfc_conf1 = value & 0x1_FFFF,
            TXBRK_CONF => self.written.txbrk_conf = value & 0xFF,
            IDLE_CONF => self.written.idle_conf = value & 0xF_FFFF,
            RS485_CONF => {
                self.rs485_conf = value & 0x3FF;
                if value & RS485_EN != 0 {
                    env.unsupported("RS485 mode");
                }
            }
            AT_CMD_PRECNT => self.command.precnt = value & 0xFFFF,
            AT_CMD_POSTCNT => self.command.postcnt = value & 0xFFFF,
            AT_CMD_GAPTOUT => self.command.gaptout = value & 0xFFFF,
            AT_CMD_CHAR => self.command.character = value & 0xFFFF,
            MEM_CONF => self.mem_conf = value & 0x0FFF_FFFE,
            CLK_CONF => self.write_clk_conf(env, value & 0x0FFF_FFFF),
            ID => self.id = value,
            _ => env.unmodelled_write(offset, value),
        }
        self.synchronize(env);
        self.update(env);
    }

    fn reset(&mut self, env: &mut Env<'_>) {
        *self = Self::default();
        self.find_bit(env);
        let (rxd, cts, dsr) = self.inputs(env);
        self.receiver.reset(rxd);
        (self.cts, self.dsr) = (cts, dsr);
        self.update(env);
    }

    fn event(&mut self, env: &mut Env<'_>) {
        self.update(env);
    }

    fn input(&mut self, env: &mut Env<'_>, _: u8, _: bool) {
        self.update(env);
    }

    fn rerouted(&mut self, env: &mut Env<'_>) {
        let is_observed = self.has(conf0::LOOPBACK) || env.hub.pins.is_observed(Signals::of(env.device).data);
        if self.transmitter.begin_wave(is_observed) {
            self.update(env);
        }
    }

    fn clocks_changed(&mut self, env: &mut Env<'_>) {
        self.find_bit(env);
    }
}
