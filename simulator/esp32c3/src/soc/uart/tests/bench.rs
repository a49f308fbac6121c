//! Both UARTs set up and wired as most tests need them.

use crate::soc::SerialPort;
use crate::soc::rig::Rig;
use crate::soc::uart::registers::*;
use hil_sim_core::time::Span;

pub(super) const UART0: u32 = 0x6000_0000;
pub(super) const UART1: u32 = 0x6001_0000;
pub(super) const UART1_SOURCE: u8 = 22;
/// Signals U0TXD and U0RXD, U1TXD and U1RXD, U1RTS and U1CTS.
pub(super) const UART0_DATA: u8 = 6;
pub(super) const UART1_DATA: u8 = 9;
pub(super) const UART1_REQUEST: u8 = 10;
/// A frame of ten bits at 115,200 baud.
pub(super) const FRAME: Span = Span::from_us(87);

/// UART1 set up, its TXD on GPIO3 and its RXD on GPIO2, which are joined.
pub(super) fn uart1_looped() -> Rig {
    wired(UART1_DATA)
}

/// The same, but it is UART0 that sends, as it is set at entry.
pub(super) fn uart0_to_uart1() -> Rig {
    wired(UART0_DATA)
}

pub(super) fn wired(sender: u8) -> Rig {
    let mut rig = Rig::new();
    rig.soc.join(2, 3);
    rig.connect_output(3, sender);
    rig.connect_input(2, UART1_DATA);
    set_up(&mut rig, UART1);
    rig.write(UART1 + INT_CLR, u32::MAX);
    rig
}

/// 115,200 baud from the APB clock, 8N1, no pause behind data.
pub(super) fn set_up(rig: &mut Rig, base: u32) {
    let enabled = clk_conf::SCLK_EN | clk_conf::TX_SCLK_EN | clk_conf::RX_SCLK_EN;
    rig.write(base + CLK_CONF, clk_conf::SOURCE_APB << 20 | enabled);
    rig.write(base + CLKDIV, 694 | 7 << 20);
    rig.write(base + IDLE_CONF, 0x100);
}

pub(super) fn send(rig: &mut Rig, base: u32, bytes: &[u8]) {
    for byte in bytes {
        rig.write(base + FIFO, u32::from(*byte));
    }
}

pub(super) fn received(rig: &mut Rig, base: u32) -> Vec<u8> {
    let count = rig.read(base + STATUS) & 0x3FF;
    (0..count).map(|_| rig.read(base + FIFO) as u8).collect()
}

pub(super) fn raw(rig: &mut Rig, base: u32) -> u32 {
    rig.read(base + INT_RAW)
}

pub(super) fn bytes_at_host(rig: &mut Rig, port: SerialPort) -> Vec<u8> {
    rig.soc.common.output.take(port).iter().map(|sent| sent.byte).collect()
}
