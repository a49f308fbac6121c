//! The serial ports as the host sees them. On UART0's pins, GPIO20 and GPIO21, is a USB-to-serial bridge as DevKits have
//! it; it is powered by USB and knows nothing of resets.

use super::chip::Soc;
use super::hub::Env;
use super::lives::Lives;
use super::map::DeviceId;
use super::misreader::Misreader;
use super::pins::Pins;
use super::uart::Transmitter;
use hil_sim_core::chip::Report;
use hil_sim_core::chip::soc::Soc as _;
use hil_sim_core::circuit::DriverId;
use hil_sim_core::mem::Memory;
use hil_sim_core::serial::Format;
use hil_sim_core::time::{Instant, Span};
use std::collections::VecDeque;
use std::hash::{Hash, Hasher};

/// The bridge receives what the chip puts here.
const BRIDGE_RX_GPIO: u8 = 21;
/// The chip receives here what the bridge sends.
const BRIDGE_TX_GPIO: u8 = 20;
const BRIDGE_BAUD: u32 = 115_200;
/// The rates that a terminal follows to: a UART's own is a little off, and what is between them is no setting.
const USUAL_BAUDS: [u32; 20] = [
    300, 1_200, 2_400, 4_800, 9_600, 14_400, 19_200, 31_250, 38_400, 57_600, 74_880, 115_200, 128_000, 230_400,
    250_000, 256_000, 460_800, 500_000, 921_600, 1_000_000,
];
/// Bytes from the host that wait to be sent, of each port.
const MOST_INPUT: usize = 64 << 10;

/// A way of serial data between chip and host.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SerialPort {
    /// The USB-to-serial bridge on GPIO20 and GPIO21, where UART0 is unless the firmware puts something else there.
    Uart0,
    /// All that UART1 sends, wherever its pins are. The host has no input there; a part on its pins can have one.
    Uart1,
    /// The USB serial/JTAG controller.
    UsbSerialJtag,
}

impl SerialPort {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Uart0, Self::Uart1, Self::UsbSerialJtag];
}

/// A frame that a UART has sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct SentFrame {
    pub(super) byte: u8,
    pub(super) format: Format,
    /// The length of a bit.
    pub(super) bit: Span,
    /// TXD_INV was set at its end.
    pub(super) inverted: bool,
}

/// What is between the chip and the host.
#[derive(Clone, Default, Debug)]
pub(crate) struct Serial {
    pub(super) bridge: Bridge,
    pub(super) usb: UsbHost,
    pub(super) lives: Lives,
}

/// The state that decides what happens next.
impl Hash for Serial {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { bridge, usb, lives: _ } = self;
        (bridge, usb).hash(state);
    }
}

/// The host at the USB serial/JTAG controller.
#[derive(Clone, Default, Hash, Debug)]
pub(super) struct UsbHost {
    /// A cable is in. At first there is none: the board is powered by the bridge's.
    pub(super) is_connected: bool,
    /// What the host is going to send.
    pub(super) queue: VecDeque<u8>,
}

/// Takes a frame that is complete on an output signal: U0TXD or U1TXD.
pub(super) fn frame_sent(env: &mut Env<'_>, signal: u8, sent: SentFrame) {
    let at = env.now();
    if env.device == DeviceId::Uart1 {
        env.common.output.push(SerialPort::Uart1, at, sent.byte);
    }
    if env.hub.pins.carries(BRIDGE_RX_GPIO, signal) != Some(sent.inverted) {
        return;
    }
    let serial = &mut env.hub.serial;
    if let Some(baud) = serial.bridge.follow(sent) {
        env.common.reports.push(Report::BaudFollowed { baud, at });
    }
    if serial.bridge.understands(sent) {
        serial.lives.printed(sent.byte);
        env.common.output.push(SerialPort::Uart0, at, sent.byte);
        return;
    }
    for byte in serial.bridge.misread(sent, at) {
        env.common.output.push(SerialPort::Uart0, at, byte);
    }
    if !std::mem::replace(&mut serial.bridge.has_complained, true) {
        let baud = (1_000_000_000_000 / sent.bit.ps().max(1)) as u32;
        let bridge_baud = serial.bridge.baud;
        env.common.reports.push(Report::SerialMismatch { baud, bridge_baud, gpio: BRIDGE_RX_GPIO, at });
    }
}

/// The USB-to-serial bridge: 8 data bits, no parity, one stop bit.
#[derive(Clone, Hash, Debug)]
pub(super) struct Bridge {
    baud: u32,
    /// Its output; it drives the pin from the first byte that the host sends.
    pin: Option<DriverId>,
    queue: VecDeque<u8>,
    sender: Transmitter,
    misreader: Misreader,
    has_complained: bool,
    /// It takes the firmware's rate, and the rates that it has been told of.
    follows: bool,
    followed: Vec<u32>,
}

impl Default for Bridge {
    fn default() -> Self {
        Self {
            baud: BRIDGE_BAUD,
            pin: None,
            queue: VecDeque::new(),
            sender: Transmitter::default(),
            misreader: Misreader::default(),
            has_complained: false,
            follows: false,
            followed: vec![BRIDGE_BAUD],
        }
    }
}

impl Bridge {
    /// Takes the rate of a frame, if it is to follow. Gives the rate the first time that it has it.
    fn follow(&mut self, sent: SentFrame) -> Option<u32> {
        if !self.follows || !sent.format.is_common() || self.understands(sent) {
            return None;
        }
        let rate = 1_000_000_000_000 / sent.bit.ps().max(1);
        let baud = USUAL_BAUDS.into_iter().find(|usual| rate.abs_diff(u64::from(*usual)) * 50 < rate)?;
        (self.baud, self.misreader) = (baud, Misreader::default());
        let is_new = !self.followed.contains(&baud);
        if is_new {
            self.followed.push(baud);
        }
        is_new.then_some(baud)
    }

    fn bit(&self) -> Span {
        Span::of_cycles(1, self.baud.max(1))
    }

    /// Whether it can read this frame: the middle of the stop bit is hit if the bits differ by less than 5 %.
    fn understands(&self, sent: SentFrame) -> bool {
        let bit = self.bit().ps();
        sent.format.is_common() && bit.abs_diff(sent.bit.ps()).saturating_mul(20) < bit
    }

    /// What it takes a frame for that it cannot read and that ended at `end`.
    fn misread(&mut self, sent: SentFrame, end: Instant) -> Vec<u8> {
        let frame = |start| Transmitter::frame(start, sent.byte, sent.format, sent.bit, true);
        let length = frame(Instant::ZERO).end().ps();
        let start = Instant::from_ps(end.ps().saturating_sub(length));
        let bit = self.bit();
        self.misreader.read(&frame(start), start, bit)
    }

    /// Drives its output; says when it wants to be called again.
    pub(super) fn run(&mut self, now: Instant, pins: &mut Pins) -> Instant {
        let Some(pin) = self.pin else {
            return Instant::NEVER;
        };
        if self.sender.end() <= now {
            self.sender = Transmitter::Idle;
        }
        if matches!(self.sender, Transmitter::Idle)
            && let Some(byte) = self.queue.pop_front()
        {
            self.sender = Transmitter::frame(now, byte, Format::COMMON, self.bit(), true);
        }
        pins.drive_external(now, pin, self.sender.level(now).into());
        self.sender.deadline(now)
    }
}

impl Soc {
    /// Gives bytes to a port, which sends them to the chip from now on, one after the other. Says how many were
    /// accepted: the queue is bounded, and [`SerialPort::Uart1`] takes none.
    pub fn serial_input(&mut self, memory: &mut Memory, port: SerialPort, bytes: &[u8]) -> usize {
        match port {
            SerialPort::Uart0 => {
                let hub = &mut self.hub;
                hub.serial.bridge.pin.get_or_insert_with(|| hub.pins.circuit_mut().attach(BRIDGE_TX_GPIO));
                let room = MOST_INPUT - hub.serial.bridge.queue.len();
                let accepted = &bytes[..bytes.len().min(room)];
                hub.serial.bridge.queue.extend(accepted);
                self.with(memory, DeviceId::Uart0, |uart, env| uart.event(env));
                accepted.len()
            }
            SerialPort::Uart1 => 0,
            SerialPort::UsbSerialJtag => {
                let queue = &mut self.hub.serial.usb.queue;
                let accepted = &bytes[..bytes.len().min(MOST_INPUT - queue.len())];
                queue.extend(accepted);
                self.with(memory, DeviceId::UsbSerialJtag, |usb, env| usb.event(env));
                accepted.len()
            }
        }
    }

    /// Puts the cable into the USB serial/JTAG controller's connector, or pulls it; at first it is out.
    pub fn connect_usb(&mut self, memory: &mut Memory, is_connected: bool) {
        self.hub.serial.usb.is_connected = is_connected;
        self.with(memory, DeviceId::UsbSerialJtag, |usb, env| usb.event(env));
    }

    /// Lets the bridge take the baud rate of what the firmware sends, if it is one of the usual ones: as somebody does who
    /// sets the terminal to it. At first, and after [`set_bridge_baud`](Self::set_bridge_baud), it does not.
    pub fn follow_baud(&mut self) {
        self.hub.serial.bridge.follows = true;
    }

    /// Sets the bridge's baud rate in both directions; it is 115,200 at first.
    pub fn set_bridge_baud(&mut self, baud: u32) {
        let bridge = &mut self.hub.serial.bridge;
        bridge.follows = false;
        (bridge.baud, bridge.misreader, bridge.has_complained) = (baud, Misreader::default(), false);
    }

    /// The bridge's baud rate.
    pub fn bridge_baud(&self) -> u32 {
        self.hub.serial.bridge.baud
    }

    /// Whether bytes from the host wait in the bridge, or one is on its way.
    pub(crate) fn is_bridge_sending(&self) -> bool {
        let bridge = &self.hub.serial.bridge;
        !bridge.queue.is_empty() || bridge.pin.is_some() && !matches!(bridge.sender, Transmitter::Idle)
    }

    /// Puts a byte into UART0's TX FIFO, as the ROM's `uart_tx_one_char` does; says whether there was room. The moment
    /// is the one that events have been run until.
    pub(crate) fn rom_uart_tx(&mut self, memory: &mut Memory, byte: u8) -> bool {
        let Self { common, hub, peripherals } = self;
        let sent = peripherals.uart0.send(&mut Env { device: DeviceId::Uart0, common, hub, memory }, byte);
        self.settle(memory);
        sent
    }

    /// Whether a UART has sent all that is in its TX FIFO, as the ROM's `uart_tx_flush` asks.
    pub(crate) fn uart_tx_idle(&self, port: SerialPort) -> bool {
        match port {
            SerialPort::Uart0 => self.peripherals.uart0.is_tx_idle(),
            SerialPort::Uart1 => self.peripherals.uart1.is_tx_idle(),
            SerialPort::UsbSerialJtag => true,
        }
    }
}
