//! What can be put on a net, and what a net has then.

use std::fmt;

/// A voltage against ground, in whole microvolts: -2,147 V to 2,147 V.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Volts(i32);

impl Volts {
    /// Ground.
    pub const ZERO: Self = Self(0);

    /// This many microvolts.
    #[must_use]
    pub const fn from_microvolts(microvolts: i32) -> Self {
        Self(microvolts)
    }

    /// This many millivolts. What is out of range stays at its end.
    #[must_use]
    pub const fn from_millivolts(millivolts: i32) -> Self {
        Self(millivolts.saturating_mul(1_000))
    }

    /// In microvolts.
    #[must_use]
    pub const fn microvolts(self) -> i32 {
        self.0
    }

    /// In volts.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        f64::from(self.0) / 1e6
    }
}

impl fmt::Display for Volts {
    /// `1.65 V`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} V", self.to_f64())
    }
}

/// A resistance in whole milliohms.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Ohms(u64);

impl Ohms {
    /// A pull resistor of the chip, or of a part: data sheet of the ESP32-C3, table "DC Characteristics", R_PU and R_PD.
    pub const PULL: Self = Self(45_000_000);
    /// The least, which stands for a wire.
    const LEAST: f64 = 0.001;
    /// The greatest: more is an insulator.
    const MOST: f64 = 1e12;

    /// This many ohms, at least a thousandth and at most 10^12; none if it is negative or no number.
    #[must_use]
    pub fn new(ohms: f64) -> Option<Self> {
        (ohms >= 0.0).then(|| Self((ohms.clamp(Self::LEAST, Self::MOST) * 1e3).round() as u64))
    }

    /// In siemens.
    pub(super) fn conductance(self) -> f64 {
        1e3 / self.0 as f64
    }
}

/// What something puts on a net.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Drive {
    /// Nothing: high impedance.
    #[default]
    None,
    /// Strongly low.
    Low,
    /// Strongly high.
    High,
    /// Low unless something drives the net otherwise: a pull-down resistor.
    PullDown,
    /// High unless something drives the net otherwise: a pull-up resistor.
    PullUp,
    /// A voltage, as the wiper of a potentiometer has it. A strong driver on the net overrides it, and it overrides pull
    /// resistors, which are far larger on chips than what makes voltages on boards.
    Volts(Volts),
}

impl From<bool> for Drive {
    fn from(level: bool) -> Self {
        if level { Self::High } else { Self::Low }
    }
}

/// A supply or ground: a net that nothing can pull to another voltage.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Rail {
    /// GND.
    Ground,
    /// A supply of this voltage.
    Supply(Volts),
}

impl Rail {
    /// The supply of a 3.3 V board.
    pub const V3_3: Self = Self::Supply(Volts::from_millivolts(3_300));
    /// The supply of USB.
    pub const V5: Self = Self::Supply(Volts::from_millivolts(5_000));

    /// The level that it has for a digital input.
    #[must_use]
    pub const fn level(self) -> bool {
        matches!(self, Self::Supply(_))
    }

    /// Its voltage.
    #[must_use]
    pub const fn volts(self) -> Volts {
        match self {
            Self::Ground => Volts::ZERO,
            Self::Supply(volts) => volts,
        }
    }
}

/// What the drivers of a net put on it together.
#[derive(Clone, Copy, Default)]
pub(super) struct Sum {
    pub(super) low: bool,
    pub(super) high: bool,
    pull_up: bool,
    pull_down: bool,
    microvolts: i64,
    sources: u32,
}

/// Digital inputs see the level of a voltage by these, as parts of the supply: data sheet of the ESP32-C3, table "DC
/// Characteristics", V_IL and V_IH. In between they stay as they are.
const LOW_UP_TO: (i64, i64) = (1, 4);
const HIGH_FROM: (i64, i64) = (3, 4);

/// How a net or a group of nets is held without the resistors on it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Hold {
    /// At a voltage that no resistor changes.
    Fixed(Volts),
    /// By pull resistors: their conductance in siemens, and the current in amperes that they would lead into ground.
    Pulled(f64, f64),
}

impl Sum {
    /// How it is held.
    pub(super) fn hold(&self, supply: Volts) -> Hold {
        if self.low || self.high || self.sources > 0 {
            return Hold::Fixed(self.volts(supply).unwrap_or_default());
        }
        let pull = |is_on: bool| if is_on { Ohms::PULL.conductance() } else { 0.0 };
        let (up, down) = (pull(self.pull_up), pull(self.pull_down));
        Hold::Pulled(up + down, up * supply.to_f64())
    }

    /// That of a net that resistors hold at a voltage; none if they lead nowhere.
    pub(super) fn held_at(volts: Option<Volts>) -> Self {
        let mut sum = Self::default();
        if let Some(volts) = volts {
            sum.add(Drive::Volts(volts));
        }
        sum
    }

    pub(super) fn add(&mut self, drive: Drive) {
        match drive {
            Drive::None => {}
            Drive::Low => self.low = true,
            Drive::High => self.high = true,
            Drive::PullUp => self.pull_up = true,
            Drive::PullDown => self.pull_down = true,
            Drive::Volts(Volts(microvolts)) => {
                self.microvolts += i64::from(microvolts);
                self.sources += 1;
            }
        }
    }

    /// Two drivers disagree.
    pub(super) fn is_contended(&self) -> bool {
        self.low && self.high
    }

    /// The voltage, none if nothing drives or pulls the net. Sources that disagree meet half-way.
    pub(super) fn volts(&self, supply: Volts) -> Option<Volts> {
        match self {
            Self { low: true, .. } => Some(Volts::ZERO),
            Self { high: true, .. } => Some(supply),
            Self { sources: 1.., .. } => {
                let mean = self.microvolts / i64::from(self.sources);
                Some(Volts(i32::try_from(mean).unwrap_or(i32::MAX)))
            }
            Self { pull_up: true, .. } => Some(supply),
            Self { pull_down: true, .. } => Some(Volts::ZERO),
            _ => None,
        }
    }

    /// The level for digital inputs, which had `was`. A net that nothing drives or pulls is low.
    pub(super) fn level(&self, supply: Volts, was: bool) -> bool {
        if self.low || self.high || self.sources == 0 {
            return !self.low && (self.high || self.pull_up);
        }
        let part = |(of, parts): (i64, i64)| i64::from(supply.0) * of / parts;
        let volts = self.volts(supply).map_or(0, |volts| i64::from(volts.0));
        if volts <= part(LOW_UP_TO) { false } else { was || volts >= part(HIGH_FROM) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUPPLY: Volts = Volts::from_millivolts(3_300);

    fn sum(drives: &[Drive]) -> Sum {
        let mut sum = Sum::default();
        drives.iter().for_each(|drive| sum.add(*drive));
        sum
    }

    #[test]
    fn a_strong_driver_goes_before_a_voltage_and_a_voltage_before_a_resistor() {
        let half = Drive::Volts(Volts::from_millivolts(1_650));
        assert_eq!(sum(&[half, Drive::PullUp]).volts(SUPPLY), Some(Volts::from_millivolts(1_650)));
        assert_eq!(sum(&[half, Drive::High]).volts(SUPPLY), Some(SUPPLY));
        assert_eq!(sum(&[Drive::PullDown]).volts(SUPPLY), Some(Volts::ZERO));
        assert_eq!(sum(&[Drive::None]).volts(SUPPLY), None, "nobody knows what a net has that floats");
    }

    #[test]
    fn an_input_keeps_its_level_between_the_two_thresholds() {
        let at = |millivolts, was| sum(&[Drive::Volts(Volts::from_millivolts(millivolts))]).level(SUPPLY, was);
        assert_eq!([at(800, true), at(800, false)], [false, false]);
        assert_eq!([at(1_650, true), at(1_650, false)], [true, false]);
        assert_eq!([at(2_500, true), at(2_500, false)], [true, true]);
    }

    #[test]
    fn two_sources_meet_half_way() {
        let volts = |millivolts| Drive::Volts(Volts::from_millivolts(millivolts));
        assert_eq!(sum(&[volts(1_000), volts(2_000)]).volts(SUPPLY).map(|it| it.to_string()), Some("1.5 V".to_owned()));
    }
}
