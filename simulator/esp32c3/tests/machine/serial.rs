//! UART0 at the speed that the ROM leaves it at.

use crate::support::asm::*;
use crate::support::program::*;
use hil_sim_core::time::{Instant, Span};
use hil_sim_esp32c3::machine::What;
use hil_sim_esp32c3::soc::SerialPort;

#[test]
fn bytes_come_out_at_115200_baud() {
    let mut machine = machine(|a| {
        for byte in *b"ok\n" {
            a.store(UART0_FIFO, byte.into());
        }
        a.idle()
    });
    run(&mut machine, Span::from_ms(1));
    let events = machine.take_events();
    assert_eq!(text(&events), "ok\n");
    let is_serial = |what: &What| matches!(what, What::Serial { .. });
    let times: Vec<Instant> = events.iter().filter(|event| is_serial(&event.what)).map(|event| event.at).collect();
    // Ten bits of 8.68 us.
    for pair in times.windows(2) {
        let span = pair[1].since(pair[0]).ns();
        assert!((86_750..86_850).contains(&span), "{span} ns");
    }
    assert!((86_750..88_750).contains(&times[0].since(Instant::ZERO).ns()), "{}", times[0]);
}

#[test]
fn what_the_host_sends_comes_back() {
    let mut machine = machine(|a| {
        a.li(S0, 0x6000_0000).label("next");
        // RXFIFO_CNT.
        a.lw(A0, 0x1C, S0).andi(A0, A0, 0x3FF).beq(A0, ZERO, "next");
        a.lw(A0, 0, S0).sw(A0, 0, S0).j("next")
    });
    machine.serial_input(SerialPort::Uart0, b"hello");
    run(&mut machine, Span::from_ms(5));
    assert_eq!(text(&machine.take_events()), "hello");
}
