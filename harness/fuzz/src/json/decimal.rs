//! Numbers with up to six decimals.

use std::fmt;

/// Decimals that are kept.
const DECIMALS: i64 = 6;
/// 1 in units of the last decimal.
const ONE: i128 = 1_000_000;
/// Digits that are certain to fit; what has more is as good as the largest.
const MOST_DIGITS: i64 = 36;

/// A number in units of a millionth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decimal(i128);

/// A number as it is written, and whether that is all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exact {
    /// The number, rounded down.
    pub value: Decimal,
    /// Whether nothing was lost.
    pub is_exact: bool,
}

impl Decimal {
    /// 0.
    pub const ZERO: Self = Self(0);

    /// A whole number.
    pub const fn whole(number: i64) -> Self {
        Self(number as i128 * ONE)
    }

    /// Reads a number of JSON, of any length. `None`: it is none.
    pub fn parse(text: &str) -> Option<Exact> {
        let (is_negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, power) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if whole.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let sign = power.strip_prefix(['+', '-']).unwrap_or(power);
        if sign.is_empty() || !sign.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let largest = if power.starts_with('-') { -1_000_000 } else { 1_000_000 };
        let power = power.parse::<i64>().unwrap_or(largest).clamp(-1_000_000, 1_000_000);
        let digits = digits.trim_start_matches('0');
        let shift = power - fraction.len() as i64 + DECIMALS;
        let (size, is_exact) = if digits.is_empty() {
            (0, true)
        } else if digits.len() as i64 + shift > MOST_DIGITS {
            (i128::MAX / 4, true)
        } else {
            let kept = usize::try_from((digits.len() as i64 + shift.min(0)).max(0)).unwrap_or(0);
            let (kept, lost) = digits.split_at(kept.min(digits.len()));
            let zeros = usize::try_from(shift.max(0)).unwrap_or(0);
            let size = format!("0{kept}{}", "0".repeat(zeros)).parse().unwrap_or(i128::MAX / 4);
            (size, lost.bytes().all(|byte| byte == b'0'))
        };
        // Down, also below 0.
        let value = if is_negative { -size - i128::from(!is_exact) } else { size };
        Some(Exact { value: Self(value), is_exact })
    }

    /// The multiple of `step` at or below it.
    #[must_use]
    pub const fn down(self, step: Self) -> Self {
        Self(self.0 - self.0.rem_euclid(step.0))
    }

    /// So many steps more.
    #[must_use]
    pub const fn plus(self, steps: i128, step: Self) -> Self {
        Self(self.0.saturating_add(steps.saturating_mul(step.0)))
    }

    /// How many steps there are from this to `other`.
    pub const fn steps_to(self, other: Self, step: Self) -> i128 {
        (other.0 - self.0) / step.0
    }

    /// The largest number of which both are multiples.
    #[must_use]
    pub const fn common(self, other: Self) -> Self {
        let (mut a, mut b) = (self.0.abs(), other.0.abs());
        while b != 0 {
            (a, b) = (b, a % b);
        }
        Self(a)
    }

    /// Whether it is more than 0.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Its size without its sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.abs())
    }
}

/// `20`, `20.5`, without zeros at its end.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, fraction) = (self.0.abs() / ONE, self.0.abs() % ONE);
        write!(f, "{sign}{whole}")?;
        match format!("{fraction:06}").trim_end_matches('0') {
            "" => Ok(()),
            fraction => write!(f, ".{fraction}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_way_to_write_a_number_is_read() {
        for (text, number, is_exact) in [
            ("20", "20", true),
            ("20.50", "20.5", true),
            ("2e1", "20", true),
            ("2.05E+1", "20.5", true),
            ("-0", "0", true),
            ("-0.5", "-0.5", true),
            ("17.29999995", "17.299999", false),
            ("-0.0000001", "-0.000001", false),
            ("1e-999", "0", false),
            ("200e-1", "20", true),
        ] {
            let read = Decimal::parse(text).unwrap_or_else(|| panic!("{text} is none"));
            assert_eq!((read.value.to_string().as_str(), read.is_exact), (number, is_exact), "{text}");
        }
        let beyond = Decimal::parse("1e999").map(|read| read.value);
        assert!(beyond > Decimal::parse("18446744073709551616").map(|read| read.value));
        for text in ["", "-", "NaN", "1.e", "0x14", "+1", ".5", "1e", "1 "] {
            assert_eq!(Decimal::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn steps_go_down_also_below_zero() {
        let half = Decimal::parse("0.5").unwrap().value;
        let down = |text: &str| Decimal::parse(text).unwrap().value.down(half).to_string();
        assert_eq!([down("17.3"), down("17.5"), down("-0.1")], ["17", "17.5", "-0.5"]);
        assert_eq!(half.common(Decimal::whole(20)).to_string(), "0.5");
        assert_eq!(Decimal::whole(5).steps_to(Decimal::whole(30), half), 50);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(units in -10_i128.pow(20)..10_i128.pow(20)) {
            let number = Decimal(units);
            prop_assert_eq!(Decimal::parse(&number.to_string()), Some(Exact { value: number, is_exact: true }));
        }

        #[test]
        fn whatever_comes_is_read_or_refused(text in "[-+0-9.eE]{0,12}") {
            let _ = Decimal::parse(&text);
        }
    }
}
