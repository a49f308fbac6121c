//! Text of strangers, made fit to print.

/// `text` with control characters (terminal escapes, line breaks) and invisible directional marks as Rust escapes.
pub fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    push_clean(&mut clean, text);
    clean
}

/// [`clean`] for bytes that are mostly text: what is not UTF-8 becomes `\x` and two hexadecimal digits.
pub(crate) fn clean_bytes(bytes: &[u8]) -> String {
    let mut clean = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        push_clean(&mut clean, chunk.valid());
        for byte in chunk.invalid() {
            clean.push_str(&format!("\\x{byte:02x}"));
        }
    }
    clean
}

/// `text` with every character that [`clean`] would escape replaced by one other, so that columns stay; tabs remain.
pub(crate) fn replace_unprintable(text: &str) -> String {
    text.chars().map(|c| if c != '\t' && is_unprintable(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// [`clean`] line by line: line breaks remain.
pub fn clean_lines(text: &str) -> Vec<String> {
    text.lines().map(clean).collect()
}

fn push_clean(to: &mut String, text: &str) {
    for c in text.chars() {
        if is_unprintable(c) { to.extend(c.escape_default()) } else { to.push(c) }
    }
}

fn is_unprintable(c: char) -> bool {
    let directional = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    // The last two of every plane are no characters, in XML neither.
    let noncharacter = matches!(u32::from(c) & 0xffff, 0xfffe | 0xffff);
    c.is_control() || directional || noncharacter || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// At most `max` characters of `text`, the last one `…` if some are left out.
pub(crate) fn truncate(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => text.to_owned(),
        Some(_) => text.chars().take(max.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// `1 scenario`, `2 scenarios`.
pub(crate) fn count(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{} {one}s", thousands(n)) }
}

/// `120 000` (with narrow no-break spaces would not survive every terminal: plain ones).
pub(crate) fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut grouped = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(c);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_not_obeyed() {
        assert_eq!(clean("a\x1b[31mb\r\n\u{202e}c"), r"a\u{1b}[31mb\r\n\u{202e}c");
        assert_eq!(clean_bytes(b"ok\xff\xfe\n"), r"ok\xff\xfe\n");
        assert_eq!(clean_lines("a\nb\tc"), ["a", r"b\tc"]);
        assert_eq!(clean("Grüße, 世界 \u{1f4a1}"), "Grüße, 世界 \u{1f4a1}");
    }

    #[test]
    fn long_text_ends_in_an_ellipsis() {
        assert_eq!(truncate("äöü", 3), "äöü");
        assert_eq!(truncate("äöüß", 3), "äö…");
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(1234), "1 234");
        assert_eq!(thousands(120_000), "120 000");
        assert_eq!(count(1, "scenario"), "1 scenario");
    }
}
