//! Durations as scenario files write them: `500ms`, `1.5s`, `2 min`.

use std::fmt;
use std::time::Duration;

use super::Cx;
use crate::error::Code;
use crate::yaml::Node;

/// Why a text is no duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// `2`
    #[error("a duration without its unit")]
    MissingUnit(String),
    /// `2 weeks`
    #[error("unknown unit of time `{0}`")]
    UnknownUnit(String),
    /// `soon`
    #[error("not a duration")]
    NotANumber,
    /// More than 584 years.
    #[error("a duration over 584 years")]
    TooLong,
}

const UNITS: [(&str, u128); 6] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Reads digits, perhaps a fraction, and a unit of any case: `ns`, `us`, `ms`, `s`, `min`, `h`. A bare `0` is zero.
/// What is below a nanosecond is dropped.
///
/// # Errors
/// If it is written otherwise, or lasts longer than 584 years.
pub fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let text = text.trim();
    let (whole, rest) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
    if whole.is_empty() {
        return Err(DurationError::NotANumber);
    }
    let fraction_length = rest.strip_prefix('.').map(|rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    let (fraction, unit) = match fraction_length {
        Some(length) => (&rest[1..=length], &rest[length + 1..]),
        None => ("", rest),
    };
    let number = &text[..text.len() - unit.len()];
    let unit = unit.trim_start();
    if unit.is_empty() {
        return if number == "0" { Ok(Duration::ZERO) } else { Err(DurationError::MissingUnit(number.to_owned())) };
    }
    let nanos = UNITS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(unit))
        .map(|(_, nanos)| *nanos)
        .ok_or_else(|| DurationError::UnknownUnit(unit.to_owned()))?;
    let whole: u128 = whole.parse().map_err(|_| DurationError::TooLong)?;
    // Digits behind the 15th are below a nanosecond in every unit.
    let fraction = &fraction[..fraction.len().min(15)];
    let part = fraction.parse::<u128>().unwrap_or(0) * nanos / 10u128.pow(u32::try_from(fraction.len()).unwrap_or(0));
    let total = whole.checked_mul(nanos).and_then(|whole| whole.checked_add(part)).ok_or(DurationError::TooLong)?;
    u64::try_from(total).map(Duration::from_nanos).map_err(|_| DurationError::TooLong)
}

/// A duration; zero for one that is known only later.
pub fn duration(cx: &mut Cx<'_>, node: &Node) -> Option<Duration> {
    let text = cx.text(node, "a duration such as 2s or 500ms")?;
    if !text.known {
        return Some(Duration::ZERO);
    }
    match parse_duration(&text.value) {
        Ok(duration) => Some(duration),
        Err(error) => {
            let (label, help) = match &error {
                DurationError::MissingUnit(number) => {
                    ("which unit?".to_owned(), format!("write {number}s or {number}ms"))
                }
                DurationError::UnknownUnit(_) | DurationError::NotANumber => (
                    Shown(&text.value).to_string(),
                    "a duration is a number and a unit: ns, us, ms, s, min or h; for example 500ms or 1.5s".into(),
                ),
                DurationError::TooLong => (String::new(), "the longest is 5124095h".into()),
            };
            cx.error_with_help(Code::BadDuration, node.span, error.to_string(), label, help);
            None
        }
    }
}

/// A duration above zero; zero for one that is known only later.
pub fn positive(cx: &mut Cx<'_>, node: &Node) -> Option<Duration> {
    let time = duration(cx, node)?;
    if time.is_zero() && cx.is_known(node) {
        cx.error(Code::BadDuration, node.span, "a duration of zero", "expected more than 0");
        return None;
    }
    Some(time)
}

struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a duration", self.0.escape_debug())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn wokwis_forms_and_minutes_and_hours() {
        let nanos = |text| parse_duration(text).map(|d| d.as_nanos());
        assert_eq!(nanos("0"), Ok(0));
        assert_eq!(nanos("500ms"), Ok(500_000_000));
        assert_eq!(nanos("1.5 S"), Ok(1_500_000_000));
        assert_eq!(nanos("1.ms"), Ok(1_000_000));
        assert_eq!(nanos("0.5us"), Ok(500));
        assert_eq!(nanos("2 min"), Ok(120_000_000_000));
        assert_eq!(nanos("1H"), Ok(3_600_000_000_000));
        assert_eq!(nanos("0.0000000001s"), Ok(0));
    }

    #[test]
    fn everything_else_says_why() {
        assert_eq!(parse_duration("2"), Err(DurationError::MissingUnit("2".into())));
        assert_eq!(parse_duration("2 weeks"), Err(DurationError::UnknownUnit("weeks".into())));
        assert_eq!(parse_duration("-2s"), Err(DurationError::NotANumber));
        assert_eq!(parse_duration(""), Err(DurationError::NotANumber));
        assert_eq!(parse_duration("1e3s"), Err(DurationError::UnknownUnit("e3s".into())));
        assert_eq!(parse_duration("999999999h"), Err(DurationError::TooLong));
        assert_eq!(parse_duration(&format!("{}s", "9".repeat(60))), Err(DurationError::TooLong));
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(nanos: u64) {
            let duration = Duration::from_nanos(nanos);
            prop_assert_eq!(parse_duration(&hil_model::time::display(duration)), Ok(duration));
        }

        #[test]
        fn any_text_is_read_or_refused(text: String) {
            let _ = parse_duration(&text);
        }
    }
}
