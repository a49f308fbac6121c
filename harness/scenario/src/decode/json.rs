//! YAML values as JSON.

use super::Cx;
use crate::error::Code;
use crate::json::Json;
use crate::variables::Alone;
use crate::yaml::{Node, NodeKind};

impl Json {
    /// A YAML value as JSON, with its variables put in. While a file is checked, what is not known yet is null.
    pub(crate) fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        let text = compact_json(cx, node)?;
        match Self::parse(text.as_bytes()) {
            Ok(value) => Some(value),
            Err(error) => {
                cx.error(Code::BadJson, node.span, format!("this cannot be JSON: {error}"), "");
                None
            }
        }
    }
}

/// Compact JSON: keys in file order; unquoted scalars are null, booleans and numbers where YAML 1.2 says so, texts
/// otherwise. A value that is a variable and nothing else is of the variable's type.
pub fn compact_json(cx: &mut Cx<'_>, node: &Node) -> Option<String> {
    let mut out = String::new();
    write(cx, node, &mut out)?;
    Some(out)
}

fn write(cx: &mut Cx<'_>, node: &Node, out: &mut String) -> Option<()> {
    match &node.kind {
        NodeKind::Scalar { quoted, .. } => {
            let text = cx.scalar(node, "a value")?;
            // A variable alone keeps its own type, in quotes or not: flow style cannot do without them.
            let is_text = text.alone.map_or(*quoted, |alone| alone == Alone::Text);
            if is_text && (text.known || text.alone.is_none()) {
                out.push_str(&quote(&text.value));
            } else if text.known {
                out.push_str(&typed(cx, node, &text.value)?);
            } else {
                out.push_str("null");
            }
        }
        NodeKind::Sequence(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(cx, item, out)?;
            }
            out.push(']');
        }
        NodeKind::Mapping(entries) => {
            out.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&quote(key.as_text().unwrap_or_default()));
                out.push(':');
                write(cx, value, out)?;
            }
            out.push('}');
        }
    }
    Some(())
}

fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// An unquoted scalar by YAML 1.2's core schema (section 10.3.2).
fn typed(cx: &mut Cx<'_>, node: &Node, text: &str) -> Option<String> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => "null".into(),
        "true" | "True" | "TRUE" => "true".into(),
        "false" | "False" | "FALSE" => "false".into(),
        _ if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") => {
            cx.error(Code::BadJson, node.span, format!("JSON has no number `{text}`"), "write it in quotes for a text");
            return None;
        }
        _ => match number(text, unsigned) {
            None => quote(text),
            Some(number) => number,
        },
    })
}

fn number(text: &str, unsigned: &str) -> Option<String> {
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if digits(unsigned) {
        let sign = if text.starts_with('-') { "-" } else { "" };
        let number = unsigned.trim_start_matches('0');
        return Some(format!("{sign}{}", if number.is_empty() { "0" } else { number }));
    }
    if let Some(hex) = text.strip_prefix("0x") {
        return u64::from_str_radix(hex, 16).ok().map(|n| n.to_string());
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return u64::from_str_radix(octal, 8).ok().map(|n| n.to_string());
    }
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).map_or((unsigned, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_float = (digits(whole) || whole.is_empty())
        && (digits(fraction) || fraction.is_empty())
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)));
    if !is_float {
        return None;
    }
    // As written, if that is JSON already: 1.10 stays 1.10.
    match serde_json::from_str::<serde_json::Number>(text) {
        Ok(_) => Some(text.to_owned()),
        Err(_) => text.parse::<f64>().ok().and_then(serde_json::Number::from_f64).map(|n| n.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_of_yaml_as_json() {
        let json = |text: &str| number(text, text.strip_prefix(['+', '-']).unwrap_or(text));
        assert_eq!(json("007").as_deref(), Some("7"));
        assert_eq!(json("-0").as_deref(), Some("-0"));
        assert_eq!(json("+12").as_deref(), Some("12"));
        assert_eq!(json("0xff").as_deref(), Some("255"));
        assert_eq!(json("1.10").as_deref(), Some("1.10"));
        assert_eq!(json(".5").as_deref(), Some("0.5"));
        assert_eq!(json("1e3").as_deref(), Some("1e3"));
        assert_eq!(json("1_000"), None);
        assert_eq!(json("."), None);
        assert_eq!(json("e5"), None);
        assert_eq!(json("12:30"), None);
        assert_eq!(json("123456789012345678901234567890").as_deref(), Some("123456789012345678901234567890"));
    }
}
