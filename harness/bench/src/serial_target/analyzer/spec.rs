//! How an analyzer is named.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use simulator::board::ws2812::{ColorOrder, ONE_FROM_NS, PulseTime};

/// The program, unless `SIGROK_CLI` names another.
const PROGRAM: &str = "sigrok-cli";

/// An analyzer, and where it is connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnalyzerSpec {
    /// sigrok's driver, with the connection where there are several devices: `fx2lafw`, `fx2lafw:conn=1.2`.
    pub driver: String,
    /// The analyzer's input, as `sigrok-cli --show` names it: `D0`.
    pub channel: String,
    /// Samples per second.
    pub samplerate_hz: u64,
    /// The board's pin on which the channel is. Needed only where the board has lights on several.
    pub gpio: Option<u8>,
    /// In which order the lights take their colours.
    pub order: ColorOrder,
    /// `sigrok-cli`.
    pub program: PathBuf,
}

/// Why a text names no analyzer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnalyzerSpecError {
    /// No `key=value`, or a key that is none.
    #[error("{0:?} is none of driver=, channel=, samplerate=, gpio=, order=")]
    Key(String),
    /// A key that is needed.
    #[error("{0}= is missing: driver=fx2lafw,channel=D0,samplerate=24MHz")]
    Missing(&'static str),
    /// A value that is none.
    #[error("{key}={value} is not {wanted}")]
    Value {
        /// Before the `=`.
        key: &'static str,
        /// Behind it.
        value: String,
        /// What it should be.
        wanted: &'static str,
    },
    /// A zero cannot be told from a one.
    #[error(
        "at {} a pulse is measured in steps of {} ns: a {pulse} of {allowed_ns} ns, which the WS2812B's data sheet allows, \
         may count as {measured_ns} ns and is read as a {read_as} (a one is {ONE_FROM_NS} ns or more); use 16 MHz, or \
         20 MHz and more", rate(*.hz), 1_000_000_000 / .hz
    )]
    TooSlow {
        /// Samples per second.
        hz: u64,
        /// The pulse.
        pulse: PulseTime,
        /// How long it is.
        allowed_ns: u64,
        /// How long it may seem.
        measured_ns: u64,
        /// `one` or `zero`.
        read_as: &'static str,
    },
}

/// Whether every high time that the data sheet allows is read as its own bit, however the samples fall.
///
/// A pulse covers as many samples as fit into it, or one more. Below 50 ns a sample (20 MHz) there is always room between
/// the longest zero (550 ns) and the shortest one (650 ns); of the slower rates some happen to fit, 16 MHz among them.
///
/// # Errors
/// The rate is too low.
pub fn check_rate(hz: u64) -> Result<(), AnalyzerSpecError> {
    let wrong = AnalyzerSpecError::Value { key: "samplerate", value: hz.to_string(), wanted: "1 kHz to 10 GHz" };
    if !(1_000..=10_000_000_000).contains(&hz) {
        return Err(wrong);
    }
    let (hz_wide, second) = (u128::from(hz), 1_000_000_000_u128);
    let seems = |samples: u128| u64::try_from(samples * second / hz_wide).unwrap_or(u64::MAX);
    let too_slow = |pulse, allowed_ns, measured_ns, read_as| {
        Err(AnalyzerSpecError::TooSlow { hz, pulse, allowed_ns, measured_ns, read_as })
    };
    let longest_zero = *PulseTime::T0H.allowed_ns().end();
    let seen = seems((u128::from(longest_zero) * hz_wide).div_ceil(second));
    if seen >= ONE_FROM_NS {
        return too_slow(PulseTime::T0H, longest_zero, seen, "one");
    }
    let shortest_one = *PulseTime::T1H.allowed_ns().start();
    let seen = seems(u128::from(shortest_one) * hz_wide / second);
    if seen < ONE_FROM_NS {
        return too_slow(PulseTime::T1H, shortest_one, seen, "zero");
    }
    Ok(())
}

impl AnalyzerSpec {
    /// An analyzer on the one pin of the board that has lights, which take green first.
    ///
    /// # Errors
    /// The channel is none, or the rate is too low.
    pub fn new(driver: &str, channel: &str, samplerate_hz: u64) -> Result<Self, AnalyzerSpecError> {
        if driver.is_empty() {
            return Err(AnalyzerSpecError::Missing("driver"));
        }
        // sigrok would make another name, or several channels, of it.
        if channel.is_empty() || channel.contains([',', ':', '=', '-']) {
            let wanted = "one channel: D0";
            return Err(AnalyzerSpecError::Value { key: "channel", value: channel.to_owned(), wanted });
        }
        check_rate(samplerate_hz)?;
        let program = std::env::var_os("SIGROK_CLI").filter(|it| !it.is_empty()).unwrap_or(PROGRAM.into()).into();
        let (driver, channel, order) = (driver.to_owned(), channel.to_owned(), ColorOrder::default());
        Ok(Self { driver, channel, samplerate_hz, gpio: None, order, program })
    }
}

impl FromStr for AnalyzerSpec {
    type Err = AnalyzerSpecError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (mut driver, mut channel, mut samplerate, mut gpio, mut order) =
            (None, None, None, None, ColorOrder::default());
        for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let wrong = |key, wanted| AnalyzerSpecError::Value { key, value: value.to_owned(), wanted };
            match key {
                "driver" => driver = Some(value).filter(|it| !it.is_empty()),
                "channel" => channel = Some(value).filter(|it| !it.is_empty()),
                "samplerate" => {
                    samplerate = Some(parse_rate(value).ok_or_else(|| wrong("samplerate", "a rate such as 24MHz"))?);
                }
                "gpio" => gpio = Some(value.parse().map_err(|_| wrong("gpio", "the number of a pin"))?),
                "order" => {
                    order = match value.to_ascii_lowercase().as_str() {
                        "grb" => ColorOrder::Grb,
                        "rgb" => ColorOrder::Rgb,
                        _ => return Err(wrong("order", "grb or rgb")),
                    };
                }
                _ => return Err(AnalyzerSpecError::Key(pair.to_owned())),
            }
        }
        let driver = driver.ok_or(AnalyzerSpecError::Missing("driver"))?;
        let channel = channel.ok_or(AnalyzerSpecError::Missing("channel"))?;
        let samplerate_hz = samplerate.ok_or(AnalyzerSpecError::Missing("samplerate"))?;
        Ok(Self { gpio, order, ..Self::new(driver, channel, samplerate_hz)? })
    }
}

impl fmt::Display for AnalyzerSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { driver, channel, samplerate_hz, .. } = self;
        write!(f, "driver={driver},channel={channel},samplerate={}", rate(*samplerate_hz).replace(' ', ""))?;
        if let Some(gpio) = self.gpio {
            write!(f, ",gpio={gpio}")?;
        }
        if self.order == ColorOrder::Rgb { f.write_str(",order=rgb") } else { Ok(()) }
    }
}

/// `24 MHz`.
fn rate(hz: u64) -> String {
    [(1_000_000_000, "GHz"), (1_000_000, "MHz"), (1_000, "kHz")]
        .into_iter()
        .find(|(unit, _)| hz >= *unit && hz.is_multiple_of(*unit))
        .map_or_else(|| format!("{hz} Hz"), |(unit, name)| format!("{} {name}", hz / unit))
}

/// `24MHz`, `24m`, `24 MHz`, `22.5 MHz`, `24000000`: as sigrok writes and reads them.
pub(super) fn parse_rate(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let text = text.strip_suffix("hz").unwrap_or(&text).trim_end();
    let (number, unit) = match text.chars().next_back()? {
        'k' => (&text[..text.len() - 1], 1_000),
        'm' => (&text[..text.len() - 1], 1_000_000),
        'g' => (&text[..text.len() - 1], 1_000_000_000),
        _ => (text, 1),
    };
    let (whole, fraction) = number.trim().split_once('.').unwrap_or((number.trim(), ""));
    let mut hz = whole.parse::<u64>().ok()?.checked_mul(unit)?;
    let mut place = unit;
    for digit in fraction.chars() {
        place /= 10;
        hz = hz.checked_add(u64::from(digit.to_digit(10)?) * place)?;
    }
    Some(hz)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_as_sigrok_writes_them() {
        for (text, hz) in [
            ("24MHz", 24_000_000),
            ("24m", 24_000_000),
            ("1.234567 MHz", 1_234_567),
            ("1 GHz", 1_000_000_000),
            ("20000000", 20_000_000),
            ("500 kHz", 500_000),
        ] {
            assert_eq!(parse_rate(text), Some(hz), "{text}");
        }
        for text in ["", "MHz", "fast", "1.x MHz", "-1"] {
            assert_eq!(parse_rate(text), None, "{text}");
        }
    }

    #[test]
    fn a_rate_is_refused_when_a_legal_pulse_could_be_misread() {
        for mhz in [16, 20, 24, 25, 50, 80, 100, 500] {
            assert_eq!(check_rate(mhz * 1_000_000), Ok(()), "{mhz} MHz");
        }
        for mhz in [1, 2, 4, 8, 12, 13, 15] {
            assert!(matches!(check_rate(mhz * 1_000_000), Err(AnalyzerSpecError::TooSlow { .. })), "{mhz} MHz");
        }
        let said = check_rate(12_000_000).expect_err("too slow").to_string();
        assert!(
            said.contains("a T1H of 650 ns") && said.contains("may count as 583 ns and is read as a zero"),
            "{said}"
        );
    }

    #[test]
    fn an_analyzer_prints_as_it_is_read() {
        for text in [
            "driver=fx2lafw,channel=D0,samplerate=24MHz",
            "driver=fx2lafw:conn=1.2,channel=D7,samplerate=16MHz,gpio=8,order=rgb",
        ] {
            assert_eq!(text.parse::<AnalyzerSpec>().expect(text).to_string(), text);
        }
    }

    #[test]
    fn what_names_no_analyzer_is_refused() {
        for (text, problem) in [
            ("", "driver= is missing"),
            ("fx2lafw", "\"fx2lafw\" is none of"),
            ("channel=D0,samplerate=24MHz", "driver= is missing"),
            ("driver=a,channel=D0", "samplerate= is missing"),
            ("driver=a,channel=D0-D3,samplerate=24MHz", "is not one channel"),
            ("driver=a,channel=D0,samplerate=quick", "is not a rate"),
            ("driver=a,channel=D0,samplerate=0", "is not 1 kHz to 10 GHz"),
            ("driver=a,channel=D0,samplerate=24MHz,gpio=x", "is not the number of a pin"),
            ("driver=a,channel=D0,samplerate=24MHz,order=bgr", "is not grb or rgb"),
        ] {
            let said = text.parse::<AnalyzerSpec>().expect_err(text).to_string();
            assert!(said.contains(problem), "{text}: {said}");
        }
    }
}
