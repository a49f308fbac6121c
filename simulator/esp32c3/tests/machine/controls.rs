//! Pins and controls from outside, and runs that stop at what is printed.

use crate::support::asm::*;
use crate::support::program::*;
use hil_sim_core::circuit::{Joint, Rail};
use hil_sim_core::time::{Instant, Span};
use hil_sim_esp32c3::machine::{Board, ControlError, Exit, PinDirection, PinState, What};
use hil_sim_parts::Contacts;

/// IO_MUX: function 1, the GPIO matrix.
const MATRIX: u32 = 1 << 12;
const INPUT: u32 = 1 << 9;
const PULL_UP: u32 = 1 << 8;
const PULL_DOWN: u32 = 1 << 7;

/// A button of each name between a GPIO and a rail.
fn buttons(buttons: &[(&str, u8, Rail)]) -> Board {
    buttons.iter().fold(Board::default(), |board, (id, gpio, rail)| {
        board.with_part(id, Contacts::pushbutton(), &[("1.l", Joint::Gpio(*gpio)), ("2.l", Joint::Rail(*rail))])
    })
}

#[test]
fn a_pin_says_which_way_it_works_its_level_and_its_pulls() {
    let mut machine = machine(|a| {
        a.output(4).store(GPIO_OUT_W1TS, 1 << 4).output(5);
        a.store(IO_MUX_GPIO0 + 4 * 6, MATRIX | INPUT | PULL_UP).store(IO_MUX_GPIO0 + 4 * 7, MATRIX | INPUT | PULL_DOWN);
        a.stop_here()
    });
    run(&mut machine, Span::from_ms(1));
    let pin = |direction, level, pull_up, pull_down| PinState { direction, level, pull_up, pull_down };
    assert_eq!(machine.pin(4), pin(PinDirection::Output, true, false, false));
    assert_eq!(machine.pin(5), pin(PinDirection::Output, false, false, false));
    assert_eq!(machine.pin(6), pin(PinDirection::Input, true, true, false));
    assert_eq!(machine.pin(7), pin(PinDirection::Input, false, false, true));
    machine.power_off();
    assert_eq!(machine.pin(4), pin(PinDirection::Input, false, false, false));
    assert_eq!(machine.pin(6), pin(PinDirection::Input, false, false, false));
}

#[test]
fn an_open_drain_is_an_output_at_either_level() {
    const OPEN_DRAIN: u32 = 1 << 2;
    const GPIO_PIN0: u32 = 0x6000_4074;
    let mut machine = machine(|a| {
        a.store(GPIO_PIN0 + 4 * 4, OPEN_DRAIN).output(4).store(GPIO_OUT_W1TS, 1 << 4);
        a.store(GPIO_PIN0 + 4 * 5, OPEN_DRAIN).output(5).stop_here()
    });
    run(&mut machine, Span::from_ms(1));
    assert_eq!((machine.pin(4).direction, machine.pin(5).direction), (PinDirection::Output, PinDirection::Output));
}

#[test]
fn a_button_is_pressed_by_its_name() {
    let board = buttons(&[("low", 6, Rail::Ground), ("high", 7, Rail::V3_3)]);
    let mut machine = machine_on(board, |a| a.store(IO_MUX_GPIO0 + 4 * 6, MATRIX | INPUT | PULL_UP).stop_here());
    run(&mut machine, Span::from_ms(1));
    let levels = |machine: &hil_sim_esp32c3::machine::Machine| (machine.pin(6).level, machine.pin(7).level);
    assert_eq!(levels(&machine), (true, false));
    machine.set_control("low", "pressed", 1.0).unwrap();
    machine.set_control("high", "pressed", 1.0).unwrap();
    assert_eq!(levels(&machine), (false, true));
    machine.set_control("low", "pressed", 0.0).unwrap();
    assert_eq!(levels(&machine), (true, true));
}

#[test]
fn what_is_no_control_is_answered_with_those_that_there_are() {
    let board = buttons(&[("btn1", 6, Rail::Ground), ("btn2", 7, Rail::V3_3)]);
    let mut machine = machine_on(board, Asm::stop_here);
    let mut error = |part, control, value| machine.set_control(part, control, value).unwrap_err();
    assert_eq!(
        error("bnt1", "pressed", 1.0).to_string(),
        "no part \"bnt1\" with a control is wired to the chip; parts with controls: btn1, btn2"
    );
    assert_eq!(error("btn1", "press", 1.0).to_string(), "\"btn1\" has no control \"press\"; its controls: pressed");
    assert!(matches!(error("btn1", "pressed", f64::NAN), ControlError::Value { .. }));
}

#[test]
fn a_run_stops_at_the_moment_at_which_a_byte_is_complete() {
    let mut machine = machine(|a| {
        for byte in *b"ab" {
            a.store(UART0_FIFO, byte.into());
        }
        a.idle()
    });
    machine.stop_at_output(true);
    let end = Instant::ZERO + Span::from_ms(1);
    for expected in *b"ab" {
        assert_eq!(machine.run(end), Exit::Output);
        let events = machine.take_events();
        let bytes: Vec<_> = events
            .iter()
            .filter_map(|event| match event.what {
                What::Serial { byte, .. } => Some((event.at, byte)),
                _ => None,
            })
            .collect();
        let [(at, byte)] = bytes[..] else { panic!("{events:?}") };
        assert_eq!(byte, expected);
        assert!(machine.now().since(at) < Span::from_us(1), "{at}, {}", machine.now());
    }
    assert_eq!(machine.run(end), Exit::Until);
}

#[test]
fn stopping_at_output_changes_nothing_of_what_happens() {
    let hashes = |stops: bool| {
        let mut machine = machine(|a| {
            a.output(4).label("next").store(UART0_FIFO, b'x'.into()).store(GPIO_OUT_W1TS, 1 << 4).nops(20_000).j("next")
        });
        machine.stop_at_output(stops);
        let end = Instant::ZERO + Span::from_ms(5);
        while machine.run(end) != Exit::Until {}
        (machine.trace_hash(), machine.state_hash())
    };
    assert_eq!(hashes(true), hashes(false));
}
