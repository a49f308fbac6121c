//! Levels on pins: probes, buttons, wires, and time that jumps.

use crate::support::asm::*;
use crate::support::program::*;
use hil_sim_core::circuit::{Joint, Rail};
use hil_sim_core::time::{Instant, Span};
use hil_sim_esp32c3::machine::Board;
use hil_sim_esp32c3::soc::Report;
use hil_sim_parts::Contacts;

#[test]
fn an_edge_is_at_the_instruction_that_makes_it() {
    let board = Board { watched: vec![4], ..Board::default() };
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
    let pins = [("1.l", Joint::Gpio(9)), ("2.r", Joint::Open), ("2.l", Joint::Rail(Rail::Ground))];
    let board = Board { watched: vec![4], ..Board::default() }.with_part("btn1", Contacts::pushbutton(), &pins);
    let mut machine = machine_on(board, follower);
    run(&mut machine, Span::from_ms(1));
    machine.set_control("btn1", "pressed", 1.0).unwrap();
    run(&mut machine, Span::from_ms(1));
    machine.set_control("btn1", "pressed", 0.0).unwrap();
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

/// What GPIO_IN has of some GPIOs after a program.
fn inputs(board: Board, gpios: &[u32], write: impl FnOnce(&mut Asm) -> &mut Asm) -> Vec<bool> {
    let mut machine = machine_on(board, |a| write(a).nops(4).load(S0, GPIO_IN).keep(S0, DATA).idle());
    run(&mut machine, Span::from_ms(1));
    gpios.iter().map(|gpio| word(&machine, DATA) >> gpio & 1 == 1).collect()
}

const INPUT: u32 = 1 << 12 | 1 << 9;
const PULL_UP: u32 = 1 << 8;
const PULL_DOWN: u32 = 1 << 7;

#[test]
fn pulls_decide_what_nobody_drives() {
    let wires = Board::with_wires(&[(4, 5), (6, 7)]);
    let levels = inputs(wires, &[1, 2, 3, 4, 5, 6, 7], |a| {
        let pads = [(1, 0), (2, PULL_UP), (3, PULL_DOWN), (4, PULL_UP), (5, PULL_DOWN), (6, 0), (7, PULL_UP)];
        for (gpio, pull) in pads {
            a.store(IO_MUX_GPIO0 + 4 * gpio, INPUT | pull);
        }
        a
    });
    assert_eq!(levels, [false, true, false, true, true, true, true]);
    // Wired to ground and to the supply.
    let ties = Board { ties: vec![(2, false), (3, true)], ..Board::default() };
    let levels = inputs(ties, &[2, 3], |a| {
        a.store(IO_MUX_GPIO0 + 4 * 2, INPUT | PULL_UP).store(IO_MUX_GPIO0 + 4 * 3, INPUT | PULL_DOWN)
    });
    assert_eq!(levels, [false, true]);
}

#[test]
fn an_open_drain_only_pulls_down() {
    for (pull, high, expected) in [(0, true, false), (PULL_UP, true, true), (PULL_UP, false, false)] {
        let levels = inputs(Board::default(), &[4], |a| {
            a.output(4).store(IO_MUX_GPIO0 + 4 * 4, INPUT | pull).store(0x6000_4074 + 4 * 4, 1 << 2);
            a.store(if high { GPIO_OUT_W1TS } else { GPIO_OUT_W1TC }, 1 << 4)
        });
        assert_eq!(levels, [expected]);
    }
}

#[test]
fn a_signal_is_inverted_on_its_way() {
    let levels = inputs(Board::default(), &[4, 5], |a| {
        // Both follow GPIO_OUT, the second one inverted.
        a.output(4).output(5).store(GPIO_FUNC0_OUT_SEL_CFG + 4 * 5, 128 | 1 << 8)
    });
    assert_eq!(levels, [false, true]);
    // What STATUS says of U1RXD: constantly high, and from a pad that is high; each inverted too.
    for (selection, expected) in
        [(1 << 6 | 0x1E, 1), (1 << 6 | 1 << 5 | 0x1E, 0), (1 << 6 | 4, 1), (1 << 6 | 1 << 5 | 4, 0)]
    {
        let mut machine = machine(|a| {
            a.output(4).store(GPIO_OUT_W1TS, 1 << 4).store(0x6000_4154 + 4 * 9, selection);
            a.load(S0, 0x6001_001C).srli(S0, S0, 15).andi(S0, S0, 1).idle()
        });
        run(&mut machine, Span::from_ms(1));
        assert_eq!(machine.cpu().x(S0 as usize), expected, "{selection:#x}");
    }
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
