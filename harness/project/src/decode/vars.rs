//! `[vars]`

use std::collections::BTreeMap;

use hil_scenario::error::Code;
use toml::de::DeValue;

use crate::Resolved;
use crate::cx::{Cx, Value, quoted, span};
use crate::table::Table;

pub(super) fn vars<'t>(cx: &mut Cx<'_>, value: &'t Value<'t>) -> Option<BTreeMap<String, Resolved<String>>> {
    let table = Table::of_any(cx, value, "{ room = \"lab\" }")?;
    let mut vars = BTreeMap::new();
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        if !hil_scenario::is_name(name) {
            let title = format!("{} cannot be the name of a variable", quoted(name));
            cx.error(
                Code::BadVariable,
                span(key),
                title,
                "",
                "a name has letters from a to z, digits, `_` and `-`, and begins with a letter or `_`",
            );
            continue;
        }
        let text = match value.get_ref() {
            DeValue::String(text) => text.as_ref().to_owned(),
            DeValue::Integer(number) => number.to_string(),
            DeValue::Float(number) => number.to_string(),
            DeValue::Boolean(truth) => truth.to_string(),
            DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
                cx.wrong_type(value, "a string, a number or a boolean");
                continue;
            }
        };
        vars.insert(name.to_owned(), cx.resolved(text, span(value)));
    }
    Some(vars)
}
