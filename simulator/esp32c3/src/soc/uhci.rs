//! UHCI0: DMA for the UARTs; TRM section 26.4.10. Without the packets of the HCI protocol: no headers, separators or
//! escapes. The UART that is linked up moves the bytes; see [`UhciLink`].

use super::dma::{DmaDirection, DmaEnv as _, DmaPeripheral};
use super::hub::{Env, Hub};
use super::interrupt::Source;
use super::map::DeviceId;
use hil_sim_core::chip::soc::Device;

const CONF0: u32 = 0x00;
const INT_RAW: u32 = 0x04;
const INT_ST: u32 = 0x08;
const INT_ENA: u32 = 0x0C;
const INT_CLR: u32 = 0x10;
const CONF1: u32 = 0x14;
const STATE0: u32 = 0x18;
const STATE1: u32 = 0x1C;
const ESCAPE_CONF: u32 = 0x20;
const HUNG_CONF: u32 = 0x24;
const ACK_NUM: u32 = 0x28;
const RX_HEAD: u32 = 0x2C;
const QUICK_SENT: u32 = 0x30;
const ESC_CONF0: u32 = 0x6C;
const ESC_CONF3: u32 = 0x78;
const PKT_THRES: u32 = 0x7C;
const DATE: u32 = 0x80;

/// CONF0.
const TX_RST: u32 = 1 << 0;
const RX_RST: u32 = 1 << 1;
const UART0_CE: u32 = 1 << 2;
const UART1_CE: u32 = 1 << 3;
const SEPER_EN: u32 = 1 << 5;
const HEAD_EN: u32 = 1 << 6;
const CRC_REC_EN: u32 = 1 << 7;
const UART_IDLE_EOF_EN: u32 = 1 << 8;
const LEN_EOF_EN: u32 = 1 << 9;
const ENCODE_CRC_EN: u32 = 1 << 10;
const UART_RX_BRK_EOF_EN: u32 = 1 << 12;

/// Bits of the INT registers.
const ALL_INTERRUPTS: u32 = 0x1FF;
const RX_START: u32 = 1 << 0;
const TX_START: u32 = 1 << 1;

/// What the linked UART has to know; it is in the hub.
#[derive(Clone, Default, Hash, Debug)]
pub(crate) struct UhciLink {
    /// The UART whose FIFOs are served.
    uart: Option<DeviceId>,
    ends_when_idle: bool,
    ends_at_break: bool,
    /// Bytes after which a packet ends.
    packet_length: Option<u32>,
    /// Bytes of the packet that is arriving.
    received: u32,
    /// Interrupts that the UART's doing raised and UHCI0 has not taken.
    raised: u32,
}

impl UhciLink {
    /// Whether UHCI0 serves this UART.
    pub(super) fn serves(&self, uart: DeviceId) -> bool {
        self.uart == Some(uart)
    }

    /// Whether a packet has begun to arrive that ends when the line is idle.
    pub(super) fn waits_for_idle(&self) -> bool {
        self.ends_when_idle && self.received > 0
    }
}

/// The next byte that is to be sent.
pub(super) fn pull(env: &mut Env<'_>) -> Option<u8> {
    let mut byte = [0];
    let pulled = env.dma_pull(DmaPeripheral::Uhci0, &mut byte) == 1;
    if pulled {
        raise(env, TX_START);
    }
    pulled.then_some(byte[0])
}

/// Whether received bytes find room.
pub(super) fn has_room(env: &Env<'_>) -> bool {
    env.dma_is_ready(DmaPeripheral::Uhci0, DmaDirection::In)
}

/// Takes a byte that was received.
pub(super) fn push(env: &mut Env<'_>, byte: u8) {
    let link = &mut env.hub.uhci;
    let begins = link.received == 0;
    link.received = link.received.saturating_add(1);
    let ends = link.packet_length.is_some_and(|length| link.received >= length);
    if ends {
        link.received = 0;
    }
    env.dma_push(DmaPeripheral::Uhci0, &[byte], ends);
    if begins {
        raise(env, RX_START);
    }
}

/// The line has been idle.
pub(super) fn line_is_idle(env: &mut Env<'_>) {
    if env.hub.uhci.waits_for_idle() {
        end_packet(env);
    }
}

/// A break was received.
pub(super) fn break_received(env: &mut Env<'_>) {
    if env.hub.uhci.ends_at_break && env.hub.uhci.received > 0 {
        end_packet(env);
    }
}

fn end_packet(env: &mut Env<'_>) {
    env.hub.uhci.received = 0;
    env.dma_push(DmaPeripheral::Uhci0, &[], true);
}

fn raise(env: &mut Env<'_>, bit: u32) {
    env.hub.uhci.raised |= bit;
    call(env, DeviceId::Uhci0);
}

/// Lets another block have its event now.
fn call(env: &mut Env<'_>, device: DeviceId) {
    let now = env.now();
    env.of(device).wake_at(now);
}

/// The registers.
#[derive(Clone, Hash, Debug)]
pub(crate) struct Uhci {
    conf0: u32,
    conf1: u32,
    escape_conf: u32,
    hung_conf: u32,
    ack_num: u32,
    /// Sequences that replace special characters.
    esc_conf: [u32; 4],
    pkt_thres: u32,
    int_raw: u32,
    int_ena: u32,
}

impl Default for Uhci {
    fn default() -> Self {
        Self {
            conf0: 0x06E0,
            conf1: 0x33,
            escape_conf: 0x33,
            hung_conf: 0x0081_0810,
            ack_num: 0x08,
            esc_conf: [0x00DC_DBC0, 0x00DD_DBDB, 0x00DE_DB11, 0x00DF_DB13],
            pkt_thres: 0x80,
            int_raw: 0,
            int_ena: 0,
        }
    }
}

impl Uhci {
    fn update(&mut self, env: &mut Env<'_>) {
        self.int_raw |= std::mem::take(&mut env.hub.uhci.raised);
        env.interrupt(Source::UHCI0, self.int_raw & self.int_ena != 0);
    }

    /// Tells the UART what the registers say.
    fn link(&self, env: &mut Env<'_>) {
        let uart = match (self.conf0 & UART0_CE != 0, self.conf0 & UART1_CE != 0) {
            (true, _) => Some(DeviceId::Uart0),
            (false, true) => Some(DeviceId::Uart1),
            (false, false) => None,
        };
        let has = |bit: u32| self.conf0 & bit != 0;
        let link = &mut env.hub.uhci;
        link.uart = uart;
        link.ends_when_idle = has(UART_IDLE_EOF_EN);
        link.ends_at_break = has(UART_RX_BRK_EOF_EN);
        link.packet_length = has(LEN_EOF_EN).then_some(self.pkt_thres.max(1));
        if has(RX_RST) || has(TX_RST) {
            link.received = 0;
        }
        let protocol = SEPER_EN | HEAD_EN | CRC_REC_EN | ENCODE_CRC_EN;
        if uart.is_some() && (self.conf0 & protocol != 0 || self.escape_conf & 0xFF != 0) {
            env.unsupported("the packets of the HCI protocol: separators, headers, checks and escapes");
        }
        Self::call_uart(env);
    }

    fn call_uart(env: &mut Env<'_>) {
        if let Some(uart) = env.hub.uhci.uart {
            call(env, uart);
        }
    }
}

impl Device<Hub> for Uhci {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        self.update(env);
        match offset {
            CONF0 => self.conf0,
            INT_RAW => self.int_raw,
            INT_ST => self.int_raw & self.int_ena,
            INT_ENA => self.int_ena,
            INT_CLR => 0,
            CONF1 => self.conf1,
            ESCAPE_CONF => self.escape_conf,
            HUNG_CONF => self.hung_conf,
            ACK_NUM => self.ack_num,
            // Neither decoder nor encoder ever waits.
            STATE0 | STATE1 | RX_HEAD => 0,
            ESC_CONF0..=ESC_CONF3 => self.esc_conf[((offset - ESC_CONF0) / 4) as usize],
            PKT_THRES => self.pkt_thres,
            DATE => 0x0200_8170,
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        match offset {
            CONF0 => self.conf0 = value & 0x1FFF,
            INT_RAW | INT_ST | STATE0 | STATE1 | RX_HEAD | DATE => return,
            INT_ENA => self.int_ena = value & ALL_INTERRUPTS,
            INT_CLR => self.int_raw &= !value,
            CONF1 => self.conf1 = value & 0x1FF,
            ESCAPE_CONF => self.escape_conf = value & 0xFF,
            HUNG_CONF => self.hung_conf = value & 0x00FF_FFFF,
            ACK_NUM => self.ack_num = value & 0xF,
            QUICK_SENT => {
                env.unsupported("packets that are sent from registers");
                env.unmodelled_write(offset, value);
            }
            ESC_CONF0..=ESC_CONF3 => self.esc_conf[((offset - ESC_CONF0) / 4) as usize] = value & 0x00FF_FFFF,
            PKT_THRES => self.pkt_thres = value & 0x1FFF,
            _ => env.unmodelled_write(offset, value),
        }
        self.link(env);
        self.update(env);
    }

    fn reset(&mut self, env: &mut Env<'_>) {
        *self = Self::default();
        env.hub.uhci = UhciLink::default();
        self.update(env);
    }

    fn event(&mut self, env: &mut Env<'_>) {
        self.update(env);
    }

    fn dma_started(&mut self, env: &mut Env<'_>, _: DmaDirection) {
        Self::call_uart(env);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soc::rig::Rig;
    use hil_sim_core::time::Span;

    const BASE: u32 = 0x6001_4000;

    #[test]
    fn reset_values() {
        let mut rig = Rig::new();
        assert_eq!(rig.read(BASE + CONF0), 0x06E0);
        assert_eq!(rig.read(BASE + PKT_THRES), 0x80);
    }

    const OUT: u32 = 0x3FC9_0000;
    const IN: u32 = 0x3FC9_1000;

    /// UART0, looped by a wire, is linked to DMA channel 0, which sends "hello" and has room for 64 bytes.
    fn sending_hello(conf0: u32, pkt_thres: u32) -> Rig {
        const DMA: u32 = 0x6003_F000;
        let mut rig = Rig::new();
        rig.soc.join(2, 3);
        rig.connect_output(3, 6);
        rig.connect_input(2, 6);
        rig.write(BASE + ESCAPE_CONF, 0);
        rig.write(BASE + CONF0, UART0_CE | conf0);
        rig.write(BASE + PKT_THRES, pkt_thres);
        rig.write_words(OUT, &[3 << 30 | 5 << 12 | 8, OUT + 0x100, 0]);
        rig.write_bytes(OUT + 0x100, b"hello");
        rig.write_words(IN, &[1 << 31 | 64, IN + 0x100, 0]);
        // OUT_PERI_SEL and IN_PERI_SEL, IN_LINK and OUT_LINK.
        rig.write(DMA + 0x100, DmaPeripheral::Uhci0 as u32);
        rig.write(DMA + 0xA0, DmaPeripheral::Uhci0 as u32);
        rig.write(DMA + 0x80, 1 << 22 | IN & 0xF_FFFF);
        rig.write(DMA + 0xE0, 1 << 21 | OUT & 0xF_FFFF);
        rig
    }

    #[test]
    fn a_packet_goes_over_the_wire_to_memory_and_ends_when_the_line_is_idle() {
        let mut rig = sending_hello(UART_IDLE_EOF_EN | LEN_EOF_EN, 100);
        rig.run(Span::from_us(87 * 6));
        assert_eq!(rig.read(IN) >> 30, 0b10, "not at its end");
        rig.run(Span::from_us(9 * 256));
        assert_eq!(rig.read(IN) >> 12 & 0xFFF, 5);
        assert_eq!(rig.read_bytes(IN + 0x100, 5), b"hello");
        assert_eq!(rig.read(BASE + INT_RAW), RX_START | TX_START);
        assert_eq!(rig.reports(), [""; 0]);
    }

    #[test]
    fn a_packet_ends_at_its_length() {
        let mut rig = sending_hello(LEN_EOF_EN, 3);
        rig.run(Span::from_us(87 * 6));
        assert_eq!(rig.read(IN) >> 30, 0b01, "the packet is the CPU's");
        assert_eq!(rig.read(IN) >> 12 & 0xFFF, 3);
        let count_in_fifo = rig.read(0x6000_001C) & 0x3FF;
        assert_eq!(count_in_fifo, 2, "there is no room in memory for the rest");
    }

    #[test]
    fn no_register_value_panics() {
        let mut rig = sending_hello(LEN_EOF_EN, 3);
        let mut value = 0x1357_9BDF_u32;
        for _ in 0..5_000 {
            value = value.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let offset = (value >> 24) % 34 * 4;
            rig.write(BASE + offset, value.rotate_left(13));
            rig.read(BASE + offset);
            rig.run(Span::from_us(3));
        }
    }
}
