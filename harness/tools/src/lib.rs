//! Everything that uses the simulator: it as a [target](sim), with a debugger and waveforms ([`simulation`]), as a virtual board
//! for flashing tools ([`serve`]), behind Wokwi's API ([`wokwi_server`]), as the runner of suites of
//! embedded-test and Unity ([`chip_tests`]); and Wokwi itself as a [target](wokwi).

pub mod chip_tests;
pub mod identity;
pub mod rom;
pub mod serve;
pub mod sim;
pub mod simulation;
pub mod wokwi;
pub mod wokwi_server;
