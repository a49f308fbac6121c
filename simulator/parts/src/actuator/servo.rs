//! `wokwi-servo`: a micro servo, whose angle is the width of pulses; data sheet of the SG90.

use hil_sim_core::circuit::PartEnv;
use hil_sim_core::part::{Fitting, FittingError, Hears, Part, PartEvent, PartType, Pin, PinType, Shows};
use hil_sim_core::time::{Instant, Span};

/// Widths of 0 and 180 degrees: those that Arduino's library and its kin make of these angles, within the data sheet's 0.5 to
/// 2.4 ms.
const NARROWEST: Span = Span::from_us(544);
const WIDEST: Span = Span::from_us(2_400);
/// What is narrower or wider is no pulse for a servo.
const PULSES: std::ops::RangeInclusive<Span> = Span::from_us(300)..=Span::from_us(3_000);
/// In thousandths of a degree.
const TURN: u64 = 180_000;

/// The kind of part.
pub(super) static SERVO: PartType = PartType {
    pins: &[PinType::passive("GND"), PinType::passive("V+"), PinType::hearing("PWM", Hears::AtOnce)],
    about: "Its angle is that of the last pulse: 544 us are 0 degrees and 2,400 us are 180, with stops at both. What is no pulse of 0.3 \
            to 3 ms does not move it. Not modelled: the time that its horn takes, 0.1 s for 60 degrees.",
    source: "data sheet of the SG90, section \"Specifications\"",
    ..PartType::new("wokwi-servo", build)
};

#[derive(Clone, Hash, Debug, Default)]
struct Servo {
    is_on: bool,
    rose: Option<Instant>,
    /// In thousandths of a degree.
    angle: i32,
}

fn build(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    Ok((!fitting.is_idle()).then(|| Box::<Servo>::default() as Box<dyn Part>))
}

/// The angle of a pulse.
fn angle(width: Span) -> i32 {
    let (over, range) = (width.ps().saturating_sub(NARROWEST.ps()), WIDEST.ps() - NARROWEST.ps());
    ((over.min(range) * TURN + range / 2) / range) as i32
}

impl Part for Servo {
    fn part_type(&self) -> &'static PartType {
        &SERVO
    }

    /// Without power it stays where it is.
    fn power(&mut self, _: &mut PartEnv<'_>, is_on: bool) {
        (self.is_on, self.rose) = (is_on, None);
    }

    fn edge(&mut self, env: &mut PartEnv<'_>, _: Pin, level: bool) {
        if !self.is_on {
            return;
        }
        if level {
            self.rose = Some(env.now());
            return;
        }
        let width = self.rose.take().map(|rose| env.now().since(rose)).filter(|width| PULSES.contains(width));
        let Some(angle) = width.map(angle) else { return };
        if std::mem::replace(&mut self.angle, angle) != angle {
            env.tell(env.now(), PartEvent::Shows(self.shows()));
        }
    }

    fn shows(&self) -> Shows {
        Shows::Angle(self.angle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_width_is_the_angle_between_the_stops() {
        let angles = [300, 544, 1_008, 1_472, 2_400, 3_000].map(|us| angle(Span::from_us(us)));
        assert_eq!(angles, [0, 0, 45_000, 90_000, 180_000, 180_000]);
    }
}
