//! Parts of a drawing, and firmware that drives or reads them.

use crate::support::asm::*;
use crate::support::program::*;
use hil_sim_core::part::Shows;
use hil_sim_core::time::Span;
use hil_sim_esp32c3::machine::Machine;
use hil_sim_parts::diagram::Diagram;

const GPIO_ENABLE_W1TC: u32 = 0x6000_4028;

/// A DevKitM-1 with a part, its wires, and this program.
fn board(part: &str, wires: &str, write: impl FnOnce(&mut Asm) -> &mut Asm) -> Machine {
    let drawing = format!(
        r#"{{ "parts": [{{ "type": "board-esp32-c3-devkitm-1", "id": "esp" }}, {part}], "connections": [{wires}] }}"#
    );
    machine_on(Diagram::parse("diagram.json", &drawing).expect("a drawing").build().expect("a board"), write)
}

/// GPIO4 is high and low for so many microseconds, for ever.
fn square(a: &mut Asm, high: u32, low: u32) -> &mut Asm {
    a.output(4).label("next").store(GPIO_OUT_W1TS, 1 << 4).call(rom::DELAY_US, &[high]);
    a.store(GPIO_OUT_W1TC, 1 << 4).call(rom::DELAY_US, &[low]).j("next")
}

fn shows(machine: &mut Machine, after: Span) -> Shows {
    run(machine, after);
    assert!(reports(machine.take_events()).is_empty());
    machine.shows("it").expect("a part")
}

#[test]
fn firmware_dims_an_led_behind_its_resistor() {
    let part = r#"{ "type": "wokwi-led", "id": "it", "attrs": { "color": "green" } },
        { "type": "wokwi-resistor", "id": "r", "attrs": { "value": "220" } }"#;
    let wires = r#"["esp:4", "r:1"], ["r:2", "it:A"], ["it:C", "esp:GND.1"]"#;
    let mut dimmed = board(part, wires, |a| square(a, 250, 750));
    let Shows::Colors(colors) = shows(&mut dimmed, Span::from_ms(50)) else { panic!("a colour") };
    assert!(colors[0].r == 0 && colors[0].b == 0 && (62..=66).contains(&colors[0].g), "{colors:?}");
    let mut on = board(part, wires, |a| a.output(4).store(GPIO_OUT_W1TS, 1 << 4).idle());
    assert_eq!(shows(&mut on, Span::from_ms(50)), Shows::Colors(vec!["#00ff00".parse().expect("a colour")]));
}

#[test]
fn firmware_turns_a_servo() {
    let wires = r#"["esp:4", "it:PWM"], ["esp:5V.1", "it:V+"], ["esp:GND.1", "it:GND"]"#;
    let mut machine = board(r#"{ "type": "wokwi-servo", "id": "it" }"#, wires, |a| square(a, 1_472, 18_528));
    let Shows::Angle(angle) = shows(&mut machine, Span::from_ms(100)) else { panic!("an angle") };
    assert!(angle.abs_diff(90_000) < 500, "{angle}");
}

#[test]
fn firmware_sounds_a_buzzer() {
    let wires = r#"["esp:4", "it:2"], ["esp:GND.1", "it:1"]"#;
    let mut machine = board(r#"{ "type": "wokwi-buzzer", "id": "it" }"#, wires, |a| square(a, 1_136, 1_136));
    let Shows::Tone(Some(tone)) = shows(&mut machine, Span::from_ms(100)) else { panic!("a tone") };
    assert!(tone.millihertz.abs_diff(440_000) < 1_000, "{tone:?}");
}

/// Reads a DHT22 at GPIO4 as its data sheet says, into the two words at [`DATA`].
fn reads_dht22(a: &mut Asm) -> &mut Asm {
    // An input, and low when it is an output.
    a.store(IO_MUX_GPIO0 + 4 * 4, 1 << 12 | 1 << 9).store(GPIO_OUT_W1TC, 1 << 4).li(S0, GPIO_IN).li(S1, 1 << 4);
    a.call(rom::DELAY_US, &[5_000]).store(GPIO_ENABLE_W1TS, 1 << 4).call(rom::DELAY_US, &[1_000]);
    a.store(GPIO_ENABLE_W1TC, 1 << 4);
    for (label, is_high) in [("rises", true), ("answers low", false), ("answers high", true), ("begins", false)] {
        a.label(label).lw(T2, 0, S0).and(T2, T2, S1);
        if is_high {
            a.beq(T2, ZERO, label)
        } else {
            a.bne(T2, ZERO, label)
        };
    }
    a.li(S2, 0).li(S3, 40).li(S4, DATA);
    a.label("bit").lw(T2, 0, S0).and(T2, T2, S1).beq(T2, ZERO, "bit").call(rom::DELAY_US, &[40]);
    a.lw(T2, 0, S0).and(T2, T2, S1).slli(S2, S2, 1).beq(T2, ZERO, "zero").addi(S2, S2, 1).label("zero");
    a.label("ends").lw(T2, 0, S0).and(T2, T2, S1).bne(T2, ZERO, "ends").addi(S3, S3, -1);
    // The first word is whole when eight bits are left.
    a.addi(T2, S3, -8)
        .bne(T2, ZERO, "same word")
        .sw(S2, 0, S4)
        .label("same word")
        .bne(S3, ZERO, "bit")
        .sw(S2, 4, S4)
        .idle()
}

#[test]
fn firmware_reads_a_dht22() {
    let part = r#"{ "type": "wokwi-dht22", "id": "it", "attrs": { "temperature": "23.7", "humidity": "51.2" } }"#;
    let mut machine = board(part, r#"["esp:4", "it:SDA"]"#, reads_dht22);
    run(&mut machine, Span::from_ms(20));
    let (first, last) = (word(&machine, DATA), word(&machine, DATA + 4));
    assert_eq!((first >> 16, first & 0xFFFF), (512, 237));
    assert_eq!(last & 0xFF, first.to_be_bytes().iter().map(|byte| u32::from(*byte)).sum::<u32>() & 0xFF);
}

#[test]
fn firmware_reads_a_divider_of_resistors() {
    let part = r#"{ "type": "wokwi-resistor", "id": "a", "attrs": { "value": "10k" } },
        { "type": "wokwi-resistor", "id": "b", "attrs": { "value": "10k" } }"#;
    let wires = r#"["esp:3V3.1", "a:1"], ["a:2", "esp:4"], ["esp:4", "b:1"], ["b:2", "esp:GND.1"]"#;
    let machine = board(part, wires, |a| a.idle());
    let volts = machine.circuit().nets().volts(4).map(|volts| volts.to_string());
    assert_eq!(volts.as_deref(), Some("1.65 V"));
}

#[test]
fn a_gate_that_feeds_itself_is_told_of_and_ends() {
    let part = r#"{ "type": "wokwi-gate-not", "id": "it" }"#;
    let mut machine = board(part, r#"["it:OUT", "it:IN"], ["it:IN", "esp:4"]"#, |a| a.idle());
    run(&mut machine, Span::from_ms(1));
    assert_eq!(reports(machine.take_events()).len(), 1);
}
