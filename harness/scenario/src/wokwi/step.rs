//! A step.

use super::look::{Does, Look};
use crate::error::Code;
use crate::step::CommandKind;
use crate::step::kind::Wokwi;
use crate::yaml::{Node, NodeKind};

pub(super) fn look(look: &mut Look<'_>, node: &Node) {
    let NodeKind::Mapping(entries) = &node.kind else {
        let title = format!("a step that is {}", node.describe());
        look.differs(Code::WrongType, node.span, title, Does::Stops(""), "a step is a mapping with one command");
        return;
    };
    let mut commands = Vec::new();
    for (key, value) in entries {
        let name = key.as_text().unwrap_or_default();
        match CommandKind::find(name).map(|kind| (kind.key, &kind.key.wokwi)) {
            Some((ours, Wokwi::Has { rank, look })) => commands.push((rank, ours, look, key, value)),
            None if name == "name" => {}
            Some((_, Wokwi::Lacks(help))) => unknown(look, key, name, Some(help)),
            None => unknown(look, key, name, None),
        }
    }
    commands.sort_by_key(|(rank, ..)| *rank);
    if let [(_, first, ..), dropped @ ..] = commands.as_slice() {
        for (_, second, _, key, _) in dropped {
            let (first, second) = (first.key, second.key);
            let title = format!("`{second}` in a step with `{first}`");
            let help = format!("begin a step of its own: - {second}: ..");
            look.differs(Code::TwoCommands, key.span, title, Does::Drops, &help);
        }
    }
    for (_, ours, look_at, _, value) in commands {
        look_at(look, ours, value);
        value.for_each_scalar(&mut |scalar| variable(look, scalar));
    }
}

/// A key that is no command of Wokwi's; `help` where it is one of ours.
fn unknown(look: &mut Look<'_>, key: &Node, name: &str, help: Option<&str>) {
    let is_limit = matches!(name, "timeout" | "within");
    let title = match help {
        Some(_) => format!("Wokwi has no step `{name}`"),
        None if is_limit => format!("a step has no `{name}`"),
        None => format!("neither Wokwi nor hil has a step `{}`", name.escape_debug()),
    };
    let help = help.unwrap_or(if is_limit { LIMIT } else { "" });
    look.differs(Code::UnknownCommand, key.span, title, Does::Stops("Invalid scenario step key"), help);
}

/// Of limits of steps.
pub(super) const LIMIT: &str = "the only limit in Wokwi is that of the whole run: wokwi-cli --timeout";

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
