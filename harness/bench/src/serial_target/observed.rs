//! Lights as a logic analyzer on their data line sees them.

use std::sync::Arc;
use std::time::Instant;

use simulator::board::ws2812::{Event, Frame};

use super::analyzer::{Analyzer, Moment, Pace, Seen, What};
use super::device::Lost;
use hil_model::observation::{Observation, Rgb};
use hil_model::time::SimTime;
use hil_targets::journal::Journal;
use hil_targets::lights::Lights;

/// The lights of one scenario.
pub(super) struct ObservedLights {
    analyzer: Arc<Analyzer>,
    journal: Journal,
    lights: Lights,
    lost: Lost,
    glitches: u64,
    long_highs: u64,
    latest: SimTime,
}

impl ObservedLights {
    pub(super) fn new(analyzer: Arc<Analyzer>, lights: Lights, lost: Lost) -> Self {
        let journal = lights.journal().clone();
        Self { analyzer, journal, lights, lost, glitches: 0, long_highs: 0, latest: SimTime::ZERO }
    }

    /// Until the analyzer fails.
    pub(super) async fn run(mut self) {
        loop {
            match self.analyzer.next().await {
                Ok(moment) => self.record(moment),
                Err(error) => return self.lost.because(error.into()),
            }
        }
    }

    fn record(&mut self, Moment { at, what }: Moment) {
        let Some(at) = self.time(at) else { return };
        let text = match what {
            What::Seen(Seen::Light { chain, event: Event::Frame(frame) }) => return self.frame(chain, &frame, at),
            What::Seen(Seen::Light { chain, event }) => {
                let lights = self.analyzer.chains().get(chain);
                let part = lights.and_then(|lights| lights.first()).map_or_else(String::new, |it| it.part.clone());
                self.journal.record_at(at, Observation::Waveform { part, problem: event.to_string() });
                return;
            }
            What::Seen(Seen::Glitch) => {
                self.glitches += 1;
                let Some(count) = told(self.glitches) else { return };
                format!(
                    "a glitch of one sample on the lights' data line, left out ({count} so far): check its ground wire"
                )
            }
            What::Seen(Seen::LongHigh) => {
                self.long_highs += 1;
                let Some(count) = told(self.long_highs) else { return };
                format!("the lights' data line is high for longer than any bit: no data ({count} times so far)")
            }
            What::Pace(Pace::Behind(ms)) => format!(
                "the logic analyzer is {ms} ms behind: samples were lost, or it samples slower than it says; \
                 what the lights showed meanwhile may be missing"
            ),
            What::Pace(Pace::Ahead(ms)) => {
                format!(
                    "samples of the logic analyzer came {ms} ms sooner than their rate says: times may be off by that"
                )
            }
            What::Unheard(count) => {
                format!("{count} frames and remarks of the logic analyzer were lost: too many at once")
            }
        };
        self.journal.record_at(at, Observation::Note { text });
    }

    fn frame(&self, chain: usize, frame: &Frame, at: SimTime) {
        let Some(lights) = self.analyzer.chains().get(chain) else { return };
        // Of the others it is not known what they show.
        for (light, color) in lights.iter().zip(&frame.leds).take(frame.updated) {
            self.lights.show(light, Rgb { r: color.red, g: color.green, b: color.blue }, at);
        }
    }

    /// Scenario time of an instant; `None` before the scenario. Never earlier than that of what came before: when a piece
    /// of the stream comes sooner than all before it, the times of those turn out to have been late.
    fn time(&mut self, at: Instant) -> Option<SimTime> {
        let now = self.journal.now().0;
        let at = now.checked_sub(SimTime::from_elapsed(at.elapsed()).0)?;
        self.latest = self.latest.max(SimTime(at));
        Some(self.latest)
    }
}

/// The first, the tenth, the hundredth is told.
fn told(count: u64) -> Option<u64> {
    10_u64.checked_pow(count.ilog10()).filter(|it| *it == count)
}
