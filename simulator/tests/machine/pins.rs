//! Levels on pins: probes, buttons, wires, and time that jumps.

use crate::support::asm::*;
use crate::support::program::*;
use simulator::machine::{Board, Button, Probe};
use simulator::soc::Report;
use simulator::time::{Instant, Span};

fn probe(gpio: u8) -> Probe {
    Probe { part: "logic1".into(), pin: "D0".into(), gpio }
}

fn button(gpio: u8) -> Button {
    Button { id: "btn1".into(), gpio, level: false }
}

#[test]
fn an_edge_is_at_the_instruction_that_makes_it() {
    let board = Board { probes: vec![probe(4)], ..Board::default() };
    let mut machine = machine_on(board, |a| {
        a.output(4).li(A0, GPIO_OUT_W1TS).li(A1, 1 << 4);
        a.sw(A1, 0, A0).nops(9).sw(A1, 4, A0).stop_here()
    });
    run(&mut machine, Span::from_ms(1));
    let edges = edges(&machine.take_events());
    let [(rise, true), (fall, false)] = edges[..] else { panic!("{edges:?}") };
    assert_eq!(fall.since(rise), CYCLE.times(10));
}

/// Follows a button on GPIO9 with GPIO4.
fn follower(a: &mut Asm) -> &mut Asm {
    a.store(IO_MUX_GPIO0 + 4 * 9, 1 << 12 | 1 << 9 | 1 << 8).output(4);
    a.li(S0, GPIO_IN).li(S1, GPIO_OUT_W1TS).li(S2, 1 << 4).label("next");
    a.lw(A0, 0, S0).andi(A0, A0, 1 << 9).beq(A0, ZERO, "low");
    a.sw(S2, 0, S1).j("next").label("low").sw(S2, 4, S1).j("next")
}

#[test]
fn a_button_pulls_its_pin_while_it_is_pressed() {
    let board = Board { buttons: vec![button(9)], probes: vec![probe(4)], ..Board::default() };
    let mut machine = machine_on(board, follower);
    run(&mut machine, Span::from_ms(1));
    machine.set_button(0, true);
    run(&mut machine, Span::from_ms(1));
    machine.set_button(0, false);
    run(&mut machine, Span::from_ms(1));
    let edges = edges(&machine.take_events());
    let [(_, true), (down, false), (up, true)] = edges[..] else { panic!("{edges:?}") };
    for (edge, ms) in [(down, 1), (up, 2)] {
        let late = edge.since(Instant::ZERO + Span::from_ms(ms));
        assert!(late < Span::from_us(1), "{late:?}");
    }
}

#[test]
fn a_wire_carries_an_output_to_an_input_and_two_outputs_are_told() {
    let mut machine = machine_on(Board::with_wires(&[(2, 3)]), |a| {
        a.output(2).store(IO_MUX_GPIO0 + 4 * 3, 1 << 12 | 1 << 9);
        a.store(GPIO_OUT_W1TS, 1 << 2).load(S0, GPIO_IN).keep(S0, DATA);
        a.store(GPIO_ENABLE_W1TS, 1 << 3).stop_here()
    });
    run(&mut machine, Span::from_ms(1));
    assert_eq!(word(&machine, DATA) >> 2 & 3, 0b11);
    let reports = reports(machine.take_events());
    assert!(matches!(reports[..], [Report::Contention { gpio: 2, .. }]), "{reports:?}");
    assert_eq!(reports[0].to_string().split(" at ").next(), Some("two outputs drive GPIO2 to different levels"));
}

#[test]
fn waiting_jumps_to_the_interrupt() {
    let mut machine = machine(|a| {
        a.vectors("handler").enable_source(SYSTIMER_TARGET0).alarm(3_600 * 16_000_000);
        a.csrrsi(ZERO, MSTATUS, 8).idle();
        a.label("handler").csrrs(S0, MCAUSE, ZERO).keep(S0, DATA).store(CPU_INT_ENABLE, 0).word(MRET)
    });
    run(&mut machine, Span::from_ms(3_599_000));
    assert_eq!(word(&machine, DATA), 0);
    run(&mut machine, Span::from_ms(2_000));
    assert_eq!(word(&machine, DATA), 1 << 31 | 5);
    assert_eq!(machine.now(), Instant::ZERO + Span::from_ms(3_601_000));
    assert!(machine.cpu().instret() < 1_000, "{}", machine.cpu().instret());
}
