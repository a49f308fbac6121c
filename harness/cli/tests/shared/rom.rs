//! Espressif's mask ROM, for tests that cannot run without it.

use hil_tools::rom::{Found, Wanted, find};

/// The ROM that HIL_TEST_ROM names, or the one in cargo's copy of espflash, of which the program is made. Without one it says so, and
/// the test cannot run.
pub fn rom() -> Option<Found> {
    let named = std::env::var("HIL_TEST_ROM").ok().filter(|it| !it.is_empty());
    let wanted = named.map_or(Wanted::Any, |path| Wanted::Named(path.into(), "HIL_TEST_ROM".to_owned()));
    let found =
        find(&wanted, |name| std::env::var(name).ok().filter(|_| name != "HIL_ROM")).expect("HIL_TEST_ROM is a ROM");
    if found.is_none() {
        eprintln!(
            "NOT RUN: there is no mask ROM of the ESP32-C3; HIL_TEST_ROM names it (`hil rom` says how to get it)"
        );
    }
    found
}
