//! The data line of the lights: the device's pulses become a waveform, and the waveform colours.

use firmware::platform::{NotSent, Strip};
use firmware::ws2812::Pulse;
use simulator::board::ws2812::{ColorOrder, Config, Decoder, Event, Waveform};

use super::board::Supply;
use hil_model::observation::{Observation, Rgb};
use hil_model::time::SimTime;
use hil_targets::journal::Journal;
use hil_targets::layout::{LightPosition, Wiring};
use hil_targets::lights::Lights;

/// One RMT tick at 80 MHz, in tenths of a nanosecond: 12.5 ns.
const TICK_TENTHS_NS: u32 = 125;
/// Time after the last pulse at which a frame has surely latched, in nanoseconds.
const LATCHED_NS: u64 = 400_000;

/// Lights, decoded from the waveform on their data line.
pub(super) struct DataLine {
    journal: Journal,
    seen: Lights,
    supply: Supply,
    chains: Vec<Chain>,
    /// Time at which the last waveform ended, in nanoseconds of scenario time.
    busy_until: u64,
}

struct Chain {
    decoder: Decoder,
    lights: Vec<LightPosition>,
}

impl DataLine {
    /// The lights on `gpio`. They expect colours in `order`; what they show is told to `seen`.
    pub(super) fn new(wiring: &Wiring, gpio: u8, order: ColorOrder, seen: Lights, supply: Supply) -> Self {
        let journal = seen.journal().clone();
        let chains = wiring.chains.iter().filter(|(g, _)| *g == gpio).map(|(_, lights)| Chain {
            decoder: Decoder::new(Config::new(lights.len()).with_order(order)),
            lights: lights.clone(),
        });
        let line = Self { chains: chains.collect(), journal, seen, supply, busy_until: 0 };
        if line.chains.is_empty() {
            line.journal.note(format!("no light is wired to GPIO{gpio}: what the device shows there is not seen"));
        }
        line
    }
}

impl Strip for DataLine {
    async fn show(&mut self, pulses: &[Pulse]) -> Result<(), NotSent> {
        self.supply.step();
        if !self.supply.is_on() {
            return std::future::pending().await;
        }
        let ns = |ticks: u16| u32::from(ticks) * TICK_TENTHS_NS / 10;
        let start = self.journal.now().0.max(self.busy_until);
        let waveform = Waveform::from_pulses(start, pulses.iter().map(|p| (ns(p.high_ticks), ns(p.low_ticks))));
        self.busy_until = waveform.end_ns + LATCHED_NS;
        for chain in &mut self.chains {
            let mut events = chain.decoder.feed(&waveform).unwrap_or_default();
            events.extend(chain.decoder.advance(self.busy_until).unwrap_or_default());
            for event in events {
                chain.record(start, event, &self.seen);
            }
        }
        Ok(())
    }
}

impl Chain {
    fn record(&self, start: u64, event: Event, seen: &Lights) {
        match event {
            Event::Frame(frame) => {
                for (light, color) in self.lights.iter().zip(frame.leds) {
                    // The frame takes 0.3 ms; the journal says when the device began to show it.
                    seen.show(light, Rgb { r: color.red, g: color.green, b: color.blue }, SimTime(start));
                }
            }
            // Bits for lights that the drawing does not have: no fault of the waveform.
            Event::Surplus(_) => {}
            problem => {
                let part = self.lights.first().map_or_else(String::new, |l| l.part.clone());
                seen.journal().record(Observation::Waveform { part, problem: problem.to_string() });
            }
        }
    }
}
