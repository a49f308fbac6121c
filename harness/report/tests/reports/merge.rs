//! Reports of shards, joined: the same as one run, or an error that says why not.

use std::path::PathBuf;
use std::time::Duration;

use crate::fixture::bench::{board, boards, failed, good_bench_run, no_chip, phase, summary, unplugged};
use crate::fixture::*;
use hil_model::event::{BoardReport, BoardState, RunEvent, RunInfo, ScenarioReport, Summary};
use hil_model::phase::Phase;
use hil_model::verdict::Verdict;
use hil_report::merge::{MergeError, merge, merge_files};
use hil_report::{JsonLines, add_boards, jsonl, replay, summarize};
use hil_scenario::plan::{Kind, Partition, select};
use proptest::prelude::*;

type Report = (PathBuf, Vec<RunEvent>);

/// The reports that the shards of one run write.
fn shards(all: &[ScenarioReport], kind: Kind, total: u32) -> Vec<Report> {
    let ids: Vec<&str> = all.iter().map(|s| s.id.as_str()).collect();
    let shard = |index| {
        let partition = Partition::new(kind, index, total).expect("a share");
        let mine: Vec<ScenarioReport> = select(&ids, &partition).into_iter().map(|i| all[i].clone()).collect();
        let head = RunInfo { partition: Some(partition.into()), total: mine.len(), ..info(all) };
        (PathBuf::from(format!("shard-{index}.jsonl")), events(head, &mine, false))
    };
    (1..=total).map(shard).collect()
}

fn head(report: &mut Report) -> &mut RunInfo {
    match &mut report.1[0] {
        RunEvent::RunStarted(info) => info,
        other => panic!("{other:?}"),
    }
}

fn three() -> Vec<Report> {
    shards(&scenarios(), Kind::Slice, 3)
}

/// The error as the command line shows it: message and help.
fn refused(reports: Vec<Report>) -> String {
    shown(merge(reports).expect_err("refused"))
}

fn shown(error: MergeError) -> String {
    let help = miette::Diagnostic::help(&error).map_or_else(String::new, |help| format!("\nhelp: {help}"));
    let code = miette::Diagnostic::code(&error).map_or_else(String::new, |code| format!("[{code}] "));
    format!("{code}{error}{help}")
}

#[test]
fn joined_shards_equal_one_run() {
    let all = scenarios();
    let joined = merge(three()).unwrap();
    let RunEvent::RunStarted(head) = &joined[0] else { panic!("head first") };
    assert_eq!(head, &info(&all));
    let ids: Vec<&str> = joined
        .iter()
        .filter_map(|e| if let RunEvent::ScenarioFinished(s) = e { Some(s.id.as_str()) } else { None })
        .collect();
    let mut sorted: Vec<&str> = all.iter().map(|s| s.id.as_str()).collect();
    sorted.sort_unstable();
    assert_eq!(ids, sorted);
    let Some(RunEvent::RunFinished(summary)) = joined.last() else { panic!("end last") };
    let mut whole = summarize(&all, false);
    whole.wall_time = Duration::from_millis(3 * 5_240);
    assert_eq!(summary, &whole, "wall time is what the three machines took together");
}

#[test]
fn one_report_of_a_whole_run_is_joined_with_itself() {
    let joined = merge(vec![("report.jsonl".into(), good_run())]).unwrap();
    assert_eq!(joined.len(), good_run().len());
}

#[test]
fn an_interrupted_shard_makes_the_run_interrupted() {
    let mut reports = three();
    let last = reports[1].1.pop();
    let Some(RunEvent::RunFinished(mut summary)) = last else { panic!("end last") };
    summary.interrupted = true;
    reports[1].1.truncate(1);
    reports[1].1.push(RunEvent::RunFinished(summary));
    let joined = merge(reports).unwrap();
    let Some(RunEvent::RunFinished(summary)) = joined.last() else { panic!("end last") };
    assert_eq!((summary.interrupted, summary.exit_code), (true, 130));
}

/// Three shards, on these boards and with so many fewer than wanted.
fn on_benches(all: &[ScenarioReport], boards: [(Vec<BoardReport>, usize); 3]) -> Vec<Report> {
    let mut reports = shards(all, Kind::Slice, 3);
    for ((_, events), (boards, missing)) in reports.iter_mut().zip(boards) {
        add_boards(summary(events), boards, missing);
    }
    reports
}

fn end(joined: &[RunEvent]) -> &Summary {
    match joined.last() {
        Some(RunEvent::RunFinished(summary)) => summary,
        other => panic!("end last: {other:?}"),
    }
}

#[test]
fn a_board_of_two_shards_is_one_and_its_worst_state_stays() {
    let all = [blink(), flaky(), skipped("power/cut", "needs `power`")];
    let (id, usb) = ("light-1", "/dev/ttyUSB0");
    let first = vec![board(id, usb, BoardState::Quarantined, 3, &[no_chip(false), no_chip(true)])];
    let second = vec![board(id, usb, BoardState::Fit, 10, &[unplugged()])];
    let third = vec![board(id, "rfc2217://lab-3:4001", BoardState::NotNeeded, 0, &[])];
    let joined = merge(on_benches(&all, [(first, 0), (second, 0), (third.clone(), 0)])).unwrap();
    let one = board(id, usb, BoardState::Quarantined, 13, &[no_chip(false), no_chip(true), unplugged()]);
    assert_eq!(end(&joined).boards, [one, third[0].clone()], "another place is another board");
    assert_eq!(end(&joined).exit_code, 0);
}

#[test]
fn missing_boards_add_up_and_make_the_joined_run_a_bench_error() {
    let all = [blink(), flaky(), skipped("power/cut", "needs `power`")];
    let joined = merge(on_benches(&all, [(boards(), 1), (vec![], 0), (vec![], 2)])).unwrap();
    assert_eq!((end(&joined).missing_boards, end(&joined).exit_code), (3, 3));
}

#[test]
fn what_boards_went_through_is_kept_shard_after_shard() {
    let mut reports = three();
    let of = |name: &str| vec![phase(name, Phase::Lock), phase(name, Phase::Flash), failed(name, &no_chip(true))];
    reports[0].1.splice(1..1, of("light-1"));
    reports[2].1.splice(2..2, of("light-3"));
    let joined = merge(reports).unwrap();
    assert_eq!(joined[1..7], [of("light-1"), of("light-3")].concat());
    assert!(matches!(joined[7], RunEvent::ScenarioStarted { .. }));
}

#[test]
fn a_joined_run_with_boards_is_read_back_as_it_was() {
    let buffer = Buffer::default();
    let joined = merge(vec![("report.jsonl".into(), good_bench_run())]).unwrap();
    replay(&joined, &mut JsonLines::new(buffer.clone())).unwrap();
    assert_eq!(jsonl::read_from("joined.jsonl".as_ref(), buffer.text().as_bytes()).unwrap(), joined);
}

/// As hil wrote them before runs could have boards.
#[test]
fn reports_that_know_no_boards_are_joined() {
    let buffer = Buffer::default();
    replay(&good_run()[..1], &mut JsonLines::new(buffer.clone())).unwrap();
    let head = buffer.text().replace("\"total\":3", "\"total\":1").replace("\"plan-total\":3", "\"plan-total\":1");
    let old = head
        + r#"{"event":"scenario-finished","id":"a","title":"A","file":"a.yaml","line":1,"tags":[],"verdict":"passed","attempts":[{"verdict":"passed","device-time":0,"wall-time":{"secs":0,"nanos":1},"steps":[],"failures":[],"journal":[]}]}
{"event":"run-finished","counts":{"passed":1},"wall-time":{"secs":0,"nanos":1},"device-time":{"secs":0,"nanos":0},"interrupted":false,"exit-code":0}
"#;
    let events = jsonl::read_from("old.jsonl".as_ref(), old.as_bytes()).unwrap();
    let joined = merge(vec![("old.jsonl".into(), events)]).unwrap();
    assert_eq!((end(&joined).boards.len(), end(&joined).missing_boards, end(&joined).exit_code), (0, 0, 0));
}

#[test]
fn nothing_is_not_a_run() {
    insta::assert_snapshot!(refused(vec![]), @"
    [hil::merge::none] no report to join
    help: name the JSON lines reports of all shards: hil report merge shard-*.jsonl
    ");
}

#[test]
fn a_missing_shard_is_named() {
    let mut reports = three();
    reports.remove(1);
    insta::assert_snapshot!(refused(reports), @"
    [hil::merge::missing] missing: slice:2/3; there are only shard-1.jsonl, shard-3.jsonl
    help: name the reports of these shards too, or run them: hil run --partition slice:2/3 --json FILE
    ");
}

#[test]
fn many_missing_shards_are_counted() {
    let mut reports = shards(&scenarios(), Kind::Hash, 40);
    reports.truncate(1);
    insta::assert_snapshot!(refused(reports), @"
    [hil::merge::missing] missing: hash:2/40, hash:3/40, hash:4/40, hash:5/40, hash:6/40, hash:7/40, hash:8/40, hash:9/40, hash:10/40, hash:11/40, hash:12/40, hash:13/40, hash:14/40, hash:15/40, hash:16/40, hash:17/40, hash:18/40, hash:19/40, hash:20/40, hash:21/40 and 19 more; there is only shard-1.jsonl
    help: name the reports of these shards too, or run them: hil run --partition hash:2/40 --json FILE
    ");
}

#[test]
fn the_same_shard_twice_is_an_overlap() {
    let mut reports = three();
    let again = ("copy-of-2.jsonl".into(), reports[1].1.clone());
    reports.push(again);
    insta::assert_snapshot!(refused(reports), @"
    [hil::merge::overlap] copy-of-2.jsonl and shard-2.jsonl overlap: both are slice:2/3
    help: give every shard its own --partition M/N, and name only one report of each shard
    ");
}

#[test]
fn two_whole_runs_are_an_overlap() {
    insta::assert_snapshot!(refused(vec![("a.jsonl".into(), good_run()), ("b.jsonl".into(), good_run())]), @"
    [hil::merge::overlap] a.jsonl and b.jsonl overlap: both are the whole plan
    help: give every shard its own --partition M/N, and name only one report of each shard
    ");
}

#[test]
fn the_same_scenario_in_two_shards_is_an_overlap() {
    let mut reports = three();
    let RunEvent::ScenarioFinished(first) = reports[0].1[2].clone() else { panic!("{:?}", reports[0].1[2]) };
    for event in &mut reports[2].1 {
        if let RunEvent::ScenarioFinished(scenario) = event {
            scenario.id = first.id.clone();
            break;
        }
    }
    insta::assert_snapshot!(refused(reports), @"
    [hil::merge::overlap] shard-1.jsonl and shard-3.jsonl overlap: scenario blink/basic ran in slice:1/3 and in slice:3/3
    help: give every shard its own --partition M/N, and name only one report of each shard
    ");
}

#[test]
fn a_run_without_its_end_is_unfinished() {
    let mut reports = three();
    reports[2].1.pop();
    insta::assert_snapshot!(refused(reports), @"
    [hil::merge::unfinished] shard-3.jsonl: the run did not finish: its end (run-finished) is missing
    help: run this shard again (slice:3/3); a run that is killed leaves a report without its end
    ");
}

#[test]
fn a_run_without_some_of_its_scenarios_is_unfinished() {
    let mut reports = three();
    reports[0].1.retain(|e| !matches!(e, RunEvent::ScenarioFinished(s) if s.verdict == Verdict::Skipped));
    insta::assert_snapshot!(refused(reports), @"
    [hil::merge::unfinished] shard-1.jsonl: the run did not finish: it has 1 of its 3 scenarios
    help: run this shard again (slice:1/3); a run that is killed leaves a report without its end
    ");
}

#[test]
fn different_runs_are_refused_with_what_differs() {
    let changes: [fn(&mut RunInfo); 6] = [
        |i| i.plan = "0123456789abcdef".to_owned(),
        |i| i.format = 1,
        |i| i.version = "0.2.0".to_owned(),
        |i| i.target = "serial".to_owned(),
        |i| i.seed = 43,
        |i| i.partition = Some(Partition::new(Kind::Hash, 2, 3).unwrap().into()),
    ];
    let errors = changes.map(|change| {
        let mut reports = three();
        change(head(&mut reports[1]));
        refused(reports)
    });
    insta::assert_snapshot!(errors.join("\n\n"));
}

#[test]
fn whole_shards_that_are_not_the_plan_are_refused() {
    let mut reports = three();
    reports.iter_mut().for_each(|r| head(r).plan_total = 100);
    insta::assert_snapshot!(refused(reports), @"
    [hil::merge::incomplete] the shards have 9 scenarios together, and their plan has 100: shard-1.jsonl, shard-2.jsonl, shard-3.jsonl
    help: the shards did not see the same files: run all of them from one checkout
    ");
}

#[test]
fn brokers_may_differ() {
    let mut reports = three();
    head(&mut reports[1]).broker = "mqtt://127.0.0.1:1883".to_owned();
    let joined = merge(reports).unwrap();
    let RunEvent::RunStarted(head) = &joined[0] else { panic!("head first") };
    assert_eq!(head.broker, "embedded, mqtt://127.0.0.1:1883");
}

#[test]
fn files_are_read_and_their_errors_name_file_and_line() {
    let folder = std::env::temp_dir().join(format!("hil-merge-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let paths: Vec<PathBuf> = three()
        .into_iter()
        .map(|(name, events)| {
            let path = folder.join(name);
            replay(&events, &mut JsonLines::new(std::fs::File::create(&path).unwrap())).unwrap();
            path
        })
        .collect();
    assert_eq!(merge_files(&paths).unwrap(), merge(three()).unwrap());
    let error = shown(merge_files(&[folder.join("none.jsonl")]).unwrap_err());
    assert!(error.contains("none.jsonl: "), "{error}");
    std::fs::remove_dir_all(&folder).unwrap();
}

fn read(text: &str) -> String {
    jsonl::read_from("shard.jsonl".as_ref(), text.as_bytes()).expect_err("unreadable").to_string()
}

#[test]
fn reading_errors_say_where_and_why() {
    let buffer = Buffer::default();
    replay(&good_run(), &mut JsonLines::new(buffer.clone())).unwrap();
    let text = buffer.text();
    let (first, rest) = text.split_once('\n').unwrap();
    let errors = [
        read(""),
        read("\n\n"),
        read(rest),
        read(&text[..text.len() - 40]),
        read(&format!("{first}\n{{\"event\":\"run-finnished\"}}\n")),
        read(&format!("{first}\n<html>\n")),
        read(&first.replace("\"format\":2", "\"format\":9")),
        read(&first.replace("\"seed\":42", "\"seed\":\"x\"")),
    ];
    insta::assert_snapshot!(errors.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_the_files_does_not_matter(total in 1u32..12, hash in any::<bool>(), order in any::<u64>()) {
        let kind = if hash { Kind::Hash } else { Kind::Slice };
        let reports = shards(&scenarios(), kind, total);
        let expected = merge(reports.clone()).unwrap();
        let mut shuffled = reports;
        shuffled.sort_by_key(|(path, _)| path.as_os_str().as_encoded_bytes().iter().fold(order, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3)));
        prop_assert_eq!(merge(shuffled).unwrap(), expected);
    }
}

#[test]
fn a_report_that_says_that_it_is_one_of_four_billion_shares_is_missed_the_others() {
    let mut reports = three();
    for report in &mut reports {
        head(report).partition.as_mut().expect("a share").total = u32::MAX;
    }
    let refused = refused(reports);
    assert!(refused.contains(" and 4294967") && refused.contains(" more"), "{refused}");
}
