//! What means something else in Wokwi in each of its steps.

use std::path::Path;

use super::look::{Does, Look};
use super::step::LIMIT;
use super::values::{boolean, is_duration, is_string, number};
use crate::error::Code;
use crate::step::kind::StepKey;
use crate::yaml::{Node, NodeKind};

/// A text that must not look like anything else.
pub fn quoted_text(look: &mut Look<'_>, key: &StepKey, value: &Node) {
    if !is_string(value) {
        let title = format!("`{}` is {}", key.key, value.describe());
        look.differs(Code::WrongType, value.span, title, Does::Stops(""), "put the text in quotes");
    }
}

/// A time; `what` names it.
pub fn delay(look: &mut Look<'_>, value: &Node, what: &str) {
    let Some(text) = value.as_text() else { return };
    if let Some(bare) = number(value) {
        let title = format!("{what} is the bare number {bare}");
        look.differs(Code::BadDuration, value.span, title, Does::Stops(""), "give it a unit: 500ms");
    } else if !is_duration(text) {
        let title = format!("{what} is `{}`", text.escape_debug());
        let help = "Wokwi knows ns, us, ms and s: 90s, not 1.5min";
        look.differs(Code::BadDuration, value.span, title, Does::Stops(""), help);
    }
}

/// `wait-serial`
pub fn wait_serial(look: &mut Look<'_>, _: &StepKey, value: &Node) {
    let Some(text) = value.as_text() else {
        let title = format!("`wait-serial` is {}", value.describe());
        return look.differs(Code::WrongType, value.span, title, Does::Mistakes, "it is a text");
    };
    // A number is turned into a text again, and need not be the one that stands in the file.
    if let Some(number) = number(value).filter(|number| number.to_string() != text) {
        let title = format!("`{text}` is read as the number {number}");
        look.differs(Code::WrongType, value.span, title, Does::Mistakes, "put it in quotes");
    } else if value.is_null() {
        look.differs(Code::WrongType, value.span, "`wait-serial` has no text", Does::Mistakes, "put it in quotes");
    }
}

/// `write-serial`
pub fn write_serial(look: &mut Look<'_>, _: &StepKey, value: &Node) {
    match &value.kind {
        NodeKind::Sequence(items) => {
            for item in items.iter().filter(|item| number(item).is_none()) {
                let title = format!("a byte that is {}", item.describe());
                look.differs(
                    Code::WrongType,
                    item.span,
                    title,
                    Does::Stops(""),
                    "write bytes as numbers, without quotes",
                );
            }
        }
        _ if is_string(value) => {}
        _ => {
            let title = format!("`write-serial` is {}, which is no text", value.describe());
            look.differs(Code::WrongType, value.span, title, Does::Stops(""), "put it in quotes");
        }
    }
}

/// `expect-pin`
pub fn expect_pin(look: &mut Look<'_>, key: &StepKey, value: &Node) {
    let expected = "the key is `value`, whatever Wokwi's pages say: without it, 0 is expected";
    if mapping(look, key, value, &[("expected", expected)]) {
        quoted(look, value, &["pin", "name"]);
        level(look, value);
    }
}

/// `set-control`
pub fn set_control(look: &mut Look<'_>, key: &StepKey, value: &Node) {
    if mapping(look, key, value, &[]) {
        control(look, value);
    }
}

/// `take-screenshot`
pub fn take_screenshot(look: &mut Look<'_>, key: &StepKey, value: &Node) {
    if mapping(look, key, value, &[]) {
        screenshot(look, value);
    }
}

/// `touch` and its parts.
pub fn touch(look: &mut Look<'_>, key: &StepKey, value: &Node) {
    if mapping(look, key, value, &[]) {
        value.get("duration").into_iter().for_each(|it| delay(look, it, "`duration`"));
    }
}

/// A mapping with the keys that we know, which are those that Wokwi reads; `helps` are for wrong keys. Says whether it is one.
fn mapping(look: &mut Look<'_>, key: &StepKey, value: &Node, helps: &[(&str, &str)]) -> bool {
    let name = key.key;
    let NodeKind::Mapping(entries) = &value.kind else {
        let title = format!("`{name}` is {}", value.describe());
        look.differs(Code::WrongType, value.span, title, Does::Stops(""), "it is a mapping with part-id");
        return false;
    };
    for (wrong, _) in entries.iter().filter(|(it, _)| !key.keys().contains(&it.as_text().unwrap_or_default())) {
        let wrong_name = wrong.as_text().unwrap_or_default();
        let title = format!("`{name}` has no key `{}`", wrong_name.escape_debug());
        let help = match wrong_name {
            "timeout" | "within" => LIMIT,
            _ => helps.iter().find(|(it, _)| *it == wrong_name).map_or("", |(_, help)| *help),
        };
        look.differs(Code::UnknownKey, wrong.span, title, Does::Ignores, help);
    }
    true
}

/// Names that look like numbers must be quoted.
fn quoted(look: &mut Look<'_>, value: &Node, keys: &[&str]) {
    for name in keys.iter().filter_map(|key| value.get(key)) {
        let Some(number) = number(name) else { continue };
        let does = if number == 0.0 { Does::Stops("missing required parameter `name`") } else { Does::Mistakes };
        let title = format!("the name {} is a number", name.describe());
        look.differs(Code::WrongType, name.span, title, does, "put it in quotes: \"8\"");
    }
}

fn level(look: &mut Look<'_>, value: &Node) {
    let Some(level) = value.get("value") else {
        let title = "`expect-pin` without `value`";
        return look.differs(
            Code::MissingKey,
            value.span,
            title,
            Does::Mistakes,
            "Wokwi expects 0 then: write value: 0",
        );
    };
    if number(level).is_none() && boolean(level).is_none() {
        let title = format!("the level is {}, which Wokwi takes for 1", level.describe());
        look.differs(Code::WrongType, level.span, title, Does::Mistakes, "write 0 or 1, without quotes");
    }
}

fn control(look: &mut Look<'_>, value: &Node) {
    quoted(look, value, &["control", "name"]);
    if let Some(it) = value.get("value").filter(|it| number(it).is_none()) {
        let title = format!("the value is {}, which is no number", it.describe());
        look.differs(Code::WrongType, it.span, title, Does::Stops(""), "write a number, without quotes");
    }
}

/// Paths are relative to the file, and folders are not made.
fn screenshot(look: &mut Look<'_>, value: &Node) {
    let Some((node, path)) = value.get("save-to").and_then(|node| Some((node, node.as_text()?))) else { return };
    let folder = look.folder().join(path).parent().map(Path::to_owned).unwrap_or_default();
    if !folder.as_os_str().is_empty() && !folder.is_dir() {
        let title = format!("the folder {} does not exist", folder.display());
        look.differs(Code::BadValue, node.span, title, Does::Stops(""), "make it: neither Wokwi nor hil does");
    }
}
