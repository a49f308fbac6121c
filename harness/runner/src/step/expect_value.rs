//! `expect-value`: what a variable holds.

use super::run::{At, Held, Run};
use crate::context::Context;
use crate::failure::Unmet;
use hil_scenario::step::ExpectValue;

impl Run for ExpectValue {
    /// No device knows our variables.
    const IS_OURS: bool = true;

    async fn run(&self, _cx: &mut Context, _at: &mut At<'_>) -> Held {
        let value = &self.value;
        match self.condition.hold(Some(&value.value)) {
            Ok(()) => Ok(value.value.to_string()),
            Err(mismatch) => Err(Unmet::new("hil::expect_value", "a value is not as expected")
                .at(value.span)
                .expected(mismatch.expected)
                .actual(mismatch.actual)
                .into()),
        }
    }
}
