//! `hil check --wokwi`.

use crate::wokwi_steps::support::*;

/// What the program says of a file with this text, and its exit code.
fn said(content: &str) -> (String, Option<i32>) {
    let place = Place::new();
    place.write("my.yaml", content);
    let output = place.hil(&["check", "--wokwi", "my.yaml"]);
    let brief = String::from_utf8_lossy(&output.stderr).lines().fold(String::new(), |mut said, line| {
        let line = line.trim_start();
        let is_source = line.starts_with(|c: char| c.is_ascii_digit()) || line == "|" || line.is_empty();
        if !is_source && !line.starts_with("= code") {
            said += line.trim_start_matches(['|', ' ']).trim_start_matches('=').trim();
            said += "\n";
        }
        said
    });
    (format!("{brief}{}", String::from_utf8_lossy(&output.stdout)), output.status.code())
}

fn steps(steps: &str) -> String {
    let (said, code) = said(&format!("name: test\nversion: 1\nsteps:\n{steps}"));
    assert_eq!(code, Some(1), "{said}");
    said
}

#[test]
fn a_file_of_wokwis_documentation_runs_in_both() {
    let (said, code) = said(
        "\
name: 'Push button test'
version: 1
author: 'Uri Shaked'
steps:
  - delay: 200ms
  - name: Press the button
    set-control:
      part-id: btn1
      control: pressed
      value: 1
  - delay: '0'
  - expect-pin:
      part-id: esp
      name: '8'
      value: 0
  - wait-serial: 'Button {1} pressed'
  - write-serial: [65, 0x42, 10]
  - take-screenshot:
      part-id: led1
      save-to: led.png
  - touch: { part-id: lcd1, x: 1, y: 2, duration: 1.5s }
",
    );
    insta::assert_snapshot!(said, @"my.yaml: runs in hil and in Wokwi");
    assert_eq!(code, Some(0));
}

#[test]
fn the_whole_message_has_the_place_and_the_code() {
    let place = Place::new();
    place.write("my.yaml", "name: test\nversion: 1\nsteps:\n  - publish: { topic: a, payload: b }\n");
    let output = place.hil(&["check", "--wokwi", "my.yaml"]);
    insta::assert_snapshot!(text(&output), @"
    my.yaml: 1 difference from Wokwi
    error: Wokwi has no step `publish`
      --> my.yaml:4:5
       |
     4 |   - publish: { topic: a, payload: b }
       |     ^^^^^^^ Wokwi stops: Invalid scenario step key
       |
       = help: Wokwi has no MQTT, network or observation of its own: `hil run --target wokwi` brings them
       = code: hil::wokwi::unknown_command
    ");
}

#[test]
fn keys_of_the_file_that_wokwi_does_not_have() {
    let (said, code) = said(
        "\
name: 7
version: '1'
description: A test
tags: [a]
timeout: 5s
vars: { a: b }
cases: [{ a: c }]
device: { led-count: 2 }
setup: [{ delay: 1s }]
steps: [{ delay: 1s }]
teardown: [{ delay: 1s }]
colour: red
",
    );
    insta::assert_snapshot!(said, @r#"
    error: the file's name is `7`, which is no text
    --> my.yaml:1:7
    ^ Wokwi stops with an error
    help: put it in quotes
    error: the version is the text "1", not the number 1
    --> my.yaml:2:10
    ^^^ Wokwi stops: the version must be the number 1
    help: write it without quotes: version: 1
    error: Wokwi has no `timeout`
    --> my.yaml:5:1
    ^^^^^^^ Wokwi ignores it
    help: give it to Wokwi as wokwi-cli --timeout, in milliseconds
    error: Wokwi has no `vars`
    --> my.yaml:6:1
    ^^^^ Wokwi ignores it
    help: write the values where the variables are
    error: Wokwi has no `cases`
    --> my.yaml:7:1
    ^^^^^ Wokwi ignores it
    help: Wokwi runs the file once: write a file for each row
    error: Wokwi has no `device`
    --> my.yaml:8:1
    ^^^^^^ Wokwi ignores it
    help: Wokwi configures nothing: build the configuration into the firmware, or its flash image
    error: Wokwi has no `setup`
    --> my.yaml:9:1
    ^^^^^ Wokwi ignores it
    help: its steps are not run in Wokwi: begin `steps` with them
    error: Wokwi has no `teardown`
    --> my.yaml:11:1
    ^^^^^^^^ Wokwi ignores it
    help: its steps are not run in Wokwi
    error: neither Wokwi nor hil has a key `colour`
    --> my.yaml:12:1
    ^^^^^^ Wokwi ignores it
    help: take it out
    my.yaml: 9 differences from Wokwi
    "#);
    assert_eq!(code, Some(1));
}

#[test]
fn keys_that_change_nothing_are_only_told() {
    let (said, code) = said("name: test\nversion: 1\ntags: [a]\nrequires: [serial]\nsteps: [{ delay: 1s }]\n");
    insta::assert_snapshot!(said, @"my.yaml: runs in hil and in Wokwi (Wokwi ignores tags, requires, which changes nothing)");
    assert_eq!(code, Some(0));
}

#[test]
fn steps_of_ours() {
    insta::assert_snapshot!(steps("  - reset\n  - power: cycle\n  - expect-serial: { text: a }\n  - repeat: { times: 2, steps: [{ delay: 1s }] }\n  - expect-led: { part-id: led1, color: '#000000' }\n"), @"
    error: a step that is `reset`
    --> my.yaml:4:5
    ^^^^^ Wokwi stops with an error
    help: a step is a mapping with one command
    error: Wokwi has no step `power`
    --> my.yaml:5:5
    ^^^^^ Wokwi stops: Invalid scenario step key
    help: Wokwi can only start a run anew
    error: Wokwi has no step `expect-serial`
    --> my.yaml:6:5
    ^^^^^^^^^^^^^ Wokwi stops: Invalid scenario step key
    help: wait-serial waits for a text, without a limit of its own
    error: Wokwi has no step `repeat`
    --> my.yaml:7:5
    ^^^^^^ Wokwi stops: Invalid scenario step key
    help: write the steps as often as they are to be done
    error: Wokwi has no step `expect-led`
    --> my.yaml:8:5
    ^^^^^^^^^^ Wokwi stops: Invalid scenario step key
    help: take-screenshot with compare-with has the colours of a part too
    my.yaml: 5 differences from Wokwi
    ");
}

#[test]
fn a_second_command_is_dropped_and_which_one_wokwi_says() {
    insta::assert_snapshot!(steps("  - wait-serial: a\n    delay: 1s\n  - write-serial: a\n    wait-serial: b\n"), @"
    error: `wait-serial` in a step with `delay`
    --> my.yaml:4:5
    ^^^^^^^^^^^ Wokwi drops it without a word
    help: begin a step of its own: - wait-serial: ..
    error: `write-serial` in a step with `wait-serial`
    --> my.yaml:6:5
    ^^^^^^^^^^^^ Wokwi drops it without a word
    help: begin a step of its own: - write-serial: ..
    my.yaml: 2 differences from Wokwi
    ");
}

#[test]
fn a_limit_in_a_step() {
    insta::assert_snapshot!(steps("  - wait-serial: a\n    timeout: 3s\n"), @"
    error: a step has no `timeout`
    --> my.yaml:5:5
    ^^^^^^^ Wokwi stops: Invalid scenario step key
    help: the only limit in Wokwi is that of the whole run: wokwi-cli --timeout
    my.yaml: 1 difference from Wokwi
    ");
}

#[test]
fn durations() {
    insta::assert_snapshot!(steps("  - delay: 500\n  - delay: 0\n  - delay: 2min\n  - delay: soon\n"), @"
    error: `delay` is the bare number 500
    --> my.yaml:4:12
    ^^^ Wokwi stops with an error
    help: give it a unit: 500ms
    error: `delay` is the bare number 0
    --> my.yaml:5:12
    ^ Wokwi stops with an error
    help: give it a unit: 500ms
    error: `delay` is `2min`
    --> my.yaml:6:12
    ^^^^ Wokwi stops with an error
    help: Wokwi knows ns, us, ms and s: 90s, not 1.5min
    error: `delay` is `soon`
    --> my.yaml:7:12
    ^^^^ Wokwi stops with an error
    help: Wokwi knows ns, us, ms and s: 90s, not 1.5min
    my.yaml: 4 differences from Wokwi
    ");
}

#[test]
fn pins_and_their_levels() {
    insta::assert_snapshot!(steps("  - expect-pin: { part-id: esp, pin: 8, value: 1 }\n  - expect-pin: { part-id: esp, name: 0, value: 1 }\n  - expect-pin: { part-id: esp, pin: '8', expected: 1 }\n  - expect-pin: { part-id: esp, pin: '8', value: '0' }\n"), @r#"
    error: the name `8` is a number
    --> my.yaml:4:38
    ^ Wokwi takes it for something else
    help: put it in quotes: "8"
    error: the name `0` is a number
    --> my.yaml:5:39
    ^ Wokwi stops: missing required parameter `name`
    help: put it in quotes: "8"
    error: `expect-pin` without `value`
    --> my.yaml:6:17
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ Wokwi takes it for something else
    help: Wokwi expects 0 then: write value: 0
    error: `expect-pin` has no key `expected`
    --> my.yaml:6:43
    ^^^^^^^^ Wokwi ignores it
    help: the key is `value`, whatever Wokwi's pages say: without it, 0 is expected
    error: the level is the text "0", which Wokwi takes for 1
    --> my.yaml:7:50
    ^^^ Wokwi takes it for something else
    help: write 0 or 1, without quotes
    my.yaml: 5 differences from Wokwi
    "#);
}

#[test]
fn scalars_that_are_not_what_they_look_like() {
    insta::assert_snapshot!(steps("  - wait-serial: 1.0\n  - write-serial: 55\n  - write-serial: ['65']\n  - set-control: { part-id: btn1, control: pressed, value: '1' }\n  - wait-serial: 'a ${b}'\n"), @r#"
    error: `1.0` is read as the number 1
    --> my.yaml:4:18
    ^^^ Wokwi takes it for something else
    help: put it in quotes
    error: `write-serial` is `55`, which is no text
    --> my.yaml:5:19
    ^^ Wokwi stops with an error
    help: put it in quotes
    error: a byte that is the text "65"
    --> my.yaml:6:20
    ^^^^ Wokwi stops with an error
    help: write bytes as numbers, without quotes
    error: the value is the text "1", which is no number
    --> my.yaml:7:60
    ^^^ Wokwi stops with an error
    help: write a number, without quotes
    error: Wokwi has no variables
    --> my.yaml:8:18
    ^^^^^^^^ Wokwi takes it for something else
    help: it takes `${` for what it is: write the value
    my.yaml: 5 differences from Wokwi
    "#);
}

#[test]
fn a_screenshot_into_a_folder_that_is_not_there() {
    insta::assert_snapshot!(steps("  - take-screenshot: { part-id: led1, save-to: shots/led.png }\n"), @"
    error: the folder shots does not exist
    --> my.yaml:4:48
    ^^^^^^^^^^^^^ Wokwi stops with an error
    help: make it: neither Wokwi nor hil does
    my.yaml: 1 difference from Wokwi
    ");
}

#[test]
fn a_file_that_is_wrong_for_hil_alone_is_an_error() {
    let (said, code) = said("name: test\nversion: 1\nsteps: [{ set-control: { part-id: btn1, value: 1 } }]\n");
    insta::assert_snapshot!(said, @"
    error: one of the keys `control` or `name` is missing
    --> my.yaml:3:24
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^ `set-control` needs one of them
    my.yaml: nothing that Wokwi lacks, but wrong for hil
    ");
    assert_eq!(code, Some(2));
}

#[test]
fn a_file_that_is_no_yaml_and_one_that_is_not_there() {
    let (broken, code) = said("name: [\n");
    insta::assert_snapshot!(broken, @"
    error: `[` is not closed
    --> my.yaml:1:7
    ^ opened here
    my.yaml: 1 difference from Wokwi
    ");
    assert_eq!(code, Some(1));
    let output = Place::new().hil(&["check", "--wokwi", "none.yaml"]);
    insta::assert_snapshot!(text(&output), @"
    error: cannot read none.yaml: there is no such file or folder
       = help: a scenario file or a folder of scenario files is expected
       = code: hil::scenario::unreadable
    error: not all files could be read
    ");
    assert_eq!(output.status.code(), Some(2));
}
