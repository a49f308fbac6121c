//! Which lights hang on the device's data line, from the board drawing.

use std::path::Path;

use simulator::board::diagram::Diagram;

use super::{BenchError, Drawing, PartError};
use crate::picture::Image;
use hil_model::observation::Rgb;
use simulator::board::ws2812::ColorOrder;

/// One light in a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LightPosition {
    /// Part id in the board drawing: `led1`.
    pub part: String,
    /// Position within the part, from 0.
    pub index: u16,
}

/// The chains of lights on a board.
#[derive(Debug, Clone, PartialEq)]
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
    /// The drawing is wrong.
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
        Ok(Self { chains, drawing: Drawing::new(&diagram) })
    }

    /// A picture of a part's lights, each of which shows `color`.
    ///
    /// # Errors
    /// [`PartError`]: there is no such part, or it has no lights.
    pub fn picture(&self, part: &str, color: impl Fn(u16) -> Rgb) -> Result<Image, PartError> {
        self.drawing.picture(part, color)
    }

    /// Whether a part's lights are among those that are looked at.
    pub fn has(&self, part: &str) -> bool {
        self.chains.iter().flat_map(|(_, lights)| lights).any(|light| light.part == part)
    }

    /// The same lights, which take their colours in this order.
    #[must_use]
    pub fn taking(mut self, order: ColorOrder) -> Self {
        let lit: Vec<String> =
            self.drawing.diagram.all_parts().filter(|it| it.lights().is_some()).map(|it| it.id.clone()).collect();
        for id in lit {
            self.set(&id, "colorOrder", order.name());
        }
        self
    }

    fn set(&mut self, part: &str, attribute: &str, value: &str) {
        if let Some(part) = self.drawing.diagram.part_mut(part) {
            part.attrs.insert(attribute.to_owned(), value.to_owned());
        }
    }

    /// The lights of a device with this configuration: a scenario that configures a longer chain than the drawing has is
    /// given one.
    pub fn for_device(&self, led_gpio: u8, led_count: u16) -> Self {
        let mut wiring = self.clone();
        let mut longer = Vec::new();
        for (gpio, lights) in &mut wiring.chains {
            if *gpio == led_gpio && lights.len() == 1 && led_count > 1 {
                let part = lights[0].part.clone();
                *lights = (0..led_count).map(|index| LightPosition { part: part.clone(), index }).collect();
                longer.push(part);
            }
        }
        longer.iter().for_each(|part| wiring.set(part, "pixels", &led_count.to_string()));
        wiring
    }
}
