//! `hil fuzz --tier 3 --replay FILE`: one input, and all that is seen of it.

use std::path::Path;
use std::time::Duration;

use hil_fuzz::coverage::{Execution, Finding, Image, Input, read_input, replay};
use hil_model::time::display;
use hil_model::verdict::Exit;

use super::coverage::failure;
use crate::cmd::error::Failure;

/// Executes the input in a file, and prints what it comes to; with the seed of the file, or else this one.
pub(super) fn show(image: &Image, path: &Path, seed: u64, reason: &str) -> Result<Exit, Failure> {
    let (input, own_seed) = read_input(path).map_err(|error| {
        Failure::usage(error.to_string())
            .help("--replay takes an input that `hil fuzz --tier 3` has written: of a finding, or of a corpus")
    })?;
    let seed = own_seed.unwrap_or(seed);
    say!("{} on sim ({reason}), seed {seed}", path.display());
    print_input(&input);
    let executions = replay(image, seed, std::slice::from_ref(&input)).map_err(|error| failure(&error))?;
    let Some(execution) = executions.into_iter().next() else { return Ok(Exit::NothingRan) };
    print_execution(&execution);
    let Some(finding) = Finding::of(&execution, &input, &image.deaths) else {
        say!("no finding: {}", execution.ending);
        return Ok(Exit::Passed);
    };
    say!("finding: {} (cause {})", finding.kind, finding.fingerprint);
    for (label, value) in finding.remarks() {
        say!("{label}{}", value.replace('\n', "\n  "));
    }
    Ok(Exit::Failed)
}

fn print_input(input: &Input) {
    match input {
        Input::Messages(messages) => {
            for message in messages {
                let retain = if message.retain { ", retain" } else { "" };
                let asks = if message.asks { ", asks for an answer" } else { "" };
                let payload = message.payload.escape_ascii();
                say!("  message: {} \"{payload}\" (qos {}{retain}{asks})", message.topic, message.qos);
            }
        }
        Input::Bytes(pieces) => pieces.iter().for_each(|piece| say!("  bytes: {}", hex(piece))),
    }
}

fn print_execution(execution: &Execution) {
    for line in execution.observed.console.lines() {
        say!("  console: {}", line.escape_debug());
    }
    for (topic, payload) in &execution.statuses {
        say!("  published: {} \"{}\"", topic.escape_debug(), payload.escape_ascii());
    }
    for report in &execution.observed.reports {
        say!("  simulator: {report}");
    }
    if !execution.is_connected {
        say!("  the connection has ended");
    }
    let time = display(Duration::from_nanos(execution.simulated.ns()));
    say!("  after {} instructions, {time} of the device's time", execution.instructions);
}

fn hex(bytes: &[u8]) -> String {
    let all: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    all.join(" ")
}
