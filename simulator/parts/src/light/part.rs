//! The parts that are made of LEDs.

use super::meter::Meter;
use super::{color, digit};
use crate::fitting::{number, word};
use hil_color::Rgb;
use hil_sim_core::circuit::{Drive, PartEnv};
use hil_sim_core::part::{
    Attribute, AttributeKind, Fitting, FittingError, Part, PartEvent, PartType, Picture, Pin, PinType, Shows,
};
use hil_sim_core::time::{Instant, Span};

/// The longest that a light may be on or off without being seen so: 50 Hz.
const FUSION: Span = Span::from_ms(20);
/// Of digits that take turns: 25 Hz.
const FUSION_OF_DIGITS: Span = Span::from_ms(40);
/// A segment that is darker, of 255, is not read.
const READABLE: u8 = 3;

pub(crate) const PARTS: &[&PartType] = &[&LED, &RGB_LED, &BAR_GRAPH, &SEVEN_SEGMENT];

const COLOR: Attribute = Attribute::text("color");
const COMMON: Attribute = Attribute { name: "common", kind: AttributeKind::OneOf(&["", "anode", "cathode"]) };

/// One LED.
pub static LED: PartType = PartType {
    pins: &[PinType::both("A"), PinType::both("C")],
    attributes: &[COLOR, Attribute::text("lightColor"), Attribute::text("label"), Attribute::text("gamma")],
    about: "Shines while its anode is high and its cathode low, in its colour; faster than 50 Hz, as bright as its duty. A \
            resistor may be left out. Not modelled: the current, and the light's gamma.",
    source: "LED data sheets, section \"Electrical characteristics\"",
    known_after: FUSION,
    ..PartType::new("wokwi-led", build_led)
};

static RGB_LED: PartType = PartType {
    pins: &[PinType::both("R"), PinType::both("COM"), PinType::both("G"), PinType::both("B")],
    attributes: &[COMMON],
    about: "Three LEDs in one colour, with a common anode, or cathode by `common`.",
    source: "LED data sheets, section \"Electrical characteristics\"",
    known_after: FUSION,
    ..PartType::new("wokwi-rgb-led", build_rgb)
};

static BAR_GRAPH: PartType = PartType {
    pins: &[
        PinType::both("A1"),
        PinType::both("A2"),
        PinType::both("A3"),
        PinType::both("A4"),
        PinType::both("A5"),
        PinType::both("A6"),
        PinType::both("A7"),
        PinType::both("A8"),
        PinType::both("A9"),
        PinType::both("A10"),
        PinType::both("C1"),
        PinType::both("C2"),
        PinType::both("C3"),
        PinType::both("C4"),
        PinType::both("C5"),
        PinType::both("C6"),
        PinType::both("C7"),
        PinType::both("C8"),
        PinType::both("C9"),
        PinType::both("C10"),
    ],
    attributes: &[COLOR],
    about: "Ten LEDs; A1 and C1 are those of the first.",
    source: "LED data sheets, section \"Electrical characteristics\"",
    known_after: FUSION,
    ..PartType::new("wokwi-led-bar-graph", build_bar)
};

static SEVEN_SEGMENT: PartType = PartType {
    pins: &[
        PinType::both("A"),
        PinType::both("B"),
        PinType::both("C"),
        PinType::both("D"),
        PinType::both("E"),
        PinType::both("F"),
        PinType::both("G"),
        PinType::both("DP"),
        PinType::both("CLN"),
        PinType::both("DIG1"),
        PinType::both("DIG2"),
        PinType::both("DIG3"),
        PinType::both("DIG4"),
        PinType::both("COM"),
        PinType::both("COM.1"),
        PinType::both("COM.2"),
    ],
    joined: &[&["COM", "COM.1", "COM.2"]],
    attributes: &[COLOR, COMMON, Attribute::count("digits", 1, 4), Attribute::text("colon")],
    about: "One to four digits, which may take turns at 25 Hz or more, read as a text: a lit dot is a full stop behind its digit, \
            a lit colon stands in the middle, and segments that are no character are a question mark.",
    source: "data sheets of 5161AS and 5461BS, pinout",
    known_after: FUSION_OF_DIGITS,
    ..PartType::new("wokwi-7segment", build_digits)
};

/// Pins of a display.
const DOT: u8 = 7;
const COLON: u8 = 8;
const FIRST_DIGIT: u8 = 9;
const COMMON_PIN: u8 = 13;

/// What the LEDs of a part show together.
#[derive(Clone, Hash, Debug)]
enum Face {
    /// Each its colour.
    Each(Vec<Rgb>),
    /// Red, green and blue of one.
    Mixed,
    /// For each digit segments A to G and the dot, then the LEDs of the colon.
    Digits(usize),
}

/// A part made of LEDs, each with its anode and cathode at pins.
#[derive(Clone, Hash, Debug)]
pub struct Diodes {
    part_type: &'static PartType,
    diodes: Vec<(Pin, Pin)>,
    meters: Vec<Meter>,
    face: Face,
    is_on: bool,
    /// What it has told of.
    told: Shows,
}

fn build_led(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    number(fitting, "gamma", 2.8, (0.1, 10.0))?;
    let face = Face::Each(vec![color::of(&fitting.attributes)]);
    Ok(Diodes::fitted(fitting, vec![(Pin(0), Pin(1))], face, FUSION))
}

fn build_bar(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    let named = |name: &str| vec![color::named(name)];
    let colors = match fitting.attributes.text("color") {
        Some("GYR") => {
            [vec!["green"; 5], vec!["yellow"; 3], vec!["red"; 2]].concat().into_iter().flat_map(named).collect()
        }
        Some("BCYR") => ["blue", "cyan", "cyan", "cyan", "cyan", "yellow", "yellow", "yellow", "red", "red"]
            .into_iter()
            .flat_map(named)
            .collect(),
        _ => vec![color::of(&fitting.attributes); 10],
    };
    let diodes = (0..10).map(|led| (Pin(led), Pin(10 + led))).collect();
    Ok(Diodes::fitted(fitting, diodes, Face::Each(colors), FUSION))
}

/// Whether the common pin is the cathode.
fn has_common_cathode(fitting: &Fitting<'_>) -> Result<bool, FittingError> {
    Ok(word(fitting, "common", &["anode", "cathode"])? == 1)
}

fn build_rgb(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    let is_cathode = has_common_cathode(fitting)?;
    let diodes = [0, 2, 3].map(|led| pair(is_cathode, Pin(1), Pin(led))).to_vec();
    Ok(Diodes::fitted(fitting, diodes, Face::Mixed, FUSION))
}

fn build_digits(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    let is_cathode = has_common_cathode(fitting)?;
    let digits = fitting.attributes.count("digits");
    let commons: Vec<u8> = match digits {
        1 => vec![COMMON_PIN],
        _ => (FIRST_DIGIT..).take(digits).collect(),
    };
    let segments = |common: &u8| (0..=DOT).map(|segment| (Pin(*common), Pin(segment))).collect::<Vec<_>>();
    let mut pins: Vec<(Pin, Pin)> = commons.iter().flat_map(segments).collect();
    if fitting.attributes.text("colon").is_some_and(|colon| colon == "1") {
        pins.extend(commons.iter().chain([&COMMON_PIN]).map(|common| (Pin(*common), Pin(COLON))));
    }
    let diodes = pins.into_iter().map(|(common, segment)| pair(is_cathode, common, segment)).collect();
    Ok(Diodes::fitted(fitting, diodes, Face::Digits(digits), FUSION_OF_DIGITS))
}

/// The anode and cathode of an LED between a common pin and one of its own.
const fn pair(is_cathode: bool, common: Pin, own: Pin) -> (Pin, Pin) {
    if is_cathode { (own, common) } else { (common, own) }
}

impl Diodes {
    fn fitted(fitting: &Fitting<'_>, diodes: Vec<(Pin, Pin)>, face: Face, fusion: Span) -> Option<Box<dyn Part>> {
        let meters = vec![Meter::new(fusion); diodes.len()];
        let part_type = fitting.part_type;
        let mut part = Self { part_type, diodes, meters, face, is_on: false, told: Shows::Nothing };
        part.told = part.shows();
        Some(Box::new(part))
    }

    /// Whether current flows. An open pin is low, but nothing flows through it.
    fn is_lit(&self, env: &PartEnv<'_>, (anode, cathode): (Pin, Pin)) -> bool {
        self.is_on && env.is_wired(cathode) && env.level(anode) && !env.level(cathode)
    }

    /// Looks at all LEDs, with `look`, which says since when one shows something else; tells of it, and asks to be called when it is due.
    fn look(&mut self, env: &mut PartEnv<'_>, look: impl Fn(&mut Meter, bool) -> Option<Instant>) {
        let mut since = None;
        for index in 0..self.diodes.len() {
            let lit = self.is_lit(env, self.diodes[index]);
            since = since.max(look(&mut self.meters[index], lit));
        }
        if let Some(since) = since {
            let shows = self.shows();
            if shows != self.told {
                self.told = shows.clone();
                env.tell(since, PartEvent::Shows(shows));
            }
        }
        match self.meters.iter().map(Meter::due).min() {
            Some(due) if due != Instant::NEVER => env.wake_at(due),
            _ => env.sleep(),
        }
    }

    fn text(&self, digits: usize) -> String {
        let lit = |meter: &Meter| meter.shown() >= READABLE;
        let mut text = String::new();
        for (index, segments) in self.meters.chunks(8).take(digits).enumerate() {
            if index == 2 && self.meters[8 * digits..].iter().any(lit) {
                text.push(':');
            }
            let bits = segments.iter().rev().fold(0_u8, |bits, meter| bits << 1 | u8::from(lit(meter)));
            text.push(digit::read(bits));
            if bits >> DOT == 1 {
                text.push('.');
            }
        }
        text.trim_end().to_owned()
    }
}

impl Part for Diodes {
    fn part_type(&self) -> &'static PartType {
        self.part_type
    }

    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        self.is_on = is_on;
        for index in 0..self.diodes.len() {
            let (anode, cathode) = self.diodes[index];
            // What would flow pulls an end up that nothing drives: it does not look low.
            env.drive(cathode, if is_on && env.level(anode) { Drive::PullUp } else { Drive::None });
        }
        let now = env.now();
        for index in 0..self.diodes.len() {
            let lit = self.is_lit(env, self.diodes[index]);
            self.meters[index].begin(now, lit);
        }
        self.told = self.shows();
        self.look(env, |_, _| None);
    }

    fn edge(&mut self, env: &mut PartEnv<'_>, _: Pin, _: bool) {
        let now = env.now();
        self.look(env, |meter, lit| {
            // What was due before this moment was seen.
            let passed = meter.pass(now);
            meter.set(now, lit).or(passed)
        });
    }

    fn wake(&mut self, env: &mut PartEnv<'_>) {
        let now = env.now();
        self.look(env, |meter, _| meter.pass(now));
    }

    fn shows(&self) -> Shows {
        match &self.face {
            Face::Each(colors) => {
                let lit = colors.iter().zip(&self.meters).map(|(it, meter)| color::dimmed(*it, meter.shown()));
                Shows::Colors(lit.collect())
            }
            Face::Mixed => {
                let [r, g, b] = [0, 1, 2].map(|index: usize| self.meters[index].shown());
                Shows::Colors(vec![Rgb::new(r, g, b)])
            }
            Face::Digits(digits) => Shows::Text(vec![self.text(*digits)]),
        }
    }

    fn picture(&self, shows: &Shows) -> Option<Picture> {
        let Shows::Colors(colors) = shows else { return None };
        Some(crate::ws2812::Layout::row(colors.len()).draw(colors))
    }
}
