//! What can be set at a part from outside.

use std::fmt;

/// What a control can be set to.
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub enum ControlKind {
    /// 0 is off, every other number is on.
    Switch,
    /// A number.
    Range {
        /// The least.
        from: f64,
        /// The greatest.
        to: f64,
        /// What it is in; empty if it is a plain number.
        unit: &'static str,
    },
}

/// Something that a person at the board, or the world around it, does to a part.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Control {
    /// Wokwi's name: `pressed`.
    pub name: &'static str,
    /// What it can be set to.
    pub kind: ControlKind,
}

impl Control {
    /// Whether it can be set to this.
    pub fn accepts(&self, value: f64) -> bool {
        match self.kind {
            ControlKind::Switch => !value.is_nan(),
            ControlKind::Range { from, to, .. } => (from..=to).contains(&value),
        }
    }
}

impl fmt::Display for Control {
    /// `` `pressed` is 1 or 0 ``
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            ControlKind::Switch => write!(f, "`{}` is 1 or 0", self.name),
            ControlKind::Range { from, to, unit } => {
                write!(f, "`{}` is a number from {from} to {to}", self.name)?;
                if unit.is_empty() { Ok(()) } else { write!(f, " {unit}") }
            }
        }
    }
}
