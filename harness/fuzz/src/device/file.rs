//! The keys of a description.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::grammar::{grammar, items, name, positive};
use super::rules::{self, command, online, rejection, status};
use super::{DeviceDescription, Model, Models};
use hil_scenario::decode::{Cx, Map, Shape, integer, keyword, plain_text, spanned_text};
use hil_scenario::error::{Code, Diagnostic};
use hil_scenario::load::{limited, read_source, source};
use hil_scenario::yaml::{Node, NodeKind, Words, parse_file};
use hil_scenario::{Diagnostics, Source};
use hil_targets::reference::State;

/// `device.yaml`
pub(super) const DEVICE: Shape = Shape {
    name: "a device description",
    example: "commands",
    keys: &[
        "version",
        "name",
        "model",
        "settle",
        "within",
        "max-packet",
        "online",
        "parts",
        "commands",
        "statuses",
        "answer",
        "rejection",
        "start",
        "state",
    ],
};

const WORDS: Words = Words {
    file: "a device description",
    content: "a device description",
    least: "a description has at least the keys `version`, `commands`, `statuses` and `start`",
    several: "a description is of one device",
    encoding: "save the file as UTF-8",
};

/// Default of `settle`.
const SETTLE: Duration = Duration::from_millis(300);
/// Default of `within`.
const WITHIN: Duration = Duration::from_secs(2);

pub(super) fn load(path: &Path, models: &Models) -> Result<DeviceDescription, Diagnostics> {
    of(&read_source(path, &WORDS).map_err(|error| named(vec![error]))?, models)
}

pub(super) fn load_text(path: &Path, text: Vec<u8>, models: &Models) -> Result<DeviceDescription, Diagnostics> {
    of(&source(path, text, &WORDS).map_err(|error| named(vec![error]))?, models)
}

fn of(source: &Arc<Source>, models: &Models) -> Result<DeviceDescription, Diagnostics> {
    let (node, mut errors) = parse_file(source, &WORDS);
    let Some(node) = node else { return Err(named(errors)) };
    let mut cx = Cx::literal(source);
    let description = description(&mut cx, &node, models);
    errors.extend(cx.into_errors());
    match description {
        Some(description) if errors.is_empty() => Ok(description),
        _ => Err(named(errors)),
    }
}

/// In file order, by this file's names.
fn named(mut errors: Vec<Diagnostic>) -> Diagnostics {
    let place = |error: &Diagnostic| error.labels.first().map_or(0, |label| label.span.start);
    errors.sort_by_key(place);
    // A wrong part is wrong wherever it is used.
    errors.dedup_by(|one, two| one.title == two.title && place(one) == place(two));
    limited(&mut errors);
    errors.iter_mut().for_each(|error| error.family = "device");
    Diagnostics(errors)
}

/// One of the models by its name.
fn model(cx: &mut Cx<'_>, node: &Node, models: &Models) -> Option<Model> {
    if models.is_empty() {
        let help =
            "describe the device by `statuses` and `commands` alone, or run it by the program that has its model";
        let title = "this program has no model of a device".to_owned();
        cx.error_with_help(Code::BadValue, node.span, title, "named here".to_owned(), help.to_owned());
        return None;
    }
    let names: Vec<_> = models.iter().enumerate().map(|(index, model)| (model.name(), index)).collect();
    keyword(cx, node, "a model", &names).map(|index| Model(Arc::clone(&models[index])))
}

fn description(cx: &mut Cx<'_>, node: &Node, models: &Models) -> Option<DeviceDescription> {
    let mut map = Map::new(cx, node, &DEVICE)?;
    map.required("version", version);
    let title = map.optional("name", |cx, node| Some(spanned_text(cx, node)?.value));
    let model = map.optional("model", |cx, node| model(cx, node, models));
    let settle = map.optional("settle", positive).unwrap_or(SETTLE);
    let within = map.optional("within", positive).unwrap_or(WITHIN);
    let max_packet = map.optional("max-packet", |cx, node| integer(cx, node, 64..=65_536_usize));
    let online = map.optional("online", online);
    let parts = map.optional("parts", |cx, node| match &node.kind {
        NodeKind::Mapping(parts) => Some(parts.as_slice()),
        _ => {
            cx.wrong_type(node, "a mapping of names to grammars");
            None
        }
    });
    let parts = parts.unwrap_or_default();
    for (_, part) in parts {
        map.optional("parts", |cx, _| grammar(cx, part, parts));
    }
    let statuses = map.required("statuses", |cx, node| items(cx, node, status));
    let known = statuses.clone().unwrap_or_default();
    let commands = map.required("commands", |cx, node| items(cx, node, |cx, node| command(cx, node, parts, &known)));
    let mut state = map.optional("state", values).unwrap_or_default();
    let answer = map.optional("answer", |cx, node| Some(spanned_text(cx, node)?.value));
    let rejection = map.optional("rejection", rejection).unwrap_or_default();
    // What follows from an error before is no error of its own.
    let all_commands = commands.as_ref().filter(|commands| is_whole(&map, "commands", commands.len()));
    let start =
        map.required("start", |cx, node| items(cx, node, |cx, node| rules::start(cx, node, all_commands?, &mut state)));
    let (statuses, commands, start) = (statuses?, commands?, start?);
    if is_whole(&map, "start", start.len()) && is_whole(&map, "statuses", statuses.len()) {
        map.optional("statuses", |cx, node| complete(cx, node, &statuses, &state));
    }
    Some(DeviceDescription {
        name: title.unwrap_or_else(|| "the device".to_owned()),
        model,
        settle,
        within,
        max_packet,
        online,
        commands,
        rejection: super::Rejection {
            silent: match rejection.silent.is_empty() {
                true => statuses.iter().map(|status| status.topic.clone()).collect(),
                false => rejection.silent,
            },
            ..rejection
        },
        statuses,
        answer,
        start,
        state,
    })
}

/// Whether all items of a list are right.
fn is_whole(map: &Map<'_, '_, '_>, key: &str, right: usize) -> bool {
    map.entry(key).is_some_and(|(_, node)| matches!(&node.kind, NodeKind::Sequence(items) if items.len() == right))
}

fn version(cx: &mut Cx<'_>, node: &Node) -> Option<()> {
    if node.as_text() == Some("1") {
        return Some(());
    }
    let title = format!("unknown version: {}", node.describe());
    cx.error_with_help(Code::Version, node.span, title, "expected 1", "the version of descriptions is 1: version: 1");
    None
}

/// `state: {..}`
fn values(cx: &mut Cx<'_>, node: &Node) -> Option<State> {
    let NodeKind::Mapping(entries) = &node.kind else {
        cx.wrong_type(node, "a mapping of variables to values");
        return None;
    };
    let mut state = State::default();
    for (key, value) in entries {
        if let (Some(name), Some(value)) = (name(cx, key), plain_text(cx, value)) {
            state.set(&name, &value);
        }
    }
    Some(state)
}

/// Whether every variable of the statuses has a value when the device has been brought to its start.
fn complete(cx: &mut Cx<'_>, node: &Node, statuses: &[super::StatusRule], state: &State) -> Option<()> {
    for status in statuses {
        for variable in status.payload.variables().filter(|variable| !state.has(variable)) {
            cx.error_with_help(
                Code::UndefinedVariable,
                node.span,
                format!("`{variable}` in the status {} has no value", status.topic),
                "",
                format!(
                    "a command of `start` sets it (`as: {variable}` in its grammar), or `state` says what it is then"
                ),
            );
        }
    }
    Some(())
}
