//! Text without what only a terminal understands.

/// A line as people read it: without escape sequences (ECMA-48, colours above all) and control characters other than the tab.
/// What is not UTF-8 becomes U+FFFD.
pub fn plain(line: &[u8]) -> String {
    let mut text = Vec::with_capacity(line.len());
    let mut bytes = line;
    while let Some((byte, rest)) = bytes.split_first() {
        bytes = rest;
        match byte {
            0x1B => bytes = behind_escape(rest),
            b'\t' => text.push(*byte),
            0..=0x1F | 0x7F => {}
            _ => text.push(*byte),
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// What follows an escape sequence whose ESC has been read. One that is cut short goes to the end.
fn behind_escape(bytes: &[u8]) -> &[u8] {
    let skip = |bytes: &[u8], is_part: fn(&u8) -> bool| bytes.iter().take_while(|byte| is_part(byte)).count();
    match bytes.split_first() {
        // Control sequence: parameters, intermediate bytes, a final byte.
        Some((b'[', rest)) => {
            let rest = &rest[skip(rest, |byte| (0x20..=0x3F).contains(byte))..];
            match rest.split_first() {
                Some((0x40..=0x7E, rest)) => rest,
                _ => rest,
            }
        }
        // A string for the operating system: to BEL or to ESC \.
        Some((b']', rest)) => match rest.iter().position(|byte| matches!(byte, 0x07 | 0x1B)) {
            Some(end) if rest[end] == 0x07 => &rest[end + 1..],
            Some(end) => rest[end + 1..].strip_prefix(b"\\").unwrap_or(&rest[end + 1..]),
            None => &[],
        },
        Some(_) => {
            let rest = &bytes[skip(bytes, |byte| (0x20..=0x2F).contains(byte))..];
            match rest.split_first() {
                Some((0x30..=0x7E, rest)) => rest,
                _ => rest,
            }
        }
        None => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_and_controls_are_gone_and_text_stays() {
        for (line, text) in [
            (&b"\x1b[0;32mI (321) app: ready\x1b[0m"[..], "I (321) app: ready"),
            (b"\0ready\x07", "ready"),
            (b"a\tb", "a\tb"),
            (b"\x1b]0;title\x07text \x1b]0;title\x1b\\more", "text more"),
            (b"\x1b(Bplain \x1b7save \x1b[?25h\x1b[2Kdone", "plain save done"),
            (b"cut \x1b[0;3", "cut "),
            (b"temp 21.5\xB0C", "temp 21.5\u{FFFD}C"),
            ("grö\u{DF}er °C".as_bytes(), "größer °C"),
        ] {
            assert_eq!(plain(line), text, "{line:?}");
        }
    }
}
