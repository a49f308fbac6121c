//! USB_DEVICE: the USB serial/JTAG controller, its serial half; TRM chapter 30. Endpoint 1 carries serial data in packets
//! of up to 64 bytes each way. Whether a host is there is in [`Serial`](super::serial::Serial).

use super::hub::{Env, Hub};
use super::interrupt::Source;
use super::serial::SerialPort;
use hil_sim_core::chip::soc::Device;
use hil_sim_core::time::{Instant, Span};
use std::collections::VecDeque;

const EP1: u32 = 0x00;
const EP1_CONF: u32 = 0x04;
const INT_RAW: u32 = 0x08;
const INT_ST: u32 = 0x0C;
const INT_ENA: u32 = 0x10;
const INT_CLR: u32 = 0x14;
const CONF0: u32 = 0x18;
const TEST: u32 = 0x1C;
const JFIFO_ST: u32 = 0x20;
const FRAM_NUM: u32 = 0x24;
const MISC_CONF: u32 = 0x44;
const MEM_CONF: u32 = 0x48;
const DATE: u32 = 0x80;

/// EP1_CONF.
const WR_DONE: u32 = 1 << 0;
const SERIAL_IN_EP_DATA_FREE: u32 = 1 << 1;
const SERIAL_OUT_EP_DATA_AVAIL: u32 = 1 << 2;

/// Bits of the INT registers.
const SOF: u32 = 1 << 1;
const SERIAL_OUT_RECV_PKT: u32 = 1 << 2;
const SERIAL_IN_EMPTY: u32 = 1 << 3;
const USB_BUS_RESET: u32 = 1 << 9;
const ALL_INTERRUPTS: u32 = 0xFFF;

/// CONF0.
const PAD_PULL_OVERRIDE: u32 = 1 << 8;
const DP_PULLUP: u32 = 1 << 9;
const USB_PAD_ENABLE: u32 = 1 << 14;

/// Bytes in a packet.
const PACKET: usize = 64;
/// A host that is there asks for data, or sends some, this often. An estimate: a packet of 64 bytes takes about 50 us on
/// a full-speed bus, and the host's controller polls without pause.
const TRANSACTION: Span = Span::from_us(50);
/// The host begins a frame every millisecond.
const FRAME: Span = Span::from_ms(1);

/// The registers and both buffers of endpoint 1.
#[derive(Clone, Hash, Debug)]
pub(crate) struct UsbSerialJtag {
    int_raw: u32,
    int_ena: u32,
    conf0: u32,
    test: u32,
    misc_conf: u32,
    mem_conf: u32,
    /// What the firmware writes.
    to_host: VecDeque<u8>,
    /// The packet is handed over to the host, which has not fetched it.
    is_handed_over: bool,
    /// What the firmware reads.
    from_host: VecDeque<u8>,
    /// When the host fetches the packet, and when it sends one.
    fetch_at: Option<Instant>,
    send_at: Option<Instant>,
    /// When the first frame began that SOF has not been raised for.
    next_frame: Instant,
    /// The host was there when it was last looked at.
    is_connected: bool,
}

impl Default for UsbSerialJtag {
    fn default() -> Self {
        Self {
            int_raw: SERIAL_IN_EMPTY,
            int_ena: 0,
            conf0: USB_PAD_ENABLE | DP_PULLUP,
            test: 0,
            misc_conf: 0,
            mem_conf: 0x02,
            to_host: VecDeque::new(),
            is_handed_over: false,
            from_host: VecDeque::new(),
            fetch_at: None,
            send_at: None,
            next_frame: Instant::NEVER,
            is_connected: false,
        }
    }
}

/// The first frame that begins after a moment.
fn frame_after(now: Instant) -> Instant {
    Instant::from_ps((now.ps() / FRAME.ps() + 1).saturating_mul(FRAME.ps()))
}

impl UsbSerialJtag {
    /// Whether there is a host, and the pads let it see the chip.
    fn sees_host(&self, env: &Env<'_>) -> bool {
        let pulled_up = self.conf0 & PAD_PULL_OVERRIDE == 0 || self.conf0 & DP_PULLUP != 0;
        env.hub.serial.usb.is_connected && self.conf0 & USB_PAD_ENABLE != 0 && pulled_up
    }

    /// Does what is due and lets everything follow from the registers.
    fn update(&mut self, env: &mut Env<'_>) {
        let now = env.now();
        let is_connected = self.sees_host(env);
        if is_connected != self.is_connected {
            self.is_connected = is_connected;
            self.int_raw |= if is_connected { USB_BUS_RESET } else { 0 };
            self.next_frame = if is_connected { frame_after(now) } else { Instant::NEVER };
            (self.fetch_at, self.send_at) = (None, None);
        }
        if self.next_frame <= now {
            self.int_raw |= SOF;
            self.next_frame = frame_after(now);
        }
        if self.fetch_at.is_some_and(|at| at <= now) {
            self.fetch_at = None;
            self.fetch(env);
        }
        if self.send_at.is_some_and(|at| at <= now) {
            self.send_at = None;
            let queue = &mut env.hub.serial.usb.queue;
            let count = queue.len().min(PACKET);
            self.from_host.extend(queue.drain(..count));
            self.int_raw |= SERIAL_OUT_RECV_PKT;
        }
        if is_connected {
            if self.is_handed_over {
                self.fetch_at.get_or_insert(now + TRANSACTION);
            }
            if self.from_host.is_empty() && !env.hub.serial.usb.queue.is_empty() {
                self.send_at.get_or_insert(now + TRANSACTION);
            }
        }
        env.interrupt(Source::USB_SERIAL_JTAG, self.int_raw & self.int_ena != 0);
        self.schedule(env);
    }

    fn schedule(&self, env: &mut Env<'_>) {
        // SOF is found out about when somebody looks, unless it is to interrupt.
        let frame = if self.int_ena & !self.int_raw & SOF != 0 { self.next_frame } else { Instant::NEVER };
        let never = Instant::NEVER;
        let at = self.fetch_at.unwrap_or(never).min(self.send_at.unwrap_or(never)).min(frame);
        if at == never { env.sleep() } else { env.wake_at(at) }
    }

    /// The host takes the packet.
    fn fetch(&mut self, env: &mut Env<'_>) {
        let now = env.now();
        for byte in self.to_host.drain(..) {
            env.hub.serial.lives.printed(byte);
            env.common.output.push(SerialPort::UsbSerialJtag, now, byte);
        }
        self.is_handed_over = false;
        self.int_raw |= SERIAL_IN_EMPTY;
    }

    fn put(&mut self, byte: u8) {
        // What does not fit is lost, as on the chip.
        if !self.is_handed_over {
            self.to_host.push_back(byte);
            self.is_handed_over = self.to_host.len() == PACKET;
        }
    }
}

impl Device<Hub> for UsbSerialJtag {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        self.update(env);
        match offset {
            EP1 => {
                let byte = self.from_host.pop_front().unwrap_or(0);
                self.update(env);
                u32::from(byte)
            }
            EP1_CONF => {
                let free = if self.is_handed_over { 0 } else { SERIAL_IN_EP_DATA_FREE };
                let available = if self.from_host.is_empty() { 0 } else { SERIAL_OUT_EP_DATA_AVAIL };
                free | available
            }
            INT_RAW => self.int_raw,
            INT_ST => self.int_raw & self.int_ena,
            INT_ENA => self.int_ena,
            INT_CLR => 0,
            CONF0 => self.conf0,
            TEST => self.test,
            // The FIFOs of the JTAG half are empty.
            JFIFO_ST => 0x44,
            FRAM_NUM if self.is_connected => (env.now().ps() / FRAME.ps()) as u32 & 0x7FF,
            FRAM_NUM => 0,
            MISC_CONF => self.misc_conf,
            MEM_CONF => self.mem_conf,
            DATE => 0x0200_7300,
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        self.update(env);
        match offset {
            EP1 => self.put(value as u8),
            EP1_CONF => self.is_handed_over |= value & WR_DONE != 0,
            INT_RAW | INT_ST | FRAM_NUM | JFIFO_ST | DATE => {}
            INT_ENA => self.int_ena = value & ALL_INTERRUPTS,
            INT_CLR => self.int_raw &= !value,
            CONF0 => self.conf0 = value & 0x7FFF,
            TEST => {
                self.test = value & 0xF;
                if value & 1 != 0 {
                    env.unsupported("the test of the USB pads");
                }
            }
            MISC_CONF => self.misc_conf = value & 1,
            MEM_CONF => self.mem_conf = value & 3,
            _ => env.unmodelled_write(offset, value),
        }
        self.update(env);
    }

    fn reset(&mut self, env: &mut Env<'_>) {
        // The host notices nothing: the pads stay as they are.
        let is_connected = self.is_connected;
        *self = Self { is_connected, ..Self::default() };
        if is_connected {
            self.next_frame = frame_after(env.now());
        }
        self.update(env);
    }

    fn event(&mut self, env: &mut Env<'_>) {
        self.update(env);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soc::rig::Rig;

    const BASE: u32 = 0x6004_3000;
    const SOURCE: u8 = 26;

    fn connected() -> Rig {
        let mut rig = Rig::new();
        rig.soc.connect_usb(&mut rig.memory, true);
        rig
    }

    fn fetched(rig: &mut Rig) -> Vec<u8> {
        rig.soc.common.output.take(SerialPort::UsbSerialJtag).iter().map(|sent| sent.byte).collect()
    }

    #[test]
    fn without_a_host_nothing_drains_and_no_frame_begins() {
        let mut rig = Rig::new();
        rig.write(BASE + EP1, 1);
        rig.write(BASE + EP1_CONF, WR_DONE);
        rig.run(Span::from_ms(10));
        assert_eq!(rig.read(BASE + EP1_CONF) & SERIAL_IN_EP_DATA_FREE, 0);
        assert_eq!(rig.read(BASE + INT_RAW) & SOF, 0);
        assert_eq!(fetched(&mut rig), []);
    }

    #[test]
    fn a_host_fetches_what_is_flushed() {
        let mut rig = connected();
        rig.write(BASE + INT_CLR, SERIAL_IN_EMPTY);
        rig.write(BASE + INT_ENA, SERIAL_IN_EMPTY);
        rig.write(BASE + EP1, b'a'.into());
        rig.run(Span::from_ms(1));
        assert_eq!(fetched(&mut rig), b"");
        rig.write(BASE + EP1_CONF, WR_DONE);
        assert_eq!(rig.read(BASE + EP1_CONF) & SERIAL_IN_EP_DATA_FREE, 0);
        assert!(!rig.is_raised(SOURCE));
        rig.run(TRANSACTION);
        assert!(rig.is_raised(SOURCE));
        assert_eq!(rig.read(BASE + EP1_CONF) & SERIAL_IN_EP_DATA_FREE, SERIAL_IN_EP_DATA_FREE);
        assert_eq!(fetched(&mut rig), b"a");
    }

    #[test]
    fn a_full_packet_goes_by_itself() {
        let mut rig = connected();
        for n in 0..64 {
            rig.write(BASE + EP1, n);
        }
        assert_eq!(rig.read(BASE + EP1_CONF) & SERIAL_IN_EP_DATA_FREE, 0);
        rig.run(TRANSACTION);
        assert_eq!(fetched(&mut rig).len(), 64);
    }

    #[test]
    fn a_frame_begins_every_millisecond() {
        let mut rig = connected();
        rig.run(Span::from_ms(2));
        assert_eq!(rig.read(BASE + INT_RAW) & SOF, SOF);
        rig.write(BASE + INT_CLR, SOF);
        assert_eq!(rig.read(BASE + INT_RAW) & SOF, 0);
        rig.write(BASE + INT_ENA, SOF);
        rig.run(Span::from_ms(1));
        assert!(rig.is_raised(SOURCE));
    }

    #[test]
    fn what_the_host_sends_comes_in_packets() {
        let mut rig = connected();
        rig.write(BASE + INT_ENA, SERIAL_OUT_RECV_PKT);
        assert_eq!(rig.soc.serial_input(&mut rig.memory, SerialPort::UsbSerialJtag, &[7; 65]), 65);
        rig.run(TRANSACTION);
        assert!(rig.is_raised(SOURCE));
        rig.write(BASE + INT_CLR, SERIAL_OUT_RECV_PKT);
        for _ in 0..64 {
            assert_eq!(rig.read(BASE + EP1_CONF) & SERIAL_OUT_EP_DATA_AVAIL, SERIAL_OUT_EP_DATA_AVAIL);
            assert_eq!(rig.read(BASE + EP1), 7);
        }
        assert_eq!(rig.read(BASE + EP1_CONF) & SERIAL_OUT_EP_DATA_AVAIL, 0);
        rig.run(TRANSACTION);
        assert!(rig.is_raised(SOURCE));
        assert_eq!(rig.read(BASE + EP1), 7);
    }

    #[test]
    fn a_firmware_that_switches_the_pads_off_is_not_there_for_the_host() {
        let mut rig = connected();
        rig.run(Span::from_ms(2));
        rig.write(BASE + CONF0, 0);
        rig.write(BASE + INT_CLR, u32::MAX);
        rig.run(Span::from_ms(2));
        assert_eq!(rig.read(BASE + INT_RAW) & SOF, 0);
        rig.write(BASE + CONF0, USB_PAD_ENABLE | DP_PULLUP);
        assert_eq!(rig.read(BASE + INT_RAW) & USB_BUS_RESET, USB_BUS_RESET);
    }

    #[test]
    fn no_register_value_panics() {
        let mut rig = connected();
        rig.soc.serial_input(&mut rig.memory, SerialPort::UsbSerialJtag, &[7; 1_000]);
        let mut value = 0x1357_9BDF_u32;
        for _ in 0..5_000 {
            value = value.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let offset = (value >> 24) % 34 * 4;
            rig.write(BASE + offset, value.rotate_left(13));
            rig.read(BASE + offset);
            rig.run(Span::from_us(30));
        }
    }
}
