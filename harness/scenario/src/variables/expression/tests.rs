use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::{Evaluation, evaluate, parse};

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_700_000_000_123).unwrap()
}

fn result(text: &str) -> String {
    let variable = |name: &str| match name {
        "a" => Some("20.5".to_owned()),
        "b-c" => Some("4".to_owned()),
        "word" => Some("o\"n".to_owned()),
        _ => None,
    };
    match parse(text) {
        Err(error) => format!("error: {error}"),
        Ok(expression) => match evaluate(&expression, &variable, now()) {
            Evaluation::Known(value) => value.to_string(),
            Evaluation::Later => "later".to_owned(),
            Evaluation::Wrong(problem) => format!("wrong: {problem}"),
        },
    }
}

#[test]
fn numbers_are_exact_and_operators_bind_as_everywhere() {
    for (text, expected) in [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("10 - 2 - 3", "5"),
        ("0.1 + 0.2", "0.3"),
        ("a + 0.5", "21"),
        ("b-c*2", "8"),
        ("b-c - 1", "3"),
        ("-a", "-20.5"),
        ("7 % 4", "3"),
        ("1 / 4", "0.25"),
        ("round(2.5)", "3"),
        ("round(10 / 3, 2)", "3.33"),
        ("floor(-0.5)", "-1"),
        ("ceil(0.2) + abs(-3)", "4"),
        ("min(a, 3, b-c)", "3"),
        ("max(a, 3)", "20.5"),
        ("9007199254740993 + 0", "9007199254740993"),
    ] {
        assert_eq!(result(text), expected, "{text}");
    }
}

#[test]
fn texts_are_encoded() {
    assert_eq!(result("hex('on')"), "6f6e");
    assert_eq!(result("base64(word)"), "byJu");
    assert_eq!(result("json(word)"), r#""o\"n""#);
    assert_eq!(result("now()"), "2023-11-14T22:13:20.123Z");
    assert_eq!(result("now('ms') - now('s') * 1000"), "123");
    let (one, other) = (result("uuid()"), result("uuid()"));
    assert!(one != other && one.len() == 36 && one.as_bytes()[14] == b'4', "{one} {other}");
}

#[test]
fn what_is_wrong_is_told() {
    for (text, expected) in [
        ("1 +", "error: expected a value, found its end"),
        ("1 2", "error: expected an operator, found `2`"),
        ("(1", "error: expected `)`, found its end"),
        ("1.2.3", "error: expected a number such as 20 or 0.5, found `1.2.3`"),
        ("floor(1 2)", "error: expected `,` or `)`, found `2)`"),
        ("sin(1)", "error: there is no function `sin`"),
        ("uuid(1)", "error: `uuid` takes no value, not 1"),
        ("min()", "error: `min` takes at least 1, not 0"),
        ("word * 2", "wrong: `word` is \"o\\\"n\", which is no number of at most 28 digits"),
        ("1 / 0", "wrong: 1 is divided by 0"),
        ("later + word", "wrong: `word` is \"o\\\"n\", which is no number of at most 28 digits"),
        ("later + 1", "later"),
        ("now('h')", "wrong: now('h') is unknown; there are 's' and 'ms'"),
        ("99999999999999999999999999999 + 1", "error: `99999999999999999999999999999` has more than 28 digits"),
        ("9999999999999999999999999999 * 10000", "wrong: 9999999999999999999999999999 * 10000 has more than 28 digits"),
    ] {
        assert_eq!(result(text), expected, "{text}");
    }
    let deep = format!("{}1{}", "(".repeat(40), ")".repeat(40));
    assert_eq!(result(&deep), "error: more than 32 expressions in one another");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[-+*/%()0-9a.'\", ]{0,24}|\\PC{0,12}") {
        result(&text);
    }

    #[test]
    fn sums_are_those_of_integers(a in -1_000_000_i64..1_000_000, b in -1_000_000_i64..1_000_000, c in 1_i64..1000) {
        prop_assert_eq!(result(&format!("{a} + {b} * {c}")), (a + b * c).to_string());
        prop_assert_eq!(result(&format!("({a} - {b}) % {c}")), ((a - b) % c).to_string());
    }
}
