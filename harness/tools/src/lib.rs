//! Everything that uses the simulator: it as a [target](sim), with a debugger and waveforms ([`simulation`]), as a virtual board
//! for flashing tools ([`serve`]), behind Wokwi's API ([`wokwi_server`]), as the runner of `embedded-test` suites
//! ([`embedded_test`]); and Wokwi itself as a [target](wokwi).

pub mod embedded_test;
pub mod identity;
pub mod serve;
pub mod sim;
pub mod simulation;
pub mod wokwi;
pub mod wokwi_server;
