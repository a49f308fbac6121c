//! `wokwi-logic-analyzer`: records eight lines, with Wokwi's triggers and buffer.

mod samples;

use hil_sim_core::circuit::PartEnv;
use hil_sim_core::part::{Attributes, Fitting, FittingError, Hears, Part, PartType, Pin, PinEdge, PinType};
use hil_sim_core::part::{Recording, Shows};
use hil_sim_core::time::Instant;
use samples::Samples;

const CHANNELS: u8 = 8;
/// Samples without the attribute `bufferSize`, and the most with it.
const USUAL_SAMPLES: usize = 1_000_000;

/// The kind of part.
pub static LOGIC_ANALYZER: PartType = PartType {
    pins: &[
        PinType::hearing("D0", Hears::InBatches),
        PinType::hearing("D1", Hears::InBatches),
        PinType::hearing("D2", Hears::InBatches),
        PinType::hearing("D3", Hears::InBatches),
        PinType::hearing("D4", Hears::InBatches),
        PinType::hearing("D5", Hears::InBatches),
        PinType::hearing("D6", Hears::InBatches),
        PinType::hearing("D7", Hears::InBatches),
        PinType::passive("GND"),
    ],
    about: "Records eight lines, with Wokwi's triggers and buffer; what it has recorded is a VCD file.",
    source: "Wokwi's documentation, page \"Logic Analyzer\"",
    ..PartType::new("wokwi-logic-analyzer", build)
};

/// When an analyzer records; its attribute `triggerMode`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Trigger {
    /// Always.
    Off,
    /// While a channel has a level.
    Level { channel: u8, level: bool },
    /// From the moment when it gets it.
    Edge { channel: u8, level: bool },
}

/// An analyzer, which begins when the board is powered.
#[derive(Clone, Hash, Debug)]
pub struct LogicAnalyzer {
    names: [String; CHANNELS as usize],
    most: usize,
    trigger: Trigger,
    is_triggered: bool,
    /// Bit 0 is channel 0.
    levels: u8,
    samples: Samples,
}

fn build(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    Ok(Some(Box::new(LogicAnalyzer::new(fitting.attributes))))
}

impl LogicAnalyzer {
    fn new(attributes: Attributes<'_>) -> Self {
        let number = |text: &str| text.parse::<usize>().ok();
        let mut names = std::array::from_fn(|channel| format!("D{channel}"));
        let given = attributes.text("channelNames").unwrap_or_default().split(',').map(str::trim);
        for (name, given) in names.iter_mut().zip(given).filter(|(_, given)| !given.is_empty()) {
            *name = given.to_owned();
        }
        let channel = attributes.text("triggerPin").and_then(|pin| pin.trim_start_matches('D').parse().ok());
        let channel = channel.filter(|channel| *channel < CHANNELS).unwrap_or(CHANNELS - 1);
        let level = !matches!(attributes.text("triggerLevel"), Some("low" | "0"));
        let trigger = match attributes.text("triggerMode") {
            Some("level") => Trigger::Level { channel, level },
            Some("edge") => Trigger::Edge { channel, level },
            _ => Trigger::Off,
        };
        Self {
            names,
            most: attributes.text("bufferSize").and_then(number).unwrap_or(USUAL_SAMPLES).min(USUAL_SAMPLES),
            trigger,
            is_triggered: false,
            levels: 0,
            samples: Samples::default(),
        }
    }

    fn begin(&mut self, at: Instant, levels: u8) {
        self.samples = Samples::default();
        self.levels = levels;
        self.is_triggered = match self.trigger {
            Trigger::Off => true,
            Trigger::Level { channel, level } => has(levels, channel) == level,
            Trigger::Edge { .. } => false,
        };
        self.sample(at);
    }

    fn change(&mut self, at: Instant, channel: u8, level: bool) {
        let before = self.levels;
        self.levels = self.levels & !(1 << channel) | u8::from(level) << channel;
        if self.levels == before {
            return;
        }
        match self.trigger {
            Trigger::Off => {}
            Trigger::Level { channel, level } => self.is_triggered = has(self.levels, channel) == level,
            Trigger::Edge { channel, level } => {
                self.is_triggered |= has(self.levels, channel) == level && has(before, channel) != level;
            }
        }
        self.sample(at);
    }

    fn sample(&mut self, at: Instant) {
        if self.is_triggered && (self.samples.len() < self.most || self.samples.is_last(at)) {
            self.samples.push(at, self.levels);
        }
    }
}

fn has(levels: u8, channel: u8) -> bool {
    levels >> channel & 1 == 1
}

impl Part for LogicAnalyzer {
    fn part_type(&self) -> &'static PartType {
        &LOGIC_ANALYZER
    }

    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        if is_on {
            let levels = (0..CHANNELS).fold(0, |levels, channel| levels | u8::from(env.level(Pin(channel))) << channel);
            self.begin(env.now(), levels);
        }
    }

    fn edges(&mut self, _: &mut PartEnv<'_>, edges: &[PinEdge]) {
        for PinEdge { at, pin, level } in edges {
            self.change(*at, pin.0, *level);
        }
    }

    fn shows(&self) -> Shows {
        Shows::Recording(Recording { lines: self.names.to_vec(), samples: self.samples.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn samples(attributes: &[(&str, &str)]) -> usize {
        let given: BTreeMap<String, String> =
            attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let known = &[];
        let mut analyzer = LogicAnalyzer::new(Attributes::new(known, &given));
        analyzer.begin(Instant::ZERO, 0b10);
        for (ns, channel, level) in [(100, 0, true), (200, 1, false), (300, 0, false), (400, 1, true), (500, 0, true)] {
            analyzer.change(Instant::from_ns(ns), channel, level);
        }
        analyzer.samples.len()
    }

    #[test]
    fn the_buffer_ends_and_triggers_begin() {
        assert_eq!(samples(&[]), 6);
        assert_eq!(samples(&[("bufferSize", "2")]), 2);
        assert_eq!(samples(&[("triggerMode", "edge"), ("triggerPin", "D1")]), 2);
        assert_eq!(samples(&[("triggerMode", "level"), ("triggerPin", "D1"), ("triggerLevel", "low")]), 2);
    }

    #[test]
    fn two_channels_of_one_pin_change_together() {
        let mut analyzer = LogicAnalyzer::new(Attributes::new(&[], &BTreeMap::new()));
        analyzer.begin(Instant::ZERO, 0);
        analyzer.change(Instant::from_ns(1), 0, true);
        analyzer.change(Instant::from_ns(1), 1, true);
        let Shows::Recording(recording) = analyzer.shows() else { panic!("a recording") };
        assert_eq!(recording.samples, [(Instant::ZERO, 0), (Instant::from_ns(1), 0b11)]);
    }
}
