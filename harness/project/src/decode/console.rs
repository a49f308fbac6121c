//! `[console]`

use hil_scenario::decode::Shape;
use hil_scenario::error::Code;

use super::scalar::texts;
use crate::ConsoleSettings;
use crate::cx::{Cx, Value, span};
use crate::table::Table;

/// `[console]`
pub(crate) const CONSOLE: Shape = Shape { name: "[console]", example: "deaths", keys: &["deaths"] };

pub(super) fn console<'t>(cx: &mut Cx<'_>, value: &'t Value<'t>) -> Option<ConsoleSettings> {
    let mut table = Table::new(cx, value, &CONSOLE)?;
    Some(ConsoleSettings { deaths: table.resolved("deaths", expressions) })
}

fn expressions(cx: &mut Cx<'_>, value: &Value<'_>) -> Option<Vec<String>> {
    let expressions = texts(cx, value, "a regular expression, or an array of them")?;
    let wrong = expressions.iter().find_map(|text| regex::Regex::new(text).err().map(|error| (text, error)));
    if let Some((text, error)) = wrong {
        let title = format!("`{text}` is no regular expression");
        let help = "write it in single quotes, so that TOML leaves its backslashes alone: '^MYOS: halt \\d+$'";
        // The last line of its message says what is wrong, those before show where.
        let why = error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        cx.error(Code::BadValue, span(value), title, why, help);
        return None;
    }
    Some(expressions)
}
