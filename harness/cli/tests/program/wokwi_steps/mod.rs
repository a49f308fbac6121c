//! Wokwi's scenario files: their steps, the meaning that they have in Wokwi, and what `hil check --wokwi` says of them.

mod check;
mod parts;
mod pause;
mod screenshots;
mod steps;
mod support;
