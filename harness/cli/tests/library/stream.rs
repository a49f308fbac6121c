//! `expect-stream`: rates, numbers, order, counters.

use std::time::Duration;

use hil_model::observation::{Entry, Observation};
use hil_model::time::SimTime;
use hil_model::verdict::Verdict;

use crate::scripted::{message, ms, run_one, scripted, told};

/// The verdict on a device that sends these payloads on `t`, each after its milliseconds.
fn judged(messages: &'static [(u64, &'static str)], step: &str) -> (Verdict, String) {
    let target = scripted(move |journal, _| async move {
        for (pause, payload) in messages {
            ms(*pause).await;
            journal.record(message("t", payload));
        }
    });
    told(&run_one(target, &format!("timeout: 5min\nsteps:\n  - expect-stream: {{ topic: t, {step} }}\n")))
}

const STEADY: &[(u64, &str)] = &[
    (3000, r#"{"seq":7,"t":20}"#),
    (5200, r#"{"seq":8,"t":21}"#),
    (4900, r#"{"seq":9,"t":20.5}"#),
    (5000, r#"{"seq":10,"t":31}"#),
];

#[test]
fn messages_come_at_a_rate() {
    assert_eq!(judged(STEADY, "every: 5s, for: 20s"), (Verdict::Passed, String::new()));
    assert_eq!(judged(STEADY, "every: 5s, tolerance: 210ms, for: 18s"), (Verdict::Passed, String::new()));
    for (step, told) in [
        ("every: 5s, tolerance: 1%, for: 20s", "no message on t in time behind the 1st"),
        ("every: 5s, for: 30s", "no message on t in time behind the 4th"),
        ("every: 6s, tolerance: 500ms, for: 20s", "the 2nd message on t came too early"),
        ("every: 2s, for: 20s", "no message on t in time"),
    ] {
        let (verdict, said) = judged(STEADY, step);
        assert_eq!((verdict, said.lines().next()), (Verdict::Failed, Some(told)), "{step}");
    }
    let (_, said) = judged(STEADY, "every: 5s, tolerance: 1%, for: 20s");
    insta::assert_snapshot!(said, @"
    no message on t in time behind the 1st
      expected: 5s from one to the next (4.95s to 5.05s)
      actual: none for 5.05s since it
    ");
}

#[test]
fn messages_are_counted() {
    assert_eq!(judged(STEADY, "at-least: 4, at-most: 4, for: 20s").0, Verdict::Passed);
    assert_eq!(judged(STEADY, "at-most: 0, where: { /t: { '>': 31 } }, for: 20s").0, Verdict::Passed);
    let (verdict, said) = judged(STEADY, "at-most: 3, for: 20s");
    assert_eq!(verdict, Verdict::Failed);
    insta::assert_snapshot!(said, @"
    too many messages on t
      expected: at most 3 in 20s
      actual: 4 within 18.1s
    ");
    let (verdict, said) = judged(STEADY, "at-least: 5, for: 20s");
    assert_eq!(verdict, Verdict::Failed);
    insta::assert_snapshot!(said, @"
    too few messages on t
      expected: at least 5 in 20s
      actual: 4 in 20s
    ");
}

#[test]
fn messages_are_in_order_and_no_others_come_between() {
    const MODES: &[(u64, &str)] = &[(10, "heat"), (10, r#"{"mode":"idle"}"#), (10, "off")];
    assert_eq!(judged(MODES, "order: [heat, { json: { mode: idle } }, off], for: 1s").0, Verdict::Passed);
    for (order, told) in [
        ("[heat, off]", "the 2nd message on t is not the expected one"),
        ("[heat, { json: { mode: idle } }]", "a message on t behind the last one that is expected"),
        ("[heat, { json: { mode: idle } }, off, heat]", "the 4th message on t has not come in 1s"),
    ] {
        let (verdict, said) = judged(MODES, &format!("order: {order}, for: 1s"));
        assert_eq!((verdict, said.lines().next()), (Verdict::Failed, Some(told)), "{order}");
    }
}

#[test]
fn each_message_meets_conditions_and_counters_count() {
    assert_eq!(judged(STEADY, "each: { /t: { between: [19, 31] } }, change: { /seq: 1 }, for: 20s").0, Verdict::Passed);
    let (verdict, said) = judged(STEADY, "each: { /t: { between: [19, 30] } }, for: 20s");
    assert_eq!(verdict, Verdict::Failed);
    insta::assert_snapshot!(said, @r#"
    the 4th message on t is not as each should be
      expected: JSON where /t is between 19 and 30
      actual: t "{\"seq\":10,\"t\":31}" (qos 1)
    /t: 31, not between 19 and 30
    "#);
    let (verdict, said) = judged(STEADY, "change: { /t: { '>=': 0 } }, for: 20s");
    assert_eq!(verdict, Verdict::Failed);
    insta::assert_snapshot!(said, @"
    /t has not changed as expected to the 3rd message
      expected: from one message to the next, a change where JSON where /t is >= 0
      actual: 21 became 20.5: a change of -0.5
    ");
    // One message proves nothing of changes, and none proves nothing at all.
    for step in ["change: { /seq: 1 }, for: 4s", "each: { /t: 20 }, for: 1s"] {
        let (verdict, said) = judged(STEADY, step);
        assert_eq!((verdict, said.lines().next()), (Verdict::Failed, Some("too few messages on t to judge")), "{step}");
    }
}

#[test]
fn what_came_while_the_stimulus_was_given_counts() {
    let answers_at_once = || {
        scripted(|journal, _| async move {
            let asked =
                |entries: &[Entry]| entries.iter().any(|e| matches!(e.what, Observation::Published(_))).then_some(());
            journal.wait(0, SimTime::default() + Duration::from_secs(10), asked).await;
            journal.record(message("t", "once"));
        })
    };
    // The second stimulus ends long after the answer to the first.
    let steps = |between: &str, rule: &str| {
        format!(
            "steps:\n  - publish: {{ topic: go, payload: 1 }}\n  - {between}\n  - expect-stream: {{ topic: t, {rule}, for: 1s }}\n"
        )
    };
    let later = "delay: 100ms";
    let (verdict, said) = told(&run_one(answers_at_once(), &steps("publish: { topic: go, payload: 2 }", "at-most: 0")));
    assert_eq!((verdict, said.lines().next()), (Verdict::Failed, Some("too many messages on t")), "{said}");
    // Behind anything that is no stimulus, the stream begins with the step.
    assert_eq!(told(&run_one(answers_at_once(), &steps(later, "at-most: 0"))).0, Verdict::Passed);
}
