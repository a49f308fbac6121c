//! A step.

use std::path::Path;

use super::look::{Does, Look};
use super::values::{boolean, is_duration, is_string, number};
use crate::error::Code;
use crate::step::CommandKind;
use crate::yaml::{Node, NodeKind};

/// Where the keys of each command are known: those that Wokwi reads.
const KEYS: [(&str, &[&str]); 7] = [
    ("expect-pin", &["part-id", "pin", "name", "value"]),
    ("set-control", &["part-id", "control", "name", "value"]),
    ("take-screenshot", &["part-id", "save-to", "compare-with"]),
    ("touch", &["part-id", "x", "y", "duration", "wait"]),
    ("touch-press", &["part-id", "x", "y"]),
    ("touch-release", &["part-id"]),
    ("touch-move", &["part-id", "x", "y"]),
];

pub(super) fn look(look: &mut Look<'_>, node: &Node) {
    let NodeKind::Mapping(entries) = &node.kind else {
        let title = format!("a step that is {}", node.describe());
        look.differs(Code::WrongType, node.span, title, Does::Stops(""), "a step is a mapping with one command");
        return;
    };
    let mut commands: Vec<(usize, &Node, &Node)> = Vec::new();
    for (key, value) in entries {
        let name = key.as_text().unwrap_or_default();
        match CommandKind::WOKWI.iter().position(|command| *command == name) {
            Some(rank) => commands.push((rank, key, value)),
            None if name == "name" => {}
            None => unknown(look, key, name),
        }
    }
    commands.sort_by_key(|(rank, ..)| *rank);
    if let [(first, ..), dropped @ ..] = commands.as_slice() {
        for (rank, key, _) in dropped {
            let (first, second) = (CommandKind::WOKWI[*first], CommandKind::WOKWI[*rank]);
            let title = format!("`{second}` in a step with `{first}`");
            let help = format!("begin a step of its own: - {second}: ..");
            look.differs(Code::TwoCommands, key.span, title, Does::Drops, &help);
        }
    }
    for (rank, _, value) in commands {
        command(look, CommandKind::WOKWI[rank], value);
        value.for_each_scalar(&mut |scalar| variable(look, scalar));
    }
}

fn unknown(look: &mut Look<'_>, key: &Node, name: &str) {
    let ours = CommandKind::find(name).is_some();
    let title = match (ours, name) {
        (true, _) => format!("Wokwi has no step `{name}`"),
        (false, "timeout" | "within") => format!("a step has no `{name}`"),
        (false, _) => format!("neither Wokwi nor hil has a step `{}`", name.escape_debug()),
    };
    let help = match name {
        "timeout" | "within" => "the only limit in Wokwi is that of the whole run: wokwi-cli --timeout",
        "reset" | "power" => "Wokwi can only start a run anew",
        "expect-led" => "take-screenshot with compare-with has the colours of a part too",
        "expect-serial" => "wait-serial waits for a text, without a limit of its own",
        "repeat" => "write the steps as often as they are to be done",
        _ if ours => "Wokwi has no MQTT, network or observation of its own: `hil run --target wokwi` brings them",
        _ => "",
    };
    look.differs(Code::UnknownCommand, key.span, title, Does::Stops("Invalid scenario step key"), help);
}

fn command(look: &mut Look<'_>, name: &str, value: &Node) {
    match name {
        "delay" => delay(look, value, "`delay`"),
        "wait-serial" => wait_serial(look, value),
        "write-serial" => write_serial(look, value),
        "expect-chip-output" => {
            if !is_string(value) {
                let title = format!("`{name}` is {}", value.describe());
                look.differs(Code::WrongType, value.span, title, Does::Stops(""), "put the text in quotes");
            }
        }
        _ => mapping(look, name, value),
    }
}

fn delay(look: &mut Look<'_>, value: &Node, what: &str) {
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

fn wait_serial(look: &mut Look<'_>, value: &Node) {
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

fn write_serial(look: &mut Look<'_>, value: &Node) {
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

fn mapping(look: &mut Look<'_>, name: &str, value: &Node) {
    let NodeKind::Mapping(entries) = &value.kind else {
        let title = format!("`{name}` is {}", value.describe());
        return look.differs(Code::WrongType, value.span, title, Does::Stops(""), "it is a mapping with part-id");
    };
    let known = KEYS.iter().find(|(command, _)| *command == name).map_or(&[][..], |(_, keys)| keys);
    for (key, _) in entries.iter().filter(|(key, _)| !known.contains(&key.as_text().unwrap_or_default())) {
        let key_name = key.as_text().unwrap_or_default();
        let title = format!("`{name}` has no key `{}`", key_name.escape_debug());
        let help = match (name, key_name) {
            ("expect-pin", "expected") => "the key is `value`, whatever Wokwi's pages say: without it, 0 is expected",
            (_, "timeout" | "within") => "the only limit in Wokwi is that of the whole run: wokwi-cli --timeout",
            _ => "",
        };
        look.differs(Code::UnknownKey, key.span, title, Does::Ignores, help);
    }
    match name {
        "expect-pin" => {
            quoted(look, value, &["pin", "name"]);
            level(look, value);
        }
        "set-control" => set_control(look, value),
        "take-screenshot" => screenshot(look, value),
        "touch" => value.get("duration").into_iter().for_each(|it| delay(look, it, "`duration`")),
        _ => {}
    }
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

fn set_control(look: &mut Look<'_>, value: &Node) {
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

/// `${name}`
fn variable(look: &mut Look<'_>, scalar: &Node) {
    if scalar.as_text().is_some_and(|text| text.contains("${")) {
        let title = "Wokwi has no variables";
        look.differs(
            Code::BadVariable,
            scalar.span,
            title,
            Does::Mistakes,
            "it takes `${` for what it is: write the value",
        );
    }
}
