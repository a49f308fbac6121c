//! Text as YAML that means exactly that text, whatever it holds.

/// A scalar whose value a scenario takes as it is: `${` is protected.
pub(super) fn text(text: &str) -> String {
    quoted(&protected(text))
}

/// The same without quotes where it is harmless: for topics.
pub(super) fn topic(topic: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '.' | '-');
    let begins = topic.starts_with(|c: char| c.is_ascii_alphabetic());
    if begins && topic.chars().all(is_plain) { topic.to_owned() } else { text(topic) }
}

/// A path as a key, which has no variables.
pub(super) fn key(path: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '~' | '-');
    if path.chars().all(is_plain) { path.to_owned() } else { quoted(path) }
}

/// A regular expression: in single quotes, where a backslash is a backslash.
pub(super) fn regex(pattern: &str) -> String {
    let pattern = protected(pattern);
    if pattern.chars().all(is_printable) { format!("'{}'", pattern.replace('\'', "''")) } else { quoted(&pattern) }
}

fn protected(text: &str) -> String {
    text.replace("${", "$${")
}

/// In double quotes, with escapes (YAML 1.2, section 5.7).
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_printable(c) => out.push(c),
            c if u32::from(c) <= 0xFFFF => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push_str(&format!("\\U{:08x}", u32::from(c))),
        }
    }
    out.push('"');
    out
}

/// Whether a character can stand in a file without doing anything to the reader's screen or to YAML.
fn is_printable(c: char) -> bool {
    matches!(c, '"' | '\'' | '\\') || c.escape_debug().len() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_protected() {
        assert_eq!(text("on"), r#""on""#);
        assert_eq!(text("a\"b\\c\nd\u{7f}\0${x}$${y}"), r#""a\"b\\c\nd\u007f\u0000$${x}$$${y}""#);
        assert_eq!(text("\u{202e}\u{1f4a1}\u{e0001}"), "\"\\u202e\u{1f4a1}\\U000e0001\"");
        assert_eq!(topic("stat/led/power"), "stat/led/power");
        assert_eq!(topic("$SYS/x y"), r#""$SYS/x y""#);
        assert_eq!(topic("1/2"), r#""1/2""#);
        assert_eq!(regex(r"^it's \d+$"), r"'^it''s \d+$'");
        assert_eq!(key("/a~1b/c"), "/a~1b/c");
        assert_eq!(key("/a b"), r#""/a b""#);
    }
}
