//! `capture`: a part of what was observed becomes a variable.

use super::run::{At, Held, Run};
use crate::context::{Context, DEFAULT_WITHIN};
use crate::failure::{StepError, Unmet};
use crate::serial_log::Reading;
use hil_model::observation::{Entry, Observation};
use hil_model::time::display;
use hil_scenario::Json;
use hil_scenario::step::{Capture, CaptureSource};
use hil_targets::broker::filter_matches;

impl Run for Capture {
    async fn run(&self, cx: &mut Context, _at: &mut At<'_>) -> Held {
        let capture = self;
        let deadline = cx.limit(capture.within);
        let mut is_text = false;
        let value = match &capture.from {
            CaptureSource::Message { topic, .. } => {
                let journal = cx.journal.clone();
                let last = |entries: &[Entry]| {
                    entries.iter().rev().find_map(|e| match &e.what {
                        Observation::Received(m) if filter_matches(&topic.value, &m.topic) => {
                            Some((e.seq, m.payload.as_text().map(str::to_owned)))
                        }
                        _ => None,
                    })
                };
                match journal.wait(0, deadline, last).await {
                    None => return Err(missing(capture, &format!("no message on {}", topic.value))),
                    Some((seq, None)) => {
                        return Err(Unmet::new("hil::capture", "the captured payload is not text")
                            .related([seq])
                            .into());
                    }
                    Some((seq, Some(text))) => {
                        is_text = is_json_text(&capture.from, &text);
                        part(&capture.from, &text).ok_or_else(|| {
                            let title = format!("{text:?} on {} has no such part", topic.value);
                            StepError::from(Unmet::new("hil::capture", title).actual(text.clone()).related([seq]))
                        })?
                    }
                }
            }
            CaptureSource::Serial { matches } => {
                let (journal, regex) = (cx.journal.clone(), &matches.value);
                let log = &mut cx.serial;
                log.update(&journal);
                let (mut first, next) = (0, log.next());
                let found = journal
                    .wait(next, deadline, |entries| {
                        log.take(entries);
                        let from = std::mem::replace(&mut first, log.line_count());
                        let mut lines = log.lines(from, 0, Reading::Plain).rev();
                        lines.find(|(_, line)| regex.is_match(line)).map(|(_, line)| line)
                    })
                    .await;
                let line = found.ok_or_else(|| missing(capture, &format!("no serial line matches /{regex}/")))?;
                part(&capture.from, &line).unwrap_or(line)
            }
        };
        let said = format!("{} = {value:?}", capture.name.value);
        if is_text {
            cx.variables.set_text(capture.name.value.clone(), value);
        } else {
            cx.variables.set(capture.name.value.clone(), value);
        }
        Ok(said)
    }
}

/// Whether the part that is asked for is a string of JSON: it is a text then, also if it looks like a number.
fn is_json_text(from: &CaptureSource, text: &str) -> bool {
    let CaptureSource::Message { pointer: Some(pointer), .. } = from else { return false };
    Json::parse(text.as_bytes()).is_ok_and(|json| matches!(json.pointer(&pointer.value), Some(Json::Text(_))))
}

/// The part of `text` that is asked for.
fn part(from: &CaptureSource, text: &str) -> Option<String> {
    let group = |regex: &regex::Regex| {
        let captures = regex.captures(text)?;
        captures.get(1).or_else(|| captures.get(0)).map(|m| m.as_str().to_owned())
    };
    match from {
        CaptureSource::Serial { matches } => group(&matches.value),
        CaptureSource::Message { matches: Some(regex), .. } => group(&regex.value),
        CaptureSource::Message { pointer: Some(pointer), .. } => {
            let json = Json::parse(text.as_bytes()).ok()?;
            Some(match json.pointer(&pointer.value)? {
                Json::Text(text) => text.clone(),
                other => other.to_string(),
            })
        }
        CaptureSource::Message { .. } => Some(text.to_owned()),
    }
}

fn missing(capture: &Capture, what: &str) -> StepError {
    let within = display(capture.within.unwrap_or(DEFAULT_WITHIN));
    Unmet::new("hil::capture", format!("{what} within {within}")).at(capture.name.span).into()
}
