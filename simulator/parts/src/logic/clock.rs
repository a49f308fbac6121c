//! `wokwi-clock-generator`: a clock.

use hil_sim_core::circuit::{Drive, PartEnv};
use hil_sim_core::part::{Attribute, Fitting, FittingError, Part, PartType, Pin, PinType};
use hil_sim_core::time::{Instant, Span};

const CLK: Pin = Pin(0);
/// In hertz.
const RANGE: std::ops::RangeInclusive<f64> = 0.001..=10e6;

/// The kind of part.
pub(super) static CLOCK: PartType = PartType {
    pins: &[PinType::driving("CLK"), PinType::passive("GND")],
    attributes: &[Attribute::text("frequency")],
    about: "A square wave of `frequency` hertz at CLK, which begins low; 10 kHz, such as \"10k\", without it, 10 MHz at most.",
    source: "none: a square wave",
    ..PartType::new("wokwi-clock-generator", build)
};

#[derive(Clone, Hash, Debug)]
struct Clock {
    half: Span,
    is_on: bool,
    level: bool,
    next: Instant,
}

fn build(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    let text = fitting.attributes.text("frequency").filter(|text| !text.is_empty()).unwrap_or("10k");
    let (digits, factor) = match text.char_indices().last() {
        Some((at, 'k' | 'K')) => (&text[..at], 1e3),
        Some((at, 'm' | 'M')) => (&text[..at], 1e6),
        _ => (text, 1.0),
    };
    let hertz = digits.trim().parse::<f64>().ok().map(|number| number * factor).filter(|hertz| RANGE.contains(hertz));
    let hertz = hertz.ok_or_else(|| FittingError {
        problem: format!("clock {:?} has the frequency {:?}", fitting.id, text.chars().take(60).collect::<String>()),
        help: "a frequency is a number of hertz from 0.001 to 10 million, such as 50, 10k or 1.3m".to_owned(),
    })?;
    let half = Span::from_ps((0.5e12 / hertz).round() as u64);
    let part = Clock { half, is_on: false, level: false, next: Instant::NEVER };
    Ok((!fitting.is_idle()).then(|| Box::new(part) as Box<dyn Part>))
}

impl Part for Clock {
    fn part_type(&self) -> &'static PartType {
        &CLOCK
    }

    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        (self.is_on, self.level) = (is_on, false);
        env.drive(CLK, if is_on { Drive::Low } else { Drive::None });
        self.next = env.now() + self.half;
        if is_on {
            env.wake_at(self.next);
        }
    }

    fn wake(&mut self, env: &mut PartEnv<'_>) {
        self.level = !self.level;
        env.drive(CLK, self.level.into());
        self.next += self.half;
        env.wake_at(self.next);
    }
}
