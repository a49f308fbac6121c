//! Registers.

use super::bench::*;
use crate::soc::rig::Rig;
use crate::soc::uart::registers::*;
use hil_sim_core::time::Span;

#[test]
fn reset_values() {
    let mut rig = Rig::new();
    rig.soc.hub.peripheral_resets = 1 << 5;
    rig.write(0x6000_4008, 0);
    for (offset, value) in [
        (CLKDIV, 0x2B6),
        (CONF0, 0x1000_001C),
        (CONF1, 0xC060),
        (INT_RAW, int::TXFIFO_EMPTY),
        (MEM_CONF, 0x000A_0012),
        (MEM_RX_STATUS, 0x180 | 0x180 << 11),
        (CLK_CONF, 0x0370_1000),
        (AT_CMD_CHAR, 0x32B),
        (ID, 0x4000_0500),
    ] {
        assert_eq!(rig.read(UART1 + offset), value, "{offset:#x}");
    }
}

#[test]
fn resetting_a_fifo_empties_it() {
    let mut rig = uart1_looped();
    send(&mut rig, UART1, b"abc");
    rig.run(FRAME);
    let conf0 = rig.read(UART1 + CONF0);
    rig.write(UART1 + CONF0, conf0 | conf0::TXFIFO_RST | conf0::RXFIFO_RST);
    rig.write(UART1 + CONF0, conf0);
    assert_eq!(rig.read(UART1 + STATUS) & 0x03FF_03FF, 0);
    rig.run(FRAME.times(3));
    assert_eq!(received(&mut rig, UART1), b"b", "what was on its way arrives");
}

#[test]
fn autobaud_measures_the_shortest_pulses() {
    let mut rig = uart1_looped();
    let conf0 = rig.read(UART1 + CONF0);
    rig.write(UART1 + CONF0, conf0 | conf0::AUTOBAUD_EN);
    send(&mut rig, UART1, b"UUU");
    rig.run(FRAME.times(3));
    let cycles = rig.read(UART1 + LOWPULSE);
    assert!((693..=695).contains(&cycles), "{cycles} APB cycles a bit");
    assert_eq!(rig.read(UART1 + RXD_CNT), 30);
}

#[test]
fn settings_wait_for_reg_update_unless_they_are_taken_over_at_once() {
    let mut rig = uart1_looped();
    rig.write(UART1 + ID, 0x500);
    rig.write(UART1 + CLKDIV, 1388 | 14 << 20);
    send(&mut rig, UART1, b"a");
    rig.run(FRAME);
    assert_eq!(received(&mut rig, UART1), b"a", "at the old rate");
    rig.write(UART1 + ID, 0x500 | id::REG_UPDATE);
    assert_eq!(rig.read(UART1 + ID), 0x500);
    send(&mut rig, UART1, b"b");
    rig.run(FRAME);
    assert_eq!(received(&mut rig, UART1), b"");
    rig.run(FRAME);
    assert_eq!(received(&mut rig, UART1), b"b");
}

#[test]
fn no_register_value_panics() {
    let mut rig = uart1_looped();
    let mut value = 0x1234_5678_u32;
    for n in 0..20_000_u32 {
        value = value.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let offset = (value >> 24) % 34 * 4;
        let extreme = [0, u32::MAX, value.rotate_left(n % 32)][(value >> 10) as usize % 3];
        rig.write(UART1 + offset, extreme);
        rig.read(UART1 + offset);
        if n % 16 == 0 {
            rig.run(Span::from_us(5));
        }
    }
}

#[test]
fn a_pause_follows_when_the_fifo_has_become_empty() {
    let mut rig = uart1_looped();
    rig.write(UART1 + IDLE_CONF, 100 << 10);
    send(&mut rig, UART1, b"ab");
    rig.run(FRAME.times(2));
    assert_eq!(raw(&mut rig, UART1) & (int::TX_DONE | int::TX_BRK_IDLE_DONE), int::TX_DONE);
    send(&mut rig, UART1, b"c");
    rig.run(FRAME.times(9));
    assert_eq!(rig.read(UART1 + FSM_STATUS) >> 4, 0);
    assert_eq!(rig.read(UART1 + STATUS) >> 16 & 0x3FF, 1, "c waits");
    rig.run(FRAME.times(2));
    assert_eq!(raw(&mut rig, UART1) & int::TX_BRK_IDLE_DONE, int::TX_BRK_IDLE_DONE);
    assert_eq!(rig.read(UART1 + STATUS) >> 16 & 0x3FF, 0);
}

#[test]
fn the_baud_rate_follows_the_apb_clock() {
    /// SYSTEM_SYSCLK_CONF; 0: the crystal drives CPU and APB with 40 MHz.
    const SYSCLK_CONF: u32 = 0x600C_0058;
    let mut rig = uart1_looped();
    rig.write(SYSCLK_CONF, 0);
    send(&mut rig, UART1, b"a");
    rig.run(FRAME);
    assert_eq!(received(&mut rig, UART1), b"");
    rig.run(FRAME);
    assert_eq!(received(&mut rig, UART1), b"a");
}
