//! `expect-pin`, `set-control`, and the steps that no target of ours can do.

use hil_model::observation::Observation;

use crate::wokwi_steps::support::*;

#[test]
fn a_button_is_pressed_and_let_go_of() {
    let firmware = program(|asm| {
        pull_up(asm, 9);
        print(asm, "ready\n");
    });
    let report = play(
        sim(firmware),
        "\
steps:
  - wait-serial: ready
  - expect-pin: { part-id: esp, pin: '9', value: 1 }
  - set-control: { part-id: btn1, control: pressed, value: 1 }
  - expect-pin: { part-id: esp, pin: '9', value: 0 }
  - expect-pin: { part-id: btn1, pin: 1.r, value: 0 }
  - set-control: { part-id: btn1, name: pressed, value: 0 }
  - expect-pin: { part-id: btn1, pin: 1.r, value: 1 }
  - expect-pin: { part-id: btn1, pin: 2.l, value: 0 }
",
    );
    assert_eq!(verdict(&report), "passed");
    let controls = report.attempts[0].journal.iter().filter_map(|entry| match &entry.what {
        Observation::Control { part, control, value } => Some(format!("{part} {control} {value}")),
        _ => None,
    });
    assert_eq!(controls.collect::<Vec<_>>(), ["btn1 pressed 1", "btn1 pressed 0"]);
}

/// What a step says of a button that is pressed twice, for 30 ms each, 100 ms apart.
fn presses(step: &str) -> String {
    let firmware = program(|asm| {
        pull_up(asm, 9);
        print(asm, "ready\n");
    });
    let press = "  - set-control: { part-id: btn1, control: pressed, value: 1 }
  - delay: 30ms
  - set-control: { part-id: btn1, control: pressed, value: 0 }
";
    let steps = format!(
        "vars: {{ pin: '9' }}\nsteps:\n  - expect-serial: {{ text: ready }}\n{press}  - delay: 70ms\n{press}  - delay: 100ms\n  - {step}\n"
    );
    verdict(&play(sim(firmware), &steps))
}

#[test]
fn a_pin_has_a_level_for_as_long_as_it_should() {
    for right in [
        "expect-pulse: { part-id: esp, pin: '${pin}', value: 0, for: 30ms }",
        "expect-pulse: { part-id: btn1, pin: 1.r, value: 0, for: 30ms, tolerance: 2ms, count: 2, every: 100ms }",
        "expect-pulse: { part-id: esp, pin: '9', for: 70ms, tolerance: 3% }",
    ] {
        assert_eq!(presses(right), "passed", "{right}");
    }
    insta::assert_snapshot!(presses("expect-pulse: { part-id: esp, pin: '9', value: 0, for: 40ms }"), @"failed in step 10: pulse 1 of esp:9 is too short | 0 for 40ms ± 10% | 30ms");
    insta::assert_snapshot!(presses("expect-pulse: { part-id: esp, pin: '9', value: 0, for: 20ms }"), @"failed in step 10: pulse 1 of esp:9 is too long | 0 for 20ms ± 10% | still 0 after 22ms");
    insta::assert_snapshot!(presses("expect-pulse: { part-id: esp, pin: '9', value: 0, for: 30ms, count: 3, within: 50ms }"), @"failed in step 10: no pulse 3 of esp:9 within 50ms | 0 for 30ms ± 10% | 4 edges");
    insta::assert_snapshot!(presses("expect-pulse: { part-id: esp, pin: '9', value: 0, for: 30ms, count: 2, every: 80ms }"), @"failed in step 10: no pulse 2 of esp:9 in the 88ms since the one before | 0 for 30ms ± 10%, every 80ms | 4 edges");
    insta::assert_snapshot!(presses("expect-pulse: { part-id: esp, pin: '9', value: 0, for: 30ms, count: 2, every: 130ms, tolerance: 1ms }"), @"failed in step 10: pulse 2 of esp:9 came too early | 0 for 30ms ± 1ms, every 130ms | 100ms after the one before");
    insta::assert_snapshot!(presses("expect-pulse: { part-id: esp, pin: GND.1, for: 30ms, within: 10ms }"), @"failed in step 10: no pulse 1 of esp:GND.1 within 10ms | 1 for 30ms ± 10% | no edge at all");
    insta::assert_snapshot!(presses("expect-pulse: { part-id: esp, pin: D9, for: 30ms }"), @r#"invalid in step 10: the part "esp" has no pin "D9"; its pins: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 18, 19, RX, TX, RST, 3V3.1, 3V3.2, 5V.1, 5V.2, GND.1, GND.2, GND.3, GND.4, GND.5, GND.6, GND.7, GND.8, GND.9, GND.10 | the board drawing is ./diagram.json, or what --diagram names"#);
}

#[test]
fn a_pin_at_the_other_level_fails_the_scenario() {
    let firmware = program(|asm| drive_high(asm, 4));
    let report = play(sim(firmware), "steps:\n  - delay: 1ms\n  - expect-pin: { part-id: esp, pin: '4', value: 0 }\n");
    insta::assert_snapshot!(verdict(&report), @"failed in step 2: esp:4 has the other level | esp:4 is 0 | esp:4 is 1 | as in Wokwi, the pin is read once, now: let time pass before, with `wait-serial` or `delay`");
}

/// The verdict of one step behind a millisecond.
fn one(step: &str) -> String {
    verdict(&play(sim(program(|_| {})), &format!("steps:\n  - delay: 1ms\n  - {step}\n")))
}

#[test]
fn what_the_drawing_does_not_have_is_a_mistake_of_the_file() {
    insta::assert_snapshot!(one("expect-pin: { part-id: esp32, pin: '4', value: 0 }"), @r#"invalid in step 2: the board drawing has no part "esp32"; its parts: btn1, esp, esp.boot, esp.rgb1, led1 | the board drawing is ./diagram.json, or what --diagram names"#);
    insta::assert_snapshot!(one("expect-pin: { part-id: esp, pin: D4, value: 0 }"), @r#"invalid in step 2: the part "esp" has no pin "D4"; its pins: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 18, 19, RX, TX, RST, 3V3.1, 3V3.2, 5V.1, 5V.2, GND.1, GND.2, GND.3, GND.4, GND.5, GND.6, GND.7, GND.8, GND.9, GND.10 | the board drawing is ./diagram.json, or what --diagram names"#);
    insta::assert_snapshot!(one("expect-pin: { part-id: led1, pin: DOUT, value: 0 }"), @"invalid in step 2: no GPIO of the board, ground or supply is wired to led1:DOUT, so that its level is not known | the board drawing is ./diagram.json, or what --diagram names");
    insta::assert_snapshot!(one("set-control: { part-id: led1, control: pressed, value: 1 }"), @r#"invalid in step 2: no part "led1" with a control is wired to the chip; parts with controls: esp.boot, btn1 | the board drawing is ./diagram.json, or what --diagram names"#);
    insta::assert_snapshot!(one("set-control: { part-id: btn1, control: position, value: 1 }"), @r#"invalid in step 2: "btn1" has no control "position"; its controls: pressed | the board drawing is ./diagram.json, or what --diagram names"#);
    insta::assert_snapshot!(one("take-screenshot: { part-id: esp, save-to: esp.png }"), @r#"invalid in step 2: the part "esp" has no lights to take a picture of; those that have: esp.rgb1, led1 | the board drawing is ./diagram.json, or what --diagram names"#);
}

#[test]
fn steps_that_a_target_cannot_do_skip_the_scenario() {
    let reason = |step: &str| skipped(sim(program(|_| {})), &format!("steps:\n  - {step}\n")).unwrap_or_default();
    insta::assert_snapshot!(reason("touch: { part-id: lcd1, x: 1, y: 2 }"), @"target sim has no `touch`, needed by step 1 (touch)");
    insta::assert_snapshot!(reason("touch-release: { part-id: lcd1 }"), @"target sim has no `touch`, needed by step 1 (touch-release)");
    insta::assert_snapshot!(reason("expect-chip-output: ready"), @"target sim has no `custom-chips`, needed by step 1 (expect-chip-output)");
    let reason = |step: &str| skipped(native(), &format!("steps:\n  - {step}\n")).unwrap_or_default();
    insta::assert_snapshot!(reason("expect-pin: { part-id: esp, pin: '8', value: 0 }"), @"target native has no `pins`, needed by step 1 (expect-pin)");
    insta::assert_snapshot!(reason("set-control: { part-id: btn1, control: pressed, value: 1 }"), @"target native has no `controls`, needed by step 1 (set-control)");
    assert_eq!(reason("take-screenshot: { part-id: led1, save-to: led.png }"), "");
}

#[test]
fn a_prompt_without_a_line_end_is_found_in_a_file_of_ours_too() {
    let firmware = program(|asm| print(asm, "login: "));
    let report = play(sim(firmware), "steps:\n  - wait-serial: 'login: '\n  - log: a step of ours\n");
    assert_eq!(verdict(&report), "passed");
    assert!(report.attempts[0].device_time.0 < 10_000_000, "{}", report.attempts[0].device_time);
}
