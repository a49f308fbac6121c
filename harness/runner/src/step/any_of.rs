//! `any-of`: at least one must hold, within the longest of their limits.

use super::run;
use super::run::{At, Held, Run};
use crate::context::{Context, DEFAULT_WITHIN};
use crate::failure::{StepError, Unmet};
use hil_scenario::Step;
use hil_scenario::step::AnyOf;

impl Run for AnyOf {
    async fn run(&self, cx: &mut Context, at: &mut At<'_>) -> Held {
        let (Self(steps), At { recorder, source, path }) = (self, at);
        let longest = steps
            .iter()
            .filter_map(|node| Step::check(source, node, &cx.variables).ok())
            .map(|step| step.command.within().unwrap_or(DEFAULT_WITHIN))
            .max();
        let deadline = cx.limit(longest);
        let base = cx.window.limit_base;
        cx.window.limit_base = base.or_else(|| Some(cx.journal.now()));
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
        cx.window.limit_base = base;
        recorder.probing = probing;
        met.unwrap_or_else(|| Ok(String::new()))
    }
}

fn none(errors: Vec<Unmet>) -> Unmet {
    let titles: Vec<_> = errors.iter().map(|e| e.title.clone()).collect();
    let related = errors.iter().flat_map(|e| e.related.clone());
    Unmet::new("hil::any_of", "none of the expectations holds").actual(titles.join("\n")).related(related)
}
