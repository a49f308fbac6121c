//! The keys of a description.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::grammar::{Parts, grammar, items, name, positive};
use super::rules::{self, command, online, rejection, status};
use super::{DeviceDescription, Expected, Model, Models, overlap};
use hil_model::time::display;
use hil_scenario::decode::{Cx, Map, Shape, compact_json, integer, keyword, plain_text, spanned_text};
use hil_scenario::error::{Code, Diagnostic};
use hil_scenario::load::{limited, read_source, source};
use hil_scenario::yaml::{Node, NodeKind, Words, parse_file};
use hil_scenario::{Diagnostics, Source};
use hil_targets::broker::filter_matches;
use hil_targets::reference::{State, Value};

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
        "client-id",
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
    least: "a description has at least the keys `version` and `commands`, most have `statuses` and `start`",
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
    for (_, named) in parts {
        map.optional("parts", |cx, _| part(cx, named, parts));
    }
    let client_id = map.optional("client-id", |cx, node| Some(spanned_text(cx, node)?.value));
    let statuses = map.optional("statuses", |cx, node| items(cx, node, status));
    let known = statuses.clone().unwrap_or_default();
    let commands = map.required("commands", |cx, node| items(cx, node, |cx, node| command(cx, node, parts, &known)));
    let mut state = map.optional("state", values).unwrap_or_default();
    let answer = map.optional("answer", |cx, node| Some(spanned_text(cx, node)?.value));
    let rejection = map.optional("rejection", rejection).unwrap_or_default();
    // What follows from an error before is no error of its own.
    let all_commands = commands.as_ref().filter(|commands| is_whole(&map, "commands", commands.len()));
    if let Some(commands) = all_commands {
        map.optional("commands", |cx, node| overlap::check(cx, node, commands));
    }
    let start =
        map.optional("start", |cx, node| items(cx, node, |cx, node| rules::start(cx, node, all_commands?, &mut state)));
    // What is not there is right; what is wrong has been told.
    let of = |key: &str, right: Option<usize>| {
        if map.has(key) { right.is_some_and(|n| is_whole(&map, key, n)) } else { true }
    };
    let is_whole = of("start", start.as_ref().map(Vec::len)) && of("statuses", statuses.as_ref().map(Vec::len));
    let (statuses, commands, start) = (statuses.unwrap_or_default(), commands?, start.unwrap_or_default());
    if is_whole {
        map.optional("statuses", |cx, node| complete(cx, node, &statuses, &state));
    }
    for filter in &rejection.silent {
        let own = statuses.iter().find(|status| status.every.is_some() && filter_matches(filter, &status.topic));
        if let Some(status) = own {
            map.optional("rejection", |cx, node| loud(cx, node, filter, status));
        }
    }
    Some(DeviceDescription {
        name: title.unwrap_or_else(|| "the device".to_owned()),
        model,
        settle,
        within,
        max_packet,
        online,
        client_id,
        commands,
        rejection: super::Rejection {
            silent: match rejection.silent.is_empty() {
                true => {
                    let caused = statuses.iter().filter(|status| status.every.is_none());
                    caused.map(|status| status.topic.clone()).collect()
                }
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
        let (name, text, json) = (name(cx, key), plain_text(cx, value), compact_json(cx, value));
        let (Some(name), Some(text), Some(json)) = (name, text, json) else { continue };
        state.put(&name, if json.starts_with('"') { Value::Text(text) } else { Value::Json(text) });
    }
    Some(state)
}

/// A part, as a grammar of text or of JSON: what it is used for tells, and its keys do.
fn part(cx: &mut Cx<'_>, node: &Node, parts: Parts<'_>) -> Option<()> {
    let source = Arc::clone(cx.source());
    let mut as_json = Cx::literal(&source);
    let is_json = super::json::part_of(&mut as_json, node, parts).is_some() && as_json.into_errors().is_empty();
    if is_json {
        return Some(());
    }
    let only_json = ["boolean", "integer", "optional"].iter().any(|key| node.get(key).is_some());
    if only_json { super::json::part_of(cx, node, parts) } else { grammar(cx, node, parts).map(drop) }
}

/// What comes by itself cannot be silent.
fn loud(cx: &mut Cx<'_>, node: &Node, filter: &str, status: &super::StatusRule) -> Option<()> {
    let every = status.every.map(display).unwrap_or_default();
    cx.error_with_help(
        Code::BadValue,
        node.span,
        format!("`silent: {filter}` has {} in it, which comes by itself every {every}", status.topic),
        "",
        "name the topics on which nothing comes after a refusal; without `silent` they are those of the other statuses",
    );
    None
}

/// Whether every variable of the statuses has a value when the device has been brought to its start.
fn complete(cx: &mut Cx<'_>, node: &Node, statuses: &[super::StatusRule], state: &State) -> Option<()> {
    for status in statuses {
        let unknown: Vec<String> = status.payload.variables().into_iter().filter(|name| !state.has(name)).collect();
        if let (Expected::Where(conditions), true) = (&status.payload, unknown.is_empty()) {
            conditions.check(cx, state);
        }
        for variable in unknown {
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
