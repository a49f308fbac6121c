//! Secrets do not reach a report: what an attempt leaves is cleaned of them, whichever way it ended.

use hil_model::device::DeviceEvent;
use hil_model::event::{Attempt, Failure, StepReport};
use hil_model::observation::{Entry, Message, Observation, PartShows, Payload, SerialStream};
use hil_scenario::Variables;

/// The attempt without secrets.
pub(super) fn attempt(mut attempt: Attempt, variables: &Variables) -> Attempt {
    if variables.secrets().is_empty() {
        return attempt;
    }
    let clean = Cleaner(variables);
    for StepReport { title, .. } in &mut attempt.steps {
        clean.text(title);
    }
    for failure in &mut attempt.failures {
        // The place is the file's own text, which has the variable's name.
        let Failure { title, step_title, expected, actual, help, .. } = failure;
        let texts = [Some(title), Some(step_title), expected.as_mut(), actual.as_mut(), help.as_mut()];
        texts.into_iter().flatten().for_each(|text| clean.text(text));
    }
    clean.entries(&mut attempt.journal);
    attempt
}

struct Cleaner<'a>(&'a Variables);

impl Cleaner<'_> {
    fn text(&self, text: &mut String) {
        if let std::borrow::Cow::Owned(clean) = self.0.redact(text) {
            *text = clean;
        }
    }

    fn bytes(&self, Payload(bytes): &mut Payload) {
        if let std::borrow::Cow::Owned(clean) = self.0.redact_bytes(bytes) {
            *bytes = clean;
        }
    }

    fn entries(&self, entries: &mut [Entry]) {
        for side in [SerialStream::Output, SerialStream::Input] {
            let piece = |entry| match entry {
                &mut Entry { what: Observation::Serial { stream, ref mut data }, .. } if stream == side => {
                    Some(&mut data.0)
                }
                _ => None,
            };
            let mut pieces: Vec<&mut Vec<u8>> = entries.iter_mut().filter_map(piece).collect();
            self.0.redact_pieces(&mut pieces);
        }
        entries.iter_mut().for_each(|entry| self.observation(&mut entry.what));
    }

    fn observation(&self, what: &mut Observation) {
        use Observation as O;
        match what {
            O::Step { title: text, path: _ }
            | O::Packet { summary: text, direction: _ }
            | O::Waveform { problem: text, part: _ }
            | O::Fault { what: text }
            | O::Broker { event: text }
            | O::Note { text }
            | O::Outcome { text, path: _, ok: _ } => self.text(text),
            O::Unmodelled { what, text } => {
                self.text(what);
                self.text(text);
            }
            O::Published(message) | O::Received(message) => self.message(message),
            O::Device(event) => self.device(event),
            O::Part { shows: PartShows::Text(text), part: _ } => self.text(text),
            // Serial text is done already, over all of its pieces.
            O::Serial { .. } | O::Led { .. } | O::Part { .. } | O::Flash { .. } | O::Control { .. } | O::Pin { .. } => {
            }
        }
    }

    fn message(&self, message: &mut Message) {
        let Message {
            topic,
            payload,
            qos: _,
            retain: _,
            response_topic,
            correlation_data,
            content_type,
            message_expiry: _,
            payload_is_utf8: _,
            user_properties,
        } = message;
        self.text(topic);
        self.bytes(payload);
        response_topic.iter_mut().chain(content_type).for_each(|text| self.text(text));
        correlation_data.iter_mut().for_each(|data| self.bytes(data));
        for (key, value) in user_properties {
            self.text(key);
            self.text(value);
        }
    }

    fn device(&self, event: &mut DeviceEvent) {
        use DeviceEvent as D;
        match event {
            D::Restarted { cause: text }
            | D::WatchdogReset { watchdog: text }
            | D::Panicked { message: text }
            | D::Halted { why: text }
            | D::Spins { how: text } => self.text(text),
            D::PoweredOn
            | D::PoweredOff
            | D::PowerFailed { .. }
            | D::Reset
            | D::Woke
            | D::BrownOut
            | D::Returned
            | D::StackOverflowed { .. } => {}
        }
    }
}
