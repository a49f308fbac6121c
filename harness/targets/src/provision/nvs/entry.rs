//! Entries of NVS, from rows.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use esp_nvs::error::Error as NvsError;
use esp_nvs::mem_flash::MemFlash;
use esp_nvs::{Key, Nvs};
use hil_scenario::decode::{did_you_mean, list};

use super::csv::{Row, Wrong};

/// Bytes of a key or a namespace, at most.
const LONGEST_KEY: usize = 15;
/// The first row.
const HEADER: [&str; 4] = ["key", "type", "encoding", "value"];
const ENCODINGS: [&str; 12] =
    ["u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "string", "hex2bin", "base64", "binary"];

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) line: usize,
    pub(super) namespace: String,
    pub(super) key: String,
    pub(super) encoding: &'static str,
    pub(super) value: Value,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// It stands in the CSV file, perhaps with placeholders.
    Text(String),
    /// It is what a file holds.
    File(PathBuf),
}

/// The entries of a CSV file in `folder`, checked as far as is possible before placeholders are filled in.
pub(super) fn entries(rows: Vec<Row>, folder: &Path) -> Result<Vec<Entry>, Wrong> {
    let mut rows = rows.into_iter();
    let header = rows.next().ok_or((1, "it is empty: the first line is key,type,encoding,value".to_owned()))?;
    if header.fields.iter().map(|field| field.trim()).ne(HEADER) {
        return Err((header.line, "the first line is key,type,encoding,value".to_owned()));
    }
    let mut namespace = None;
    let mut entries: Vec<Entry> = Vec::new();
    for Row { line, fields } in rows {
        let wrong = |problem: String| (line, problem);
        let mut fields = fields.into_iter();
        let mut field = || fields.next().unwrap_or_default();
        let (key, kind, encoding, value) = (field(), field(), field(), field());
        let (key, kind, encoding) = (key.trim(), kind.trim(), encoding.trim());
        if key.is_empty() || key.len() > LONGEST_KEY {
            return Err(wrong(format!("`{key}` has {} bytes, and 1 to {LONGEST_KEY} are expected", key.len())));
        }
        let value = match kind {
            "namespace" => {
                namespace = Some(key.to_owned());
                continue;
            }
            "data" => Value::Text(value),
            "file" => Value::File(folder.join(value.trim())),
            other => {
                let guess = did_you_mean(other, ["data", "file", "namespace"]).unwrap_or_default();
                return Err(wrong(
                    format!("the type `{other}` is neither data, file nor namespace {guess}").trim().to_owned(),
                ));
            }
        };
        let Some(namespace) = namespace.clone() else {
            return Err(wrong(format!("`{key}` stands before the first namespace")));
        };
        let lower = encoding.to_ascii_lowercase();
        let Some(encoding) = ENCODINGS.into_iter().find(|known| *known == lower) else {
            return Err(wrong(format!("unknown encoding `{encoding}`: there are {}", list(ENCODINGS))));
        };
        if entries.iter().any(|entry| entry.namespace == namespace && entry.key == key) {
            return Err(wrong(format!("`{key}` is there twice in the namespace `{namespace}`")));
        }
        entries.push(Entry { line, namespace, key: key.to_owned(), encoding, value });
    }
    Ok(entries)
}

/// Why an entry cannot be written.
#[derive(Debug, PartialEq)]
pub(super) enum Unwritten {
    /// Its value is wrong; no value is shown.
    Value(String),
    /// There is no room.
    Full,
}

/// Writes an entry whose value is these bytes.
pub(super) fn write(nvs: &mut Nvs<MemFlash>, entry: &Entry, value: &[u8]) -> Result<(), Unwritten> {
    let (namespace, key) = (Key::from_str(&entry.namespace), Key::from_str(&entry.key));
    let wrong = |problem: &str| Unwritten::Value(problem.to_owned());
    let text = || std::str::from_utf8(value).map_err(|_| wrong("it is not UTF-8"));
    macro_rules! number {
        ($type:ty) => {{
            let number = number(text()?).and_then(|number| <$type>::try_from(number).ok());
            nvs.set(
                &namespace,
                &key,
                number.ok_or_else(|| wrong(concat!("a number of the type ", stringify!($type), " is expected")))?,
            )
        }};
    }
    let written = match entry.encoding {
        "u8" => number!(u8),
        "i8" => number!(i8),
        "u16" => number!(u16),
        "i16" => number!(i16),
        "u32" => number!(u32),
        "i32" => number!(i32),
        "u64" => number!(u64),
        "i64" => number!(i64),
        "string" => nvs.set(&namespace, &key, text()?),
        "hex2bin" => nvs.set(
            &namespace,
            &key,
            hex(text()?).ok_or_else(|| wrong("pairs of hexadecimal digits are expected"))?.as_slice(),
        ),
        "base64" => {
            let bytes = STANDARD.decode(text()?.trim()).map_err(|_| wrong("it is not base64"))?;
            nvs.set(&namespace, &key, bytes.as_slice())
        }
        _ => nvs.set(&namespace, &key, value),
    };
    written.map_err(|error| match error {
        NvsError::FlashFull => Unwritten::Full,
        other => Unwritten::Value(other.to_string()),
    })
}

/// A whole number, decimal or after `0x`.
fn number(text: &str) -> Option<i128> {
    let text = text.trim();
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => i128::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.trim().chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}
