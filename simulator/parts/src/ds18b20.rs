//! `wokwi-ds18b20`: a thermometer on a 1-Wire bus; Maxim's data sheet of the DS18B20. The resistor that pulls the line high is
//! not part of it. Not modelled: the alarm search, and power from the data line.

use hil_sim_core::circuit::PartEnv;
use hil_sim_core::part::bus::one_wire::{OneWirePort, OneWireTarget, RomCode, Turn, crc8};
use hil_sim_core::part::{Attribute, Control, ControlKind, Fitting, FittingError, Part, PartType, Pin, PinType};
use hil_sim_core::time::{Instant, Span};

const DQ: Pin = Pin(1);
const TEMPERATURE: &str = "temperature";
const COLDEST: f64 = -55.0;
const HOTTEST: f64 = 125.0;

/// Function commands.
const CONVERT_T: u8 = 0x44;
const WRITE_SCRATCHPAD: u8 = 0x4E;
const READ_SCRATCHPAD: u8 = 0xBE;
const COPY_SCRATCHPAD: u8 = 0x48;
const RECALL_E2: u8 = 0xB8;
const READ_POWER_SUPPLY: u8 = 0xB4;

/// The longest time of a conversion with 12 bits; each bit less halves it.
const CONVERSION_US: u64 = 750_000;
/// The longest time of a write to the EEPROM.
const COPY: Span = Span::from_ms(10);
/// The temperature register at power-on: 85 degrees Celsius.
const TEMPERATURE_AT_POWER_ON: i16 = 85 * 16;
/// Of a new device: alarm limits TH and TL, and a resolution of 12 bits.
const FACTORY_SETTINGS: [u8; 3] = [0x4B, 0x46, 0x7F];

/// The kind of part.
pub static DS18B20: PartType = PartType {
    pins: &[PinType::passive("VCC"), PinType::both("DQ"), PinType::passive("GND")],
    controls: &[Control {
        name: TEMPERATURE,
        kind: ControlKind::Range { from: COLDEST, to: HOTTEST, unit: "degrees Celsius" },
    }],
    attributes: &[Attribute::text(TEMPERATURE), Attribute::text("deviceID"), Attribute::text("familyCode")],
    about: "A thermometer on a 1-Wire bus: conversion time, resolution and EEPROM. The resistor that pulls its line high is not part of \
            it. Not modelled: the alarm search, and power from the data line.",
    source: "data sheet of the DS18B20, sections \"Operation\" and \"1-Wire signaling\"",
    ..PartType::new("wokwi-ds18b20", build)
};

/// A DS18B20.
#[derive(Clone, Hash, Debug)]
pub struct Ds18b20 {
    port: OneWirePort,
    device: Device,
    /// When the conversion or the write to the EEPROM ends.
    done: Instant,
}

#[derive(Clone, Hash, Debug)]
struct Device {
    /// Around it, in sixteenths of a degree Celsius.
    ambient: i16,
    /// What it has measured, in the same.
    measured: i16,
    /// TH, TL and the configuration.
    settings: [u8; 3],
    eeprom: [u8; 3],
    state: State,
    /// What it does beside; a reset pulse does not end it.
    work: Option<Work>,
}

/// What its next byte is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum State {
    Command,
    /// A byte of the settings is expected.
    Writes(usize),
    /// A byte of the scratchpad is sent.
    Sends(usize),
    /// It says whether its work is done, or that it has a supply.
    Status,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Work {
    Convert,
    Copy,
}

fn build(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    if fitting.is_idle() {
        return Ok(None);
    }
    let error = |name: &str, text: &str, help: &str| FittingError {
        problem: format!("DS18B20 {:?} has the {name} {text:?}", fitting.id),
        help: help.to_owned(),
    };
    let attribute = |name, usual| fitting.attributes.text(name).unwrap_or(usual);
    let text = attribute(TEMPERATURE, "22");
    let celsius = text.parse().ok().filter(|celsius| (COLDEST..=HOTTEST).contains(celsius));
    let celsius: f64 =
        celsius.ok_or_else(|| error(TEMPERATURE, text, "degrees Celsius are a number from -55 to 125"))?;
    let text = attribute("deviceID", "010203040506");
    let serial = hex::<6>(text).ok_or_else(|| error("deviceID", text, "an ID is 12 hexadecimal digits"))?;
    let text = attribute("familyCode", "28");
    let [family] = hex::<1>(text).ok_or_else(|| error("familyCode", text, "a family is 2 hexadecimal digits"))?;
    Ok(Some(Box::new(Ds18b20::new(RomCode::new(family, serial), celsius))))
}

/// Bytes of two hexadecimal digits each.
fn hex<const COUNT: usize>(text: &str) -> Option<[u8; COUNT]> {
    let is_hex = text.len() == 2 * COUNT && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    let mut bytes = [0; COUNT];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = is_hex.then(|| u8::from_str_radix(&text[2 * index..2 * index + 2], 16).ok())??;
    }
    Some(bytes)
}

/// In sixteenths of a degree.
fn sixteenths(celsius: f64) -> i16 {
    (celsius.clamp(COLDEST, HOTTEST) * 16.0).round() as i16
}

impl Ds18b20 {
    /// A new one, at this temperature.
    pub fn new(code: RomCode, celsius: f64) -> Self {
        let device = Device {
            ambient: sixteenths(celsius),
            measured: TEMPERATURE_AT_POWER_ON,
            settings: FACTORY_SETTINGS,
            eeprom: FACTORY_SETTINGS,
            state: State::Command,
            work: None,
        };
        Self { port: OneWirePort::new(DQ, code), device, done: Instant::NEVER }
    }

    /// Before it hears anything: what it did may be done.
    fn finish(&mut self, now: Instant) {
        if self.done <= now {
            self.done = Instant::NEVER;
            self.device.finish();
        }
    }

    /// After it has heard something: what it does may have begun.
    fn go_on(&mut self, env: &mut PartEnv<'_>) {
        if let Some(work) = self.device.work.filter(|_| self.done == Instant::NEVER) {
            self.done = env.now() + self.device.time_of(work);
        }
        env.wake_at(self.port.deadline().min(self.done));
    }
}

impl Part for Ds18b20 {
    fn part_type(&self) -> &'static PartType {
        &DS18B20
    }

    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        self.port.power(env, is_on);
        self.done = Instant::NEVER;
        let Device { ambient: _, measured, settings, eeprom, state, work } = &mut self.device;
        (*measured, *settings, *state, *work) = (TEMPERATURE_AT_POWER_ON, *eeprom, State::Command, None);
    }

    fn edge(&mut self, env: &mut PartEnv<'_>, pin: Pin, level: bool) {
        self.finish(env.now());
        self.port.edge(env, (pin, level), &mut self.device);
        self.go_on(env);
    }

    fn wake(&mut self, env: &mut PartEnv<'_>) {
        self.finish(env.now());
        self.port.wake(env, &mut self.device);
        self.go_on(env);
    }

    fn set(&mut self, _: &mut PartEnv<'_>, _: &'static str, value: f64) {
        self.device.ambient = sixteenths(value);
    }
}

impl Device {
    /// Bits below the resolution: 0 to 3 of them.
    fn unused_bits(&self) -> u8 {
        3 - (self.settings[2] >> 5 & 3)
    }

    fn time_of(&self, work: Work) -> Span {
        match work {
            Work::Convert => Span::from_us(CONVERSION_US >> self.unused_bits()),
            Work::Copy => COPY,
        }
    }

    fn finish(&mut self) {
        match self.work.take() {
            Some(Work::Convert) => self.measured = self.ambient >> self.unused_bits() << self.unused_bits(),
            Some(Work::Copy) => self.eeprom = self.settings,
            None => {}
        }
    }

    /// A command while it works is not taken; the data sheet leaves open what happens.
    fn begin(&mut self, work: Work) -> State {
        self.work.get_or_insert(work);
        State::Status
    }

    fn scratchpad(&self) -> [u8; 9] {
        let [low, high] = self.measured.to_le_bytes();
        let [th, tl, configuration] = self.settings;
        let mut bytes = [low, high, th, tl, configuration, 0xFF, 0x0C, 0x10, 0];
        bytes[8] = crc8(&bytes[..8]);
        bytes
    }
}

impl OneWireTarget for Device {
    fn select(&mut self) {
        self.state = State::Command;
    }

    fn write(&mut self, byte: u8) {
        self.state = match (self.state, byte) {
            (State::Writes(index), _) => {
                self.settings[index] = if index == 2 { byte & 0x60 | 0x1F } else { byte };
                if index == 2 { State::Command } else { State::Writes(index + 1) }
            }
            (State::Command, CONVERT_T) => self.begin(Work::Convert),
            (State::Command, COPY_SCRATCHPAD) => self.begin(Work::Copy),
            (State::Command, WRITE_SCRATCHPAD) => State::Writes(0),
            (State::Command, READ_SCRATCHPAD) => State::Sends(0),
            (State::Command, RECALL_E2) => {
                self.settings = self.eeprom;
                State::Status
            }
            (State::Command, READ_POWER_SUPPLY) => State::Status,
            (state, _) => state,
        };
    }

    fn turn(&mut self) -> Turn {
        match self.state {
            State::Command | State::Writes(_) => Turn::Listens,
            State::Sends(index) => match self.scratchpad().get(index) {
                Some(byte) => {
                    self.state = State::Sends(index + 1);
                    Turn::Sends(*byte)
                }
                None => Turn::SendsBit(true),
            },
            State::Status => Turn::SendsBit(self.work.is_none()),
        }
    }
}
