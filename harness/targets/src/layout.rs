//! Which lights hang on the device's data line, from the board drawing.

use std::path::Path;

use simulator::board::diagram::Diagram;

use super::{BenchError, Drawing, PartError};
use crate::picture::{Image, Layout};
use hil_model::observation::Rgb;

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
    /// The drawing that it is from.
    pub drawing: Drawing,
}

impl Default for Wiring {
    /// One light, `led1`, on GPIO8: an ESP32-C3-DevKitM-1.
    fn default() -> Self {
        let lights = vec![LightPosition { part: "led1".to_owned(), index: 0 }];
        Self { chains: vec![(8, lights)], drawing: Drawing::default() }
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
        Ok(Self { chains, drawing: Drawing::new(&diagram) })
    }

    /// How many lights a part has on the device.
    fn lights_of(&self, part: &str) -> usize {
        let lights = self.chains.iter().flat_map(|(_, lights)| lights).filter(|light| light.part == part);
        lights.map(|light| usize::from(light.index) + 1).max().unwrap_or_default()
    }

    /// A picture of a part's lights, each of which shows `color`.
    ///
    /// # Errors
    /// [`PartError`](super::PartError): there is no such part, or it has no lights.
    pub fn picture(&self, part: &str, color: impl Fn(u16) -> Rgb) -> Result<Image, PartError> {
        let mut layout = self.drawing.layout(part)?;
        let lights = match self.lights_of(part) {
            // Wired to no GPIO: dark.
            0 => layout.lights,
            lights => lights,
        };
        if lights != layout.lights {
            // The scenario configures a longer chain than the drawing has.
            layout = Layout::row(lights);
        }
        let colors: Vec<Rgb> = (0..lights).map(|index| u16::try_from(index).map(&color).unwrap_or_default()).collect();
        Ok(layout.draw(&colors))
    }

    /// The lights of a device with this configuration: a scenario that configures a longer chain than the drawing has is
    /// given one.
    pub fn for_device(&self, led_gpio: u8, led_count: u16) -> Self {
        let mut wiring = self.clone();
        for (gpio, lights) in &mut wiring.chains {
            if *gpio == led_gpio && lights.len() == 1 && led_count > 1 {
                let part = lights[0].part.clone();
                *lights = (0..led_count).map(|index| LightPosition { part: part.clone(), index }).collect();
            }
        }
        wiring
    }
}
