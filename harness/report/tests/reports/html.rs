//! The HTML page stays a page that a browser can open, whatever it is about.


use hil_model::event::{RunEvent, ScenarioReport};
use hil_model::verdict::Verdict;
use hil_report::{Html, replay};
use crate::fixture::bench::{bench_run, boards, good_bench_run, on_boards};
use crate::fixture::*;

fn page(scenarios: &[ScenarioReport]) -> String {
    page_of(&events(info(scenarios), scenarios, false))
}

fn page_of(events: &[RunEvent]) -> String {
    let buffer = Buffer::default();
    replay(events, &mut Html::new(buffer.clone())).expect("written to memory");
    buffer.text()
}

#[test]
fn it_needs_nothing_from_elsewhere() {
    for page in [page(&scenarios()), page_of(&bench_run())] {
        for reference in ["http://", "https://", "src=", "href=", "@import", "url("] {
            assert!(!page.contains(reference), "{reference}");
        }
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
fn boards_are_listed_and_open_if_one_failed() {
    assert!(!page(&scenarios()).contains("class=\"boards\""), "a run without boards has none");
    let fit = page_of(&on_boards(&[blink()], boards()[..1].to_vec(), 0));
    assert!(fit.contains("<details class=\"boards\"><summary>"), "closed");
    let lost = page_of(&good_bench_run());
    assert!(lost.contains(
        "<details class=\"boards\" open><summary><h2>Boards</h2><span class=\"dim\">2 boards, 1 lost, 2 faults"
    ));
    assert!(lost.contains("<pre>ESP-ROM:esp32c3-api1-20210207\nrst:0x1"));
}

#[test]
fn each_attempt_says_which_board_it_ran_on() {
    let page = page_of(&bench_run());
    let (_, moved) = page.split_once(r#"<b>blink/basic</b>"#).expect("the scenario");
    let headings: Vec<&str> = moved.split("<h2>").skip(1).filter_map(|text| text.split("</h2>").next()).collect();
    let expected = [("Attempt 1", "bench-error", "light-3"), ("Attempt 2", "passed", "light-1")];
    for (heading, (attempt, badge, board)) in headings.iter().zip(expected) {
        assert!(heading.starts_with(attempt) && heading.contains(&format!("badge {badge}")), "{heading}");
        assert!(heading.ends_with(&format!("on {board}</span>")), "{heading}");
    }
    assert!(headings.len() >= 2);
    assert!(page.contains(r#"<span class="tag board" title="board">light-1</span>"#), "can be filtered by");
}

#[test]
fn too_few_boards_are_the_first_that_is_said() {
    let page = page_of(&on_boards(&[blink()], boards(), 1));
    assert!(page.contains("<title>hil: 1 scenario, too few boards</title>"));
    assert!(page.contains(r#"<p class="banner">1 board fewer than --min-boards was fit"#));
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
    long.attempts[0].device_time = hil_model::time::SimTime(60_000 * MS);
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
