//! The rule that makes one exit code of many verdicts, and the totals.


use hil_model::event::ScenarioReport;
use hil_model::verdict::{Exit, Verdict};
use hil_report::{exit, summarize};
use proptest::prelude::*;
use crate::fixture::*;

#[test]
fn the_worst_verdict_gives_the_exit_code() {
    use Verdict::{BenchError, Failed, Flaky, Interrupted, Invalid, Passed, Skipped};
    let cases: [(&[Verdict], bool, Exit); 14] = [
        (&[], false, Exit::NothingRan),
        (&[Skipped, Skipped], false, Exit::NothingRan),
        (&[Passed], false, Exit::Passed),
        (&[Flaky], false, Exit::Passed),
        (&[Passed, Skipped], false, Exit::Passed),
        (&[Passed, Failed], false, Exit::Failed),
        (&[BenchError, Failed], false, Exit::Failed),
        (&[Invalid, Failed], false, Exit::Failed),
        (&[BenchError, Invalid, Passed], false, Exit::Usage),
        (&[BenchError, Passed], false, Exit::Bench),
        (&[BenchError, Interrupted], false, Exit::Bench),
        (&[Passed, Interrupted], false, Exit::Interrupted),
        (&[Failed], true, Exit::Interrupted),
        (&[], true, Exit::Interrupted),
    ];
    for (verdicts, interrupted, expected) in cases {
        assert_eq!(exit(verdicts.iter().copied(), interrupted), expected, "{verdicts:?}, interrupted: {interrupted}");
    }
}

#[test]
fn totals_are_those_of_all_attempts() {
    let summary = summarize(&[blink(), flaky()], false);
    assert_eq!(summary.counts.into_iter().collect::<Vec<_>>(), [("flaky".to_owned(), 1), ("passed".to_owned(), 1)]);
    assert_eq!(summary.wall_time.as_millis(), 12 + 80 + 71);
    assert_eq!(summary.device_time.as_millis(), 2_340 + 1_700 + 1_504);
    assert_eq!(summary.exit_code, 0);
}

proptest! {
    #[test]
    fn only_runs_in_which_something_passed_and_nothing_was_bad_are_green(
        verdicts in prop::collection::vec(prop::sample::select(Verdict::ALL.to_vec()), 0..6), interrupted in any::<bool>()
    ) {
        let scenarios: Vec<ScenarioReport> = verdicts.iter().map(|v| scenario("a", "A", *v, vec![])).collect();
        let green = summarize(&scenarios, interrupted).exit_code == 0;
        let ran = verdicts.iter().any(|v| matches!(v, Verdict::Passed | Verdict::Flaky));
        prop_assert_eq!(green, !interrupted && ran && verdicts.iter().all(|v| v.is_good()));
    }
}
