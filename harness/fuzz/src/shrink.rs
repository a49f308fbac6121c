//! From a case that fails to the shortest one that fails in the same way.

use std::cell::Cell;
use std::time::{Duration, Instant};

use proptest::strategy::ValueTree;

use super::action::{Action, smaller};
use super::case::{Cases, Failed, Outcome};
use super::finding::Cause;
use hil_runner::Cancel;

/// Runs that shrinking may take.
const MOST_RUNS: usize = 400;
/// Wall time that it may take.
const LONGEST: Duration = Duration::from_secs(60);
/// The same where each case takes wall time, and a death more.
const LONGEST_REAL: Duration = Duration::from_secs(15);

/// The shortest case that was found.
pub(super) struct Shrunk {
    pub(super) actions: Vec<Action>,
    pub(super) failed: Failed,
    /// Runs that it took.
    pub(super) runs: usize,
}

/// Shrinks a case that has `failed`. However it ends, what comes back has failed.
pub(super) fn shrink(
    cases: &Cases,
    mut tree: impl ValueTree<Value = Vec<Action>>,
    failed: Failed,
    cancel: &Cancel,
) -> Shrunk {
    let began = Instant::now();
    let first = tree.current();
    let kind = Cause::of(&failed, &first, cases.device());
    // What comes behind the failure has not run.
    let mut best = Shrunk { actions: first, failed, runs: 0 };
    let longest = if cases.offered().probes { LONGEST_REAL } else { LONGEST };
    let is_gone = Cell::new(false);
    let may_go_on =
        |best: &Shrunk| best.runs < MOST_RUNS && began.elapsed() < longest && !cancel.is_ending() && !is_gone.get();
    let mut try_out = |best: &mut Shrunk, actions: Vec<Action>| {
        if is_gone.get() {
            return false;
        }
        best.runs += 1;
        let failed = match cases.run(&actions, cancel) {
            Outcome::Failed(failed) => failed,
            Outcome::Gone => {
                is_gone.set(true);
                return false;
            }
            _ => return false,
        };
        // Another fault may hide behind this one: it is found by itself.
        if !Cause::of(&failed, &actions, cases.device()).is_like(&kind) {
            return false;
        }
        (best.actions, best.failed) = (actions, *failed);
        true
    };
    // The actions up to the failure, or a part of them: most often few are enough.
    reduce(&mut best, &may_go_on, &mut try_out);
    let reduced = best.actions.len();
    // Then the payloads, by proptest, as far as its tree still fits.
    if tree.simplify() {
        while may_go_on(&best) {
            let actions = tree.current();
            let is_shorter = weight(&actions) < weight(&best.actions);
            let moved = match is_shorter && actions.len() <= reduced && try_out(&mut best, actions) {
                true => tree.simplify(),
                false => tree.complicate(),
            };
            if !moved {
                break;
            }
        }
    }
    reduce(&mut best, &may_go_on, &mut try_out);
    best
}

/// How much there is to read in a case.
fn weight(actions: &[Action]) -> usize {
    actions.iter().map(|action| 1000 * action.commands() + 100 + format!("{action:?}").len()).sum()
}

/// Without running it again, what is left of a case is the action that it has failed at.
pub(super) fn cut(cases: &Cases, actions: &[Action], failed: Failed) -> Shrunk {
    match failed.action.and_then(|at| actions.get(at)) {
        None => Shrunk { actions: actions.to_vec(), failed, runs: 0 },
        Some(action) => {
            let before = failed.action.map_or(0, |at| cases.steps_before(actions, at));
            let actions = vec![action.clone()];
            let text = cases.text(&actions);
            let mut failed = Failed { action: Some(0), text, ..failed };
            let step = failed.failure.step.strip_prefix("step ").and_then(|step| step.parse::<usize>().ok());
            if let Some(step) = step {
                failed.failure.step = format!("step {}", step.saturating_sub(before));
            }
            Shrunk { actions, failed, runs: 0 }
        }
    }
}

/// Leaves out what can be left out, until nothing can.
fn reduce(
    best: &mut Shrunk,
    may_go_on: &impl Fn(&Shrunk) -> bool,
    try_out: &mut impl FnMut(&mut Shrunk, Vec<Action>) -> bool,
) {
    if let Some(at) = best.failed.action.filter(|at| at + 1 < best.actions.len()) {
        let only = vec![best.actions[at].clone()];
        let up_to = best.actions[..=at].to_vec();
        if try_out(best, only) || try_out(best, up_to) {}
    }
    'again: while may_go_on(best) {
        for actions in smaller(&best.actions) {
            if !may_go_on(best) {
                return;
            }
            if try_out(best, actions) {
                continue 'again;
            }
        }
        return;
    }
}
