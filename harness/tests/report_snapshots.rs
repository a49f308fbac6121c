//! Everything that a report prints about one run with every verdict.

mod report_fixture;

use harness::event::{RunEvent, RunInfo};
use harness::report::terminal::Progress;
use harness::report::{FanOut, GitHub, Html, JsonLines, Junit, Reporter, Terminal, Theme, replay};
use report_fixture::*;

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
        *partition = Some("slice:2/4".parse::<harness::plan::Partition>().unwrap().into());
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
fn json_lines() {
    let text = printed(&rich_run(), |out| Box::new(JsonLines::new(out)));
    // The journals are long; what their entries look like is seen in the first of them.
    let cut = |line: &str| match line.char_indices().nth(2_000) {
        Some((at, _)) => format!("{}...", &line[..at]),
        None => line.to_owned(),
    };
    insta::assert_snapshot!(text.lines().map(cut).collect::<Vec<_>>().join("\n"));
}

#[test]
fn html() {
    let page = printed(&rich_run(), |out| Box::new(Html::new(out)));
    // Style and script are files of their own; a line for each element makes changes readable.
    let style = page.find("<style>").unwrap()..page.find("</style>").unwrap();
    let script = page.rfind("<script>").unwrap()..page.rfind("</script>").unwrap();
    let text =
        [&page[..style.start], "<style>", &page[style.end..script.start], "<script>", &page[script.end..]].concat();
    insta::assert_snapshot!(text.replace("><", ">\n<"));
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
