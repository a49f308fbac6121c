//! `expect-nothing`: silence, from the stimulus on.

use super::matching::{matches, show};
use super::run::{At, Held, Run};
use crate::context::{Context, Found};
use crate::failure::Unmet;
use hil_model::time::display;
use hil_scenario::step::ExpectNothing;
use hil_targets::broker::filter_matches;

impl Run for ExpectNothing {
    async fn run(&self, cx: &mut Context, _at: &mut At<'_>) -> Held {
        let expect = self;
        let end = cx.until(cx.journal.now() + expect.duration);
        let window = &cx.window;
        let found = cx
            .journal
            .wait(cx.messages_from(), end, |entries| {
                entries.iter().find_map(|e| {
                    let message = window.message(e)?;
                    let counts = filter_matches(&expect.topic.value, &message.topic)
                        && matches(&expect.payload, &message.payload.0);
                    counts.then(|| Found { seq: e.seq, message: message.clone() })
                })
            })
            .await;
        match found {
            None => Ok(format!("silence for {}", display(expect.duration))),
            Some(found) => Err(Unmet::new(
                "hil::expect_nothing",
                format!("a message on {} where none should be", expect.topic.value),
            )
            .at(expect.topic.span)
            .expected(format!("nothing on {} for {}", expect.topic.value, display(expect.duration)))
            .actual(show(&found.message))
            .help("messages since the stimulus just before this step count; `expect-message` uses up those that are wanted")
            .related([found.seq])
            .into()),
        }
    }
}
