//! A step in one line, for progress, reports and the journal.

use std::fmt;
use std::time::Duration;

use super::{CaptureSource, Command, ExpectFlash, ExpectLed, ExpectMessage, LedExpectation, Request, StepNode};
use crate::{DEFAULT_WITHIN, Variables};
use hil_model::time;

/// Characters of a title.
const MAX_LENGTH: usize = 100;

impl Command {
    /// The command in one line of at most 100 characters, limits included: ``publish cmnd/led/power "on"``. Values of
    /// environment variables stand in it: what is shown is [`Step::title`](super::Step::title).
    pub fn title(&self) -> String {
        bounded(&self.to_string())
    }

    /// As [`Command::title`], without the values of environment variables.
    pub(super) fn redacted_title(&self, vars: &Variables) -> String {
        bounded(&vars.redact(&self.to_string()))
    }
}

fn bounded(title: &str) -> String {
    let title: String = title.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match title.char_indices().nth(MAX_LENGTH) {
        None => title,
        Some(_) => title.chars().take(MAX_LENGTH - 3).chain("...".chars()).collect(),
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delay(duration) => write!(f, "delay {}", time::display(*duration)),
            Self::Log(text) => write!(f, "log {text:?}"),
            Self::Mark(name) => write!(f, "mark {}", name.value),
            Self::Publish(publish) => {
                write!(f, "publish {} {}", publish.topic.value, publish.payload)?;
                if publish.qos != 1 {
                    write!(f, " qos {}", publish.qos)?;
                }
                f.write_str(if publish.retain { " retained" } else { "" })
            }
            Self::ExpectMessage(expected) => message(f, expected),
            Self::ExpectRetained(expected) if expected.absent => {
                write!(f, "expect-retained {} absent{}", expected.topic.value, Within(expected.within))
            }
            Self::ExpectRetained(expected) => {
                write!(f, "expect-retained {} {}{}", expected.topic.value, expected.payload, Within(expected.within))
            }
            Self::ExpectNothing(nothing) => {
                let (topic, duration) = (&nothing.topic.value, time::display(nothing.duration));
                match &nothing.payload {
                    super::Match::Any => write!(f, "expect-nothing {topic} for {duration}"),
                    payload => write!(f, "expect-nothing {topic} {payload} for {duration}"),
                }
            }
            Self::Request(asked) => request(f, asked),
            Self::Capture(capture) => {
                write!(f, "capture {} from ", capture.name.value)?;
                match &capture.from {
                    CaptureSource::Message { topic, matches, pointer } => {
                        f.write_str(topic)?;
                        matches.iter().try_for_each(|regex| write!(f, " /{}/", regex.as_str()))?;
                        pointer.iter().try_for_each(|pointer| write!(f, " {}", pointer.value))?;
                    }
                    CaptureSource::Serial { matches } => write!(f, "serial /{}/", matches.as_str())?,
                }
                write!(f, "{}", Within(capture.within))
            }
            Self::WaitSerial(wait) => write!(f, "wait-serial {}", wait.text.value),
            Self::WriteSerial(write) => write!(f, "write-serial {}", write.bytes),
            Self::ExpectSerial(expected) => {
                let absent = if expected.absent { " absent" } else { "" };
                match &expected.text {
                    Some(text) => write!(f, "expect-serial {text:?}")?,
                    None => write!(f, "expect-serial /{}/", expected.line.as_str())?,
                }
                write!(f, "{absent}{}", Within(expected.within))
            }
            Self::ExpectLed(expected) => led(f, expected),
            Self::ExpectFlash(expected) => flash(f, expected),
            Self::Reset => f.write_str("reset"),
            Self::Power(action) => write!(f, "power {action}"),
            Self::Network(action) => action.fmt(f),
            Self::Broker(action) => write!(f, "broker {action}"),
            Self::ExpectPin(expected) => {
                write!(f, "expect-pin {}:{} {}", expected.part.value, expected.pin.value, u8::from(expected.value))
            }
            Self::SetControl(set) => write!(f, "set-control {} {} {}", set.part.value, set.control.value, set.value),
            Self::TakeScreenshot(screenshot) => write!(f, "take-screenshot {}", screenshot.part.value),
            Self::ExpectChipOutput(text) => write!(f, "expect-chip-output {text:?}"),
            Self::Touch(touch) => {
                write!(f, "{} {}", touch.gesture, touch.part.value)?;
                touch.position.iter().try_for_each(|(x, y)| write!(f, " {x},{y}"))
            }
            Self::AllOf(steps) => write!(f, "all-of {}", Steps(steps)),
            Self::AnyOf(steps) => write!(f, "any-of {}", Steps(steps)),
            Self::InOrder(steps) => write!(f, "in-order {}", Steps(steps)),
            Self::Repeat(repeat) => write!(f, "repeat {} times {}", repeat.times, Steps(&repeat.steps)),
        }
    }
}

fn message(f: &mut fmt::Formatter<'_>, expected: &ExpectMessage) -> fmt::Result {
    write!(f, "expect-message {} {}", expected.topic.value, expected.payload)?;
    expected.qos.iter().try_for_each(|qos| write!(f, " qos {}", qos.value))?;
    if let Some(retain) = &expected.retain {
        f.write_str(if retain.value { " retained" } else { " not retained" })?;
    }
    if expected.count != 1 {
        write!(f, " {} times", expected.count)?;
    }
    write!(f, "{}", Within(expected.within))
}

fn request(f: &mut fmt::Formatter<'_>, request: &Request) -> fmt::Result {
    write!(f, "request {} {} -> ", request.topic.value, request.payload)?;
    match (&request.response, request.no_response) {
        (_, true) => f.write_str("no response")?,
        (super::Match::Any, _) => f.write_str("any response")?,
        (response, _) => write!(f, "{response}")?,
    }
    write!(f, "{}", Within(request.within))
}

fn led(f: &mut fmt::Formatter<'_>, expected: &ExpectLed) -> fmt::Result {
    write!(f, "expect-led {}", expected.part.value)?;
    if expected.index != 0 {
        write!(f, "[{}]", expected.index)?;
    }
    match &expected.expected {
        LedExpectation::Color { color, hold } => {
            write!(f, " {}", color.value)?;
            hold.iter().try_for_each(|hold| write!(f, " for {}", time::display(*hold)))?;
        }
        LedExpectation::Pattern { phases, cycles, tolerance } => {
            for phase in phases {
                write!(f, " {} {}", phase.color.value, time::display(phase.duration))?;
            }
            write!(f, ", {cycles} times, +-{}", time::display(*tolerance))?;
        }
    }
    write!(f, "{}", Within(expected.within))
}

fn flash(f: &mut fmt::Formatter<'_>, expected: &ExpectFlash) -> fmt::Result {
    f.write_str("expect-flash")?;
    for (what, count) in [("writes", &expected.writes), ("erases", &expected.erases)] {
        count.iter().try_for_each(|count| write!(f, " {what} {}", count.value))?;
    }
    expected.since.iter().try_for_each(|mark| write!(f, " since {}", mark.value))
}

/// ` within 2s`: the default is shown too.
struct Within(Option<Duration>);

impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " within {}", time::display(self.0.unwrap_or(DEFAULT_WITHIN)))
    }
}

/// `(3 steps)`
struct Steps<'a>(&'a [StepNode]);

impl fmt::Display for Steps<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("(1 step)"),
            n => write!(f, "({n} steps)"),
        }
    }
}
