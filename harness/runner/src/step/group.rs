//! `all-of`, `any-of`, `in-order`, `repeat`.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Held, run};
use crate::context::{Context, DEFAULT_WITHIN};
use crate::failure::{StepError, Unmet};
use crate::record::Recorder;
use hil_scenario::step::{Repeat, StepNode};
use hil_scenario::{Source, Step};

/// All must hold, whatever the order in which they come true. Limits count from the group's start.
pub(super) async fn all_of(
    cx: &mut Context,
    recorder: &mut Recorder,
    source: &Arc<Source>,
    steps: &[StepNode],
    path: &str,
) -> Held {
    let before = cx.window.taken.replace(BTreeSet::new());
    let base = cx.window.limit_base.replace(cx.journal.now());
    let result = one_by_one(cx, recorder, source, steps, path).await;
    cx.window.limit_base = base;
    let (journal, window) = (cx.journal.clone(), &mut cx.window);
    journal.read(0, |entries| window.end_all_of(before, entries));
    result.map(|()| String::new())
}

/// One after the other: each looks only at what came after the one before it.
pub(super) async fn in_order(
    cx: &mut Context,
    recorder: &mut Recorder,
    source: &Arc<Source>,
    steps: &[StepNode],
    path: &str,
) -> Held {
    let from = cx.messages_from();
    let before = cx.window.order_from.replace(from);
    let result = one_by_one(cx, recorder, source, steps, path).await;
    let reached = cx.window.order_from.take();
    cx.window.order_from = before.map(|b| b.max(reached.unwrap_or(b)));
    result.map(|()| String::new())
}

/// The steps until one does not hold.
async fn one_by_one(
    cx: &mut Context,
    recorder: &mut Recorder,
    source: &Arc<Source>,
    steps: &[StepNode],
    path: &str,
) -> Result<(), StepError> {
    for (i, step) in steps.iter().enumerate() {
        Box::pin(run(cx, recorder, source, step, &format!("{path}.{}", i + 1))).await?;
    }
    Ok(())
}

/// At least one must hold, within the longest of their limits.
pub(super) async fn any_of(
    cx: &mut Context,
    recorder: &mut Recorder,
    source: &Arc<Source>,
    steps: &[StepNode],
    path: &str,
) -> Held {
    let longest = steps
        .iter()
        .filter_map(|node| Step::check(source, node, &cx.variables).ok())
        .map(|step| step.command.within().unwrap_or(DEFAULT_WITHIN))
        .max();
    let deadline = cx.limit(longest);
    let (waiting, probing) =
        (std::mem::replace(&mut cx.window.no_waiting, true), std::mem::replace(&mut recorder.probing, true));
    let mut met = None;
    loop {
        let end = cx.journal.end();
        let mut errors = Vec::new();
        for (i, step) in steps.iter().enumerate() {
            match Box::pin(run(cx, recorder, source, step, &format!("{path}.{}", i + 1))).await {
                Ok(()) => {
                    met = Some(Ok(format!("{path}.{} holds", i + 1)));
                    break;
                }
                Err(StepError::Unmet(unmet)) => errors.push(*unmet),
                Err(other) => {
                    met = Some(Err(other));
                    break;
                }
            }
        }
        if met.is_some() {
            break;
        }
        if cx.journal.now() >= deadline {
            met = Some(Err(none(errors).into()));
            break;
        }
        cx.journal.wait(end, deadline, |entries| (!entries.is_empty()).then_some(())).await;
    }
    cx.window.no_waiting = waiting;
    recorder.probing = probing;
    met.unwrap_or_else(|| Ok(String::new()))
}

fn none(errors: Vec<Unmet>) -> Unmet {
    let titles: Vec<_> = errors.iter().map(|e| e.title.clone()).collect();
    let related = errors.iter().flat_map(|e| e.related.clone());
    Unmet::new("hil::any_of", "none of the expectations holds").actual(titles.join("\n")).related(related)
}

/// The steps, several times, with `${iteration}` from 1.
pub(super) async fn repeat(
    cx: &mut Context,
    recorder: &mut Recorder,
    source: &Arc<Source>,
    repeat: &Repeat,
    path: &str,
) -> Held {
    let outer = cx.variables.get("iteration").map(str::to_owned);
    let mut result = Ok(String::new());
    'iterations: for iteration in 1..=repeat.times {
        cx.variables.set("iteration", iteration.to_string());
        for (i, step) in repeat.steps.iter().enumerate() {
            let path = format!("{path}.{} (iteration {iteration})", i + 1);
            if let Err(error) = Box::pin(run(cx, recorder, source, step, &path)).await {
                result = Err(error);
                break 'iterations;
            }
        }
    }
    match outer {
        Some(value) => cx.variables.set("iteration", value),
        None => cx.variables.remove("iteration"),
    }
    result
}
