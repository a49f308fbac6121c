//! `[wifi]`

use hil_scenario::decode::Shape;
use hil_scenario::error::Code;

use super::scalar::text;
use crate::WifiSettings;
use crate::cx::{Cx, Value, span};
use crate::table::Table;

/// `[wifi]`
pub(crate) const WIFI: Shape = Shape { name: "[wifi]", example: "ssid", keys: &["ssid", "password-env"] };

pub(super) fn wifi<'t>(cx: &mut Cx<'_>, value: &'t Value<'t>) -> Option<WifiSettings> {
    let mut table = Table::new(cx, value, &WIFI)?;
    Some(WifiSettings {
        ssid: table.resolved("ssid", |cx, value| text(cx, value, "the name of a network")),
        password_env: table.resolved("password-env", variable),
    })
}

/// The name of an environment variable.
fn variable(cx: &mut Cx<'_>, value: &Value<'_>) -> Option<String> {
    let name = text(cx, value, "the name of an environment variable")?;
    if is_variable(&name) {
        return Some(name);
    }
    let help = "the variable's name stands here, such as HIL_WIFI_PASSWORD, not the password";
    cx.error(Code::BadValue, span(value), "not the name of an environment variable", "", help);
    None
}

/// Whether a text can be the name of an environment variable. A password that stands in its place is hidden in errors.
pub(crate) fn is_variable(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !name.is_empty() && name.chars().all(is_part) && !name.starts_with(|c: char| c.is_ascii_digit())
}
