//! Which lights hang on the device's data line, from the board drawing.

use std::path::Path;

use simulator::board::diagram::Diagram;

use super::BenchError;

/// One light in a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LightPosition {
    /// Part id in the board drawing: `led1`.
    pub part: String,
    /// Position within the part, from 0.
    pub index: u16,
}

/// The chains of lights on a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wiring {
    /// GPIO and the lights behind it, in the order of the chain. Several chains can hang on one GPIO: each sees the same
    /// waveform.
    pub chains: Vec<(u8, Vec<LightPosition>)>,
}

impl Default for Wiring {
    /// One light, `led1`, on GPIO8: an ESP32-C3-DevKitM-1.
    fn default() -> Self {
        Self { chains: vec![(8, vec![LightPosition { part: "led1".to_owned(), index: 0 }])] }
    }
}

impl Wiring {
    /// Reads a board drawing (Wokwi's diagram.json).
    ///
    /// # Errors
    /// The drawing is wrong, or no light in it is wired to a GPIO.
    pub fn from_diagram(path: &Path) -> Result<Self, BenchError> {
        let wrong = |problem: String| BenchError::File { path: path.to_owned(), problem };
        let diagram = Diagram::read(path).map_err(|e| wrong(format!("{e}")))?;
        let netlist = diagram.netlist();
        let mut chains = Vec::new();
        for chain in netlist.led_chains() {
            let lights = chain.parts.iter().flat_map(|part| {
                (0..part.leds)
                    .map(|i| LightPosition { part: part.id.clone(), index: u16::try_from(i).unwrap_or(u16::MAX) })
            });
            chains.push((chain.gpio, lights.collect()));
        }
        if chains.is_empty() {
            return Err(wrong("no light in it is wired to a GPIO".to_owned()));
        }
        Ok(Self { chains })
    }

    /// The lights of a device with this configuration: a scenario that configures a longer chain than the drawing has is
    /// given one.
    pub(super) fn for_device(&self, config: &firmware::config::Config) -> Self {
        let mut wiring = self.clone();
        for (gpio, lights) in &mut wiring.chains {
            if *gpio == config.led_gpio && lights.len() == 1 && config.led_count > 1 {
                let part = lights[0].part.clone();
                *lights = (0..config.led_count).map(|index| LightPosition { part: part.clone(), index }).collect();
            }
        }
        wiring
    }
}
