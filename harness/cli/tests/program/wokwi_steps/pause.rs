//! Time that stands still between steps. Each scenario is also run with a step of ours in it, which gives it our own
//! meaning: what is tested is there only in Wokwi's.

use std::sync::Arc;

use simulator::image::Firmware;

use crate::wokwi_steps::support::asm::{A0, T1, ZERO};
use crate::wokwi_steps::support::*;

/// Verdicts in Wokwi's meaning and in ours.
fn both(firmware: &Arc<Firmware>, steps: &str) -> (String, String) {
    let own = steps.replacen("steps:\n", "steps:\n  - log: a step of ours\n", 1);
    (verdict(&play(sim(Arc::clone(firmware)), steps)), verdict(&play(sim(Arc::clone(firmware)), &own)))
}

fn is_passed((wokwi, ours): (String, String)) -> (bool, bool) {
    println!("Wokwi's: {wokwi}\nours: {ours}");
    (wokwi == "passed", ours == "passed")
}

#[test]
fn a_pin_is_read_at_the_very_byte_that_was_waited_for() {
    let firmware = program(|asm| {
        print(asm, "go\n");
        spin(asm, 500);
        drive_high(asm, 4);
    });
    let steps = "\
steps:
  - name: Wait for the word
    wait-serial: go
  - expect-pin: { part-id: esp, pin: '4', value: 0 }
  - delay: 600us
  - expect-pin:
      part-id: esp
      name: '4'
      value: 1
";
    assert_eq!(is_passed(both(&firmware, steps)), (true, false));
}

#[test]
fn a_delay_lasts_exactly_as_long_as_it_says() {
    let firmware = program(|asm| {
        print(asm, "!");
        spin(asm, 400);
        drive_high(asm, 4);
    });
    let steps = |us: u32, level: u8| {
        format!(
            "steps:\n  - wait-serial: '!'\n  - delay: {us}us\n  - expect-pin: {{ part-id: esp, pin: '4', value: {level} }}\n"
        )
    };
    assert_eq!(is_passed(both(&firmware, &steps(250, 0))), (true, false));
    assert!(is_passed(both(&firmware, &steps(450, 1))).0);
}

#[test]
fn what_follows_a_match_is_still_to_come_for_the_next_wait() {
    let firmware = program(|asm| print(asm, "first second\n"));
    let steps = "\
steps:
  - wait-serial: first
  - expect-pin: { part-id: esp, pin: '4', value: 0 }
  - wait-serial: second
";
    assert_eq!(is_passed(both(&firmware, steps)), (true, false));
}

#[test]
fn bytes_from_before_the_step_do_not_count_even_in_an_open_line() {
    let firmware = program(|asm| {
        print(asm, "x");
        spin(asm, 1500);
        print(asm, "y\n");
    });
    let steps = "steps:\n  - delay: 1ms\n  - wait-serial: x\n";
    assert_eq!(is_passed(both(&firmware, steps)), (false, true));
    let parts = "steps:\n  - wait-serial: x\n  - wait-serial: y\n";
    assert_eq!(is_passed(both(&firmware, parts)), (true, true));
}

#[test]
fn serial_input_is_sent_while_the_device_stands_still() {
    // Looks 300 us after its prompt whether a byte has come: one takes 87 us.
    let firmware = program(|asm| {
        print(asm, "ready>");
        spin(asm, 800);
        received(asm);
        asm.mv(A0, T1).beq(A0, ZERO, "late");
        print(asm, "early\n");
        asm.label("next");
        received(asm);
        asm.beq(T1, ZERO, "next");
        echo(asm);
        asm.j("next").label("late");
        print(asm, "late\n");
    });
    let steps = "\
steps:
  - wait-serial: 'ready>'
  - name: Numbers and a text
    write-serial: [72, 0x69]
  - wait-serial: early
  - wait-serial: Hi
  - write-serial: there
  - wait-serial: there
";
    assert_eq!(is_passed(both(&firmware, steps)), (true, false));
}

#[test]
fn a_delay_that_does_not_end_before_the_timeout_fails() {
    let firmware = program(|_| {});
    let (wokwi, ours) = both(&firmware, "steps:\n  - delay: 31s\n");
    insta::assert_snapshot!(wokwi, @"failed in step 1: the scenario's timeout of 30s ended in this step | raise `timeout:` at the top of the file (default 30s of scenario time)");
    insta::assert_snapshot!(ours, @"failed in step 2: the scenario's timeout of 30s ended in this step | raise `timeout:` at the top of the file (default 30s of scenario time)");
    // Exactly the timeout is not too long.
    assert_eq!(verdict(&play(sim(firmware), "steps:\n  - delay: 29s\n  - delay: 1s\n")), "passed");
}

#[test]
fn the_only_limit_of_a_wait_is_the_timeout() {
    let firmware = program(|asm| {
        spin(asm, 29_000_000);
        print(asm, "after 29 s");
        spin(asm, 2_000_000);
        print(asm, "after 31 s");
    });
    assert_eq!(verdict(&play(sim(Arc::clone(&firmware)), "steps:\n  - wait-serial: after 29 s\n")), "passed");
    let report = play(sim(firmware), "steps:\n  - wait-serial: after 29 s\n  - wait-serial: after 31 s\n");
    insta::assert_snapshot!(verdict(&report), @r#"failed in step 2: "after 31 s" was not printed before the scenario's timeout | "after 31 s" | nothing was printed | as in Wokwi, only what is printed after the step before has ended counts; `expect-serial` looks back"#);
}

#[test]
fn the_device_does_not_go_on_behind_the_last_step() {
    let firmware = program(|asm| print(asm, "the rest is never printed\n"));
    let report = play(sim(firmware), "steps:\n  - wait-serial: the rest\n");
    let serial: Vec<String> = report.attempts[0]
        .journal
        .iter()
        .filter_map(|entry| match &entry.what {
            hil_model::observation::Observation::Serial { data, .. } => Some(data.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(serial, ["\"the rest\""]);
}

#[test]
fn on_the_host_build_too_what_follows_a_match_is_still_to_come() {
    // The host's device needs no time to print: both lines are there at once.
    let steps = "\
name: Boot
version: 1
steps:
  - wait-serial: 'boot: light'
  - take-screenshot: { part-id: led1, save-to: led.png }
  - wait-serial: 'default state'
";
    let place = Place::new();
    place.write("boot.yaml", steps);
    let output = place.hil(&["run", "--target", "native", "boot.yaml"]);
    assert!(output.status.success(), "{}", text(&output));
    place.write("boot.yaml", format!("{steps}  - log: a step of ours\n"));
    let output = place.hil(&["run", "--target", "native", "boot.yaml"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
}
