//! The HTML page stays a page that a browser can open, whatever it is about.

mod report_fixture;

use harness::event::ScenarioReport;
use harness::report::{Html, replay};
use harness::verdict::Verdict;
use report_fixture::*;

fn page(scenarios: &[ScenarioReport]) -> String {
    let buffer = Buffer::default();
    replay(&events(info(scenarios), scenarios, false), &mut Html::new(buffer.clone())).expect("written to memory");
    buffer.text()
}

#[test]
fn it_needs_nothing_from_elsewhere() {
    let page = page(&scenarios());
    for reference in ["http://", "https://", "src=", "href=", "@import", "url("] {
        assert!(!page.contains(reference), "{reference}");
    }
}

#[test]
fn what_failed_is_open_and_first() {
    let page = page(&scenarios());
    let details: Vec<&str> =
        page.match_indices("<details class=\"scenario ").map(|(at, _)| &page[at..at + 90]).collect();
    assert_eq!(details.len(), 9);
    assert!(details[0].contains("failed") && details[0].contains(" open"), "{}", details[0]);
    assert!(details[8].contains("skipped") && !details[8].contains(" open"), "{}", details[8]);
}

#[test]
fn a_hundred_thousand_light_changes_stay_bounded_and_are_counted() {
    let mut log = Log::default();
    for n in 0..120_000u32 {
        log = log.at(f64::from(n) * 0.5, led("led1", 0, u8::from(n % 2 == 0) * 255, 0, 0));
    }
    let one = attempt(Verdict::Passed, 60_000, 100, log);
    let page = page(&[scenario("effects/strobe", "Strobe", Verdict::Passed, vec![one])]);
    assert!(page.len() < 400_000, "{}", page.len());
    assert!(page.contains("120 000 of 120 000 changes are closer than a pixel; the mean colour is drawn."));
    assert!(page.contains("Of 120 000 entries, 300 are shown"));
}

#[test]
fn a_busy_moment_in_a_long_scenario_has_a_close_up() {
    let mut long = rejected_hue();
    long.attempts[0].device_time = harness::time::SimTime(60_000 * MS);
    assert!(page(&[long]).contains("<figcaption>Close-up: 0.000000 s to 1.261050 s</figcaption>"));
}

#[test]
fn many_lights_and_steps_are_capped_with_a_note() {
    let mut log = Log::default();
    for index in 0..300 {
        log = log.at(1.0, led("strip", index, 255, 0, 0));
    }
    let mut one = attempt(Verdict::Passed, 10_000, 100, log);
    one.steps = (0..5_000).map(|n| step(&format!("step {n}"), "log", 1, n % 100, 10_000 - n % 70, true)).collect();
    let page = page(&[scenario("strip/many", "Many", Verdict::Passed, vec![one])]);
    assert!(page.contains("284 more lights not drawn."));
    assert!(page.contains("steps found no room on the axis"));
    assert!(page.contains("4 000 more steps left out."));
    assert!(page.len() < 800_000, "{}", page.len());
}

#[test]
fn a_long_run_lists_everything_and_drops_details_of_what_passed() {
    let mut log = Log::default();
    for n in 0..400 {
        log = log.at(f64::from(n), received(&format!("topic/{n}"), &"x".repeat(300), 0, false));
    }
    let passed = scenario("a", "Passed", Verdict::Passed, vec![attempt(Verdict::Passed, 400, 100, log)]);
    let mut all: Vec<ScenarioReport> =
        (0..250).map(|n| ScenarioReport { id: format!("a{n}"), ..passed.clone() }).collect();
    all.push(rejected_hue());
    let page = page(&all);
    assert!(page.len() < 48 << 20, "{}", page.len());
    assert_eq!(page.matches("<details class=\"scenario ").count(), 251);
    assert!(page.contains("are left out: the page is long enough"));
    assert!(page.contains("expected message did not arrive within 2s"));
}

#[test]
fn a_run_that_was_cut_short_says_so() {
    let mut events = rich_run();
    events.pop();
    let buffer = Buffer::default();
    replay(&events, &mut Html::new(buffer.clone())).unwrap();
    assert!(buffer.text().contains("The run was cut short"));
}
