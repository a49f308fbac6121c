//! JSON as devices send it: numbers as they are written, keys in their order (RFC 8259).
//!
//! A number of JSON has any number of digits. Read as a float, 9007199254740993 would equal 9007199254740992, and an
//! expectation would hold that does not.

mod difference;
mod number;

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

pub use difference::Difference;
pub use number::Number;

/// Values in values, at most: as in serde_json.
const DEEPEST: usize = 128;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number. Equal to another that has the same value, whatever way it is written.
    Number(Number),
    /// A string.
    Text(String),
    /// An array.
    Array(Vec<Json>),
    /// An object: its members in the order of the text, also those whose key comes again.
    Object(Vec<(String, Json)>),
}

/// It is no JSON.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// The text breaks the grammar.
    #[error("{0}")]
    Syntax(#[from] serde_json::Error),
    /// It is nested too deeply to be looked at.
    #[error("it is nested more than {DEEPEST} deep")]
    Depth,
}

impl Json {
    /// Reads a text. A byte order mark before it is ignored, as RFC 8259, section 8.1, allows.
    ///
    /// # Errors
    /// It is no JSON, or nested more than 128 deep.
    pub fn parse(text: &[u8]) -> Result<Self, JsonError> {
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        Self::of(serde_json::from_slice(text)?, DEEPEST)
    }

    fn of(raw: &RawValue, depth: usize) -> Result<Self, JsonError> {
        let depth = depth.checked_sub(1).ok_or(JsonError::Depth)?;
        let text = raw.get();
        Ok(match text.as_bytes().first() {
            Some(b'{') => {
                let Members(members) = serde_json::from_str(text)?;
                let values = members.into_iter().map(|(key, raw)| Ok((key, Self::of(raw, depth)?)));
                Self::Object(values.collect::<Result<_, JsonError>>()?)
            }
            Some(b'[') => {
                let items: Vec<&RawValue> = serde_json::from_str(text)?;
                Self::Array(items.into_iter().map(|raw| Self::of(raw, depth)).collect::<Result<_, _>>()?)
            }
            Some(b'"') => Self::Text(serde_json::from_str(text)?),
            Some(b't' | b'f') => Self::Bool(serde_json::from_str(text)?),
            Some(b'n') => Self::Null,
            _ => Self::Number(Number::new(text)),
        })
    }

    /// Whether it has everything that `expected` has: objects may have more keys, all else is equal. Of members with the same
    /// key the last one counts.
    pub fn contains(&self, expected: &Self) -> bool {
        match (self, expected) {
            (Self::Object(_), Self::Object(expected)) => {
                expected.iter().all(|(key, value)| self.member(key).is_some_and(|found| found.contains(value)))
            }
            (Self::Array(actual), Self::Array(expected)) => {
                actual.len() == expected.len() && actual.iter().zip(expected).all(|(a, e)| a.contains(e))
            }
            (actual, expected) => actual == expected,
        }
    }

    /// The member of an object with this key; the last one, if there are several.
    pub fn member(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// What a JSON Pointer (RFC 6901) leads to.
    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        if pointer.is_empty() {
            return Some(self);
        }
        pointer.strip_prefix('/')?.split('/').try_fold(self, |value, part| {
            let part = part.replace("~1", "/").replace("~0", "~");
            match value {
                Self::Array(items) if part == "0" || !part.starts_with(['0', '+']) => {
                    items.get(part.parse::<usize>().ok()?)
                }
                value => value.member(&part),
            }
        })
    }
}

/// The members of an object, read without losing any.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Read).map(Members)
    }
}

/// Compact JSON, numbers as they were written.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quote = |text: &str| serde_json::Value::from(text).to_string();
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => value.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(&quote(text)),
            Self::Array(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index > 0 { "," } else { "" })?;
                }
                f.write_str("]")
            }
            Self::Object(members) => {
                f.write_str("{")?;
                for (index, (key, value)) in members.iter().enumerate() {
                    write!(f, "{}{}:{value}", if index > 0 { "," } else { "" }, quote(key))?;
                }
                f.write_str("}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn json(text: &str) -> Json {
        Json::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn what_is_written_is_kept() {
        for text in ["null", "true", r#"{"b":1.50,"a":[1,{"c":-0.0}],"b":2}"#, "184467440737095516161", r#""ä\n""#] {
            assert_eq!(json(text).to_string(), text);
        }
        assert_eq!(json("\u{FEFF}{\"on\": true }").to_string(), r#"{"on":true}"#);
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in ["", "{", "NaN", r#"{"t":NaN}"#, "{\"a\":1}\0", r#""\ud83d""#, "[1,]", "01", "1 2"] {
            assert!(Json::parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(Json::parse(b"\"\xFF\"").is_err());
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert!(Json::parse(deep.as_bytes()).is_err());
    }

    #[test]
    fn an_object_may_have_more_and_an_array_may_not() {
        assert!(json(r#"{"a":1,"b":2}"#).contains(&json(r#"{"a":1}"#)));
        assert!(json(r#"[{"a":1,"b":2}]"#).contains(&json(r#"[{"a":1}]"#)));
        assert!(!json("[1,2,3]").contains(&json("[1,2]")));
        assert!(!json(r#"{"a":1}"#).contains(&json(r#"{"t":null}"#)));
        assert!(json(r#"{"t":1,"t":2}"#).contains(&json(r#"{"t":2}"#)));
        assert!(!json(r#"{"t":1,"t":2}"#).contains(&json(r#"{"t":1}"#)));
    }

    #[test]
    fn pointers_lead_where_rfc_6901_says() {
        let value = json(r#"{"foo":["bar","baz"],"":0,"a/b":1,"m~n":8}"#);
        for (pointer, found) in
            [("", None), ("/foo/0", Some("\"bar\"")), ("/", Some("0")), ("/a~1b", Some("1")), ("/m~0n", Some("8"))]
        {
            let there = value.pointer(pointer).map(ToString::to_string);
            assert_eq!(there.as_deref(), found.or(Some(value.to_string().as_str())), "{pointer}");
        }
        for pointer in ["foo", "/foo/2", "/foo/00", "/foo/-", "/x"] {
            assert_eq!(value.pointer(pointer), None, "{pointer}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = Json::parse(&bytes);
        }

        #[test]
        fn it_reads_what_serde_json_reads(text in r#"[\[\]{}",:0-9eE.+\-a-c tru]{0,24}"#) {
            prop_assert_eq!(Json::parse(text.as_bytes()).is_ok(), serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{}", text);
        }
    }
}
