//! Numbers with all their digits.

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
