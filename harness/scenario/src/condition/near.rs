//! How far a number may be off.

use std::fmt;

use crate::json::Number;

/// `0.5`, or `2%` of the expected value.
#[derive(Debug, Clone)]
pub enum Tolerance {
    /// So much.
    Absolute(Number),
    /// So many per cent of the expected value's size.
    Percent(Number),
}

impl Tolerance {
    /// Whether `actual` is no further from `expected`. In floating point, with room for its own error: a tolerance is not
    /// exact to the last digit.
    pub(super) fn admits(&self, expected: &Number, actual: &Number) -> bool {
        let (expected, actual) = (expected.to_f64(), actual.to_f64());
        let most = match self {
            Self::Absolute(most) => most.to_f64(),
            Self::Percent(percent) => expected.abs() * percent.to_f64() / 100.0,
        };
        let error = 4.0 * f64::EPSILON * expected.abs().max(actual.abs());
        (actual - expected).abs() <= most + error
    }
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absolute(most) => most.fmt(f),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}
