//! Values within values.

use crate::json::{Form, Shape};
use hil_scenario::Json;

/// One step down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Item(usize),
}

/// A value somewhere in a payload.
#[derive(Debug, Clone)]
pub(super) struct Place<'s> {
    pub(super) path: Vec<Step>,
    pub(super) shape: &'s Shape,
    /// Its key may be left out.
    pub(super) optional: bool,
}

/// All places in a shape that hold no further ones, and those of objects, the outermost first. Of arrays the first item.
pub(super) fn places(shape: &Shape) -> Vec<Place<'_>> {
    let mut all = Vec::new();
    collect(shape, &[], false, &mut all);
    all
}

fn collect<'s>(shape: &'s Shape, path: &[Step], optional: bool, all: &mut Vec<Place<'s>>) {
    all.push(Place { path: path.to_vec(), shape, optional });
    let below = |step| [path, &[step]].concat();
    match &shape.form {
        Form::Object { members, .. } => {
            for member in members {
                collect(&member.shape, &below(Step::Key(member.key.clone())), member.optional, all);
            }
        }
        Form::Array { items, .. } => collect(items, &below(Step::Item(0)), false, all),
        _ => {}
    }
}

/// The text of `value`, with other text in one place; keys that lead there are made.
pub(super) fn with(value: &Json, path: &[Step], text: &str) -> String {
    let Some((step, rest)) = path.split_first() else { return text.to_owned() };
    match (value, step) {
        (Json::Object(members), Step::Key(key)) => {
            let inner = |value: &Json| with(value, rest, text);
            let mut all: Vec<String> = members
                .iter()
                .map(|(name, value)| member(name, &if name == key { inner(value) } else { value.to_string() }))
                .collect();
            if members.iter().all(|(name, _)| name != key) {
                all.push(member(key, &inner(&Json::Null)));
            }
            format!("{{{}}}", all.join(","))
        }
        (Json::Array(items), Step::Item(at)) => {
            let inner = |item: &Json| with(item, rest, text);
            let mut all: Vec<String> = items
                .iter()
                .enumerate()
                .map(|(index, item)| if index == *at { inner(item) } else { item.to_string() })
                .collect();
            if items.len() <= *at {
                all.push(inner(&Json::Null));
            }
            format!("[{}]", all.join(","))
        }
        (_, Step::Key(key)) => format!("{{{}}}", member(key, &with(&Json::Null, rest, text))),
        (_, Step::Item(_)) => format!("[{}]", with(&Json::Null, rest, text)),
    }
}

/// `"key":value`
pub(super) fn member(key: &str, value: &str) -> String {
    format!("{}:{value}", Json::Text(key.to_owned()))
}

/// What stands in a place.
pub(super) fn at<'v>(value: &'v Json, path: &[Step]) -> Option<&'v Json> {
    path.iter().try_fold(value, |value, step| match (value, step) {
        (value, Step::Key(key)) => value.member(key),
        (Json::Array(items), Step::Item(at)) => items.get(*at),
        _ => None,
    })
}
