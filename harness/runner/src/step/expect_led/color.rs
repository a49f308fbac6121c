//! `expect-led` with `color`: the light gets a colour, and keeps it for a while if the step says so.

use std::time::Duration;

use super::light::{Change, rounded};
use super::look::{Look, Seen};
use crate::context::DEFAULT_WITHIN;
use crate::failure::{StepError, Unmet};
use hil_model::time::display;
use hil_scenario::step::{ColorMatch, ExpectLed};

pub(super) async fn run(
    look: &Look,
    expect: &ExpectLed,
    color: &ColorMatch,
    hold: Option<Duration>,
) -> Result<Seen, StepError> {
    let Look { journal, light, limit, .. } = look;
    let limit = *limit;
    let used = |shown: Change| Some(Change { seq: shown.seq.max(light.from), ..shown });
    // What the light shows at the start of the window counts from there on.
    let mut current = light.initial(journal).map(|c| Change { at: light.from_time, ..c });
    let mut next = light.from;
    let mut longest = None;
    loop {
        if let Some(shown) = current.filter(|c| color.admits(c.color) && c.at <= limit) {
            let Some(hold) = hold else {
                let text = format!("{} at {}{}", shown.color, shown.at, shown.evidence());
                return Ok(Seen { text, used: used(shown), until: shown.at });
            };
            // A change to another colour that will do is none.
            let away = loop {
                let change = light.next(journal, next, shown.at + hold).await.filter(|c| c.at < shown.at + hold);
                match change {
                    Some(change) if color.admits(change.color) => next = change.seq + 1,
                    change => break change,
                }
            };
            match away {
                None => {
                    let until = shown.at + hold;
                    let (hold, evidence) = (display(hold), shown.evidence());
                    let text = format!("{} for {hold} from {}{evidence}", shown.color, shown.at);
                    return Ok(Seen { text, used: used(shown), until });
                }
                Some(away) => {
                    longest = longest.max(Some(away.at.since(shown.at)));
                    (current, next) = (Some(away), away.seq + 1);
                    continue;
                }
            }
        }
        match light.next(journal, next, limit).await {
            Some(change) => (current, next) = (Some(change), change.seq + 1),
            None => break,
        }
    }
    let within = display(expect.within.unwrap_or(DEFAULT_WITHIN));
    let title = match longest {
        None => format!("{} did not become {color} within {within}", light.part),
        Some(longest) => format!("{} was {color} only for {}", light.part, rounded(longest)),
    };
    let expected = match hold {
        None => color.to_string(),
        Some(hold) => format!("{color} for at least {}", display(hold)),
    };
    Err(light.explain(journal, Unmet::new("hil::expect_led", title).at(color.span()).expected(expected)).into())
}
