//! Parts that make a voltage of something, and some a level: the family is a table of curves.

use crate::fitting::number;
use hil_sim_core::circuit::{Drive, Joint, PartEnv, Rail, Volts};
use hil_sim_core::part::{Attribute, Control, ControlKind, Fitting, FittingError, Part, PartType, Pin, PinType};
use std::hash::{Hash, Hasher};

/// What makes a voltage of a control.
struct Channel {
    /// The control, which is an attribute too, and its range.
    control: &'static str,
    range: (f64, f64),
    /// Its value without the attribute.
    usual: f64,
    /// The attribute that has its value, if it is called otherwise, and what that counts.
    attribute: (&'static str, f64),
    /// The pin with the voltage.
    output: Pin,
    /// The part of the supply that the pin has, by the value and the part's settings.
    curve: fn(f64, &[f64]) -> f64,
    /// The pin with the level, if there is one.
    level: Option<Level>,
}

/// A comparator behind the voltage.
struct Level {
    output: Pin,
    /// Its threshold is a setting: the place in the list.
    threshold: usize,
    /// The level while the voltage is above the threshold.
    above: bool,
}

/// What a kind of part has of these.
struct Family {
    channels: &'static [Channel],
    /// Attributes that are numbers: name, usual value and range.
    settings: &'static [(&'static str, f64, (f64, f64))],
    /// The supply, if the part has one: its voltage is the scale.
    supply: Option<Pin>,
    /// A contact that a control closes.
    button: Option<&'static str>,
}

const fn range(name: &'static str, (from, to): (f64, f64), unit: &'static str) -> Control {
    Control { name, kind: ControlKind::Range { from, to, unit } }
}

const fn straight(value: f64, _: &[f64]) -> f64 {
    value
}

const LINEAR_ABOUT: &str = "A voltage between 0 V and 3.3 V by `position`, whatever its ends are wired to, as in Wokwi. Not modelled: \
                            its resistance.";

const fn potentiometer(name: &'static str) -> PartType {
    PartType {
        pins: const { &[PinType::passive("GND"), PinType::driving("SIG"), PinType::passive("VCC")] },
        controls: const { &[range("position", (0.0, 1.0), "")] },
        attributes: const { &[Attribute::text("value"), Attribute::text("travelLength")] },
        about: LINEAR_ABOUT,
        source: "none: a voltage divider",
        ..PartType::new(name, build)
    }
}

/// A potentiometer.
pub(super) static POTENTIOMETER: PartType = potentiometer("wokwi-potentiometer");
pub(super) static SLIDE_POTENTIOMETER: PartType = potentiometer("wokwi-slide-potentiometer");

static POTENTIOMETER_FAMILY: Family = Family {
    channels: &[Channel {
        control: "position",
        range: (0.0, 1.0),
        usual: 0.0,
        attribute: ("value", 1_023.0),
        output: Pin(1),
        curve: straight,
        level: None,
    }],
    settings: &[],
    supply: None,
    button: None,
};

pub(super) static JOYSTICK: PartType = PartType {
    pins: &[
        PinType::passive("VCC"),
        PinType::driving("VERT"),
        PinType::driving("HORZ"),
        PinType::passive("SEL"),
        PinType::passive("GND"),
    ],
    switches: &[(Pin(3), Pin(4))],
    controls: &[
        range("x", (-1.0, 1.0), ""),
        range("y", (-1.0, 1.0), ""),
        Control { name: "pressed", kind: ControlKind::Switch },
    ],
    attributes: &[Attribute::text("bounce")],
    about: "VERT and HORZ are at half the supply in the middle; `y` = 1 (up) and `x` = -1 (left) are the whole supply. `pressed` \
            joins SEL with GND, without bouncing.",
    source: "data sheet of the KY-023, section \"Output\"",
    ..PartType::new("wokwi-analog-joystick", build)
};

static JOYSTICK_FAMILY: Family = Family {
    channels: &[
        Channel {
            control: "y",
            range: (-1.0, 1.0),
            usual: 0.0,
            attribute: ("y", 1.0),
            output: Pin(1),
            curve: |y, _| f64::midpoint(y, 1.0),
            level: None,
        },
        Channel {
            control: "x",
            range: (-1.0, 1.0),
            usual: 0.0,
            attribute: ("x", 1.0),
            output: Pin(2),
            curve: |x, _| f64::midpoint(-x, 1.0),
            level: None,
        },
    ],
    settings: &[],
    supply: Some(Pin(0)),
    button: Some("pressed"),
};

pub(super) static PHOTORESISTOR: PartType = PartType {
    pins: &[PinType::passive("VCC"), PinType::passive("GND"), PinType::driving("DO"), PinType::driving("AO")],
    aliases: &[("DOUT", "DO"), ("AOUT", "AO")],
    controls: &[range("lux", (0.1, 100_000.0), "lux")],
    attributes: &[
        Attribute::text("lux"),
        Attribute::text("threshold"),
        Attribute::text("rl10"),
        Attribute::text("gamma"),
    ],
    about: "The resistor is `rl10` kilo-ohms (10 / lux)^`gamma`, in series with 10 kilo-ohms at the supply; AO is between them. DO is high \
            when it is dark: AO above `threshold` volts of 5.",
    source: "data sheet of the GL5528, section \"Illuminance against resistance\"",
    ..PartType::new("wokwi-photoresistor-sensor", build)
};

static PHOTORESISTOR_FAMILY: Family = Family {
    channels: &[Channel {
        control: "lux",
        range: (0.1, 100_000.0),
        usual: 500.0,
        attribute: ("lux", 1.0),
        output: Pin(3),
        curve: |lux, settings| {
            let resistance = settings[1] * 1e3 * (10.0 / lux).powf(settings[2]);
            resistance / (resistance + 10e3)
        },
        level: Some(Level { output: Pin(2), threshold: 0, above: true }),
    }],
    settings: &[("threshold", 2.5, (0.0, 5.0)), ("rl10", 50.0, (0.001, 1e6)), ("gamma", 0.7, (0.01, 5.0))],
    supply: Some(Pin(0)),
    button: None,
};

pub(super) static NTC: PartType = PartType {
    pins: &[PinType::passive("GND"), PinType::passive("VCC"), PinType::driving("OUT")],
    controls: &[range("temperature", (-55.0, 150.0), "degrees Celsius")],
    attributes: &[Attribute::text("temperature"), Attribute::text("beta")],
    about: "A thermistor of 10 kilo-ohms at 25 degrees, by `beta`, towards ground, and 10 kilo-ohms towards the supply; OUT is \
            between them.",
    source: "data sheet of the NTCLE100, section \"B-value\"",
    ..PartType::new("wokwi-ntc-temperature-sensor", build)
};

static NTC_FAMILY: Family = Family {
    channels: &[Channel {
        control: "temperature",
        range: (-55.0, 150.0),
        usual: 24.0,
        attribute: ("temperature", 1.0),
        output: Pin(2),
        curve: |celsius, settings| {
            let ratio = (settings[0] * (1.0 / (celsius + 273.15) - 1.0 / 298.15)).exp();
            ratio / (ratio + 1.0)
        },
        level: None,
    }],
    settings: &[("beta", 3_950.0, (1.0, 10_000.0))],
    supply: Some(Pin(1)),
    button: None,
};

pub(super) static GAS: PartType = PartType {
    pins: &[PinType::driving("AOUT"), PinType::driving("DOUT"), PinType::passive("GND"), PinType::passive("VCC")],
    aliases: &[("AO", "AOUT"), ("DO", "DOUT")],
    controls: &[range("ppm", (0.1, 100_000.0), "parts per million")],
    attributes: &[Attribute::text("ppm"), Attribute::text("threshold")],
    about: "AOUT is between the sensor, 10 kilo-ohms at 574 ppm of LPG, and 5 kilo-ohms towards ground; DOUT is low while it is above \
            `threshold` volts of 5. Wokwi has not published its own curve. Not modelled: heating up.",
    source: "data sheet of the MQ-2, figure of sensitivity, LPG",
    ..PartType::new("wokwi-gas-sensor", build)
};

static GAS_FAMILY: Family = Family {
    channels: &[Channel {
        control: "ppm",
        range: (0.1, 100_000.0),
        usual: 400.0,
        attribute: ("ppm", 1.0),
        output: Pin(0),
        curve: |ppm, _| {
            let resistance = 10e3 * (574.0 / ppm).powf(0.45);
            5e3 / (5e3 + resistance)
        },
        level: Some(Level { output: Pin(1), threshold: 0, above: false }),
    }],
    settings: &[("threshold", 4.4, (0.0, 5.0))],
    supply: Some(Pin(3)),
    button: None,
};

pub(super) static FLAME: PartType = PartType {
    pins: &[PinType::passive("VCC"), PinType::passive("GND"), PinType::driving("DOUT"), PinType::driving("AOUT")],
    aliases: &[("DO", "DOUT"), ("AO", "AOUT")],
    controls: &[range("flame", (0.0, 1.0), "")],
    attributes: &[Attribute::text("flame"), Attribute::text("threshold")],
    about: "AOUT falls from the supply to 0 V with the brightness of the flame; DOUT is high while there is one: AOUT below \
            `threshold` volts of 5. Wokwi draws it and does not simulate it.",
    source: "data sheet of the KY-026, section \"Functionality of the sensor\"",
    ..PartType::new("wokwi-flame-sensor", build)
};

static FLAME_FAMILY: Family = Family {
    channels: &[Channel {
        control: "flame",
        range: (0.0, 1.0),
        usual: 0.0,
        attribute: ("flame", 1.0),
        output: Pin(3),
        curve: |flame, _| 1.0 - flame,
        level: Some(Level { output: Pin(2), threshold: 0, above: false }),
    }],
    settings: &[("threshold", 2.5, (0.0, 5.0))],
    supply: Some(Pin(0)),
    button: None,
};

const fn sound(name: &'static str) -> PartType {
    PartType {
        pins: const {
            &[PinType::driving("AOUT"), PinType::passive("GND"), PinType::passive("VCC"), PinType::driving("DOUT")]
        },
        controls: const { &[range("level", (0.0, 1.0), "")] },
        attributes: const { &[Attribute::text("level"), Attribute::text("threshold")] },
        about: "AOUT is the envelope of the sound, from 0 V to the supply; DOUT is high while it is above `threshold` volts of 5. \
                Wokwi draws it and does not simulate it. Not modelled: the sound's waveform.",
        source: "data sheets of the KY-037 and KY-038, section \"Functionality of the sensor\"",
        ..PartType::new(name, build)
    }
}

pub(super) static BIG_SOUND: PartType = sound("wokwi-big-sound-sensor");
pub(super) static SMALL_SOUND: PartType = sound("wokwi-small-sound-sensor");

static SOUND_FAMILY: Family = Family {
    channels: &[Channel {
        control: "level",
        range: (0.0, 1.0),
        usual: 0.0,
        attribute: ("level", 1.0),
        output: Pin(0),
        curve: straight,
        level: Some(Level { output: Pin(3), threshold: 0, above: true }),
    }],
    settings: &[("threshold", 2.5, (0.0, 5.0))],
    supply: Some(Pin(2)),
    button: None,
};

pub(super) static LM35: PartType = PartType {
    pins: &[PinType::passive("GND"), PinType::driving("OUT"), PinType::passive("VCC")],
    controls: &[range("temperature", (0.0, 150.0), "degrees Celsius")],
    attributes: &[Attribute::text("temperature")],
    about: "10 mV a degree at OUT, whatever the supply.",
    source: "data sheet of the LM35, section \"Basic Centigrade Temperature Sensor\"",
    ..PartType::new("board-lm35", build)
};

static LM35_FAMILY: Family = Family {
    channels: &[Channel {
        control: "temperature",
        range: (0.0, 150.0),
        usual: 24.0,
        attribute: ("temperature", 1.0),
        output: Pin(1),
        curve: |celsius, _| celsius * 0.01 / 3.3,
        level: None,
    }],
    settings: &[],
    supply: None,
    button: None,
};

fn family(name: &str) -> &'static Family {
    match name {
        "wokwi-analog-joystick" => &JOYSTICK_FAMILY,
        "wokwi-photoresistor-sensor" => &PHOTORESISTOR_FAMILY,
        "wokwi-ntc-temperature-sensor" => &NTC_FAMILY,
        "wokwi-gas-sensor" => &GAS_FAMILY,
        "wokwi-flame-sensor" => &FLAME_FAMILY,
        "wokwi-big-sound-sensor" | "wokwi-small-sound-sensor" => &SOUND_FAMILY,
        "board-lm35" => &LM35_FAMILY,
        _ => &POTENTIOMETER_FAMILY,
    }
}

/// A part that makes voltages of what its controls say.
#[derive(Clone, Debug)]
pub struct Analog {
    part_type: &'static PartType,
    settings: Vec<f64>,
    supply: Volts,
    /// Of each channel.
    values: Vec<f64>,
    is_on: bool,
}

fn build(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    let kind = fitting.part_type;
    let family = family(kind.name);
    let setting = |(name, usual, range): &(&str, f64, (f64, f64))| number(fitting, name, *usual, *range);
    let settings = family.settings.iter().map(setting).collect::<Result<_, _>>()?;
    let value = |channel: &Channel| {
        let (name, scale) = channel.attribute;
        let (from, to) = channel.range;
        Ok(number(fitting, name, channel.usual * scale, (from * scale, to * scale))? / scale)
    };
    let values = family.channels.iter().map(value).collect::<Result<_, FittingError>>()?;
    let rail = match family.supply.map(|pin| fitting.joint(pin)) {
        Some(Joint::Rail(rail @ Rail::Supply(_))) => rail,
        _ => Rail::V3_3,
    };
    let part = Analog { part_type: kind, settings, supply: rail.volts(), values, is_on: false };
    Ok((!fitting.is_idle()).then(|| Box::new(part) as Box<dyn Part>))
}

impl Analog {
    /// A potentiometer at this position: 0 is the end at ground, 1 the end at the supply.
    pub fn potentiometer(position: f64) -> Self {
        let supply = Rail::V3_3.volts();
        let values = vec![position.clamp(0.0, 1.0)];
        Self { part_type: &POTENTIOMETER, settings: Vec::new(), supply, values, is_on: false }
    }

    fn drive(&self, env: &mut PartEnv<'_>) {
        for (channel, value) in family(self.part_type.name).channels.iter().zip(&self.values) {
            let part = (channel.curve)(*value, &self.settings).clamp(0.0, 1.0);
            let supply = f64::from(self.supply.microvolts());
            let volts = Volts::from_microvolts((supply * part).round() as i32);
            env.drive(channel.output, if self.is_on { Drive::Volts(volts) } else { Drive::None });
            let Some(Level { output, threshold, above }) = &channel.level else { continue };
            // The threshold is of a supply of 5 V.
            let is_above = part > self.settings[*threshold] / 5.0;
            env.drive(*output, if self.is_on { Drive::from(is_above == *above) } else { Drive::None });
        }
    }
}

impl Hash for Analog {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { part_type, settings, supply, values, is_on } = self;
        (part_type, supply, is_on).hash(state);
        settings.iter().chain(values).for_each(|number| number.to_bits().hash(state));
    }
}

impl Part for Analog {
    fn part_type(&self) -> &'static PartType {
        self.part_type
    }

    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        self.is_on = is_on;
        self.drive(env);
    }

    fn set(&mut self, env: &mut PartEnv<'_>, control: &'static str, value: f64) {
        let family = family(self.part_type.name);
        if family.button == Some(control) {
            return env.close(0, value != 0.0);
        }
        if let Some(channel) = family.channels.iter().position(|channel| channel.control == control) {
            self.values[channel] = value;
            self.drive(env);
        }
    }
}
