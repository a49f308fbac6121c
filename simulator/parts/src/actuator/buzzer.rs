//! `wokwi-buzzer`: a piezo disc, which sounds as it is driven.

use hil_sim_core::circuit::PartEnv;
use hil_sim_core::part::Hears;
use hil_sim_core::part::{Fitting, FittingError, Part, PartEvent, PartType, Pin, PinType, Shows, Tone};
use hil_sim_core::time::{Instant, Span};

const NEGATIVE: Pin = Pin(0);
const POSITIVE: Pin = Pin(1);
/// A tone that is lower is none: periods of 20 Hz.
const LONGEST: Span = Span::from_ms(50);
/// Two periods that differ by less, as parts, are of one tone.
const SAME: u64 = 50;

/// The kind of part.
pub(super) static BUZZER: PartType = PartType {
    pins: &[PinType::hearing("1", Hears::AtOnce), PinType::hearing("2", Hears::AtOnce)],
    about: "The tone of the rising edges between its pins, from the second period that is the same within 2 % on; it ends when there \
            is no edge for 50 ms. Not modelled: loudness, and what is no single tone.",
    source: "data sheet of the PKM13EPYH4000, section \"Operating voltage\": it follows the square wave",
    known_after: LONGEST.times(2),
    ..PartType::new("wokwi-buzzer", build)
};

#[derive(Clone, Hash, Debug, Default)]
struct Buzzer {
    is_on: bool,
    level: bool,
    /// The last rising edge.
    rose: Option<Instant>,
    /// Periods that are alike: since when, and how many.
    run: Option<(Instant, u32)>,
    tone: Option<Tone>,
    /// The last edge of all.
    last: Instant,
}

fn build(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    Ok((!fitting.is_idle()).then(|| Box::<Buzzer>::default() as Box<dyn Part>))
}

impl Buzzer {
    /// The mean of the periods that are alike.
    fn mean(&self, now: Instant) -> Option<u64> {
        let (since, count) = self.run?;
        (count > 0).then(|| now.since(since).ps() / u64::from(count))
    }

    fn rises(&mut self, env: &mut PartEnv<'_>, now: Instant) {
        let rose = self.rose.replace(now);
        let Some(rose) = rose.filter(|rose| now.since(*rose) < LONGEST) else {
            self.run = None;
            return;
        };
        let period = now.since(rose).ps();
        let is_like = |mean: u64| period.abs_diff(mean) * SAME <= mean;
        let goes_on = self.mean(rose).is_some_and(is_like);
        self.run = match self.run {
            Some((since, count)) if goes_on => Some((since, count.saturating_add(1))),
            _ => Some((rose, 1)),
        };
        let (Some((since, count)), Some(mean)) = (self.run, self.mean(now)) else { return };
        if count < 2 || mean == 0 {
            return;
        }
        let tone = Tone { millihertz: (1_000_000_000_000_000 + mean / 2) / mean };
        let was = self.tone.replace(tone);
        if count == 2 {
            self.tell(env, since, was);
        }
    }

    fn tell(&self, env: &mut PartEnv<'_>, at: Instant, was: Option<Tone>) {
        if was != self.tone {
            env.tell(at, PartEvent::Shows(self.shows()));
        }
    }
}

impl Part for Buzzer {
    fn part_type(&self) -> &'static PartType {
        &BUZZER
    }

    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        let level = env.level(POSITIVE) && !env.level(NEGATIVE);
        *self = Self { is_on, level, ..Self::default() };
    }

    fn edge(&mut self, env: &mut PartEnv<'_>, _: Pin, _: bool) {
        let level = env.level(POSITIVE) && !env.level(NEGATIVE);
        if !self.is_on || std::mem::replace(&mut self.level, level) == level {
            return;
        }
        let now = env.now();
        self.last = now;
        if level {
            self.rises(env, now);
        }
        env.wake_after(LONGEST);
    }

    fn wake(&mut self, env: &mut PartEnv<'_>) {
        let was = self.tone.take();
        (self.rose, self.run) = (None, None);
        self.tell(env, self.last, was);
    }

    fn shows(&self) -> Shows {
        Shows::Tone(self.tone)
    }
}
