//! The serial port that the host sees.

use super::bench::*;
use crate::soc::ResetCause;
use crate::soc::SerialPort;
use crate::soc::Start;
use crate::soc::rig::Rig;
use crate::soc::uart::registers::*;
use hil_sim_core::chip::soc::Soc as _;
use hil_sim_core::time::Instant;
use hil_sim_core::time::Span;

#[test]
fn at_entry_uart0_sends_115200_baud_to_the_bridge() {
    let mut rig = Rig::new();
    send(&mut rig, UART0, b"ab");
    rig.run(Span::from_ms(1));
    let sent = rig.soc.common.output.take(SerialPort::Uart0);
    assert_eq!(sent.iter().map(|sent| sent.byte).collect::<Vec<_>>(), b"ab");
    // 40 MHz / (347 + 3/16), ten bits.
    assert_eq!(sent[0].at.ns(), 86_796);
    assert_eq!(sent[1].at.ns(), 2 * 86_796 + 1);
    assert_eq!(rig.reports(), [""; 0]);
}

#[test]
fn the_roms_function_sees_the_fifo_fill_and_drain() {
    let mut rig = Rig::new();
    let taken = (0..200).filter(|_| rig.soc.rom_uart_tx(&mut rig.memory, b'x')).count();
    assert_eq!(taken, 129, "128 in the FIFO and one in the shifter");
    assert!(!rig.soc.uart_tx_idle(SerialPort::Uart0));
    rig.run(FRAME.times(129));
    assert!(rig.soc.uart_tx_idle(SerialPort::Uart0));
    assert_eq!(bytes_at_host(&mut rig, SerialPort::Uart0).len(), 129);
}

#[test]
fn the_bridge_cannot_read_another_baud_rate_and_says_so_once() {
    let mut rig = Rig::new();
    set_up(&mut rig, UART0);
    rig.write(UART0 + CLKDIV, 100);
    send(&mut rig, UART0, b"abc");
    rig.run(FRAME);
    assert_eq!(bytes_at_host(&mut rig, SerialPort::Uart0), b"");
    let reports = rig.reports();
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert!(reports[0].contains("800000 baud"), "{reports:?}");
}

#[test]
fn a_bridge_that_follows_reads_every_usual_rate_and_tells_each_once() {
    let mut rig = Rig::new();
    rig.soc.follow_baud();
    set_up(&mut rig, UART0);
    // 8 MHz by the divider in sixteenths.
    let enabled = clk_conf::SCLK_EN | clk_conf::TX_SCLK_EN | clk_conf::RX_SCLK_EN;
    rig.write(UART0 + CLK_CONF, 9 << 12 | clk_conf::SOURCE_APB << 20 | enabled);
    for (baud, times) in [(9_600, 2), (74_880, 1), (115_200, 1), (921_600, 1), (9_600, 1)] {
        let sixteenths = 16 * 8_000_000 / baud;
        rig.write(UART0 + CLKDIV, (sixteenths / 16) | ((sixteenths % 16) << 20));
        for _ in 0..times {
            send(&mut rig, UART0, b"baud");
            rig.run(Span::from_ms(6));
            assert_eq!(bytes_at_host(&mut rig, SerialPort::Uart0), b"baud", "{baud}");
        }
    }
    let told = rig.reports();
    let rates = ["9600 baud", "74880 baud", "921600 baud"];
    assert_eq!(told.len(), rates.len(), "{told:?}");
    assert!(told.iter().zip(rates).all(|(told, rate)| told.contains(rate)), "{told:?}");
    rig.soc.set_bridge_baud(115_200);
    send(&mut rig, UART0, b"baud");
    rig.run(Span::from_ms(6));
    assert_ne!(bytes_at_host(&mut rig, SerialPort::Uart0), b"baud", "the host has chosen");
}

#[test]
fn the_bridge_hears_what_is_on_its_pin() {
    let mut rig = Rig::new();
    // GPIO21 as a plain output.
    rig.connect_output(21, 128);
    send(&mut rig, UART0, b"a");
    rig.run(FRAME);
    assert_eq!(bytes_at_host(&mut rig, SerialPort::Uart0), b"");
    set_up(&mut rig, UART1);
    rig.connect_output(21, UART1_DATA);
    send(&mut rig, UART1, b"b");
    rig.run(FRAME);
    assert_eq!(bytes_at_host(&mut rig, SerialPort::Uart0), b"b");
    assert_eq!(bytes_at_host(&mut rig, SerialPort::Uart1), b"b");
}

#[test]
fn what_the_host_sends_arrives_at_uart0() {
    let mut rig = Rig::new();
    assert_eq!(rig.soc.serial_input(&mut rig.memory, SerialPort::Uart0, b"hello"), 5);
    rig.run(FRAME);
    assert_eq!(received(&mut rig, UART0), b"h");
    rig.run(FRAME.times(5));
    assert_eq!(received(&mut rig, UART0), b"ello");
    assert_eq!(rig.soc.next_event(), Instant::NEVER);
}

#[test]
fn a_reset_of_the_chip_does_not_stop_the_bridge() {
    let mut rig = Rig::new();
    // When the reset comes the rest of the first byte is high.
    rig.soc.serial_input(&mut rig.memory, SerialPort::Uart0, &[0xF0, b'b']);
    send(&mut rig, UART0, b"lost");
    let at = rig.now() + Span::from_us(60);
    rig.soc.reset(&mut rig.memory, at, ResetCause::SoftwareSystem, Start::App);
    rig.run(FRAME.times(4));
    assert_eq!(bytes_at_host(&mut rig, SerialPort::Uart0), b"");
    assert_eq!(received(&mut rig, UART0), b"b");
}

#[test]
fn the_queue_to_the_chip_is_bounded() {
    let mut rig = Rig::new();
    let many = vec![0; 100_000];
    assert_eq!(rig.soc.serial_input(&mut rig.memory, SerialPort::Uart0, &many), 65_536);
    assert_eq!(rig.soc.serial_input(&mut rig.memory, SerialPort::Uart0, &many), 1, "the first is on its way");
}
