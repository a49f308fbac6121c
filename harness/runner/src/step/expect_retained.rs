//! `expect-retained`: proved by a fresh subscription, not by having seen the message.

use std::time::Duration;

use super::matching::{describe, differences, matches, show, span};
use super::run::{At, Held, Run};
use crate::context::{Context, DEFAULT_WITHIN};
use crate::failure::Unmet;
use crate::observer::Look;
use hil_model::observation::{Message, Observation};
use hil_model::time::display;
use hil_scenario::step::ExpectRetained;

/// Messages that a failure shows at most.
const SHOWN: usize = 8;
/// Scenario time between two looks.
const PAUSE: Duration = Duration::from_millis(20);
/// Shortest look of `any-of`, which looks in passing: brokers elsewhere need some time.
const PASSING: Duration = Duration::from_millis(500);

impl Run for ExpectRetained {
    async fn run(&self, cx: &mut Context, _at: &mut At<'_>) -> Held {
        let expect = self;
        let deadline = if expect.absent { cx.limit_of_absence(expect.within) } else { cx.limit(expect.within) };
        let topic = &expect.topic.value;
        let qos = expect.qos.as_ref().map(|qos| qos.value);
        // The longest time that the broker took for a message.
        let mut slowest = Duration::ZERO;
        loop {
            // How late a broker hands over a retained message is its own business: nothing is absent before the time is up.
            let began = cx.journal.now();
            // A look that has begun in time lasts as long as the broker takes, so that it proves something.
            let least = if cx.window.no_waiting { PASSING } else { PAUSE };
            let patience = deadline.since(began).max(least).max(3 * slowest);
            let retained = match cx.observer.retained(topic, qos, patience).await? {
                Look::Retained(message) => {
                    slowest = slowest.max(cx.journal.now().since(began));
                    Some(message)
                }
                Look::Nothing => None,
                Look::Changing if cx.journal.now() < deadline => {
                    tokio::time::sleep_until(cx.journal.instant((cx.journal.now() + PAUSE).min(deadline))).await;
                    continue;
                }
                Look::Changing => {
                    let unmet =
                        unmet(expect, None).actual("messages came on it all the time, so that no look was finished");
                    return Err(unmet.related(messages(cx)).into());
                }
            };
            if is_expected(expect, retained.as_ref()) {
                if let Some(message) = &retained {
                    cx.capture_payload(&expect.payload, &message.payload);
                }
                return Ok(retained.as_ref().map_or_else(|| format!("nothing retained on {topic}"), show));
            }
            if cx.journal.now() >= deadline {
                return Err(unmet(expect, retained.as_ref()).related(messages(cx)).into());
            }
            let next = (cx.journal.now() + PAUSE).min(deadline);
            tokio::time::sleep_until(cx.journal.instant(next)).await;
        }
    }
}

/// The last messages since the stimulus: what was asked of the device, and what it said.
fn messages(cx: &Context) -> Vec<u64> {
    let mut last: Vec<u64> = cx.journal.read(cx.messages_from(), |entries| {
        let messages = entries.iter().rev().filter_map(|e| match &e.what {
            Observation::Published(_) | Observation::Received(_) => Some(e.seq),
            _ => None,
        });
        messages.take(SHOWN).collect()
    });
    last.reverse();
    last
}

fn is_expected(expect: &ExpectRetained, retained: Option<&Message>) -> bool {
    match retained {
        None => expect.absent,
        Some(message) => {
            !expect.absent
                && matches(&expect.payload, &message.payload.0)
                && expect.qos.as_ref().is_none_or(|q| q.value == message.qos)
        }
    }
}

fn unmet(expect: &ExpectRetained, retained: Option<&Message>) -> Unmet {
    let topic = &expect.topic.value;
    let within = display(expect.within.unwrap_or(DEFAULT_WITHIN));
    let wanted = if expect.absent { "no retained message".to_owned() } else { describe(&expect.payload) };
    let title = match (expect.absent, retained) {
        (true, _) => format!("a message is retained on {topic}"),
        (false, None) => format!("nothing is retained on {topic} within {within}"),
        (false, Some(_)) => format!("another message is retained on {topic}"),
    };
    Unmet::new("hil::expect_retained", title)
        .at(span(&expect.payload).unwrap_or(expect.topic.span))
        .expected(format!("{wanted}, for a new subscriber within {within}"))
        .actual(retained.map_or_else(
            || "no retained message".to_owned(),
            |message| show(message) + &differences(&expect.payload, &message.payload.0),
        ))
}
