//! Places of labgrid, with labgrid itself: its coordinator, exporter and client, from PyPI, where they are installed: on the
//! search path, or in the folder that the variable `HIL_TEST_LABGRID` names.
#![cfg(unix)]

mod bench;
mod errors;
mod run;
mod turns;
