//! Whatever devices, brokers, boards and scenario files say, a report stays what it is: XML, HTML without foreign markup, one
//! annotation a line, one JSON object a line, a terminal without foreign escapes.


use hil_model::event::{BoardFault, BoardReport, BoardState, Failure, Place, RunEvent, ScenarioReport};
use hil_model::phase::Phase;
use hil_model::verdict::Verdict;
use hil_report::terminal::Progress;
use hil_report::{GitHub, Html, JsonLines, Junit, Reporter, Terminal, Theme, add_boards, jsonl, replay};
use proptest::prelude::*;
use crate::fixture::*;

/// Text as strangers write it: any characters, and what the media give a meaning to.
fn hostile() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        "<script>alert(1)</script>",
        "</script>",
        "]]>",
        "&amp;",
        "\" onload=\"x",
        "'",
        "::error file=a::b",
        "\n::warning::injected",
        "%0A",
        "```",
        "\r\n",
        "\0",
        "\u{1b}[2J",
        "\u{ffff}",
        "\u{202e}",
        "\u{85}",
        "|",
        "<!--",
        "{",
    ]);
    prop::collection::vec(prop_oneof![special.prop_map(str::to_owned), any::<String>(), "[ -~]{0,20}"], 0..6)
        .prop_map(|parts| parts.concat())
}

prop_compose! {
    fn hostile_failure(verdict: Verdict)(texts in prop::collection::vec(hostile(), 8), line in 1usize..2000,
        column in 0usize..2000, length in 0usize..2000, at in any::<u64>(), related in any::<Vec<u64>>(), placed in any::<bool>()) -> Failure {
        let [title, code, step, step_title, text, expected, actual, help] = texts.try_into().expect("eight texts");
        let place = placed.then(|| Place { file: code.clone().into(), line, column, length, text });
        let (expected, actual, help) = (Some(expected), Some(actual), Some(help));
        let at = hil_model::time::SimTime(at);
        Failure { verdict, title, code, step, step_title, place, expected, actual, help, at, related }
    }
}

prop_compose! {
    fn hostile_scenario()(verdict in prop::sample::select(Verdict::ALL.to_vec()))(
        verdict in Just(verdict), texts in prop::collection::vec(hostile(), 12), bytes in any::<Vec<u8>>(),
        failures in prop::collection::vec(hostile_failure(verdict), 0..3), ms in 0u64..100_000, retried in any::<bool>(),
    ) -> ScenarioReport {
        let t = |n: usize| texts[n].as_str();
        let log = Log::default()
            .at(0.0, power(t(0)))
            .at(0.5, received(t(1), t(2), 1, true))
            .at(1.0, binary(t(1), bytes.clone()))
            .at(1.5, serial(t(3)))
            .at(2.0, led(t(4), 3, 1, 2, 3))
            .at(2.5, fault(t(5)))
            .at(3.0, outcome(t(6), false, t(7)));
        let mut one = attempt(if verdict == Verdict::Flaky { Verdict::Failed } else { verdict }, ms, ms, log);
        one.failures = failures;
        one.steps = vec![step(t(8), t(9), 3, 0, 2, true), step(t(9), t(8), 3, 2, 3, false)];
        let attempts = if retried { vec![one.clone(), one] } else { vec![one] };
        let tags = vec![t(10).to_owned()];
        let reason = Some(t(11).to_owned());
        ScenarioReport { tags, reason, title: t(7).to_owned(), ..scenario(t(10), t(5), verdict, attempts) }
    }
}

prop_compose! {
    fn hostile_board()(texts in prop::collection::vec(hostile(), 5), lines in prop::collection::vec(hostile(), 0..60), running in any::<bool>(),
        state in prop::sample::select(vec![BoardState::Fit, BoardState::Failed, BoardState::NotNeeded, BoardState::NotAvailable, BoardState::Quarantined]),
        is_last in any::<bool>()) -> BoardReport {
        let [id, place, title, help, scenario] = texts.try_into().expect("five texts");
        let (phase, scenario) = if running { (Phase::Run, Some(scenario)) } else { (Phase::Flash, None) };
        let fault = BoardFault { phase, scenario, title, help, serial: lines, is_last };
        BoardReport { id, place, state, attempts: 3, faults: vec![fault] }
    }
}

/// Boards, and how many fewer than wanted.
type HostileBench = (Vec<BoardReport>, usize);

fn hostile_bench() -> impl Strategy<Value = HostileBench> {
    (prop::collection::vec(hostile_board(), 0..3), 0usize..2)
}

/// The scenario, on this bench; it ran on the first board.
fn on_bench(scenario: &ScenarioReport, (boards, missing): &HostileBench) -> Vec<RunEvent> {
    let mut scenario = scenario.clone();
    scenario.attempts.iter_mut().for_each(|attempt| attempt.board = boards.first().map(|board| board.id.clone()));
    let mut events = run_of(&scenario);
    for board in boards {
        events.insert(1, bench::phase(&board.id, Phase::Lock));
        let told = board.faults.iter().map(|fault| bench::failed(&board.id, fault));
        events.splice(2..2, told);
    }
    add_boards(bench::summary(&mut events), boards.clone(), *missing);
    events
}

fn run_of(scenario: &ScenarioReport) -> Vec<RunEvent> {
    let mut head = info(std::slice::from_ref(scenario));
    head.target_reason = scenario.title.clone();
    head.broker = scenario.id.clone();
    events(head, std::slice::from_ref(scenario), false)
}

fn printed(events: &[RunEvent], mut reporter: impl Reporter, buffer: &Buffer) -> String {
    replay(events, &mut reporter).expect("written to memory");
    buffer.text()
}

/// Markup and text of the page that do not depend on the run.
fn tags(page: &str) -> Vec<&str> {
    page.match_indices('<').map(|(at, _)| page[at + 1..].split([' ', '>', '\n']).next().unwrap_or("")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn junit_is_well_formed_and_reads_back(scenario in hostile_scenario(), bench in hostile_bench()) {
        let buffer = Buffer::default();
        let xml = printed(&on_bench(&scenario, &bench), Junit::new(buffer.clone()), &buffer);
        let report = quick_junit::Report::deserialize_from_str(&xml).expect("JUnit");
        let cases = bench.0.len() + bench.1;
        prop_assert_eq!(report.tests, 1 + cases);
        prop_assert_eq!(report.test_suites.len(), 1 + usize::from(cases > 0));
        let mut reader = quick_xml::Reader::from_str(&xml);
        loop {
            match reader.read_event().expect("well-formed XML") {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Text(text) => { text.xml10_content().expect("no foreign entities"); }
                _ => {}
            }
        }
        // XML 1.0, production 2: characters that may not occur in any form.
        let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
        prop_assert!(xml.chars().all(allowed));
    }

    #[test]
    fn html_has_no_markup_of_strangers(scenario in hostile_scenario(), bench in hostile_bench()) {
        let buffer = Buffer::default();
        let page = printed(&on_bench(&scenario, &bench), Html::new(buffer.clone()), &buffer);
        let found = tags(&page);
        prop_assert_eq!(found.iter().filter(|t| t.starts_with("script")).count(), 1, "ours only");
        let known = ["!DOCTYPE", "html", "head", "meta", "title", "style", "body", "header", "div", "h1", "h2", "h3", "span", "b", "p", "dl",
            "dt", "dd", "nav", "button", "input", "main", "details", "summary", "code", "figure", "figcaption", "svg", "g", "rect",
            "text", "tspan", "line", "path", "section", "pre", "mark", "table", "thead", "tbody", "tr", "th", "td", "script", "="];
        for tag in found {
            let name = tag.trim_start_matches('/');
            // The script compares numbers: `c < 1`.
            prop_assert!(name.is_empty() || known.contains(&name), "foreign tag {name:?}");
        }
    }

    #[test]
    fn annotations_are_one_line_each(scenario in hostile_scenario(), bench in hostile_bench()) {
        let buffer = Buffer::default();
        let text = printed(&on_bench(&scenario, &bench), GitHub::new(Some(buffer.clone()), None::<Buffer>), &buffer);
        let lines: Vec<&str> = text.split('\n').filter(|l| !l.is_empty()).collect();
        let failures = scenario.attempts[0].failures.len().max(1);
        let quiet = matches!(scenario.verdict, Verdict::Passed | Verdict::Skipped);
        let (boards, missing) = &bench;
        prop_assert_eq!(lines.len(), if quiet { 0 } else { failures } + boards.len() + missing);
        for line in lines {
            let command = line.strip_prefix("::").expect("a command");
            let (head, _) = command.split_once("::").expect("a message");
            let known = ["error file=", "warning file=", "error title=", "warning title="];
            prop_assert!(known.iter().any(|start| head.starts_with(start)), "{head}");
            let names: Vec<&str> = head.split_once(' ').expect("properties").1.split(',').filter_map(|p| p.split('=').next()).collect();
            prop_assert!(names.iter().all(|n| ["file", "line", "col", "endColumn", "title"].contains(n)), "{names:?}");
            prop_assert!(!line.contains('\r'));
        }
    }

    #[test]
    fn the_job_summary_keeps_text_inside_its_fences(scenario in hostile_scenario(), bench in hostile_bench()) {
        let buffer = Buffer::default();
        let text = printed(&on_bench(&scenario, &bench), GitHub::new(None::<Buffer>, Some(buffer.clone())), &buffer);
        let mut fence: Option<&str> = None;
        for line in text.lines() {
            let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
            match fence {
                None if line.ends_with("text") && ticks.len() >= 3 => fence = Some(ticks),
                Some(open) if ticks.len() >= open.len() => { prop_assert_eq!(ticks, line); fence = None; }
                Some(_) => {}
                None => prop_assert!(!line.contains("<script") && !line.contains("<!--"), "{line}"),
            }
        }
        prop_assert!(fence.is_none());
    }

    #[test]
    fn json_lines_read_back_as_they_were(scenario in hostile_scenario(), bench in hostile_bench()) {
        let buffer = Buffer::default();
        let events = on_bench(&scenario, &bench);
        let text = printed(&events, JsonLines::new(buffer.clone()), &buffer);
        prop_assert_eq!(text.lines().count(), events.len());
        prop_assert_eq!(jsonl::read_from("report.jsonl".as_ref(), text.as_bytes()).expect("reads back"), events);
    }

    #[test]
    fn the_terminal_obeys_nobody_but_us(scenario in hostile_scenario(), bench in hostile_bench()) {
        let buffer = Buffer::default();
        let terminal = Terminal::new(buffer.clone(), Theme::new(false), Progress::Lines);
        let text = printed(&on_bench(&scenario, &bench), terminal, &buffer);
        prop_assert!(text.chars().all(|c| c == '\n' || !c.is_control()));
    }
}
