//! `wokwi-ky-040`: a rotary encoder with a button, 20 steps a turn.

use hil_sim_core::circuit::{Drive, PartEnv};
use hil_sim_core::part::{Control, ControlKind, Fitting, FittingError, Part, PartType, Pin, PinType};
use hil_sim_core::time::Span;

const CLK: Pin = Pin(0);
const DT: Pin = Pin(1);
/// Between the four edges of a step.
const QUARTER: Span = Span::from_ms(1);
/// The most steps that can wait.
const MOST: f64 = 1_000.0;

/// The kind of part.
pub(super) static KY_040: PartType = PartType {
    pins: &[
        PinType::driving("CLK"),
        PinType::driving("DT"),
        PinType::passive("SW"),
        PinType::passive("VCC"),
        PinType::passive("GND"),
    ],
    switches: &[(Pin(2), Pin(4))],
    controls: &[
        Control { name: "rotate", kind: ControlKind::Range { from: -MOST, to: MOST, unit: "steps clockwise" } },
        Control { name: "pressed", kind: ControlKind::Switch },
    ],
    about: "Turned by `rotate` clockwise, CLK goes low before DT, then both go high again, a millisecond from edge to edge; the \
            other way round DT goes first. Its resistors pull both high. `pressed` joins SW with GND. Does not bounce.",
    source: "data sheet of the KY-040, section \"Operation\"",
    ..PartType::new("wokwi-ky-040", build)
};

#[derive(Clone, Hash, Debug, Default)]
struct Encoder {
    is_on: bool,
    /// Quarters of steps that are still to be made, clockwise.
    quarters: i64,
}

fn build(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    Ok((!fitting.is_idle()).then(|| Box::<Encoder>::default() as Box<dyn Part>))
}

impl Encoder {
    /// The contacts as they are with so many quarters to go.
    fn drive(&self, env: &mut PartEnv<'_>) {
        // Clockwise CLK closes first, and opens first.
        let done = (-self.quarters).rem_euclid(4);
        let (clk, dt) = ([1, 2].contains(&done), [2, 3].contains(&done));
        let drive = |closed| match (self.is_on, closed) {
            (false, _) => Drive::None,
            (true, true) => Drive::Low,
            (true, false) => Drive::PullUp,
        };
        env.drive(CLK, drive(clk));
        env.drive(DT, drive(dt));
    }
}

impl Part for Encoder {
    fn part_type(&self) -> &'static PartType {
        &KY_040
    }

    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        *self = Self { is_on, quarters: 0 };
        self.drive(env);
    }

    fn wake(&mut self, env: &mut PartEnv<'_>) {
        self.quarters -= self.quarters.signum();
        self.drive(env);
        if self.quarters != 0 {
            env.wake_after(QUARTER);
        }
    }

    fn set(&mut self, env: &mut PartEnv<'_>, control: &'static str, value: f64) {
        if control == "pressed" {
            return env.close(0, value != 0.0);
        }
        if !self.is_on {
            return;
        }
        let was_at_rest = self.quarters == 0;
        let most = 4 * MOST as i64;
        self.quarters = (self.quarters + 4 * value.round() as i64).clamp(-most, most);
        if was_at_rest && self.quarters != 0 {
            env.wake_after(QUARTER);
        }
    }
}
