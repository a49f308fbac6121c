//! From bytes to a reading.

use hil_scenario::Json;
use serde::de::IgnoredAny;

use super::value::value;
use super::{Reading, Shape};
use crate::grammar::Said;

/// Values in values that every reader has room for.
const DEEP: usize = 16;

/// What a device must or may make of this payload.
///
/// What is no JSON is refused. Where RFC 8259 leaves it open what a reader does (a key that comes twice, a byte order mark, large
/// numbers), or where sound readers differ (escapes, what stands behind the text), it may be taken or refused.
pub fn read(shape: &Shape, payload: &[u8]) -> Reading<Said> {
    if depth(payload) > DEEP {
        return Reading::Anything;
    }
    match Json::parse(payload) {
        Ok(json) => {
            let read = value(shape, &json);
            let has_mark = payload.starts_with(b"\xEF\xBB\xBF");
            // Not every reader knows escapes.
            if has_mark || has(payload, b"\\u") { read.or_refused() } else { read }
        }
        Err(_) => broken(shape, payload),
    }
}

/// What is no JSON, though some readers may take it for some.
fn broken(shape: &Shape, payload: &[u8]) -> Reading<Said> {
    let text = String::from_utf8_lossy(payload);
    // Escapes of half a character, and bytes that are no text: within a string readers let them pass.
    let repaired = text.replace("\\ud", "\\u0").replace("\\uD", "\\u0");
    if repaired.as_bytes() != payload && Json::parse(repaired.as_bytes()).is_ok() {
        return Reading::Anything;
    }
    let mut values = serde_json::Deserializer::from_slice(payload).into_iter::<IgnoredAny>();
    if let Some(Ok(_)) = values.next() {
        let (first, behind) = payload.split_at(values.byte_offset());
        if !behind.trim_ascii().is_empty() {
            // Many readers stop behind the first value.
            return read(shape, first).or_refused();
        }
    }
    Reading::Refused
}

/// Values in values, as far as brackets tell.
fn depth(payload: &[u8]) -> usize {
    let (mut depth, mut most) = (0_usize, 0);
    for byte in payload {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        most = most.max(depth);
    }
    most
}

fn has(payload: &[u8], part: &[u8]) -> bool {
    payload.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Decimal, Form, Member, Range, Unknown};
    use super::*;
    use hil_targets::reference::Value;

    fn thermostat(clamp: bool, unknown: Unknown) -> Shape {
        let range = Range {
            min: Decimal::whole(5),
            max: Decimal::whole(30),
            step: Decimal::parse("0.5").unwrap().value,
            clamp,
            is_integer: false,
        };
        let words = ["heat", "off"].map(|word| Json::Text(word.to_owned())).to_vec();
        let member = |key: &str, form, optional| Member {
            key: key.to_owned(),
            shape: Shape { form, sets: Some(key.to_owned()) },
            optional,
        };
        let members = vec![member("t", Form::Number(range), false), member("mode", Form::Enum(words), true)];
        Shape::of(Form::Object { members, unknown })
    }

    /// `taken 20`, `refused`, `either 20 30`, `anything`: by the first variable.
    fn told(shape: &Shape, payload: &[u8]) -> String {
        let shown = |said: &Said| said.sets.first().map_or("", |(_, value)| value.text()).to_owned();
        match read(shape, payload) {
            Reading::Taken(said) => format!("taken {}", shown(&said)),
            Reading::Refused => "refused".to_owned(),
            Reading::Either(all) => format!("either {}", all.iter().map(shown).collect::<Vec<_>>().join(" ")),
            Reading::Anything => "anything".to_owned(),
        }
    }

    #[test]
    fn what_is_certain_is_told_from_what_is_not() {
        let shape = thermostat(true, Unknown::Unsaid);
        for (payload, expected) in [
            (r#"{"t":20}"#, "taken 20"),
            (r#"{"t":20.0}"#, "taken 20"),
            (" { \"t\" : 20.5 }\r\n", "taken 20.5"),
            (r#"{"t":31}"#, "taken 30"),
            (r#"{"t":4.5}"#, "taken 5"),
            (r#"{"mode":"off","t":7}"#, "taken 7"),
            (r#"{"t":2e1}"#, "either 20"),
            (r#"{"t":17.3}"#, "either 17 17.5 17.3"),
            (r#"{"t":4294967316}"#, "either 30"),
            (r#"{"t":1e999}"#, "either 30"),
            (r#"{"t":"20"}"#, "either 20"),
            (r#"{"t":20,"t":21}"#, "either 20 21"),
            (r#"{"t":20,"x":1}"#, "either 20"),
            (r#"{"t":20,"mode":null}"#, "either 20"),
            (r#"{"\u0074":20}"#, "either 20"),
            (r#"{"t":20}x"#, "either 20"),
            ("\u{FEFF}{\"t\":20}", "either 20"),
            (r#"{"t":20,"mode":"heat\ud83d"}"#, "anything"),
            (r#"{"t":NaN}"#, "refused"),
            (r#"{"t":"warm"}"#, "refused"),
            (r#"{"t":null}"#, "refused"),
            (r#"{"t":[20]}"#, "refused"),
            (r#"{"t":20,"mode":"cool"}"#, "refused"),
            (r#"{"mode":"off"}"#, "refused"),
            (r#"{"t":20"#, "refused"),
            (r#"{"t":+20}"#, "refused"),
            ("{}", "refused"),
            ("", "refused"),
            ("20", "refused"),
        ] {
            assert_eq!(told(&shape, payload.as_bytes()), expected, "{payload}");
        }
        assert_eq!(told(&shape, b"{\"t\":20,\"mode\":\"\xFF\"}"), "anything");
        let deep = format!("{}{}", "[".repeat(300), "]".repeat(300));
        assert_eq!(told(&shape, deep.as_bytes()), "anything");
    }

    #[test]
    fn a_description_decides_what_json_does_not() {
        let strict = thermostat(false, Unknown::Refused);
        assert_eq!(told(&strict, br#"{"t":31}"#), "refused");
        assert_eq!(told(&strict, br#"{"t":4294967316}"#), "refused");
        assert_eq!(told(&strict, br#"{"t":20,"x":1}"#), "refused");
        assert_eq!(told(&thermostat(false, Unknown::Ignored), br#"{"t":20,"x":1}"#), "taken 20");
    }

    #[test]
    fn variables_keep_their_types() {
        let Reading::Taken(said) = read(&thermostat(true, Unknown::Unsaid), br#"{"t":20.0,"mode":"off"}"#) else {
            panic!("it is right");
        };
        let expected = [("t", Value::Json("20".to_owned())), ("mode", Value::Text("off".to_owned()))];
        assert_eq!(said.sets, expected.map(|(name, value)| (name.to_owned(), value)));
        assert_eq!(said.canonical, r#"{"t":20,"mode":"off"}"#);
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read(text in r#"[\[\]{}",:0-9eE.\-a-t ]{0,32}"#) {
            let _ = read(&thermostat(true, Unknown::Unsaid), text.as_bytes());
        }
    }
}
