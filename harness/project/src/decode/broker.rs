//! `broker = "URL"`, `[broker]`

use hil_scenario::decode::{Shape, did_you_mean};
use hil_scenario::error::Code;
use toml::de::DeValue;

use super::scalar::{any_text, path, text};
use crate::cx::{Cx, Value, span};
use crate::table::Table;
use crate::{BrokerSettings, Resolved};

/// `[broker]`
pub(crate) const BROKER: Shape = Shape { name: "[broker]", example: "url", keys: &["url", "ca", "topic-root"] };

/// How a broker is reached.
const SCHEMES: [&str; 4] = ["mqtt", "mqtts", "ws", "wss"];

pub(super) fn broker<'t>(cx: &mut Cx<'_>, value: &'t Value<'t>) -> Option<BrokerSettings> {
    if matches!(value.get_ref(), DeValue::String(_)) {
        let url: Resolved<String> = url(cx, value).map(|url| cx.resolved(url, span(value)))?;
        return Some(BrokerSettings { url: Some(url), ..BrokerSettings::default() });
    }
    let mut table = Table::new(cx, value, &BROKER)?;
    Some(BrokerSettings {
        url: table.resolved("url", url),
        ca: table.resolved("ca", path),
        topic_root: table.resolved("topic-root", topic_root),
    })
}

/// `embedded`, or a URL as far as this crate knows them: its scheme, and no password.
fn url(cx: &mut Cx<'_>, value: &Value<'_>) -> Option<String> {
    const HELP: &str = "write \"embedded\", host[:port], mqtt://[user@]host[:port], mqtts://, ws://host:port/path or wss://host:port/path";
    let text = text(cx, value, "a broker's URL, or \"embedded\"")?;
    if text == "embedded" {
        return Some(text);
    }
    // `localhost`, `lab:1883`: mqtt.
    let (scheme, rest) = text.split_once("://").unwrap_or(("mqtt", &text));
    let is_address = !rest.is_empty() && !rest.contains(char::is_whitespace);
    let guess = did_you_mean(&text, ["embedded"]);
    if !is_address || guess.is_some() {
        cx.error(Code::BadValue, span(value), "not a broker's URL", guess.unwrap_or_default(), HELP);
        return None;
    }
    if !SCHEMES.contains(&scheme) {
        let guess = did_you_mean(scheme, SCHEMES).unwrap_or_default();
        cx.error(Code::BadValue, span(value), format!("unknown scheme {scheme:?}"), guess, HELP);
        return None;
    }
    let user = rest.split(['/', '?', '#']).next().and_then(|authority| authority.rsplit_once('@'));
    if user.is_some_and(|(user, _)| user.contains(':')) {
        cx.error(
            Code::BadValue,
            span(value),
            "a password in the project file",
            "",
            "the password is read from the environment variable HIL_BROKER_PASSWORD: take it out here",
        );
        return None;
    }
    Some(text)
}

fn topic_root(cx: &mut Cx<'_>, value: &Value<'_>) -> Option<String> {
    let root = any_text(cx, value)?;
    if root.contains(['+', '#', '\0']) {
        cx.error(Code::BadTopic, span(value), "a topic root has no wildcards", "", "write it as lab/3");
        return None;
    }
    Some(root)
}
