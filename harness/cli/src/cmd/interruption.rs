//! Signals that end a run: Ctrl-C, and what service managers, CI systems and closed terminals send.

use hil_model::verdict::Exit;
use hil_runner::Cancel;

use super::error::Failure;
use crate::output::{remove_unfinished, stops_run};

/// The first SIGINT, SIGTERM or SIGHUP ends the run in order: teardowns, and what `then` says. The second one ends it at once.
pub(super) fn listen(cancel: &Cancel, then: &'static str) -> Result<(), Failure> {
    stops_run(cancel);
    let cancel = cancel.clone();
    ctrlc::set_handler(move || {
        if cancel.is_interrupted() {
            remove_unfinished();
            std::process::exit(Exit::Interrupted as i32);
        }
        cancel.interrupt();
        remark!("interrupted: teardowns run, {then} (Ctrl-C again to end at once)");
    })
    .map_err(|e| Failure::usage(format!("Ctrl-C cannot be heard: {e}")))
}
