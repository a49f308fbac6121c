//! What a light must show after a command.

use std::time::Duration;

use super::case::Case;
use crate::action::Sent;
use crate::device::Model;
use hil_model::time::display;
use hil_targets::reference::{DARK, Shows, State};

/// How long a steady colour is watched.
const HOLD: Duration = Duration::from_millis(200);
/// Longest phase of a blink that is waited for.
const LONGEST_PHASE_MS: u64 = 3000;
/// Shorter phases than this are not measured: the message's own way takes a part of it.
const SHORTEST_PHASE_MS: u64 = 30;
/// The same where time is the wall clock's: a machine that has more to do delays all that it hears of.
const SHORTEST_REAL_PHASE_MS: u64 = 200;
/// What a phase may be shorter or longer by.
const TOLERANCE_MS: u64 = 15;
/// The same where time is the wall clock's.
const REAL_TOLERANCE_MS: u64 = 100;

impl Case<'_> {
    /// The light after this command, where it can be told what it must be: `before` is the state that it came from.
    pub(super) fn light(&mut self, sent: &Sent, before: &State) {
        let Some(Model(model)) = self.device.model.as_ref().filter(|_| self.offered.led) else { return };
        let (Some(now), Some(was)) = (model.shows(&self.state), model.shows(before)) else { return };
        let part = model.part();
        let (shortest, tolerance) = match self.offered.simulated_time {
            true => (SHORTEST_PHASE_MS, TOLERANCE_MS),
            false => (SHORTEST_REAL_PHASE_MS, REAL_TOLERANCE_MS),
        };
        match now {
            Shows::Steady(color) => {
                self.limit += HOLD + self.device.within;
                self.led(part, &format!("color: \"{color}\", for: {}", display(HOLD)));
            }
            Shows::Blinks(color, on, off) if on.max(off) <= LONGEST_PHASE_MS && on.min(off) >= shortest => {
                // Where the old pattern can be taken for the new one, only the lengths of the phases are known.
                let within = display(Duration::from_millis(2 * (on + off)) + self.device.within);
                self.limit += 2 * Duration::from_millis(2 * (on + off)) + 2 * self.device.within;
                for (color, length) in [(color.as_str(), on), (DARK, off)] {
                    let length = display(Duration::from_millis(length - tolerance));
                    self.led(part, &format!("color: \"{color}\", for: {length}, within: {within}"));
                }
            }
            Shows::Blinks(..) => {}
            Shows::Sequence { colors, step_ms } => {
                let restarts = model.restarts(&self.device.commands[sent.command].topic);
                // What looks like its beginning hides it.
                let hidden = match was {
                    Shows::Sequence { .. } => true,
                    Shows::Steady(color) | Shows::Blinks(color, ..) => colors.contains(&color),
                };
                if !restarts || hidden || step_ms < shortest {
                    return;
                }
                let phases: Vec<String> =
                    colors.iter().map(|color| format!("{{ color: \"{color}\", for: {step_ms}ms }}")).collect();
                self.led(part, &format!("pattern: [{}], within: {}", phases.join(", "), display(self.device.within)));
                self.limit += self.device.within + Duration::from_secs(1);
            }
        }
    }

    fn led(&mut self, part: &str, what: &str) {
        self.steps.push(&format!("expect-led: {{ part-id: {part}, {what} }}"));
    }
}
