//! Everything that a report prints about one run with every verdict, and about one on a bench.


use hil_model::event::{BoardState, RunEvent, RunInfo};
use hil_report::terminal::Progress;
use hil_report::{FanOut, GitHub, Html, JsonLines, Junit, Reporter, Terminal, Theme, replay};
use crate::fixture::bench::{bench_run, bench_scenarios, board, boards, good_bench_run, no_chip, on_boards};
use crate::fixture::*;

fn printed(events: &[RunEvent], make: impl FnOnce(Buffer) -> Box<dyn Reporter>) -> String {
    let buffer = Buffer::default();
    replay(events, make(buffer.clone()).as_mut()).expect("written to memory");
    buffer.text()
}

fn terminal(events: &[RunEvent], color: bool) -> String {
    printed(events, |out| Box::new(Terminal::new(out, Theme::new(color), Progress::Lines)))
}

#[test]
fn terminal_without_colour() {
    insta::assert_snapshot!(terminal(&rich_run(), false));
}

#[test]
fn terminal_with_colour() {
    insta::assert_snapshot!(terminal(&rich_run(), true).replace('\x1b', "␛"));
}

#[test]
fn terminal_of_a_good_run() {
    insta::assert_snapshot!(terminal(&good_run(), false));
}

#[test]
fn terminal_of_a_bench() {
    insta::assert_snapshot!(terminal(&bench_run(), false));
}

#[test]
fn terminal_of_a_bench_with_colour() {
    let text = terminal(&good_bench_run(), true);
    insta::assert_snapshot!(text.replace('\x1b', "␛"));
    assert!(!terminal(&good_bench_run(), false).contains('\x1b'));
}

#[test]
fn terminal_of_one_board_that_works_does_not_speak_of_it() {
    let one = on_boards(&[blink()], boards()[..1].to_vec(), 0);
    assert!(!terminal(&one, false).contains("light-1"), "{}", terminal(&one, false));
    let failing = board("light-1", "/dev/ttyUSB0", BoardState::Quarantined, 0, &[no_chip(false), no_chip(true)]);
    let text = terminal(&on_boards(&[blink()], vec![failing], 0), false);
    assert!(text.contains("\n   light-1  /dev/ttyUSB0  quarantined"), "{text}");
}

#[test]
fn hundreds_of_scenarios_without_a_board_are_one_line() {
    let many: Vec<_> = (0..334).map(|n| bench::stranded(&format!("s{n:03}"), bench::NO_BOARD)).collect();
    let run = on_boards(&many, boards(), 0);
    let text = terminal(&run, false);
    assert_eq!(text.matches(bench::NO_BOARD).count(), 2, "while it runs, and at its end: {text}");
    assert!(text.contains("s000 and 333 more  no board"), "{text}");
    let commands = printed(&run, |out| Box::new(GitHub::new(Some(out), None::<Buffer>)));
    assert_eq!(commands.matches("::error ").count(), 1, "{commands}");
    let summary = printed(&run, |out| Box::new(GitHub::new(None::<Buffer>, Some(out))));
    assert_eq!(summary.matches("no board that can run it").count(), 1, "{summary}");
}

#[test]
fn scenarios_without_a_board_are_told_also_if_the_run_is_cut_short() {
    let mut run = bench_run();
    run.pop();
    assert!(terminal(&run, false).ends_with(&format!("power/brownout and 5 more  {}\n", bench::NO_BOARD)));
}

#[test]
fn too_few_boards_are_no_more_than_a_remark_when_there_is_worse() {
    let mut scenarios = bench_scenarios();
    scenarios.truncate(2);
    let text = terminal(&on_boards(&scenarios, boards(), 2), false);
    insta::assert_snapshot!(text.lines().last().unwrap(), @"too few boards: 2 boards fewer than --min-boards were fit to the end, which makes exit code 3 unless there is worse");
}

#[test]
fn terminal_of_a_run_with_nothing_in_it() {
    insta::assert_snapshot!(terminal(&events(info(&[]), &[], false), false), @"
    hil 0.1.0: target native (default: no RISC-V build is possible here), broker embedded, seed 42, 0 scenarios

      Summary [   5.240s / 0s device] 0 scenarios: nothing ran
    ");
}

#[test]
fn terminal_names_the_share() {
    let mut events = good_run();
    if let RunEvent::RunStarted(RunInfo { partition, plan_total, broker, .. }) = &mut events[0] {
        *partition = Some("slice:2/4".parse::<hil_scenario::plan::Partition>().unwrap().into());
        *plan_total = 12;
        *broker = "mqtts://user@broker.example:8883".to_owned();
    }
    let text = terminal(&events, false);
    insta::assert_snapshot!(text.lines().next().unwrap(), @"hil 0.1.0: target native (default: no RISC-V build is possible here), broker mqtts://user@broker.example:8883, seed 42, 3 scenarios of 12 (slice:2/4)");
    insta::assert_snapshot!(text.lines().find(|l| l.contains("rerun")).unwrap(), @"   = rerun: hil run --target native --broker mqtts://user@broker.example:8883 --seed 42 --filter '=session/reconnect'");
}

#[test]
fn junit() {
    insta::assert_snapshot!(printed(&rich_run(), |out| Box::new(Junit::new(out))));
}

#[test]
fn junit_of_a_bench() {
    insta::assert_snapshot!(printed(&bench_run(), |out| Box::new(Junit::new(out))));
}

/// The journals are long; what their entries look like is seen in the first `max` characters.
fn json_lines_of(events: &[RunEvent], max: usize) -> String {
    let text = printed(events, |out| Box::new(JsonLines::new(out)));
    let cut = |line: &str| match line.char_indices().nth(max) {
        Some((at, _)) => format!("{}...", &line[..at]),
        None => line.to_owned(),
    };
    text.lines().map(cut).collect::<Vec<_>>().join("\n")
}

#[test]
fn json_lines() {
    insta::assert_snapshot!(json_lines_of(&rich_run(), 2_000));
}

#[test]
fn json_lines_of_a_bench() {
    let (first, last) = (&bench_run()[1..8], &bench_run()[bench_run().len() - 1..]);
    insta::assert_snapshot!(json_lines_of(&[first, last].concat(), 4_000));
}

/// Style and script are files of their own; a line for each element makes changes readable.
fn html_of(events: &[RunEvent]) -> String {
    let page = printed(events, |out| Box::new(Html::new(out)));
    let style = page.find("<style>").expect("a style")..page.find("</style>").expect("a style");
    let script = page.rfind("<script>").expect("a script")..page.rfind("</script>").expect("a script");
    let text =
        [&page[..style.start], "<style>", &page[style.end..script.start], "<script>", &page[script.end..]].concat();
    text.replace("><", ">\n<")
}

#[test]
fn html() {
    insta::assert_snapshot!(html_of(&rich_run()));
}

#[test]
fn html_of_a_bench() {
    let page = html_of(&bench_run());
    let boards = page.find("<p class=\"banner\">").unwrap()..page.find("<nav").unwrap();
    insta::assert_snapshot!(&page[boards]);
}

#[test]
fn github_annotations() {
    insta::assert_snapshot!(printed(&rich_run(), |out| Box::new(GitHub::new(Some(out), None::<Buffer>))));
}

#[test]
fn github_job_summary() {
    insta::assert_snapshot!(printed(&rich_run(), |out| Box::new(GitHub::new(None::<Buffer>, Some(out)))));
}

#[test]
fn github_job_summary_of_a_good_run() {
    insta::assert_snapshot!(printed(&good_run(), |out| Box::new(GitHub::new(None::<Buffer>, Some(out)))));
}

#[test]
fn github_annotations_of_a_bench() {
    insta::assert_snapshot!(printed(&bench_run(), |out| Box::new(GitHub::new(Some(out), None::<Buffer>))));
}

#[test]
fn github_job_summary_of_a_bench() {
    insta::assert_snapshot!(printed(&good_bench_run(), |out| Box::new(GitHub::new(None::<Buffer>, Some(out)))));
}

#[test]
fn github_job_summary_of_a_bench_with_too_few_boards() {
    let text = printed(&bench_run(), |out| Box::new(GitHub::new(None::<Buffer>, Some(out))));
    let outside = text.split("<details>").next().unwrap().to_owned() + text.rsplit("</details>").next().unwrap();
    insta::assert_snapshot!(outside);
}

#[test]
fn a_report_that_fails_does_not_keep_the_others_from_their_events() {
    struct Full;
    impl Reporter for Full {
        fn event(&mut self, _: &RunEvent) -> std::io::Result<()> {
            Err(std::io::Error::other("disk full"))
        }
    }
    let buffer = Buffer::default();
    let mut all = FanOut::new().with(Full).with(JsonLines::new(buffer.clone()));
    let results: Vec<_> = rich_run().iter().map(|e| all.event(e)).collect();
    assert_eq!(results[0].as_ref().unwrap_err().to_string(), "disk full");
    assert!(results[1..].iter().all(Result::is_ok), "the failed report is left out from there on");
    assert_eq!(buffer.text().lines().count(), rich_run().len());
    all.finish().unwrap();
}
