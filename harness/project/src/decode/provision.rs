//! `provision = "KIND"`, `[provision]`

use hil_scenario::decode::{Shape, did_you_mean, list};
use hil_scenario::error::Code;
use serde_json::Value as Json;
use toml::de::DeValue;

use super::scalar::{any_text, keyword, parsed, path, text};
use crate::cx::{Cx, Value, span};
use crate::table::Table;
use crate::value::{PLACEHOLDERS, Provision, SerialStep, placeholders};

/// `[provision]` of the kind `nvs`.
pub(crate) const NVS: Shape =
    Shape { name: "[provision] of the kind nvs", example: "file", keys: &["kind", "file", "partition"] };
/// `[provision]` of the kind `image`.
pub(crate) const IMAGE: Shape =
    Shape { name: "[provision] of the kind image", example: "file", keys: &["kind", "file", "at"] };
/// `[provision]` of the kind `serial`.
pub(crate) const SERIAL: Shape =
    Shape { name: "[provision] of the kind serial", example: "steps", keys: &["kind", "steps"] };
/// `[provision]` of the kind `none`.
pub(crate) const NONE: Shape = Shape { name: "[provision] of the kind none", example: "kind", keys: &["kind"] };
/// A step of the kind `serial`.
const STEP: Shape = Shape { name: "a step", example: "answer", keys: &["prompt", "answer"] };

pub(super) fn provision<'t>(cx: &mut Cx<'_>, value: &'t Value<'t>) -> Option<Provision> {
    match value.get_ref() {
        DeValue::String(_) => {
            let name = kind(cx, value)?;
            match name.as_str() {
                "none" => Some(Provision::None),
                "nvs" | "image" | "serial" => {
                    let title = format!("the kind {name:?} needs more than its name");
                    let help = format!("write a table: [provision] with kind = {name:?} and its keys");
                    cx.error(Code::MissingKey, span(value), title, "", help);
                    None
                }
                _ => Some(Provision::Other { name, settings: std::collections::BTreeMap::new() }),
            }
        }
        DeValue::Table(table) => {
            let Some((_, name)) = table.iter().find(|(key, _)| key.get_ref() == "kind") else {
                let known = known(cx);
                let help = format!("this build of hil knows {}", list(known.iter().map(String::as_str)));
                cx.error(Code::MissingKey, span(value), "missing key `kind`", "[provision] needs it", help);
                return None;
            };
            let name = kind(cx, name)?;
            of_kind(cx, value, name)
        }
        _ => {
            cx.wrong_type(value, "a table with the key `kind`");
            None
        }
    }
}

fn known(cx: &Cx<'_>) -> Vec<String> {
    Provision::KINDS.iter().map(|kind| (*kind).to_owned()).chain(cx.names().provisioners.iter().cloned()).collect()
}

fn kind(cx: &mut Cx<'_>, value: &Value<'_>) -> Option<String> {
    let known = known(cx);
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    keyword(cx, value, "provisioner", &known)
}

fn of_kind<'t>(cx: &mut Cx<'_>, value: &'t Value<'t>, name: String) -> Option<Provision> {
    match name.as_str() {
        "none" => Table::new(cx, value, &NONE).map(|_| Provision::None),
        "nvs" => {
            let mut table = Table::new(cx, value, &NVS)?;
            let partition = table.optional("partition", |cx, value| text(cx, value, "the label of a partition"));
            let file = table.required("file", "name the CSV file: file = \"nvs.csv\"", path)?;
            Some(Provision::Nvs { file, partition })
        }
        "image" => {
            let mut table = Table::new(cx, value, &IMAGE)?;
            let at = table.optional("at", |cx, value| {
                let help = "write an offset such as \"0x9000\", or the label of a partition";
                parsed(cx, value, "an offset or the label of a partition", help)
            });
            let file = table.required("file", "name the image: file = \"nvs.bin\"", path)?;
            Some(Provision::Image { file, at })
        }
        "serial" => {
            let mut table = Table::new(cx, value, &SERIAL)?;
            let help = "list them: steps = [{ prompt = \"ssid:\", answer = \"${wifi.ssid}\" }]";
            let steps = table.required("steps", help, steps)?;
            Some(Provision::Serial { steps })
        }
        _ => {
            let table = Table::of_any(cx, value, "kind = \"none\"")?;
            let settings = table.iter().filter(|(key, _)| key.get_ref() != "kind").filter_map(|(key, value)| {
                let json = json(cx, value)?;
                Some((key.get_ref().as_ref().to_owned(), cx.resolved(json, span(value))))
            });
            Some(Provision::Other { settings: settings.collect(), name })
        }
    }
}

fn steps<'t>(cx: &mut Cx<'_>, value: &'t Value<'t>) -> Option<Vec<SerialStep>> {
    let DeValue::Array(items) = value.get_ref() else {
        cx.wrong_type(value, "an array of steps");
        return None;
    };
    if items.is_empty() {
        cx.error(Code::EmptyList, span(value), "no step", "", "a device that needs none has kind = \"none\"");
        return None;
    }
    let steps: Vec<Option<SerialStep>> = items.iter().map(|item| step(cx, item)).collect();
    steps.into_iter().collect()
}

fn step<'t>(cx: &mut Cx<'_>, value: &'t Value<'t>) -> Option<SerialStep> {
    let mut table = Table::new(cx, value, &STEP)?;
    let prompt = table.optional("prompt", any_text).unwrap_or_default();
    let help = "say what the device is sent: answer = \"${broker.host}\"";
    let answer = table.required("answer", help, answer)?;
    Some(SerialStep { prompt, answer })
}

fn answer(cx: &mut Cx<'_>, value: &Value<'_>) -> Option<String> {
    let text = any_text(cx, value)?;
    let unknown = placeholders(&text).filter(|(name, _)| name.is_none_or(|name| !PLACEHOLDERS.contains(&name)));
    let mut is_right = true;
    for (name, _) in unknown {
        is_right = false;
        let (title, label) = match name {
            Some(name) => {
                let guess = did_you_mean(name, PLACEHOLDERS).unwrap_or_default();
                (format!("unknown placeholder `${{{}}}`", name.escape_debug()), guess)
            }
            None => ("a placeholder without its end".to_owned(), "`}` is missing".to_owned()),
        };
        cx.error(Code::BadVariable, span(value), title, label, format!("there are {}", list(PLACEHOLDERS)));
    }
    is_right.then_some(text)
}

/// A setting of a provisioner that reads its settings itself.
fn json(cx: &mut Cx<'_>, value: &Value<'_>) -> Option<Json> {
    Some(match value.get_ref() {
        DeValue::String(text) => Json::String(text.as_ref().to_owned()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Json::from(number),
            Err(_) => {
                cx.wrong_type(value, "a number of at most 64 bits");
                return None;
            }
        },
        DeValue::Float(number) => match number.as_str().parse::<f64>().ok().and_then(serde_json::Number::from_f64) {
            Some(number) => Json::Number(number),
            None => {
                cx.wrong_type(value, "a finite number");
                return None;
            }
        },
        DeValue::Boolean(truth) => Json::Bool(*truth),
        DeValue::Datetime(date) => Json::String(date.to_string()),
        DeValue::Array(items) => {
            let items: Option<Vec<Json>> = items.iter().map(|item| json(cx, item)).collect();
            Json::Array(items?)
        }
        DeValue::Table(table) => {
            let entries: Option<serde_json::Map<String, Json>> =
                table.iter().map(|(key, value)| Some((key.get_ref().as_ref().to_owned(), json(cx, value)?))).collect();
            Json::Object(entries?)
        }
    })
}
