//! `wokwi-dht22`: a thermometer and hygrometer on a line of its own; Aosong's data sheet of the AM2302, chapter "Communication".

use crate::fitting::number;
use hil_sim_core::circuit::{Drive, PartEnv};
use hil_sim_core::part::{Attribute, Control, ControlKind, Fitting, FittingError, Part, PartType, Pin, PinType};
use hil_sim_core::time::{Instant, Span};

const SDA: Pin = Pin(1);
const TEMPERATURE: (f64, f64) = (-40.0, 80.0);
const HUMIDITY: (f64, f64) = (0.0, 100.0);

/// The host holds the line low for at least 0.8 ms.
const START: Span = Span::from_us(800);
/// Microseconds from the host's letting go to the answer; then of the answer, low and high; and of each bit, low, then high for a
/// zero or a one.
const BEFORE_ANSWER: u64 = 30;
const ANSWER: [u64; 2] = [80, 80];
const BIT_LOW: u64 = 50;
const BIT_HIGH: [u64; 2] = [26, 70];

/// The kind of part.
pub(super) static DHT22: PartType = PartType {
    pins: &[PinType::passive("VCC"), PinType::both("SDA"), PinType::passive("NC"), PinType::passive("GND")],
    aliases: &[("DATA", "SDA"), ("OUT", "SDA")],
    controls: &[
        Control {
            name: "temperature",
            kind: ControlKind::Range { from: TEMPERATURE.0, to: TEMPERATURE.1, unit: "degrees Celsius" },
        },
        Control { name: "humidity", kind: ControlKind::Range { from: HUMIDITY.0, to: HUMIDITY.1, unit: "per cent" } },
    ],
    attributes: &[Attribute::text("temperature"), Attribute::text("humidity")],
    about: "Answers a start signal of at least 0.8 ms with 40 bits: humidity and temperature in tenths, and their sum. Its line is \
            pulled high. Not modelled: that it measures every 2 s only, and gives what it measured the time before.",
    source: "data sheet of the AM2302, chapter \"Communication\"",
    ..PartType::new("wokwi-dht22", build)
};

#[derive(Clone, Hash, Debug)]
struct Dht22 {
    /// Tenths of a degree, and tenths of a per cent.
    temperature: i16,
    humidity: u16,
    is_on: bool,
    /// When the host began to hold the line low.
    low_since: Option<Instant>,
    /// Microseconds to the next edges, the next one last; an odd number of them is left while the line is low.
    sending: Vec<u64>,
}

fn tenths(number: f64) -> i16 {
    (number * 10.0).round() as i16
}

fn build(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    let temperature = tenths(number(fitting, "temperature", 24.0, TEMPERATURE)?);
    let humidity = tenths(number(fitting, "humidity", 40.0, HUMIDITY)?).unsigned_abs();
    let part = Dht22 { temperature, humidity, is_on: false, low_since: None, sending: Vec::new() };
    Ok((!fitting.is_idle()).then(|| Box::new(part) as Box<dyn Part>))
}

impl Dht22 {
    /// The five bytes. A temperature below zero has its sign in the highest bit.
    fn bytes(&self) -> [u8; 5] {
        let sign = if self.temperature < 0 { 0x8000 } else { 0 };
        let [humid_high, humid_low] = self.humidity.to_be_bytes();
        let [warm_high, warm_low] = (self.temperature.unsigned_abs() | sign).to_be_bytes();
        let sum = [humid_high, humid_low, warm_high, warm_low].iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
        [humid_high, humid_low, warm_high, warm_low, sum]
    }

    fn answer(&mut self, env: &mut PartEnv<'_>) {
        let bits = self.bytes().into_iter().flat_map(|byte| (0..8).rev().map(move |bit| usize::from(byte >> bit & 1)));
        let mut times = vec![BEFORE_ANSWER];
        times.extend(ANSWER);
        times.extend(bits.flat_map(|bit| [BIT_LOW, BIT_HIGH[bit]]));
        times.push(BIT_LOW);
        times.reverse();
        self.sending = times;
        self.ask(env);
    }

    fn ask(&self, env: &mut PartEnv<'_>) {
        if let Some(us) = self.sending.last() {
            env.wake_after(Span::from_us(*us));
        }
    }
}

impl Part for Dht22 {
    fn part_type(&self) -> &'static PartType {
        &DHT22
    }

    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        (self.is_on, self.low_since) = (is_on, None);
        self.sending.clear();
        env.drive(SDA, if is_on { Drive::PullUp } else { Drive::None });
    }

    fn edge(&mut self, env: &mut PartEnv<'_>, _: Pin, level: bool) {
        if !self.is_on || !self.sending.is_empty() {
            return;
        }
        let since = std::mem::replace(&mut self.low_since, (!level).then(|| env.now()));
        if level && since.is_some_and(|since| env.now().since(since) >= START) {
            self.answer(env);
        }
    }

    fn wake(&mut self, env: &mut PartEnv<'_>) {
        self.sending.pop();
        let is_low = self.sending.len() % 2 == 1;
        // It still sends while the last edge is heard.
        env.drive(SDA, if is_low { Drive::Low } else { Drive::PullUp });
        self.low_since = None;
        self.ask(env);
    }

    fn set(&mut self, _: &mut PartEnv<'_>, control: &'static str, value: f64) {
        match control {
            "temperature" => self.temperature = tenths(value),
            _ => self.humidity = tenths(value).unsigned_abs(),
        }
    }
}
