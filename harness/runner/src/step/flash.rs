//! `expect-flash`: how often the device has written and erased.

use super::Held;
use crate::context::Context;
use crate::failure::{StepError, Unmet};
use hil_model::observation::{FlashOp, Observation};
use hil_scenario::Spanned;
use hil_scenario::step::{CountRange, ExpectFlash};

pub(super) fn run(cx: &Context, expect: &ExpectFlash) -> Held {
    let from = match &expect.since {
        None => cx.window.from,
        Some(mark) => *cx.marks.get(&mark.value).ok_or_else(|| {
            StepError::from(
                Unmet::new("hil::expect_flash", format!("the mark {:?} was not set", mark.value)).at(mark.span),
            )
        })?,
    };
    let operations: Vec<_> = cx.journal.read(from, |entries| {
        entries
            .iter()
            .filter_map(|e| match e.what {
                Observation::Flash { op, .. } => Some((e.seq, op)),
                _ => None,
            })
            .collect()
    });
    let count = |wanted: FlashOp| operations.iter().filter(|(_, op)| *op == wanted).count() as u64;
    let (writes, erases) = (count(FlashOp::Write), count(FlashOp::Erase));
    let found = format!("{writes} writes, {erases} erases");
    let wrong = |range: &Option<Spanned<CountRange>>, actual: u64| {
        range.as_ref().filter(|r| !(r.value.at_least..=r.value.at_most).contains(&actual)).cloned()
    };
    for (name, range) in [("write", wrong(&expect.writes, writes)), ("erase", wrong(&expect.erases, erases))] {
        if let Some(range) = range {
            return Err(Unmet::new("hil::expect_flash", format!("wrong number of flash {name}s"))
                .at(range.span)
                .expected(format!("{} {name}s", range.value))
                .actual(found)
                .related(operations.iter().rev().take(8).rev().map(|(seq, _)| *seq))
                .into());
        }
    }
    Ok(found)
}
