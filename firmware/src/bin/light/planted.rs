//! The fault that the configuration names (feature `planted`): for tests of scenarios and fuzzers, never in a product.

use core::ops::Range;

use firmware::{
    config::esp_nvs::platform::Platform,
    faults,
    rules::{self, Rules},
};

use crate::console::Board;

/// How this light decides.
pub type Contract = &'static (dyn Rules + Sync);

/// Reads which fault it is, and says so.
pub fn contract(board: &Board, nvs: impl Platform, range: Range<u32>) -> Contract {
    let number = faults::planted(nvs, range);
    let fault = faults::fault(number);
    match fault {
        Some(fault) => board.info("boot", format_args!("{}; fault {number}: {}", faults::MARK, fault.title)),
        None if number == 0 => board.info("boot", format_args!("{}; none is chosen", faults::MARK)),
        None => board.error("boot", format_args!("{}; there is no fault {number}", faults::MARK)),
    }
    fault.and_then(|fault| fault.rules).unwrap_or(&rules::Contract)
}
