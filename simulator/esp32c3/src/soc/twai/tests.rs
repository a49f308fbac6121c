use super::*;
use crate::soc::rig::Rig;
use hil_sim_core::time::Span;

const BASE: u32 = 0x6002_B000;
const GPIO: u8 = 4;

/// A node of 1 Mbit/s that hears itself, in operating mode.
fn node(mode: u32) -> Rig {
    let mut rig = Rig::new();
    rig.connect_output(GPIO, SIGNAL);
    rig.connect_input(GPIO, SIGNAL);
    // 20 quanta of 50 ns: one, 15 and 4.
    rig.write(BASE + BUS_TIMING_0, 1);
    rig.write(BASE + BUS_TIMING_1, 14 | 3 << 4);
    for mask in 4..8 {
        rig.write(BASE + DATA_0 + 4 * mask, 0xFF);
    }
    rig.write(BASE + INT_ENA, INT_ALL);
    rig.write(BASE + MODE, mode);
    rig
}

fn send(rig: &mut Rig, bytes: &[u8], command: u32) {
    for (index, byte) in (0..).zip(bytes) {
        rig.write(BASE + DATA_0 + 4 * index, u32::from(*byte));
    }
    rig.write(BASE + CMD, command);
}

#[test]
fn a_node_receives_what_it_sends_to_itself() {
    let mut rig = node(SELF_TEST_MODE);
    let bytes = [0x03, 0x12, 0x40, 1, 2, 3];
    send(&mut rig, &bytes, SELF_RX_REQ);
    assert_eq!(rig.read(BASE + STATUS) & (TX_BUF_ST | TX_COMPLETE), 0);
    rig.run(Span::from_us(60));
    assert_eq!(rig.read(BASE + STATUS) & TX_ST, TX_ST);
    rig.run(Span::from_us(60));
    assert_eq!(rig.read(BASE + STATUS), RX_BUF_ST | TX_BUF_ST | TX_COMPLETE);
    assert!(rig.is_raised(Source::TWAI0.0));
    assert_eq!(rig.read(BASE + INT_RAW), INT_RX | INT_TX);
    let read: Vec<u8> = (0..6).map(|n| rig.read(BASE + DATA_0 + 4 * n) as u8).collect();
    assert_eq!(read, bytes);
    rig.write(BASE + CMD, RELEASE_BUF);
    assert_eq!(rig.read(BASE + RX_MESSAGE_CNT), 0);
    assert!(!rig.is_raised(Source::TWAI0.0));
}

#[test]
fn a_frame_that_nobody_acknowledges_is_sent_again_until_the_node_is_passive() {
    let mut rig = node(0);
    send(&mut rig, &[0, 0, 0], TX_REQ);
    rig.run(Span::from_ms(10));
    assert_eq!(rig.read(BASE + TX_ERR_CNT), 128, "it does not count further");
    assert_eq!(rig.read(BASE + STATUS) & (BUS_OFF_ST | ERR_ST | TX_BUF_ST), ERR_ST);
    assert_eq!(rig.read(BASE + INT_RAW), INT_ERR_WARN | INT_ERR_PASSIVE | INT_BUS_ERR);
    rig.write(BASE + CMD, ABORT_TX);
    rig.run(Span::from_ms(1));
    assert_eq!(rig.read(BASE + STATUS) & (TX_BUF_ST | TX_COMPLETE), TX_BUF_ST);
}

#[test]
fn a_node_that_cannot_drive_the_bus_goes_off_and_recovers() {
    let mut rig = node(0);
    // The receiver is constantly high.
    rig.write(0x6000_4154 + 4 * u32::from(SIGNAL), 0x1E | 1 << 6);
    send(&mut rig, &[0, 0, 0], TX_REQ);
    rig.run(Span::from_ms(5));
    assert_eq!(rig.read(BASE + STATUS) & BUS_OFF_ST, BUS_OFF_ST);
    assert_eq!(rig.read(BASE + MODE) & RESET_MODE, RESET_MODE);
    rig.write(BASE + MODE, 0);
    rig.run(Span::from_us(128 * 11 - 10));
    assert_eq!(rig.read(BASE + STATUS) & BUS_OFF_ST, BUS_OFF_ST);
    rig.run(Span::from_us(20));
    assert_eq!(rig.read(BASE + STATUS) & BUS_OFF_ST, 0);
}

#[test]
fn messages_without_room_are_an_overrun() {
    let mut rig = node(SELF_TEST_MODE);
    for _ in 0..6 {
        send(&mut rig, &[8, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8], SELF_RX_REQ);
        rig.run(Span::from_us(200));
    }
    assert_eq!(rig.read(BASE + RX_MESSAGE_CNT), 6);
    assert_eq!(rig.read(BASE + STATUS) & (OVERRUN_ST | MISS_ST), OVERRUN_ST);
    for _ in 0..5 {
        rig.write(BASE + CMD, RELEASE_BUF);
    }
    assert_eq!(rig.read(BASE + STATUS) & MISS_ST, MISS_ST);
}

#[test]
fn no_register_value_stops_the_model() {
    let mut rig = Rig::new();
    let mut value = 1u32;
    for step in 0..4_000 {
        value = value.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        rig.write(BASE + (value >> 16) % 0x80 / 4 * 4, value >> 8);
        let _ = rig.read(BASE + step % 0x80 / 4 * 4);
        rig.run(Span::from_us(50));
    }
}
