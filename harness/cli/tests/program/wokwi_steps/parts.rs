//! `expect-part`, and drawings with parts that are simulated and parts that are not.

use hil_model::observation::Observation;

use crate::wokwi_steps::support::*;

/// A servo, a buzzer, an LED and a relay, and two parts that nobody knows.
const DRAWING: &str = r#"{
    "version": 1,
    "parts": [
        { "type": "board-esp32-c3-devkitm-1", "id": "esp" },
        { "type": "wokwi-servo", "id": "servo1" },
        { "type": "wokwi-buzzer", "id": "buzzer1" },
        { "type": "wokwi-led", "id": "led1", "attrs": { "color": "green" } },
        { "type": "wokwi-resistor", "id": "r1", "attrs": { "value": "220" } },
        { "type": "wokwi-relay-module", "id": "relay1" },
        { "type": "wokwi-servo", "id": "loose1" },
        { "type": "wokwi-tv", "id": "tv1" },
        { "type": "chip-inverter", "id": "chip1" }
    ],
    "connections": [
        ["esp:4", "servo1:PWM"], ["esp:5", "buzzer1:2"], ["buzzer1:1", "esp:GND.1"], ["esp:6", "r1:1"], ["r1:2", "led1:A"],
        ["led1:C", "esp:GND.2"], ["esp:7", "relay1:IN"], ["esp:10", "chip1:IN"]
    ]
}"#;

/// The verdict of these steps, with a firmware that turns the servo to 90 degrees, sounds 1 kHz for 200 ms, dims the LED to a
/// quarter for 200 ms, and switches the relay on.
fn verdict_of(steps: &str) -> String {
    let firmware = program(|asm| {
        square(asm, 4, 1_472, 18_528, 2);
        square(asm, 5, 500, 500, 200);
        square(asm, 6, 250, 750, 200);
        drive_high(asm, 7);
        drive_high(asm, 10);
    });
    verdict(&play(sim_on(DRAWING, firmware), &format!("steps:\n{steps}")))
}

#[test]
fn what_parts_show_is_expected_by_conditions() {
    let steps = "  - expect-part: { part-id: servo1, angle: { between: [88, 92] } }
  - expect-part: { part-id: buzzer1, tone: { near: 1000, within: 1% }, for: 190ms }
  - expect-part: { part-id: buzzer1, tone: { present: false } }
  - expect-part: { part-id: led1, brightness: { between: [24, 26] }, on: true, for: 150ms }
  - expect-part: { part-id: led1, brightness: 0, for: 100ms }
  - expect-part: { part-id: relay1, on: true, within: 1s }
";
    assert_eq!(verdict_of(steps), "passed");
}

#[test]
fn what_parts_do_not_show_fails_with_what_they_have_shown() {
    let one = |step: &str| verdict_of(&format!("  - {step}\n"));
    let steps = [
        "expect-part: { part-id: servo1, angle: { between: [40, 50] } }",
        "expect-part: { part-id: buzzer1, tone: { near: 1000, within: 1% }, for: 300ms }",
        "expect-part: { part-id: led1, brightness: { '>': 50 } }",
        "expect-part: { part-id: relay1, on: true, within: 10ms }",
    ];
    insta::assert_snapshot!(steps.map(|step| format!("{step}\n  {}", one(step))).join("\n"));
}

#[test]
fn a_step_that_speaks_to_what_is_not_there_is_invalid() {
    let one = |step: &str| verdict_of(&format!("  - {step}\n"));
    let steps = [
        "expect-part: { part-id: tv1, text: hello }",
        "set-control: { part-id: chip1, control: gain, value: 1 }",
        "take-screenshot: { part-id: tv1, save-to: tv.png }",
        "expect-led: { part-id: tv1, color: '#ff0000' }",
        "expect-part: { part-id: servo1, tone: 440 }",
        "expect-part: { part-id: loose1, angle: 0 }",
        "expect-part: { part-id: servo2, angle: 0 }",
    ];
    insta::assert_snapshot!(steps.map(|step| format!("{step}\n  {}", one(step))).join("\n"));
    assert_eq!(one("expect-pin: { part-id: chip1, pin: IN, value: 0 }"), "passed", "its wires are wires");
}

#[test]
fn a_led_on_wires_is_a_light_too() {
    let firmware = program(|asm| {
        drive_high(asm, 6);
        spin(asm, 200_000);
        set_level(asm, 6, false);
        spin(asm, 100_000);
        set_level(asm, 6, true);
    });
    let steps = "  - expect-led:
      part-id: led1
      pattern: [{ color: '#00ff00', for: 200ms }, { color: '#000000', for: 100ms }]
";
    assert_eq!(verdict(&play(sim_on(DRAWING, firmware), &format!("steps:\n{steps}"))), "passed");
}

#[test]
fn a_potentiometer_is_read_where_it_was_turned_to_and_changes_are_in_the_journal() {
    let report = play(
        sim_on(DRAWING, program(|asm| square(asm, 4, 1_000, 19_000, 1))),
        "steps:\n  - expect-part: { part-id: servo1, angle: { '>': 40 } }\n",
    );
    let told = report.attempts[0].journal.iter().filter_map(|entry| match &entry.what {
        Observation::Part { part, shows } => Some(format!("{part} {shows}")),
        _ => None,
    });
    let told: Vec<String> = told.collect();
    assert!(told[0].starts_with("servo1 is at 44."), "{told:?}");
}

#[test]
fn a_target_that_sees_no_parts_skips_with_that_reason() {
    let reason = skipped(native(), "steps:\n  - expect-part: { part-id: servo1, angle: 0 }\n");
    assert_eq!(reason.as_deref(), Some("target native has no `parts`, needed by step 1 (expect-part)"));
}

#[test]
fn parts_that_are_not_simulated_are_told_once_and_strict_refuses() {
    let place = Place::new();
    place.write("diagram.json", DRAWING);
    place.write("program.elf", elf(|_| {}));
    place.write("test.yaml", "name: t\nversion: 1\nsteps:\n  - delay: 1ms\n");
    let told = text(&place.hil(&["run", "--target", "sim", "--firmware", "program.elf", "test.yaml"]));
    assert_eq!(
        told.matches("tv1 (wokwi-tv), chip1 (chip-inverter) are not simulated: they do nothing").count(),
        1,
        "{told}"
    );
    let refused = place.hil(&["run", "--target", "sim", "--firmware", "program.elf", "--strict", "test.yaml"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused).contains("are not simulated"), "{}", text(&refused));
}
