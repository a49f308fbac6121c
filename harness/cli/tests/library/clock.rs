//! The rule for brokers outside the runtime: scenario time does not run ahead of an answer that is due.

use std::time::{Duration, Instant};

use hil_model::observation::Observation;
use hil_targets::clock::{Due, Pace, runtime, wall_sleep, wall_timeout};
use hil_targets::journal::Journal;

fn paced(test: impl AsyncFnOnce(Due, Journal)) {
    tokio::task::LocalSet::new().block_on(&runtime(Pace::JumpWhenQuiet).expect("a runtime"), async {
        let (due, journal) = (Due::default(), Journal::new());
        tokio::task::spawn_local(due.clone().keep_pace(journal.clone()));
        test(due, journal).await;
    });
}

#[test]
fn an_hour_passes_at_once_when_nothing_is_due() {
    let began = Instant::now();
    paced(async |_, journal| {
        tokio::time::sleep(Duration::from_secs(3600)).await;
        assert_eq!(journal.now().elapsed(), Duration::from_secs(3600));
    });
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[test]
fn time_does_not_run_ahead_while_an_answer_is_due_and_jumps_when_it_has_come() {
    paced(async |due, journal| {
        let began = Instant::now();
        let answer = due.expect("SUBACK", Duration::from_secs(30));
        let device = tokio::task::spawn_local({
            let journal = journal.clone();
            async move {
                tokio::time::sleep(Duration::from_secs(3600)).await;
                journal.now()
            }
        });
        for _ in 0..20 {
            wall_sleep(Duration::from_millis(5)).await;
            // A step of the pace maker may be under way.
            assert!(journal.now().elapsed() <= began.elapsed() + Duration::from_millis(2), "ahead of the wall clock");
            assert!(!device.is_finished());
        }
        drop(answer);
        let at = device.await.unwrap();
        assert!(at.elapsed() >= Duration::from_secs(3600));
        assert!(began.elapsed() < Duration::from_secs(20), "the rest of the hour was to be jumped over");
    });
}

#[test]
fn an_answer_that_never_comes_holds_time_only_for_its_bound_and_is_noted() {
    paced(async |due, journal| {
        let began = Instant::now();
        let _answer = due.expect("the broker's PUBACK", Duration::from_millis(50));
        tokio::time::sleep(Duration::from_secs(3600)).await;
        assert!(began.elapsed() >= Duration::from_millis(50));
        let noted = journal.to_vec().iter().any(|e| {
            matches!(&e.what, Observation::Note { text } if text.starts_with("gave up waiting for the broker's PUBACK"))
        });
        assert!(noted);
    });
}

#[test]
fn a_wait_in_wall_time_ends_by_the_wall_clock_although_the_runtimes_clock_jumps() {
    paced(async |_, _| {
        let began = Instant::now();
        let nothing = wall_timeout(Duration::from_millis(50), std::future::pending::<()>()).await;
        assert!(nothing.is_none());
        let took = began.elapsed();
        assert!(took >= Duration::from_millis(50) && took < Duration::from_secs(5), "{took:?}");
        assert_eq!(wall_timeout(Duration::from_secs(60), async { 7 }).await, Some(7));
    });
}
