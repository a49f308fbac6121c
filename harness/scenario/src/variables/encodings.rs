//! The ways in which a value is written by devices, by their languages and by our own reports: escaped, as digits, as base64.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// What stands between the bytes where they are written in hexadecimal.
const SEPARATORS: [&str; 7] = ["", " ", ":", "-", ", 0x", ",0x", "\\x"];

/// A value as it may be written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Form {
    /// What is looked for.
    pub(super) bytes: Vec<u8>,
    /// Whether the digits before and behind it hold some of its bits: base64 in the middle of a longer text.
    pub(super) edges: [bool; 2],
}

/// All of them, the value itself too. What is shorter than `least` bytes is left out where it is only a part of the value.
pub(super) fn forms(value: &str, least: usize) -> BTreeSet<Form> {
    let mut texts: BTreeSet<String> = BTreeSet::from([value.to_owned(), value.replace('\n', "\r\n")]);
    texts.extend(parts(value, least).map(str::to_owned));
    let mut raw: BTreeSet<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    raw.extend(latin_1(value));
    raw.extend(decoded(value).into_iter().filter(|bytes| bytes.len() >= least));
    // JSON within JSON, or in our own quotes, is escaped twice.
    for _ in 0..2 {
        let more: Vec<String> = texts.iter().flat_map(|text| escaped(text)).collect();
        texts.extend(more);
    }
    let mut written: BTreeSet<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    let encoded: Vec<Vec<u8>> = raw.iter().cloned().chain(escaped(value).map(String::into_bytes)).collect();
    written.extend(encoded.iter().flat_map(|bytes| [digits(bytes), percent(bytes)].concat()));
    written.extend(raw.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned().into_bytes()));
    written.extend(raw);
    let whole = |bytes| Form { bytes, edges: [false; 2] };
    let mut forms: BTreeSet<Form> = written.into_iter().filter(|bytes| !bytes.is_empty()).map(whole).collect();
    forms.extend(encoded.iter().filter(|bytes| bytes.len() >= least).flat_map(|bytes| in_the_middle(bytes)));
    forms
}

/// A text as it stands, and as our reports and JSON quote it.
pub(super) fn plain_forms(text: &str) -> BTreeSet<Form> {
    let texts = [text.to_owned(), text.escape_debug().to_string(), json(text, |_| false)];
    texts
        .into_iter()
        .filter(|text| !text.is_empty())
        .map(|text| Form { bytes: text.into(), edges: [false; 2] })
        .collect()
}

/// The lines of a value, and the value without blanks around it: devices print no more of it at a time.
fn parts(value: &str, least: usize) -> impl Iterator<Item = &str> {
    value.lines().chain([value]).map(str::trim).filter(move |part| part.len() >= least)
}

/// The value in the encoding in which each character is a byte.
fn latin_1(value: &str) -> Option<Vec<u8>> {
    value.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

/// What the value stands for if it is itself hexadecimal or base64: a key that is sent as bytes.
fn decoded(value: &str) -> Vec<Vec<u8>> {
    let value = value.trim();
    let digits: String = value.chars().filter(|c| !matches!(c, ' ' | ':' | '-' | '_')).collect();
    let pair = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    let is_hex = digits.len().is_multiple_of(2) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let hex = is_hex.then(|| (0..digits.len()).step_by(2).map_while(pair).collect());
    let base64 = [STANDARD.decode(value), STANDARD_NO_PAD.decode(value), URL_SAFE_NO_PAD.decode(value)];
    hex.into_iter().chain(base64.into_iter().flatten()).collect()
}

/// As JSON, C, Rust, Python and XML write a text.
fn escaped(text: &str) -> impl Iterator<Item = String> {
    let xml = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let quoted = xml.replace('"', "&quot;");
    let (debug, ascii) = (text.escape_debug().to_string(), text.as_bytes().escape_ascii().to_string());
    // In single quotes, the double ones stand for themselves, and the other way round.
    let [in_single, in_double] = [('"', "\\\""), ('\'', "\\'")]
        .map(|(quote, escaped)| [&debug, &ascii].map(|text| text.replace(escaped, &quote.to_string())));
    in_single.into_iter().chain(in_double).chain([
        text.escape_default().to_string(),
        debug,
        ascii,
        json(text, |_| false),
        json(text, |c| !c.is_ascii()),
        json(text, |c| matches!(c, '<' | '>' | '&')),
        json(text, |c| !c.is_ascii()).replace('/', "\\/"),
        json(text, |_| false).replace('/', "\\/"),
        quoted.replace('\'', "&#39;"),
        quoted.replace('\'', "&apos;"),
        quoted,
        xml,
    ])
}

/// The inside of a JSON string, with `\u` for what `as_number` says.
fn json(text: &str, as_number: impl Fn(char) -> bool) -> String {
    let mut units = [0; 2];
    let mut json = String::new();
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            '\n' => json += "\\n",
            '\r' => json += "\\r",
            '\t' => json += "\\t",
            '\u{8}' => json += "\\b",
            '\u{c}' => json += "\\f",
            c if c < ' ' || as_number(c) => {
                json.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
            }
            c => json.push(c),
        }
    }
    json
}

/// As in a URL: by the strict rule, by JavaScript's, in a form, and with every byte as a number.
fn percent(bytes: &[u8]) -> Vec<Vec<u8>> {
    let rules: [(&[u8], bool); 4] = [(b"-_.~", true), (b"-_.!~*'()", true), (b"-_.*", true), (b"", false)];
    let mut all = Vec::new();
    for (plain, letters) in rules {
        let byte = |b: &u8| match *b {
            b if plain.contains(&b) || (letters && b.is_ascii_alphanumeric()) => char::from(b).to_string(),
            b => format!("%{b:02X}"),
        };
        let upper: String = bytes.iter().map(byte).collect();
        let form = upper.replace("%20", "+");
        all.extend([lower_digits(&upper), lower_digits(&form), form, upper].map(String::into_bytes));
    }
    all
}

/// `%2F` as `%2f`.
fn lower_digits(text: &str) -> String {
    let mut digits = 0;
    text.chars()
        .map(|c| {
            digits = if c == '%' { 3 } else { digits };
            let lower = if digits > 0 { c.to_ascii_lowercase() } else { c };
            digits = usize::saturating_sub(digits, 1);
            lower
        })
        .collect()
}

/// Hexadecimal, and base64 of the bytes alone.
fn digits(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for separator in SEPARATORS {
        let hex = |upper: bool| {
            let byte = |b: &u8| if upper { format!("{b:02X}") } else { format!("{b:02x}") };
            bytes.iter().map(byte).collect::<Vec<_>>().join(separator).into_bytes()
        };
        all.extend([hex(false), hex(true)]);
    }
    all.extend([STANDARD.encode(bytes), STANDARD_NO_PAD.encode(bytes), URL_SAFE_NO_PAD.encode(bytes)].map(Into::into));
    all
}

/// The digits of base64 that these bytes alone decide, with no, one and two bytes before them in their group.
fn in_the_middle(bytes: &[u8]) -> Vec<Form> {
    let mut all = Vec::new();
    for before in 0..3 {
        let padded = [&vec![0; before], bytes].concat();
        let (from, to) = ((before * 8).div_ceil(6), padded.len() * 8 / 6);
        for text in [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)] {
            let edges = [before > 0, !padded.len().is_multiple_of(3)];
            all.push(Form { bytes: text.as_bytes()[from..to].to_vec(), edges });
        }
    }
    all
}
