//! Conditions on values, and the types of variables.

use std::path::Path;
use std::sync::Arc;

use hil_model::observation::{Message, Observation, SerialStream};
use hil_model::verdict::Verdict;
use hil_runner::{Cancel, Planned, run};
use hil_scenario::Loader;
use hil_targets::journal::Journal;

use crate::scripted::{message, ms, options, run_one, scripted, show, told};

/// The verdict of an expectation on a message with this payload.
fn judged(payload: &'static [u8], expectation: &str) -> Verdict {
    let target = scripted(move |journal, _| async move {
        let payload = hil_model::observation::Payload(payload.to_vec());
        journal.record(Observation::Received(Message { topic: "a".into(), payload, qos: 1, ..Message::default() }));
    });
    run_one(target, &format!("steps:\n  - {expectation}\n")).verdict
}

#[test]
fn every_digit_and_byte_of_a_payload_counts() {
    let json = |value: &str| format!("expect-message: {{ topic: a, within: 50ms, json: {value} }}");
    for (payload, expected, verdict) in [
        (&br#"{"n":9007199254740993}"#[..], "{ n: 9007199254740993 }", Verdict::Passed),
        (br#"{"n":9007199254740993}"#, "{ n: 9007199254740992 }", Verdict::Failed),
        (
            br#"{"n":340282366920938463463374607431768211457}"#,
            "{ n: 340282366920938463463374607431768211456 }",
            Verdict::Failed,
        ),
        (br#"{"t":20.50}"#, "{ t: 20.5 }", Verdict::Passed),
        (br#"{"t":20}"#, "{ t: 20.0 }", Verdict::Passed),
        (br#"{"t":20.299999237}"#, "{ t: 20.3 }", Verdict::Failed),
        (br#"{"t":NaN}"#, "{}", Verdict::Failed),
        (br#"{"t":1,"t":2}"#, "{ t: 2 }", Verdict::Passed),
        (br#"{"t":1,"t":2}"#, "{ t: 1 }", Verdict::Failed),
        (b"\xEF\xBB\xBF{\"t\":1}", "{ t: 1 }", Verdict::Passed),
        (b"{\"t\":1}\0", "{ t: 1 }", Verdict::Failed),
    ] {
        assert_eq!(judged(payload, &json(expected)), verdict, "{} {expected}", String::from_utf8_lossy(payload));
    }
    // One byte that is no text hides nothing.
    assert_eq!(judged(b"fault 7\xB0", "expect-message: { topic: a, within: 50ms, matches: 'fault' }"), Verdict::Passed);
    assert_eq!(judged(b"fault 7\xB0", "expect-nothing: { topic: a, for: 50ms, matches: 'fault' }"), Verdict::Failed);
    assert_eq!(judged(b"null", "expect-message: { topic: a, within: 50ms, payload: null }"), Verdict::Passed);
}

#[test]
fn a_variable_alone_keeps_its_type_in_flow_and_block_style() {
    let target = || {
        scripted(|journal, _| async move {
            journal.record(message("a", r#"{"n":20,"s":"20","b":true}"#));
            ms(5).await;
            journal.record(message("a", r#"{"n":20,"s":"20","b":true}"#));
        })
    };
    let run = |head: &str, steps: &str| {
        let text = format!("name: test\nversion: 1\n{head}steps:\n{steps}");
        let file = Arc::new(
            Loader::new().load_text(Path::new("test.yaml"), text).unwrap_or_else(|e| panic!("{}", e.render(false))),
        );
        let planned = Planned { scenario: Arc::new(file.scenarios[0].clone()), file };
        run(&[planned], &options(target()), &Cancel::default(), |_| {}).scenarios.remove(0).verdict
    };
    let vars = "vars: { number: 20, text: '20', yes: true, same: '${number}' }\n";
    for (json, verdict) in [
        ("{ n: '${number}' }", Verdict::Passed),
        ("{ n: '${same}' }", Verdict::Passed),
        ("{ n: '${text}' }", Verdict::Failed),
        ("{ s: '${text}' }", Verdict::Passed),
        ("{ s: '${number}' }", Verdict::Failed),
        ("{ b: '${yes}' }", Verdict::Passed),
        ("{ s: '${number}${yes}' }", Verdict::Failed),
    ] {
        let step = format!("  - expect-message: {{ topic: a, within: 50ms, json: {json} }}\n");
        assert_eq!(run(vars, &step), verdict, "{json}");
        let rules = json.replace("n:", "/n:").replace("s:", "/s:").replace("b:", "/b:");
        let step = format!("  - expect-message: {{ topic: a, within: 50ms, where: {rules} }}\n");
        assert_eq!(run(vars, &step), verdict, "{rules}");
    }
    for (json, verdict) in
        [("n: ${text}", Verdict::Failed), ("n: ${number}", Verdict::Passed), ("s: ${text}", Verdict::Passed)]
    {
        let step = format!("  - expect-message:\n      topic: a\n      within: 50ms\n      json:\n        {json}\n");
        assert_eq!(run(vars, &step), verdict, "{json}");
    }
    for (pointer, json, verdict) in [
        ("/n", "{ n: '${kept}' }", Verdict::Passed),
        ("/s", "{ s: '${kept}' }", Verdict::Passed),
        ("/s", "{ n: '${kept}' }", Verdict::Failed),
    ] {
        let steps = format!(
            "  - capture: {{ name: kept, topic: a, pointer: {pointer} }}\n  - expect-message: {{ topic: a, within: 50ms, json: {json} }}\n"
        );
        assert_eq!(run("", &steps), verdict, "{pointer} {json}");
    }
}

const STATE: &[u8] = br#"{"t":20.50,"unit":"C","on":true,"at":"2026-03-01T12:00:00Z","hist":[19,20,21],"fan":{"rpm":1200},"note":null,"n":"5"}"#;

#[test]
fn values_of_a_payload_meet_conditions() {
    let verdict =
        |rules: &str| judged(STATE, &format!("expect-message: {{ topic: a, within: 50ms, where: {{ {rules} }} }}"));
    for rules in [
        "/t: 20.5",
        "/t: { '>': 20, '>=': 20.5, '<': 21, '<=': 20.5 }",
        "/t: { between: [5, 30] }",
        "/t: { near: 20, within: 0.5 }",
        "/t: { near: 20, within: 3% }",
        "/t: { type: number, not: { type: integer } }",
        "/fan/rpm: { type: integer }",
        "/unit: { one-of: [C, F], length: 1 }",
        "/on: true",
        "/note: null",
        "/gone: { present: false }",
        "/note: { present: true }",
        "/at: { date-time: true, starts-with: '2026', ends-with: Z, matches: 'T12:', contains: '03-01' }",
        "/hist: { length: 3, all: { type: number, between: [19, 21] }, any: 20, contains: 21 }",
        "/hist: [19, 20, 21]",
        "/hist: { length: { '>=': 2 } }",
        "/fan: { equals: { rpm: 1200 } }",
        "/fan: { contains: rpm }",
        "'$.hist[*]': { '>=': 19 }",
        "'$.hist[-1]': 21, '$..rpm': 1200, '$.unit': C",
    ] {
        assert_eq!(verdict(rules), Verdict::Passed, "{rules}");
    }
    for rules in [
        "/t: 20.4",
        "/t: { '>': 20.5 }",
        "/t: { '<': 20.5 }",
        "/t: { between: [21, 30] }",
        "/t: { near: 20, within: 0.4 }",
        "/t: { near: 20, within: 2% }",
        "/t: { type: integer }",
        "/unit: { one-of: [K, F] }",
        "/n: 5",
        "/n: { '>': 4 }",
        "/on: 'true'",
        "/gone: null",
        "/gone: { '>': 0 }",
        "/gone: { not: 5 , present: true }",
        "/unit: { date-time: true }",
        "/hist: { all: { '>': 19 } }",
        "/hist: { any: 18 }",
        "/hist: [19, 20]",
        "'$.hist[*]': { '>': 19 }",
        "'$.nothing[*]': { '>': 19 }",
        "/t: 20.5, /unit: F",
    ] {
        assert_eq!(verdict(rules), Verdict::Failed, "{rules}");
    }
    assert_eq!(
        judged(b"no json", "expect-message: { topic: a, within: 50ms, where: { $: { present: true } } }"),
        Verdict::Failed
    );
    assert_eq!(judged(STATE, "expect-nothing: { topic: a, for: 50ms, where: { /t: { '>': 20 } } }"), Verdict::Failed);
    assert_eq!(judged(STATE, "expect-nothing: { topic: a, for: 50ms, where: { /t: { '>': 30 } } }"), Verdict::Passed);
}

#[test]
fn each_failing_condition_is_told_with_its_place() {
    let target = || {
        scripted(|journal, _| async move {
            let payload = hil_model::observation::Payload(STATE.to_vec());
            journal.record(Observation::Received(Message { topic: "a".into(), payload, ..Message::default() }));
        })
    };
    let told = |condition: &str| {
        told(&run_one(target(), &format!("steps:\n  - expect-message: {{ topic: a, within: 50ms, {condition} }}\n"))).1
    };
    insta::assert_snapshot!(told("where: { /t: { '<': 20 }, /n: 5, '$.hist[*]': { '<': 20 }, /gone: true, /unit: C }"), @r#"
    no matching message on a within 50ms
      expected: a JSON where /t is < 20 and /n is 5 and $.hist[*] is < 20 and /gone is true and /unit is "C"
      actual: 1 message: a "{\"t\":20.50,\"unit\":\"C\",\"on\":true,\"at\":\"2026-03-01T12:00:00Z\",\"hist\":[19,20,21],\"fan\":{\"rpm\":1200},\"note\":null,\"n\":\"5\"}" (qos 0)
    /t: 20.50, not < 20
    /n: "5" (it is a string, not a number), not 5
    $.hist[1]: 20, not < 20
    $.hist[2]: 21, not < 20
    /gone: nothing is there, not true
    "#);
    insta::assert_snapshot!(told("json: { t: 21, fan: { rpm: 1200, on: true }, n: 5 }"), @r#"
    no matching message on a within 50ms
      expected: a JSON with {"t":21,"fan":{"rpm":1200,"on":true},"n":5}
      actual: 1 message: a "{\"t\":20.50,\"unit\":\"C\",\"on\":true,\"at\":\"2026-03-01T12:00:00Z\",\"hist\":[19,20,21],\"fan\":{\"rpm\":1200},\"note\":null,\"n\":\"5\"}" (qos 0)
    $.t: 20.50, not 21
    $.fan.on: nothing, not true
    $.n: "5", not 5
    "#);
}

#[test]
fn a_light_is_judged_by_properties_of_its_colour() {
    let fading = |journal: Journal, _: u32| async move {
        show(&journal, &[("#000000", 100), ("#008000", 200), ("#00a000", 200), ("#00ff00", 200), ("#0000ff", 500)])
            .await;
    };
    let judged = |expectation: &str| {
        let step = format!("timeout: 5s\nsteps:\n  - expect-led: {{ part-id: led1, {expectation}, within: 1s }}\n");
        told(&run_one(scripted(fading), &step))
    };
    let green = "where: { hue: { near: 120, within: 5 }, brightness: { '>': 40 } }";
    for right in [green, &format!("{green}, for: 590ms"), "where: { blue: 255, red: 0 }, for: 400ms"] {
        assert_eq!(judged(right), (Verdict::Passed, String::new()), "{right}");
    }
    let (verdict, said) = judged(&format!("{green}, for: 610ms"));
    assert_eq!(verdict, Verdict::Failed);
    insta::assert_snapshot!(said, @"
    led1 was a colour whose hue is 120 ± 5 and whose brightness is > 40 only for 600ms
      expected: a colour whose hue is 120 ± 5 and whose brightness is > 40 for at least 610ms
      actual: #000000 for 100ms, #008000 for 200ms, #00a000 for 200ms, #00ff00 for 200ms, #0000ff for 300ms and still on
    ");
    let (verdict, said) = judged("where: { red: { '>': 10 } }");
    assert_eq!(verdict, Verdict::Failed);
    insta::assert_snapshot!(said, @"
    led1 did not become a colour whose red is > 10 within 1s
      expected: a colour whose red is > 10
      actual: #000000 for 100ms, #008000 for 200ms, #00a000 for 200ms, #00ff00 for 200ms, #0000ff for 300ms and still on
    ");
}

#[test]
fn properties_of_a_message_meet_conditions() {
    let sender = |journal: Journal, _: u32| async move {
        let message = Message {
            topic: "t".into(),
            content_type: Some("application/json; v=2".into()),
            message_expiry: Some(60),
            payload_is_utf8: Some(true),
            user_properties: vec![("try".into(), "1".into()), ("try".into(), "12".into())],
            ..Message::default()
        };
        journal.record(Observation::Received(message));
    };
    let judged = |properties: &str| {
        let step = format!("steps:\n  - expect-message: {{ topic: t, properties: {{ {properties} }} }}\n");
        told(&run_one(scripted(sender), &step))
    };
    for right in [
        "content-type: { starts-with: application/json }",
        "message-expiry: { between: [30, 60] }, payload-is-utf8: true",
        "message-expiry: 60",
        "user: { try: { '>': 10 } }",
        "user: { try: '1' }",
        "response-topic: { present: false }, user: { other: { present: false } }",
    ] {
        assert_eq!(judged(right), (Verdict::Passed, String::new()), "{right}");
    }
    for (wrong, why) in [
        ("content-type: text/plain", "content-type is \"application/json; v=2\", not \"text/plain\""),
        ("message-expiry: { '>': 60 }", "message-expiry is 60, not > 60"),
        ("user: { try: { '>': 12 } }", "the user property try is 1, not > 12"),
        ("user: { other: x }", "the user property other is absent, not \"x\""),
        ("correlation-data-hex: '00ff'", "correlation-data is absent, not hex:00ff"),
        ("response-topic: a/b", "response-topic is absent, not \"a/b\""),
    ] {
        let (verdict, said) = judged(wrong);
        assert!(verdict == Verdict::Failed && said.contains(why), "{wrong}: {said}");
    }
}

#[test]
fn what_a_line_or_payload_captures_meets_conditions() {
    let sender = |journal: Journal, _: u32| async move {
        journal.record(message("t", "t=31.5 C"));
        for line in ["t=35.0 C\n", "t=19.5 C\n"] {
            ms(100).await;
            journal.record(Observation::Serial { stream: SerialStream::Output, data: line.as_bytes().to_vec().into() });
        }
    };
    let judged = |step: &str| told(&run_one(scripted(sender), &format!("steps:\n  - {step}\n")));
    let expression = "matches: 't=(?<t>[0-9.]+)'";
    let right = format!(
        "expect-serial: {{ {expression}, where: {{ t: {{ '<': 20 }} }} }}\n  - expect-value: {{ value: '${{t}}', is: 19.5 }}"
    );
    assert_eq!(judged(&right), (Verdict::Passed, String::new()));
    assert_eq!(
        judged(&format!("expect-message: {{ topic: t, {expression}, where: {{ t: 31.5 }} }}")).0,
        Verdict::Passed
    );
    let (verdict, said) = judged(&format!("expect-serial: {{ {expression}, where: {{ t: {{ '<': 19 }} }} }}"));
    assert_eq!(verdict, Verdict::Failed);
    insta::assert_snapshot!(said, @r#"
    no matching serial line within 2s
      expected: a line that matches /t=(?<t>[0-9.]+)/ where t is < 19
      actual: "t=19.5 C"
    t: 19.5, not < 19
    "#);
    let (verdict, said) =
        judged(&format!("expect-message: {{ topic: t, {expression}, where: {{ t: {{ '<': 20 }} }} }}"));
    assert_eq!(verdict, Verdict::Failed);
    insta::assert_snapshot!(said, @r#"
    no matching message on t within 2s
      expected: t text that matches /t=(?<t>[0-9.]+)/ where t is < 20
      actual: 1 message: t "t=31.5 C" (qos 1)
    t: 31.5, not < 20
    "#);
}
