//! The smallest input that shows the same finding.

use super::device::FuzzedDevice;
use super::finding::Finding;
use super::input::Input;

/// Executions that shrinking may take.
const MOST_EXECUTIONS: usize = 400;

/// The finding with the smallest input that was found for it.
pub(super) fn shrink(device: &mut FuzzedDevice, finding: Finding, is_stopped: &dyn Fn() -> bool) -> Finding {
    let mut best = finding;
    let mut executions = 0;
    'smaller: loop {
        for candidate in candidates(&best.input) {
            if executions == MOST_EXECUTIONS || is_stopped() {
                break 'smaller;
            }
            executions += 1;
            let execution = device.execute(&candidate);
            if let Some(same) = Finding::of(&execution, &candidate, device.deaths())
                && same.fingerprint == best.fingerprint
            {
                best = same;
                continue 'smaller;
            }
        }
        break;
    }
    // Coverage of these is not for the next input.
    device.take_edges(|_, _| {});
    best
}

/// Inputs that are simpler than this one, the simplest first.
fn candidates(input: &Input) -> Vec<Input> {
    let mut all = Vec::new();
    match input {
        Input::Messages(messages) => {
            if messages.len() > 1 {
                all.extend((0..messages.len()).map(|at| {
                    let mut fewer = messages.clone();
                    fewer.remove(at);
                    Input::Messages(fewer)
                }));
            }
            for (at, message) in messages.iter().enumerate() {
                let mut with = |change: &dyn Fn(&mut super::Publish)| {
                    let mut changed = messages.clone();
                    change(&mut changed[at]);
                    if changed != *messages {
                        all.push(Input::Messages(changed));
                    }
                };
                with(&|message| message.asks = false);
                with(&|message| message.retain = false);
                with(&|message| message.waits = true);
                with(&|message| message.qos = 1);
                for shorter in shorter(&message.payload) {
                    with(&|message| message.payload.clone_from(&shorter));
                }
            }
        }
        Input::Bytes(pieces) => {
            if pieces.len() > 1 {
                all.extend((0..pieces.len()).map(|at| {
                    let mut fewer = pieces.clone();
                    fewer.remove(at);
                    Input::Bytes(fewer)
                }));
                all.push(Input::Bytes(vec![pieces.concat()]));
            }
            for (at, piece) in pieces.iter().enumerate() {
                all.extend(shorter(piece).into_iter().map(|piece| {
                    let mut changed = pieces.clone();
                    changed[at] = piece;
                    Input::Bytes(changed)
                }));
            }
        }
    }
    all
}

/// A text without one part of it, large parts first.
fn shorter(text: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    let mut part = text.len();
    while part > 0 {
        for start in (0..text.len()).step_by(part) {
            let end = (start + part).min(text.len());
            all.push([&text[..start], &text[end..]].concat());
        }
        part /= 2;
    }
    all
}
