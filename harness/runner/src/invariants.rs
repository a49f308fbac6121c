//! What no device may do, whatever the scenario's steps expect: panic, halt, reset itself, overflow its stack, break the data
//! sheet's timing.

use hil_model::device::DeviceEvent;
use hil_model::event::Failure;
use hil_model::observation::{Entry, Observation};
use hil_model::time::SimTime;
use hil_model::verdict::Verdict;

/// What an event of the device says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judgement {
    /// Nothing: the scenario did it, or may expect it.
    Fine,
    /// It no longer runs, or has begun anew because it could not go on. No scenario asks for that.
    Died,
    /// It has no room left on its stack.
    Overflowed,
    /// It has reset itself, which some scenarios want.
    Restarted,
}

/// By the type alone: what people read of it plays no part.
const fn judged(event: &DeviceEvent) -> Judgement {
    match event {
        DeviceEvent::PoweredOn
        | DeviceEvent::PoweredOff
        | DeviceEvent::PowerFailed { .. }
        | DeviceEvent::Reset
        | DeviceEvent::Woke => Judgement::Fine,
        DeviceEvent::Panicked { .. }
        | DeviceEvent::WatchdogReset { .. }
        | DeviceEvent::BrownOut
        | DeviceEvent::Halted { .. }
        | DeviceEvent::Returned
        | DeviceEvent::Spins { .. } => Judgement::Died,
        DeviceEvent::StackOverflowed { .. } => Judgement::Overflowed,
        DeviceEvent::Restarted { .. } => Judgement::Restarted,
    }
}

/// In place of a step's path, in failures of no step.
pub const ALWAYS: &str = "always";
/// Code of a device that no longer runs.
pub(super) const DEVICE_DIED: &str = "hil::device_died";

/// Failures that the journal shows by itself, the first of each kind. `may_reset`: the scenario expects resets by software.
pub(super) fn check(entries: &[Entry], may_reset: bool) -> Vec<Failure> {
    let first = |judgement: Judgement| {
        entries.iter().find_map(|entry| match &entry.what {
            Observation::Device(event) if judged(event) == judgement => Some((entry, event)),
            _ => None,
        })
    };
    let fatal = first(Judgement::Died).map(|(entry, event)| {
        let help = match event {
            DeviceEvent::Spins { .. } => {
                "what it does again and again stands in the journal just before it: let it wait between two tries, so that time \
                 can go on"
            }
            _ => "the serial lines just before it say more",
        };
        failure(entry, DEVICE_DIED, event.to_string(), help)
    });
    let waveform = entries.iter().find_map(|e| match &e.what {
        Observation::Waveform { part, problem } => Some(failure(
            e,
            "hil::waveform",
            format!("the waveform for {part} breaks the WS2812's timing: {problem}"),
            "see the data sheet's tolerances in docs/fidelity.md",
        )),
        _ => None,
    });
    let stack = first(Judgement::Overflowed).map(|(entry, event)| {
        let help = "give the main stack more room, or keep large values elsewhere; a build with debug information tells the code";
        failure(entry, "hil::stack_overflow", event.to_string(), help)
    });
    let restart = first(Judgement::Restarted).filter(|_| !may_reset && fatal.is_none()).map(|(entry, event)| {
        let help =
            "the serial lines just before it say more; if the scenario wants it to, give the file `may-reset: true`";
        failure(entry, "hil::device_reset", event.to_string(), help)
    });
    stack.into_iter().chain(fatal).chain(restart).chain(waveform).collect()
}

/// The simulator was asked for something that it does not model and that `counts`: it cannot be told whether a chip would do
/// the same. Not a failure of scenarios in general, but of cases that look for faults.
pub fn unmodelled(entries: &[Entry], counts: impl Fn(&str) -> bool) -> Option<Failure> {
    entries.iter().find_map(|entry| match &entry.what {
        Observation::Unmodelled { what, text } if counts(what) => Some(Failure {
            expected: Some("only what the simulator models, or what the device uses at its start too".to_owned()),
            actual: Some(text.clone()),
            ..failure(
                entry,
                UNMODELLED,
                format!("not modelled: {what}"),
                "on a chip it may do something else: see docs/fidelity.md",
            )
        }),
        _ => None,
    })
}

/// Code of [`unmodelled`].
pub const UNMODELLED: &str = "hil::unmodelled";

/// A power failure that was armed and has not happened when the steps are over.
pub(super) fn pending_power_failure(missing: u32, at: SimTime) -> Failure {
    let entry = Entry { seq: 0, at, wall: std::time::Duration::ZERO, what: Observation::Note { text: String::new() } };
    let help = "a fault that was not injected proves nothing: lower the number, or end the scenario later";
    Failure {
        expected: Some("a power failure in the middle of a flash operation".to_owned()),
        actual: Some(format!("{missing} more flash operations would have been needed")),
        related: Vec::new(),
        ..failure(&entry, "hil::power", "the armed power failure has not happened".to_owned(), help)
    }
}

fn failure(entry: &Entry, code: &str, title: String, help: &str) -> Failure {
    Failure {
        verdict: Verdict::Failed,
        title,
        code: code.to_owned(),
        step: ALWAYS.to_owned(),
        step_title: "what no scenario may do".to_owned(),
        place: None,
        expected: None,
        actual: None,
        help: Some(help.to_owned()),
        at: entry.at,
        related: (entry.seq.saturating_sub(5)..=entry.seq).collect(),
    }
}
