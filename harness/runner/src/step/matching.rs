//! Whether bytes are what a scenario expects, and how to say so.

use hil_model::observation::{Message, Payload};
use hil_scenario::Json;
use hil_scenario::step::Match;

/// Whether a payload meets the condition.
pub(super) fn matches(condition: &Match, payload: &[u8]) -> bool {
    match condition {
        Match::Any => true,
        Match::Exact(expected) => expected.value.0 == payload,
        // Bytes that are no text are U+FFFD, so that they hide nothing that stands beside them.
        Match::Regex(text) => text.holds(&String::from_utf8_lossy(payload)),
        Match::Where(rules) => rules.value.broken(payload).is_empty(),
        Match::Json(expected) => Json::parse(payload).is_ok_and(|actual| actual.contains(&expected.value.0)),
    }
}

/// The condition in words.
pub(super) fn describe(condition: &Match) -> String {
    match condition {
        Match::Any => "any payload".to_owned(),
        Match::Exact(expected) => Payload(expected.value.0.clone()).to_string(),
        Match::Regex(text) => format!("text that matches {text}"),
        Match::Json(expected) => format!("JSON with {}", expected.value.0),
        Match::Where(rules) => rules.value.to_string(),
    }
}

/// Where the condition stands in the file.
pub(super) fn span(condition: &Match) -> Option<hil_scenario::Span> {
    match condition {
        Match::Any => None,
        Match::Exact(e) => Some(e.span),
        Match::Regex(e) => Some(e.regex.span),
        Match::Json(e) => Some(e.span),
        Match::Where(e) => Some(e.span),
    }
}

/// Where a payload is not as the condition wants it, a line each, to be put behind the payload: `$.t: 31, not >= 5`.
pub(super) fn differences(condition: &Match, payload: &[u8]) -> String {
    let line = |at: &str, actual: &str, expected: &str| format!("\n{at}: {actual}, not {expected}");
    match condition {
        Match::Where(rules) => {
            rules.value.broken(payload).iter().map(|it| line(&it.at, &it.actual, &it.expected)).collect()
        }
        Match::Json(expected) => match Json::parse(payload) {
            Ok(actual) => {
                let found = actual.differences(&expected.value.0);
                found.iter().map(|it| line(&it.at, &it.actual, &it.expected)).collect()
            }
            Err(error) => format!("\nit is no JSON: {error}"),
        },
        Match::Regex(text) => {
            let broken = text.broken(&String::from_utf8_lossy(payload));
            broken.iter().map(|it| line(&it.at, &it.actual, &it.expected)).collect()
        }
        Match::Exact(_) | Match::Any => String::new(),
    }
}

/// A message in one line, for failures.
pub(super) fn show(message: &Message) -> String {
    format!(
        "{} {} (qos {}{})",
        message.topic,
        message.payload,
        message.qos,
        if message.retain { ", retain" } else { "" }
    )
}
