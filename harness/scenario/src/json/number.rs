//! Numbers with all their digits.

use std::cmp::Ordering;
use std::fmt;

/// A number of JSON, as it is written. Two are equal if their values are: 21, 21.0 and 2.1e1.
#[derive(Debug, Clone)]
pub struct Number(String);

/// A value: `0.DIGITS` times ten to the power of `exponent`, digits without zeros at either end. No digits: zero.
#[derive(Debug, PartialEq, Eq)]
struct Decimal<'a> {
    is_negative: bool,
    digits: std::borrow::Cow<'a, str>,
    exponent: i128,
}

impl Number {
    /// As a JSON text has it.
    pub(super) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// A number, to a hundredth; what is none is 0.
    pub fn rounded(number: f64) -> Self {
        let number = if number.is_finite() { number } else { 0.0 };
        let text = format!("{number:.2}");
        Self(text.trim_end_matches('0').trim_end_matches('.').to_owned())
    }

    /// The number that a text is, also as devices print it: `007`, `+5`, `.5`.
    pub fn decimal_of(text: &str) -> Option<Self> {
        let text = text.trim();
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", text.strip_prefix('+').unwrap_or(text)),
        };
        let whole = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (digits, behind) = rest.split_at(whole);
        let digits = digits.trim_start_matches('0');
        let number = format!("{sign}{}{behind}", if digits.is_empty() { "0" } else { digits });
        let is_number = rest.starts_with(|c: char| c.is_ascii_digit() || c == '.');
        match super::Json::parse(number.as_bytes()) {
            Ok(super::Json::Number(number)) if is_number => Some(number),
            _ => None,
        }
    }

    /// Which of two is larger, exactly.
    pub fn compare(&self, other: &Self) -> Ordering {
        let (a, b) = (self.decimal(), other.decimal());
        let sign = |it: &Decimal<'_>| match (it.digits.is_empty(), it.is_negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let size = || a.exponent.cmp(&b.exponent).then_with(|| a.digits.cmp(&b.digits));
        match sign(&a).cmp(&sign(&b)) {
            Ordering::Equal if a.is_negative => size().reverse(),
            Ordering::Equal => size(),
            other => other,
        }
    }

    /// How much larger than another it is, exactly; `None` where one of them, or the result, has more than 28 digits.
    pub fn minus(&self, other: &Self) -> Option<Self> {
        let decimal = |text: &str| {
            rust_decimal::Decimal::from_str_exact(text).or_else(|_| rust_decimal::Decimal::from_scientific(text)).ok()
        };
        let difference = decimal(&self.0)?.checked_sub(decimal(&other.0)?)?;
        Some(Self(difference.normalize().to_string()))
    }

    /// Whether it has no fraction: 21, 21.0 and 2.1e1.
    pub fn is_integer(&self) -> bool {
        let Decimal { digits, exponent, .. } = self.decimal();
        digits.len() as i128 <= exponent || digits.is_empty()
    }

    /// The nearest floating-point number.
    pub fn to_f64(&self) -> f64 {
        // The grammar of JSON's numbers is a part of Rust's.
        self.0.parse().unwrap_or(f64::NAN)
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn decimal(&self) -> Decimal<'_> {
        let (is_negative, text) = match self.0.strip_prefix('-') {
            Some(text) => (true, text),
            None => (false, self.0.as_str()),
        };
        let (mantissa, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        // An exponent of more digits than fit is as good as the largest.
        let largest = if power.starts_with('-') { i128::MIN / 4 } else { i128::MAX / 4 };
        let power = power.parse::<i128>().unwrap_or(largest).clamp(i128::MIN / 4, i128::MAX / 4);
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all: std::borrow::Cow<'_, str> =
            if fraction.is_empty() { whole.into() } else { format!("{whole}{fraction}").into() };
        let leading = all.len() - all.trim_start_matches('0').len();
        let digits = all.trim_matches('0').to_owned();
        let exponent = power + whole.len() as i128 - leading as i128;
        if digits.is_empty() {
            return Decimal { is_negative: false, digits: "".into(), exponent: 0 };
        }
        Decimal { is_negative, digits: digits.into(), exponent }
    }
}

impl From<usize> for Number {
    fn from(number: usize) -> Self {
        Self(number.to_string())
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.decimal() == other.decimal()
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn equal(a: &str, b: &str) -> bool {
        Number::new(a) == Number::new(b)
    }

    #[test]
    fn the_value_counts_and_not_how_it_is_written() {
        for (a, b) in [
            ("21.50", "21.5"),
            ("21.0", "21"),
            ("2.1e1", "21"),
            ("2100E-2", "21"),
            ("-0", "0"),
            ("-0.0", "0e5"),
            ("0.001", "1e-3"),
            ("18446744073709551616", "18446744073709551616.0"),
        ] {
            assert!(equal(a, b) && equal(b, a), "{a} {b}");
        }
    }

    #[test]
    fn every_digit_counts() {
        for (a, b) in [
            ("9007199254740993", "9007199254740992"),
            ("184467440737095516161", "184467440737095516162"),
            ("21.299999237", "21.3"),
            ("1", "-1"),
            ("10", "1"),
            ("0.1", "0.10000000000000000001"),
            ("1e99999999999999999999999999999999999999999", "1"),
        ] {
            assert!(!equal(a, b) && !equal(b, a), "{a} {b}");
        }
    }

    #[test]
    fn numbers_are_in_order_with_all_their_digits() {
        let sorted = [
            "-1e30",
            "-20.5",
            "-20",
            "-0.001",
            "0",
            "1e-9",
            "0.1",
            "0.10000000000000000001",
            "1",
            "9007199254740992",
            "9007199254740993",
            "1e40",
        ];
        for (i, a) in sorted.iter().enumerate() {
            for (j, b) in sorted.iter().enumerate() {
                assert_eq!(Number::new(a).compare(&Number::new(b)), i.cmp(&j), "{a} {b}");
            }
        }
        for (number, is_integer) in [
            ("21", true),
            ("21.0", true),
            ("2.1e1", true),
            ("0", true),
            ("-3", true),
            ("0.5", false),
            ("21.5", false),
            ("1e-1", false),
        ] {
            assert_eq!(Number::new(number).is_integer(), is_integer, "{number}");
        }
    }

    proptest! {
        #[test]
        fn small_numbers_are_equal_as_floats_are(a in -2000_i32..2000, b in -2000_i32..2000, shift in 0_usize..4) {
            let (scaled, plain) = (format!("{a}e-{shift}"), f64::from(a) / 10_f64.powi(shift as i32));
            let other = f64::from(b) / 10_f64.powi(shift as i32);
            prop_assert!(equal(&scaled, &plain.to_string()), "{} {}", scaled, plain);
            prop_assert_eq!(equal(&scaled, &other.to_string()), a == b);
        }
    }
}
