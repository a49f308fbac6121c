//! Which values of commands come back in statuses.

use std::collections::BTreeMap;

use hil_scenario::Json;

use super::seen::Told;
use super::shape::pointer;

/// Values in values that are looked at.
const DEPTH: usize = 3;

/// A value of a command that a status repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    /// Its name.
    pub(super) name: String,
    /// Topic of the command.
    pub(super) command: String,
    /// Place in its payload, as a JSON Pointer; `None`: all of a text.
    pub(super) from: Option<String>,
    /// Topic of the status.
    pub(super) status: String,
    /// Place in its payload, in the same way.
    pub(super) to: Option<String>,
}

/// The values in a payload by their places; of a text, all of it.
pub(super) fn leaves(payload: &[u8]) -> BTreeMap<Option<String>, Json> {
    let mut all = BTreeMap::new();
    match Json::parse(payload) {
        Ok(json @ Json::Object(_)) => collect(&json, "", 0, &mut all),
        _ => {
            if let Ok(text) = std::str::from_utf8(payload) {
                all.insert(None, Json::Text(text.to_owned()));
            }
        }
    }
    all
}

fn collect(json: &Json, at: &str, depth: usize, all: &mut BTreeMap<Option<String>, Json>) {
    match json {
        Json::Object(members) if depth < DEPTH => {
            for (key, value) in members {
                collect(value, &pointer(at, key), depth + 1, all);
            }
        }
        other => drop(all.insert(Some(at.to_owned()), other.clone())),
    }
}

/// The variables: a place in a status that says what a place in a command has said, each time, until it was told otherwise.
pub(super) fn variables(told: &[Told<'_>]) -> Vec<Variable> {
    let mut found: Vec<Variable> = Vec::new();
    for told in told {
        for (from, value) in leaves(&told.message.payload) {
            for status in &told.followed {
                for (to, _) in leaves(&status.payload).into_iter().filter(|(_, there)| is_same(&value, there)) {
                    let name = name(from.as_deref(), &told.message.topic);
                    let variable = Variable {
                        name,
                        command: told.message.topic.clone(),
                        from: from.clone(),
                        status: status.topic.clone(),
                        to,
                    };
                    if !found.contains(&variable) {
                        found.push(variable);
                    }
                }
            }
        }
    }
    found.retain(|variable| holds(variable, told));
    // One place of a status says one thing: the one of the same name, if there is one.
    found.sort_by_key(|variable| !is_named_alike(variable));
    let mut taken: Vec<(String, Option<String>)> = Vec::new();
    found.retain(|variable| {
        let place = (variable.status.clone(), variable.to.clone());
        let is_free = !taken.contains(&place);
        taken.push(place);
        is_free
    });
    unique(&mut found);
    found
}

/// Whether it is so each time; of a place with another name, it must have been so with several values.
fn holds(variable: &Variable, told: &[Told<'_>]) -> bool {
    let mut now: Option<Json> = None;
    let mut values: Vec<Json> = Vec::new();
    for told in told {
        if told.message.topic == variable.command
            && let Some(value) = leaves(&told.message.payload).remove(&variable.from)
        {
            if !values.contains(&value) {
                values.push(value.clone());
            }
            now = Some(value);
        }
        let Some(now) = &now else { continue };
        let of_status = told.followed.iter().filter(|message| message.topic == variable.status);
        let mut there = of_status.filter_map(|message| leaves(&message.payload).remove(&variable.to));
        if there.any(|there| !is_same(now, &there)) {
            return false;
        }
    }
    is_named_alike(variable) || values.len() > 1
}

fn is_named_alike(variable: &Variable) -> bool {
    match (&variable.from, &variable.to) {
        (Some(from), Some(to)) => from.rsplit('/').next() == to.rsplit('/').next(),
        (None, Some(to)) => to.rsplit('/').next() == variable.command.rsplit('/').next(),
        _ => false,
    }
}

/// A whole number as text is the number; all else is compared as JSON.
fn is_same(said: &Json, there: &Json) -> bool {
    let is_whole = |text: &str| text.parse::<i64>().is_ok_and(|number| number.to_string() == text);
    match (said, there) {
        (Json::Text(text), Json::Number(number)) if is_whole(text) => {
            Json::parse(text.as_bytes()).is_ok_and(|said| said == Json::Number(number.clone()))
        }
        _ => said == there,
    }
}

fn name(from: Option<&str>, topic: &str) -> String {
    let last = from.unwrap_or(topic).rsplit('/').next().unwrap_or_default();
    let name: String = last.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) || name.is_empty() { format!("value_{name}") } else { name }
}

/// One name, one value of a command.
fn unique(all: &mut [Variable]) {
    for index in 0..all.len() {
        let (before, rest) = all.split_at_mut(index);
        let Some(this) = rest.first_mut() else { return };
        let source = |it: &Variable| (it.command.clone(), it.from.clone());
        if let Some(same) = before.iter().find(|it| source(it) == source(this)) {
            this.name.clone_from(&same.name);
            continue;
        }
        let plain = this.name.clone();
        let mut number = 2;
        while before.iter().any(|it| it.name == this.name) {
            this.name = format!("{plain}-{number}");
            number += 1;
        }
    }
}
