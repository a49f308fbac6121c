//! Wokwi's scenario files: their steps, the meaning that they have in Wokwi, and what `hil check --wokwi` says of them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod check;
mod pause;
mod screenshots;
mod steps;
mod support;
