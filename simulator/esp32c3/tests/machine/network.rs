//! A frame from the device to the network, and one back.

use crate::support::asm::*;
use crate::support::program::*;
use hil_sim_core::time::Span;
use hil_sim_esp32c3::machine::Machine;

const OPENETH: u32 = 0x600C_D000;
const MAC: [u8; 6] = [0x02, 0, 0, 0, 0, 0x01];
const RECEIVED: u32 = DATA + 0x800;
/// Where the program keeps the descriptor of the frame that it got, and its link status.
const STATUS: u32 = DATA + 0x700;
const LINK: u32 = DATA + 0x704;

/// Who has 10.0.2.2? Tell 10.0.2.15.
pub fn arp_request() -> Vec<u8> {
    let ethernet = [&[0xFF; 6][..], &MAC, &[0x08, 0x06]].concat();
    let arp = [&[0, 1, 8, 0, 6, 4, 0, 1][..], &MAC, &[10, 0, 2, 15], &[0; 6], &[10, 0, 2, 2]].concat();
    [ethernet, arp].concat()
}

/// Reads the PHY's link status, sends what is at [`DATA`] and waits for the interrupt of what comes.
fn program(length: u32) -> impl FnOnce(&mut Asm) -> &mut Asm {
    move |a| {
        a.vectors("handler").enable_source(0);
        // Of PHY 1 register 1.
        a.store(OPENETH + 0x30, 1 << 8 | 1).store(OPENETH + 0x2C, 2).load(S0, OPENETH + 0x38).keep(S0, LINK);
        let [a0, a1, a2, a3, a4, a5] = MAC.map(u32::from);
        a.store(OPENETH + 0x40, a2 << 24 | a3 << 16 | a4 << 8 | a5).store(OPENETH + 0x44, a0 << 8 | a1);
        // One descriptor for sending; those for receiving follow it.
        a.store(OPENETH + 0x20, 1).store(OPENETH + 0x40C, RECEIVED).store(OPENETH + 0x408, 1 << 15 | 1 << 14 | 1 << 13);
        a.store(OPENETH + 0x08, 1 << 2).store(OPENETH, 0xA003);
        a.store(OPENETH + 0x404, DATA).store(OPENETH + 0x400, length << 16 | 1 << 15 | 1 << 13);
        a.csrrsi(ZERO, MSTATUS, 8).idle();
        a.label("handler").load(S0, OPENETH + 0x408).keep(S0, STATUS).store(OPENETH + 4, 1 << 2).word(MRET)
    }
}

fn sender(cable: bool) -> Machine {
    let request = arp_request();
    let mut machine = machine(program(request.len() as u32));
    machine.memory_mut().write_bytes(DATA, &request).expect("memory");
    machine.set_link(cable);
    run(&mut machine, Span::from_ms(1));
    machine
}

#[test]
fn the_gateway_answers() {
    let machine = sender(true);
    let mut frame = vec![0; (word(&machine, STATUS) >> 16) as usize];
    assert_eq!(frame.len(), 64, "the shortest frame, with its check sequence");
    machine.memory().read_bytes(RECEIVED, &mut frame).expect("memory");
    assert_eq!((&frame[..6], &frame[12..14]), (&MAC[..], &[0x08, 0x06][..]));
    // A reply, from the gateway's address.
    assert_eq!((&frame[20..22], &frame[28..32]), (&[0, 2][..], &[10, 0, 2, 2][..]));
    assert_eq!(word(&machine, LINK) & 1 << 2, 1 << 2);
}

#[test]
fn without_the_cable_nothing_comes() {
    let machine = sender(false);
    assert_eq!((word(&machine, STATUS), word(&machine, LINK) & 1 << 2), (0, 0));
}
