//! `expect-led` with `color`: the light gets a colour, and keeps it for a while if the step says so.

use std::time::Duration;

use super::light::{Change, rounded};
use super::look::{Look, Seen};
use crate::context::DEFAULT_WITHIN;
use crate::failure::{StepError, Unmet};
use hil_model::observation::Rgb;
use hil_model::time::display;
use hil_scenario::Spanned;
use hil_scenario::step::ExpectLed;

pub(super) async fn run(
    look: &Look,
    expect: &ExpectLed,
    color: &Spanned<Rgb>,
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
        if let Some(shown) = current.filter(|c| c.color == color.value && c.at <= limit) {
            let Some(hold) = hold else {
                let text = format!("{} at {}{}", color.value, shown.at, shown.evidence());
                return Ok(Seen { text, used: used(shown), until: shown.at });
            };
            match light.next(journal, next, shown.at + hold).await.filter(|c| c.at < shown.at + hold) {
                None => {
                    let until = shown.at + hold;
                    let (hold, evidence) = (display(hold), shown.evidence());
                    let text = format!("{} for {hold} from {}{evidence}", color.value, shown.at);
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
        None => format!("{} did not become {} within {within}", light.part, color.value),
        Some(longest) => format!("{} was {} only for {}", light.part, color.value, rounded(longest)),
    };
    let expected = match hold {
        None => color.value.to_string(),
        Some(hold) => format!("{} for at least {}", color.value, display(hold)),
    };
    Err(light.explain(journal, Unmet::new("hil::expect_led", title).at(color.span).expected(expected)).into())
}
