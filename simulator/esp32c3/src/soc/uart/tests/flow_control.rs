//! RTS and CTS, XON and XOFF.

use super::bench::*;
use crate::soc::SerialPort;
use crate::soc::uart::registers::*;

#[test]
fn rts_says_that_the_receiver_is_full_and_cts_holds_the_sender() {
    let mut rig = uart1_looped();
    rig.connect_output(4, UART1_REQUEST);
    rig.connect_input(4, UART1_REQUEST);
    rig.write(UART1 + MEM_CONF, 0x000A_0012 | 2 << 7);
    rig.write(UART1 + CONF1, 0xC060 | conf1::RX_FLOW_EN);
    let conf0 = rig.read(UART1 + CONF0);
    rig.write(UART1 + CONF0, conf0 | conf0::TX_FLOW_EN);
    rig.write(UART1 + INT_CLR, u32::MAX);
    send(&mut rig, UART1, b"abcdef");
    rig.run(FRAME.times(10));
    assert!(rig.soc.level(4));
    assert_eq!(raw(&mut rig, UART1) & int::CTS_CHG, int::CTS_CHG);
    assert_eq!(received(&mut rig, UART1), b"ab");
    rig.run(FRAME.times(10));
    assert_eq!(received(&mut rig, UART1), b"cd");
}

#[test]
fn xoff_and_xon_stop_and_start_the_sender() {
    let mut rig = uart0_to_uart1();
    rig.write(UART1 + FLOW_CONF, flow_conf::SW_FLOW_CON_EN | flow_conf::XONOFF_DEL);
    send(&mut rig, UART0, &[0x13]);
    rig.run(FRAME);
    send(&mut rig, UART1, b"a");
    rig.run(FRAME.times(3));
    assert_eq!(raw(&mut rig, UART1) & int::SW_XOFF, int::SW_XOFF);
    assert_eq!(rig.read(UART1 + STATUS) >> 16 & 0x3FF, 1);
    send(&mut rig, UART0, &[0x11]);
    rig.run(FRAME.times(3));
    assert_eq!(bytes_at_host(&mut rig, SerialPort::Uart1), b"a");
    assert_eq!(received(&mut rig, UART1), []);
}
