//! The keys of a file.

use super::look::{Does, Look};
use super::{step, values};
use crate::error::Code;
use crate::yaml::{Node, NodeKind};

/// Keys of ours that Wokwi ignores, so that the file does something else there; and what to do.
const LACKING: [(&str, &str); 7] = [
    ("timeout", "give it to Wokwi as wokwi-cli --timeout, in milliseconds"),
    ("vars", "write the values where the variables are"),
    ("cases", "Wokwi runs the file once: write a file for each row"),
    ("device", "Wokwi configures nothing: build the configuration into the firmware, or its flash image"),
    ("include", "Wokwi reads no second file: write its steps into this one"),
    ("setup", "its steps are not run in Wokwi: begin `steps` with them"),
    ("teardown", "its steps are not run in Wokwi"),
];

/// Keys of ours that change nothing of what the file does.
const HARMLESS: [&str; 4] = ["description", "tags", "requires", "may-reset"];

pub(super) fn look(look: &mut Look<'_>, node: &Node) {
    let NodeKind::Mapping(entries) = &node.kind else {
        look.differs(Code::WrongType, node.span, "the file is no mapping", Does::Stops(""), "");
        return;
    };
    for (key, _) in entries {
        let name = key.as_text().unwrap_or_default();
        if let Some((name, help)) = LACKING.iter().find(|(lacking, _)| *lacking == name) {
            look.differs(Code::UnknownKey, key.span, format!("Wokwi has no `{name}`"), Does::Ignores, help);
        } else if let Some(harmless) = HARMLESS.iter().find(|harmless| **harmless == name) {
            look.ignored.push(harmless);
        } else if !["name", "version", "author", "steps"].contains(&name) {
            let title = format!("neither Wokwi nor hil has a key `{}`", name.escape_debug());
            look.differs(Code::UnknownKey, key.span, title, Does::Ignores, "take it out");
        }
    }
    missing(look, node);
    match node.get("version") {
        Some(version) if !is_one(version) => {
            let does = Does::Stops("the version must be the number 1");
            let title = format!("the version is {}, not the number 1", version.describe());
            look.differs(Code::Version, version.span, title, does, "write it without quotes: version: 1");
        }
        _ => {}
    }
    if let Some(name) = node.get("name").filter(|name| !values::is_string(name)) {
        let title = format!("the file's name is {}, which is no text", name.describe());
        look.differs(Code::WrongType, name.span, title, Does::Stops(""), "put it in quotes");
    }
    match node.get("steps").map(|steps| &steps.kind) {
        Some(NodeKind::Sequence(steps)) => steps.iter().for_each(|node| step::look(look, node)),
        Some(_) => {
            let span = node.get("steps").map_or(node.span, |steps| steps.span);
            look.differs(Code::WrongType, span, "`steps` is no list", Does::Stops(""), "");
        }
        None => {}
    }
}

fn missing(look: &mut Look<'_>, node: &Node) {
    for key in ["name", "version", "steps"] {
        if node.get(key).is_none() {
            let title = format!("the key `{key}` is missing");
            look.differs(Code::MissingKey, node.span, title, Does::Stops(""), "");
        }
    }
}

fn is_one(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::Scalar { text, quoted: false } if text == "1")
}
