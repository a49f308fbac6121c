//! Steps that hold steps, and calculations: `if`, `for`, `retry`, `${a + b}`, `expect-value`.

use hil_model::event::ScenarioReport;
use hil_model::observation::{Observation, SerialStream};
use hil_model::time::SimTime;
use hil_model::verdict::Verdict;
use hil_targets::journal::Journal;

use crate::scripted::{message, ms, plan, run_one, scripted, told};

async fn silent(_: Journal, _: u32) {}

/// The verdict of steps on a device that does nothing, and what failed.
fn steps(steps: &str) -> (Verdict, String) {
    told(&run_one(scripted(silent), steps))
}

fn paths(report: &ScenarioReport) -> Vec<&str> {
    report.attempts[0].steps.iter().map(|step| step.path.as_str()).collect()
}

#[test]
fn variables_are_calculated_with() {
    let all = "\
vars: { hue: 350, step: 20.5, name: 'kitchen lamp', id: '0042' }
steps:
  - expect-value: { value: '${(hue + 30) % 360}', is: 20 }
  - expect-value: { value: '${step + 0.1 + 0.2}', is: 20.8 }
  - expect-value: { value: '${max(hue, 400) - 1}', is: { '>': 398, '<=': 399 } }
  - expect-value: { value: { name: '${name}', hex: '${hex(id)}' }, is: { equals: { name: kitchen lamp, hex: '30303432' } } }
  - expect-value: { value: '${json(name)}', is: '\"kitchen lamp\"' }
  - expect-value: { value: '${base64(name)}', is: a2l0Y2hlbiBsYW1w }
  - expect-value: { value: '${now()}', is: { date-time: true } }
  - expect-value: { value: '${uuid()}', is: { length: 36, matches: '^[0-9a-f-]+$' } }
  - expect-value: { value: '${id}', is: { type: string } }
  - expect-value: { value: '${hue + 0}', is: { type: integer } }
";
    assert_eq!(steps(all), (Verdict::Passed, String::new()));
}

#[test]
fn scenario_time_is_what_now_tells() {
    let scenario = "\
timeout: 3h
vars: { start: \"${now('s')}\" }
steps:
  - delay: 1h
  - expect-value: { value: \"${now('s') - start}\", is: { between: [3600, 3610] } }
";
    assert_eq!(steps(scenario), (Verdict::Passed, String::new()));
}

#[test]
fn two_captures_are_compared() {
    let target = || {
        scripted(|journal, _| async move {
            journal.record(message("heap", "1000"));
            ms(10).await;
            journal.record(message("heap/later", "990"));
        })
    };
    let compared = |is: &str| {
        let steps = format!(
            "steps:\n  - capture: {{ name: before, topic: heap }}\n  - capture: {{ name: after, topic: heap/later }}\n  - \
             expect-value: {{ value: \"${{after}}\", is: {is} }}\n"
        );
        told(&run_one(target(), &steps))
    };
    assert_eq!(compared("{ '<': '${before}' }").0, Verdict::Passed);
    let (verdict, said) = compared("{ '>=': '${before}' }");
    assert_eq!(verdict, Verdict::Failed);
    insta::assert_snapshot!(said, @"
    a value is not as expected
      expected: >= 1000
      actual: 990
    ");
}

#[test]
fn a_calculation_without_a_result_is_an_error_with_its_place() {
    let report = run_one(
        scripted(|journal, _| async move {
            journal.record(message("t", "warm"));
        }),
        "steps:\n  - capture: { name: t, topic: t }\n  - publish: { topic: out, payload: '${t + 1}' }\n",
    );
    let failure = &report.attempts[0].failures[0];
    assert_eq!(report.verdict, Verdict::Invalid);
    assert_eq!(failure.title, "a calculation without a result");
    assert_eq!(failure.place.as_ref().unwrap().line, 5);
}

#[test]
fn a_for_goes_through_its_values_and_leaves_nothing_behind() {
    let target = scripted(|journal, _| async move {
        journal.record(message("sensors", "[\"a\",2,{\"x\":1}]"));
    });
    let report = run_one(
        target,
        "vars: { each: outer }\nsteps:\n  - capture: { name: list, topic: sensors }\n  - for:\n      each: each\n      in: \
         '${list}'\n      steps:\n        - expect-value: { value: '${each}', is: { one-of: [a, 2, '{\"x\":1}', {x: 1}] } }\n        \
         - expect-value: { value: '${iteration}', is: { between: [1, 3] } }\n  - expect-value: { value: '${each}', is: outer }\n",
    );
    assert_eq!(told(&report), (Verdict::Passed, String::new()));
    assert_eq!(report.attempts[0].steps.iter().filter(|step| step.path.starts_with("step 2.1")).count(), 3);
    assert!(paths(&report).contains(&"step 2.1 (each = \"a\")"), "{:?}", paths(&report));
    let (verdict, said) = steps(
        "steps:\n  - for: { each: n, in: [1, 2, 3], steps: [expect-value: { value: '${n}', is: { '<': 3 } }] }\n",
    );
    assert_eq!((verdict, said.lines().next()), (Verdict::Failed, Some("a value is not as expected")));
}

#[test]
fn only_the_branch_that_is_taken_is_carried_out() {
    let scenario = |value: &str| {
        format!(
            "vars: {{ mode: {value} }}\nsteps:\n  - if:\n      value: '${{mode}}'\n      is: {{ starts-with: e }}\n      then: \
             [expect-value: {{ value: 1, is: 1 }}]\n      else: [expect-value: {{ value: 1, is: 2 }}]\n"
        )
    };
    assert_eq!(steps(&scenario("eco")).0, Verdict::Passed);
    assert_eq!(steps(&scenario("comfort")).0, Verdict::Failed);
}

#[test]
fn what_only_one_branch_needs_is_not_needed() {
    let scenario = "\
steps:
  - if:
      target-has: custom-chips
      then: [expect-chip-output: ok]
      else: [expect-value: { value: 1, is: 1 }]
  - if: { value: '${1 + 1}', is: 3, then: [touch: { part-id: lcd, x: 1, y: 1 }, expect-value: { value: 1, is: 2 }] }
";
    assert!(plan(scenario)[0].scenario.needs.is_empty());
    let other = "steps:\n  - capture: { name: x, topic: t }\n  - if: { value: '${x}', is: 3, then: [power: off] }\n";
    let needs: Vec<_> = plan(other)[0].scenario.needs.iter().map(|need| need.capability.to_string()).collect();
    assert_eq!(needs, ["mqtt", "power"]);
}

#[test]
fn a_scenario_of_which_nothing_was_judged_is_skipped_and_says_so() {
    for step in [
        "for: { each: n, in: '${list}', steps: [expect-message: { topic: '${n}' }] }",
        "if: { value: '${list}', is: x, then: [expect-message: { topic: a }] }",
        "if: { target-has: led, then: [delay: 1s], else: [expect-message: { topic: a }] }",
    ] {
        let report = run_one(scripted(silent), &format!("vars: {{ list: '[]' }}\nsteps:\n  - {step}\n"));
        let (_, said) = told(&report);
        assert_eq!(report.verdict, Verdict::Skipped, "{step}: {said}");
        let reason = report.reason.unwrap();
        assert!(reason.contains("no step that asks something of the device was carried out"), "{reason}");
    }
}

#[test]
fn a_retry_holds_when_its_steps_do_at_last() {
    let target = || {
        scripted(|journal, _| async move {
            for count in 1..=5 {
                ms(1000).await;
                journal.record(Observation::Serial {
                    stream: SerialStream::Output,
                    data: format!("n={count}\n").into_bytes().into(),
                });
            }
        })
    };
    let scenario = |within: &str| {
        format!(
            "steps:\n  - retry:\n      every: 700ms\n      within: {within}\n      steps:\n        - capture: {{ name: n, serial: \
             'n=(\\d)' }}\n        - expect-value: {{ value: '${{n}}', is: {{ '>=': 4 }} }}\n"
        )
    };
    let report = run_one(target(), &scenario("10s"));
    assert_eq!(told(&report), (Verdict::Passed, String::new()));
    assert!(report.attempts[0].steps.iter().all(|step| step.ok), "{:?}", report.attempts[0].steps);
    let report = run_one(target(), &scenario("2s"));
    let (verdict, said) = told(&report);
    assert_eq!(verdict, Verdict::Failed);
    insta::assert_snapshot!(said, @"
    a value is not as expected
      expected: >= 4
      actual: 1
    ");
    let failure = &report.attempts[0].failures[0];
    assert_eq!(report.attempts[0].failures.len(), 1);
    assert!(failure.help.as_ref().unwrap().starts_with("this was try "), "{failure:?}");
}

#[test]
fn a_retry_does_not_repeat_what_is_wrong_with_the_file() {
    let target = scripted(|journal, _| async move {
        journal.record(message("t", "warm"));
    });
    let report = run_one(
        target,
        "steps:\n  - capture: { name: t, topic: t }\n  - retry: { within: 10s, steps: [expect-value: { value: '${t * 2}', is: 1 }] }\n",
    );
    assert_eq!(report.verdict, Verdict::Invalid);
    assert_eq!(report.attempts[0].device_time, SimTime::ZERO);
}

#[test]
fn silence_that_the_scenarios_end_cuts_short_is_none() {
    for step in [
        "expect-nothing: { topic: a, for: 60s }",
        "expect-serial: { text: a, absent: true, within: 60s }",
        "request: { topic: a, no-response: true, within: 60s }",
        "expect-stream: { topic: a, at-most: 1, for: 60s }",
        "all-of: [expect-nothing: { topic: a, for: 60s }, expect-nothing: { topic: b, for: 1s }]",
        "repeat: { times: 3, steps: [expect-nothing: { topic: a, for: 20s }] }",
        "delay: 60s",
    ] {
        let (verdict, said) = steps(&format!("steps:\n  - mark: begin\n  - {step}\n"));
        assert_eq!(verdict, Verdict::Failed, "{step}");
        assert!(said.starts_with("the scenario's timeout of 30s ended"), "{step}: {said}");
        let (verdict, said) = steps(&format!("timeout: 3min\nsteps:\n  - mark: begin\n  - {step}\n"));
        assert_eq!(verdict, Verdict::Passed, "{step}: {said}");
    }
    assert_eq!(steps("steps:\n  - expect-nothing: { topic: a, for: 30s }\n").0, Verdict::Passed);
}

#[test]
fn what_may_still_come_is_not_absent_for_any_of_either() {
    let target = || {
        scripted(|journal, _| async move {
            ms(1000).await;
            let data = b"late\n".to_vec().into();
            journal.record(Observation::Serial { stream: SerialStream::Output, data });
        })
    };
    let judged = |within: &str| {
        let absent = format!("expect-serial: {{ text: late, absent: true, within: {within} }}");
        run_one(target(), &format!("steps:\n  - any-of: [{absent}, expect-message: {{ topic: never, within: 3s }}]\n"))
    };
    assert_eq!(judged("900ms").verdict, Verdict::Passed);
    assert_eq!(judged("3s").verdict, Verdict::Failed);
}

#[test]
fn a_wrong_flow_is_told_before_anything_runs() {
    for (steps, told) in [
        ("- for: { each: n, in: [], steps: [reset] }", "the list is empty"),
        ("- for: { each: iteration, in: [1], steps: [reset] }", "`iteration` cannot name a variable"),
        ("- if: { value: 1, then: [reset] }", "missing key `is`"),
        ("- if: { target-has: wings, then: [reset] }", "wings"),
        ("- retry: { within: 5s, every: 0s, steps: [reset] }", "a duration of zero"),
        ("- publish: { topic: a, payload: '${1 +}' }", "is neither a variable nor a calculation"),
        ("- publish: { topic: a, payload: '${1 / 0}' }", "a calculation without a result"),
        ("- expect-value: { value: 1 }", "missing key `is`"),
        ("- expect-stream: { topic: a, for: 1s }", "a stream of which nothing is expected"),
        ("- expect-stream: { topic: a, for: 1s, at-least: 3, at-most: 2 }", "at least 3 and at most 2 messages"),
        ("- expect-serial: { matches: 't=(?<t>.)', where: { u: 1 } }", "the expression has no group named `u`"),
    ] {
        let text = format!("name: test\nversion: 1\nsteps:\n  {steps}\n");
        let loaded = hil_scenario::Loader::with_env(|_| None).load_text(std::path::Path::new("test.yaml"), text);
        let errors = loaded.err().map(|errors| errors.render(false)).unwrap_or_default();
        assert!(errors.contains(told), "{steps}: {errors}");
    }
}
