//! Whether bytes are what a scenario expects, and how to say so.

use hil_model::observation::{Message, Payload};
use hil_scenario::Json;
use hil_scenario::step::{Match, Properties};

/// Whether a payload meets the condition.
pub(super) fn matches(condition: &Match, payload: &[u8]) -> bool {
    match condition {
        Match::Any => true,
        Match::Exact(expected) => expected.value.0 == payload,
        // Bytes that are no text are U+FFFD, so that they hide nothing that stands beside them.
        Match::Regex(regex) => regex.value.is_match(&String::from_utf8_lossy(payload)),
        Match::Where(rules) => rules.value.broken(payload).is_empty(),
        Match::Json(expected) => Json::parse(payload).is_ok_and(|actual| actual.contains(&expected.value.0)),
    }
}

/// The condition in words.
pub(super) fn describe(condition: &Match) -> String {
    match condition {
        Match::Any => "any payload".to_owned(),
        Match::Exact(expected) => Payload(expected.value.0.clone()).to_string(),
        Match::Regex(regex) => format!("text that matches /{}/", regex.value),
        Match::Json(expected) => format!("JSON with {}", expected.value.0),
        Match::Where(rules) => rules.value.to_string(),
    }
}

/// Where the condition stands in the file.
pub(super) fn span(condition: &Match) -> Option<hil_scenario::Span> {
    match condition {
        Match::Any => None,
        Match::Exact(e) => Some(e.span),
        Match::Regex(e) => Some(e.span),
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
        Match::Exact(_) | Match::Regex(_) | Match::Any => String::new(),
    }
}

/// The first property of a message that is not as expected, in words.
pub(super) fn wrong_property(message: &Message, expected: &Properties) -> Option<String> {
    let differs = |name: &str, actual: Option<String>, expected: Option<String>| match expected {
        Some(e) if actual.as_deref() != Some(e.as_str()) => {
            Some(format!("{name} is {}, not {e}", actual.as_deref().unwrap_or("absent")))
        }
        _ => None,
    };
    let bytes = |b: &Vec<u8>| Payload(b.clone()).to_string();
    let quoted = |s: &String| format!("{s:?}");
    differs("response-topic", message.response_topic.as_ref().map(quoted), expected.response_topic.as_ref().map(quoted))
        .or_else(|| {
            let actual = message.correlation_data.as_ref().map(|p| p.to_string());
            differs("correlation-data", actual, expected.correlation_data.as_ref().map(bytes))
        })
        .or_else(|| {
            differs(
                "content-type",
                message.content_type.as_ref().map(quoted),
                expected.content_type.as_ref().map(quoted),
            )
        })
        .or_else(|| {
            let number = |n: u32| n.to_string();
            differs("message-expiry", message.message_expiry.map(number), expected.message_expiry.map(number))
        })
        .or_else(|| {
            let flag = |b: bool| b.to_string();
            differs("payload-is-utf8", message.payload_is_utf8.map(flag), expected.payload_is_utf8.map(flag))
        })
        .or_else(|| {
            let missing = expected.user.iter().find(|wanted| !message.user_properties.contains(wanted))?;
            Some(format!("the user property {}={:?} is missing", missing.0, missing.1))
        })
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
