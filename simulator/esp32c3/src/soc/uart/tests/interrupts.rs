//! Thresholds, time-outs and detection.

use super::bench::*;
use crate::soc::uart::registers::*;

#[test]
fn thresholds_raise_interrupts_that_stay_while_they_hold() {
    let mut rig = uart1_looped();
    rig.write(UART1 + CONF1, 2 | 1 << conf1::TXFIFO_EMPTY_THRHD_SHIFT);
    rig.write(UART1 + INT_ENA, int::RXFIFO_FULL);
    send(&mut rig, UART1, b"ab");
    rig.write(UART1 + INT_CLR, int::TXFIFO_EMPTY);
    assert_eq!(raw(&mut rig, UART1) & int::TXFIFO_EMPTY, 0);
    rig.run(FRAME);
    assert_eq!(raw(&mut rig, UART1) & int::TXFIFO_EMPTY, int::TXFIFO_EMPTY, "b is in the shifter");
    assert!(!rig.is_raised(UART1_SOURCE));
    rig.run(FRAME);
    assert!(rig.is_raised(UART1_SOURCE));
    rig.write(UART1 + INT_CLR, int::RXFIFO_FULL);
    assert!(rig.is_raised(UART1_SOURCE), "two bytes are still there");
    rig.read(UART1 + FIFO);
    assert!(rig.is_raised(UART1_SOURCE), "not cleared yet");
    rig.write(UART1 + INT_CLR, int::RXFIFO_FULL);
    assert!(!rig.is_raised(UART1_SOURCE));
}

#[test]
fn silence_after_a_byte_raises_the_timeout_once() {
    let mut rig = uart1_looped();
    rig.write(UART1 + CONF1, 0xC060 | conf1::RX_TOUT_EN);
    rig.write(UART1 + MEM_CONF, 0x0000_0012 | 100 << 16);
    send(&mut rig, UART1, b"ab");
    rig.run(FRAME.times(11));
    assert_eq!(raw(&mut rig, UART1) & int::RXFIFO_TOUT, 0);
    rig.run(FRAME.times(2));
    assert_eq!(raw(&mut rig, UART1) & int::RXFIFO_TOUT, int::RXFIFO_TOUT);
    rig.write(UART1 + INT_CLR, int::RXFIFO_TOUT);
    rig.run(FRAME.times(30));
    assert_eq!(raw(&mut rig, UART1) & int::RXFIFO_TOUT, 0);
}

#[test]
fn bytes_beyond_the_fifo_are_lost_and_reported() {
    let mut rig = uart1_looped();
    for n in 0..130 {
        send(&mut rig, UART1, &[n]);
        rig.run(FRAME);
    }
    assert_eq!(raw(&mut rig, UART1) & int::RXFIFO_OVF, int::RXFIFO_OVF);
    let expected: Vec<u8> = (0..128).collect();
    assert_eq!(received(&mut rig, UART1), expected);
}

#[test]
fn at_cmd_needs_a_pause_before_and_after() {
    let mut rig = uart1_looped();
    rig.write(UART1 + AT_CMD_PRECNT, 30);
    rig.write(UART1 + AT_CMD_POSTCNT, 30);
    rig.run(FRAME.times(10));
    send(&mut rig, UART1, b"+++a");
    rig.run(FRAME.times(20));
    assert_eq!(raw(&mut rig, UART1) & int::AT_CMD_CHAR_DET, 0);
    send(&mut rig, UART1, b"+++");
    rig.run(FRAME.times(5));
    assert_eq!(raw(&mut rig, UART1) & int::AT_CMD_CHAR_DET, 0);
    rig.run(FRAME.times(2));
    assert_eq!(raw(&mut rig, UART1) & int::AT_CMD_CHAR_DET, int::AT_CMD_CHAR_DET);
}
