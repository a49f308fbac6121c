//! `expect-message`: the observer receives a matching message.

use super::matching::{describe, differences, matches, show, span};
use super::run::{At, Held, Run};
use crate::context::{Context, DEFAULT_WITHIN, Found};
use crate::failure::Unmet;
use hil_model::observation::{Message, Observation};
use hil_model::time::display;
use hil_scenario::step::ExpectMessage;
use hil_targets::broker::filter_matches;

/// Entries that a failure shows at most.
const SHOWN: usize = 8;

impl Run for ExpectMessage {
    async fn run(&self, cx: &mut Context, _at: &mut At<'_>) -> Held {
        let expect = self;
        if let Some(qos) = &expect.qos {
            cx.observer.sees_qos(&expect.topic.value, qos.value)?;
        }
        let deadline = cx.limit(expect.within);
        let began = cx.journal.now();
        let (mut last, mut from) = (None, cx.messages_from());
        for number in 1..=expect.count {
            let window = &cx.window;
            let found = cx
                .journal
                .wait(from, deadline, |entries| {
                    entries.iter().find_map(|e| {
                        let message = window.message(e)?;
                        is_expected(expect, message).then(|| Found { seq: e.seq, message: message.clone() })
                    })
                })
                .await;
            let Some(found) = found else { return Err(unmet(cx, expect, number - 1).into()) };
            cx.use_up(&found);
            // Those before it were no match, and are none now.
            from = found.seq + 1;
            last = Some(found);
        }
        let Some(found) = last else { return Ok(String::new()) };
        cx.capture_payload(&expect.payload, &found.message.payload);
        Ok(format!("{} after {}", show(&found.message), display(cx.journal.now().since(began))))
    }
}

fn is_expected(expect: &ExpectMessage, message: &Message) -> bool {
    filter_matches(&expect.topic.value, &message.topic)
        && matches(&expect.payload, &message.payload.0)
        && expect.qos.as_ref().is_none_or(|q| q.value == message.qos)
        && expect.retain.as_ref().is_none_or(|r| r.value == message.retain)
        && expect.properties.wrong(message).is_none()
}

fn unmet(cx: &Context, expect: &ExpectMessage, arrived: u32) -> Unmet {
    let within = display(expect.within.unwrap_or(DEFAULT_WITHIN));
    let filter = &expect.topic.value;
    let (on_topic, elsewhere) = cx.journal.read(cx.messages_from(), |entries| {
        let received = entries.iter().filter_map(|e| match &e.what {
            Observation::Received(m) => Some((e.seq, m.clone())),
            _ => None,
        });
        received.partition::<Vec<_>, _>(|(_, m)| filter_matches(filter, &m.topic))
    });
    let title = match (expect.count, arrived) {
        (1, _) => format!("no matching message on {filter} within {within}"),
        (count, arrived) => format!("only {arrived} of {count} matching messages on {filter} within {within}"),
    };
    let mut expected = format!("{filter} {}", describe(&expect.payload));
    if let Some(qos) = &expect.qos {
        expected += &format!(", qos {}", qos.value);
    }
    if let Some(retain) = &expect.retain {
        expected += &format!(", retain {}", retain.value);
    }
    let actual = match on_topic.last() {
        None if elsewhere.is_empty() => "no message at all".to_owned(),
        None => format!("no message on {filter}, {} on other topics", elsewhere.len()),
        Some((_, message)) => reason(expect, message, on_topic.len()),
    };
    let help = if on_topic.is_empty() {
        let earlier = cx.journal.read(0, |entries| {
            let mut before = entries.iter().rev().filter(|e| e.seq < cx.messages_from());
            before.find_map(|e| match &e.what {
                Observation::Received(m) if filter_matches(filter, &m.topic) => Some(m.payload.to_string()),
                _ => None,
            })
        });
        earlier.map(|payload| {
            format!(
                "the last message on it, {payload}, came before the step that should cause this one, and does not count"
            )
        })
    } else {
        None
    };
    let shown = if on_topic.is_empty() { &elsewhere } else { &on_topic };
    let related = shown[shown.len().saturating_sub(SHOWN)..].iter().map(|(seq, _)| *seq);
    let mut unmet = Unmet::new("hil::expect_message", title).expected(expected).actual(actual).related(related);
    unmet.help = help;
    unmet.at(span(&expect.payload).filter(|_| !on_topic.is_empty()).unwrap_or(expect.topic.span))
}

/// Why the last message on the topic is not the expected one.
fn reason(expect: &ExpectMessage, last: &Message, count: usize) -> String {
    let which = if count == 1 { "1 message:".to_owned() } else { format!("{count} messages, the last:") };
    let mut text = format!("{which} {}", show(last));
    if let Some(problem) = expect.properties.wrong(last) {
        text += &format!("; {problem}");
    }
    text += &differences(&expect.payload, &last.payload.0);
    if is_expected(expect, last) {
        text += "; used up by an expectation before this one";
    }
    text
}
