//! What is sent, and what arrives.

use super::bench::*;
use crate::soc::rig::Rig;
use crate::soc::uart::registers::*;
use hil_sim_core::circuit::Drive;
use hil_sim_core::time::Span;

#[test]
fn bytes_go_over_a_wire() {
    let mut rig = uart1_looped();
    send(&mut rig, UART1, &[0x00, 0x42, 0xFF, 0x55]);
    rig.run(FRAME.times(4));
    assert_eq!(received(&mut rig, UART1), [0x00, 0x42, 0xFF, 0x55]);
    assert_eq!(raw(&mut rig, UART1) & (int::FRM_ERR | int::BRK_DET | int::GLITCH_DET), 0);
}

#[test]
fn the_last_byte_is_readable_when_the_transmitter_is_idle() {
    let mut rig = uart1_looped();
    send(&mut rig, UART1, &[7]);
    while rig.read(UART1 + FSM_STATUS) >> 4 != 0 {
        rig.run(Span::from_ns(100));
    }
    assert_eq!(received(&mut rig, UART1), [7]);
}

#[test]
fn all_formats_arrive_as_they_were_sent() {
    for format in 0..64 {
        let mut rig = uart1_looped();
        rig.write(UART1 + CONF0, 0x1000_0000 | format);
        let mask = 0xFF >> (3 - (format >> 2 & 3));
        send(&mut rig, UART1, &[0xA5, 0x13]);
        rig.run(FRAME.times(3));
        assert_eq!(received(&mut rig, UART1), [0xA5 & mask, 0x13 & mask], "CONF0 {format:#x}");
        assert_eq!(raw(&mut rig, UART1) & (int::FRM_ERR | int::PARITY_ERR), 0, "CONF0 {format:#x}");
    }
}

#[test]
fn a_wrong_baud_rate_gives_garbage() {
    let mut rig = uart0_to_uart1();
    // The receiver samples each bit of the sender twice.
    rig.write(UART1 + CLKDIV, 347);
    send(&mut rig, UART0, &[0b0101_0101]);
    rig.run(FRAME.times(2));
    assert_ne!(received(&mut rig, UART1), [0b0101_0101]);
}

#[test]
fn a_wrong_parity_is_an_error_and_can_be_kept_out() {
    for masked in [false, true] {
        let mut rig = uart0_to_uart1();
        let mask = if masked { conf0::ERR_WR_MASK } else { 0 };
        rig.write(UART1 + CONF0, 0x1000_001C | conf0::PARITY_EN | mask);
        rig.write(UART0 + CONF0, 0x1000_001C | conf0::PARITY_EN | conf0::PARITY);
        send(&mut rig, UART0, &[3]);
        rig.run(FRAME.times(2));
        assert_eq!(raw(&mut rig, UART1) & (int::PARITY_ERR | int::FRM_ERR), int::PARITY_ERR);
        assert_eq!(received(&mut rig, UART1), if masked { vec![] } else { vec![3] });
    }
}

#[test]
fn an_inverted_line_for_many_bits_is_a_break() {
    let mut rig = uart1_looped();
    let conf0 = rig.read(UART1 + CONF0);
    rig.write(UART1 + CONF0, conf0 | conf0::TXD_INV | conf0::ERR_WR_MASK);
    rig.run(FRAME.times(10));
    rig.write(UART1 + CONF0, conf0 | conf0::ERR_WR_MASK);
    rig.run(FRAME);
    assert_eq!(raw(&mut rig, UART1) & (int::BRK_DET | int::FRM_ERR), int::BRK_DET);
    assert_eq!(received(&mut rig, UART1), []);
}

#[test]
fn txd_brk_sends_low_bits_behind_the_data() {
    let mut rig = uart1_looped();
    rig.write(UART1 + TXBRK_CONF, 20);
    send(&mut rig, UART1, b"a");
    let conf0 = rig.read(UART1 + CONF0);
    rig.write(UART1 + CONF0, conf0 | conf0::TXD_BRK);
    rig.run(FRAME.times(2));
    assert_eq!(raw(&mut rig, UART1) & (int::TX_DONE | int::TX_BRK_DONE), int::TX_DONE);
    rig.run(FRAME.times(2));
    let ends = int::TX_BRK_DONE | int::TX_BRK_IDLE_DONE | int::BRK_DET;
    assert_eq!(raw(&mut rig, UART1) & ends, ends);
}

#[test]
fn a_short_low_pulse_is_a_glitch() {
    let mut rig = uart1_looped();
    rig.connect_output(3, 128);
    let wire = rig.soc.attach(2);
    let at = rig.now();
    rig.soc.drive_external(&mut rig.memory, at, wire, Drive::High);
    rig.soc.drive_external(&mut rig.memory, at + Span::from_us(20), wire, Drive::Low);
    rig.soc.drive_external(&mut rig.memory, at + Span::from_us(23), wire, Drive::High);
    rig.run(FRAME);
    assert_eq!(raw(&mut rig, UART1) & (int::GLITCH_DET | int::BRK_DET), int::GLITCH_DET);
    assert_eq!(received(&mut rig, UART1), []);
}

#[test]
fn loopback_needs_no_pin() {
    let mut rig = Rig::new();
    set_up(&mut rig, UART1);
    let conf0 = rig.read(UART1 + CONF0);
    rig.write(UART1 + CONF0, conf0 | conf0::LOOPBACK);
    send(&mut rig, UART1, b"self");
    rig.run(FRAME.times(5));
    assert_eq!(received(&mut rig, UART1), b"self");
}
