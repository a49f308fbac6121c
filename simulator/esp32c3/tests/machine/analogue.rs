//! A voltage on a pin, and firmware that converts it.

use crate::support::asm::*;
use crate::support::program::*;
use hil_sim_core::circuit::Joint;
use hil_sim_core::time::Span;
use hil_sim_esp32c3::machine::{Board, Machine};
use hil_sim_parts::diagram::Diagram;
use hil_sim_parts::{Analog, Registry};
use proptest::prelude::*;

const APB_SARADC: u32 = 0x6004_0000;
const ONETIME_START: u32 = 1 << 29;
const ADC1: u32 = 1 << 31;
const ADC2: u32 = 1 << 30;
/// 12 dB.
const ATTENUATION: u32 = 3 << 23;

/// Converts again and again; the last code is at [`DATA`], and how many there were behind it.
fn converter(a: &mut Asm, converter: u32, channel: u32) -> &mut Asm {
    let data = if converter == ADC1 { 0x2C } else { 0x30 };
    let settings = converter | channel << 25 | ATTENUATION;
    a.li(S0, APB_SARADC).li(S1, settings).li(S2, settings | ONETIME_START).li(S3, converter).li(S4, DATA);
    a.label("next").sw(S3, 0x4C, S0).sw(S2, 0x20, S0).label("busy").lw(A0, 0x44, S0).and(A0, A0, S3);
    a.beq(A0, ZERO, "busy").sw(S1, 0x20, S0).lw(A0, data, S0).sw(A0, 0, S4);
    a.lw(A1, 4, S4).addi(A1, A1, 1).sw(A1, 4, S4).j("next")
}

/// The code of a voltage in millivolts with 12 dB, if it is in range.
fn code(millivolts: f64) -> u32 {
    (millivolts * 2_000.0 / 1_370.0) as u32
}

#[test]
fn firmware_follows_a_potentiometer_of_the_drawing() {
    let drawing = r#"{
        "version": 1,
        "parts": [
            { "type": "board-esp32-c3-devkitm-1", "id": "esp" },
            { "type": "wokwi-potentiometer", "id": "pot1", "attrs": { "value": "310" } }
        ],
        "connections": [["esp:3", "pot1:SIG"], ["esp:GND.1", "pot1:GND"], ["esp:3V3.1", "pot1:VCC"]]
    }"#;
    let diagram = Diagram::parse_with(&Registry::standard(), "diagram.json", drawing).expect("a drawing");
    let mut machine = machine_on(diagram.build().expect("a board"), |a| converter(a, ADC1, 3));
    let read = |machine: &mut Machine| {
        run(machine, Span::from_us(50));
        word(machine, DATA)
    };
    assert_eq!(read(&mut machine), code(3_300.0 * 310.0 / 1_023.0));
    machine.set_control("pot1", "position", 0.5).expect("a control");
    assert_eq!(read(&mut machine), code(1_650.0));
    machine.set_control("pot1", "position", 1.0).expect("a control");
    assert_eq!(read(&mut machine), 4_095, "3.3 V are beyond the range");
    assert!(machine.set_control("pot1", "position", 1.5).is_err());
    // A conversion takes 10 us.
    assert!((13..=15).contains(&word(&machine, DATA + 4)), "{}", word(&machine, DATA + 4));
    assert!(reports(machine.take_events()).is_empty());
}

#[test]
fn a_snapshot_in_the_middle_of_a_conversion_has_the_same_future() {
    let board = Board::default().with_part("pot1", Analog::potentiometer(0.25), &[("SIG", Joint::Gpio(5))]);
    let mut machine = machine_on(board, |a| converter(a, ADC2, 8));
    run(&mut machine, Span::from_us(5));
    assert_eq!(word(&machine, DATA), 0, "the first conversion is not over");
    let (snapshot, middle) = (machine.snapshot(), machine.state_hash());
    let future = |machine: &mut Machine| {
        run(machine, Span::from_us(20));
        (word(machine, DATA), machine.trace_hash(), machine.state_hash())
    };
    let first = future(&mut machine);
    assert_eq!(first.0, code(825.0));
    machine.restore(&snapshot);
    assert_eq!(machine.state_hash(), middle);
    // What the wiper has from now on concerns the next conversion.
    machine.set_control("pot1", "position", 0.0).expect("a control");
    run(&mut machine, Span::from_us(6));
    assert_eq!(word(&machine, DATA), code(825.0));
    run(&mut machine, Span::from_us(20));
    assert_eq!(word(&machine, DATA), 0);
    machine.restore(&snapshot);
    assert_eq!(future(&mut machine), first);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_higher_voltage_never_gives_a_lower_code(lower in 0.0..1.0, higher in 0.0..1.0, channel in 0_u32..5) {
        let (lower, higher) = if lower <= higher { (lower, higher) } else { (higher, lower) };
        let joint = Joint::Gpio(channel as u8);
        let board = Board::default().with_part("pot1", Analog::potentiometer(lower), &[("SIG", joint)]);
        let mut machine = machine_on(board, |a| converter(a, ADC1, channel));
        run(&mut machine, Span::from_us(30));
        let first = word(&machine, DATA);
        machine.set_control("pot1", "position", higher).expect("a control");
        run(&mut machine, Span::from_us(30));
        let second = word(&machine, DATA);
        prop_assert!(first <= second && second <= 4_095);
        prop_assert!(first == 4_095 || first.abs_diff(code(3_300.0 * lower)) <= 1, "{} at {}", first, lower);
    }
}
