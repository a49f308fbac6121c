//! The WS2812 parts of a drawing as chains: DOUT of one to DIN of the next.

use std::collections::{HashMap, HashSet};

use super::{Netlist, Part, PinRef};

/// One part made of WS2812s, and how data reaches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedPart {
    /// Id of the part; of an LED on the board, that of the board and its name (`esp.rgb1`).
    pub id: String,
    /// How many LEDs it has.
    pub leds: usize,
    /// The GPIO that its data comes from, through other parts if need be. Where several drive one input, a GPIO goes
    /// before a part, the lower number before the higher, and the part that comes first in the file before the other.
    pub gpio: Option<u8>,
    /// The parts that the data passes before it, the one next to the GPIO first.
    pub after: Vec<String>,
    /// Index of its first LED in the chain: the LEDs of the parts before it.
    pub first_led: usize,
}

/// LED parts one behind the other on a GPIO: what one decoder decodes.
///
/// Where the data forks, the parts before the fork are in several chains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedChain {
    /// The GPIO that drives it.
    pub gpio: u8,
    /// In the order that data passes them.
    pub parts: Vec<LedPart>,
}

impl LedChain {
    /// How many LEDs the chain has in all.
    pub fn leds(&self) -> usize {
        self.parts.iter().map(|part| part.leds).sum()
    }
}

/// A part with WS2812s before its place in a chain is known.
struct Link {
    id: String,
    leds: usize,
    input: PinRef,
    output: PinRef,
}

/// What drives a data input.
enum Driver {
    Gpio(u8),
    Link(usize),
}

impl Netlist<'_> {
    /// Every part with WS2812s, those on the board included, in the order of the file.
    pub fn leds(&self) -> Vec<LedPart> {
        let links = self.links();
        // The first part that gives data to a node.
        let mut outputs: HashMap<usize, usize> = HashMap::new();
        for (index, link) in links.iter().enumerate() {
            if let Some(node) = self.node(&link.output) {
                outputs.entry(node).or_insert(index);
            }
        }
        let drivers: Vec<Option<Driver>> = links.iter().map(|link| self.driver(link, &outputs)).collect();
        let place = |index| {
            let link: &Link = &links[index];
            let (gpio, path) = trace(index, &drivers);
            LedPart {
                id: link.id.clone(),
                leds: link.leds,
                gpio,
                after: path.iter().map(|before| links[*before].id.clone()).collect(),
                first_led: path.iter().map(|before| links[*before].leds).sum(),
            }
        };
        (0..links.len()).map(place).collect()
    }

    /// The chains that a GPIO drives, one for each part that no other follows, in the order of the file.
    pub fn led_chains(&self) -> Vec<LedChain> {
        let leds = self.leds();
        let followed: HashSet<&String> = leds.iter().flat_map(|part| &part.after).collect();
        let by_id: HashMap<&String, &LedPart> = leds.iter().map(|part| (&part.id, part)).collect();
        let is_last = |part: &LedPart| !followed.contains(&part.id);
        let with_id = |id: &String| by_id.get(id).map(|part| (*part).clone());
        let chain = |last: &LedPart| {
            let mut parts: Vec<LedPart> = last.after.iter().filter_map(with_id).collect();
            parts.push(last.clone());
            Some(LedChain { gpio: last.gpio?, parts })
        };
        leds.iter().filter(|part| is_last(part)).filter_map(chain).collect()
    }

    fn links(&self) -> Vec<Link> {
        let link = |part: &Part| {
            let lights = part.kind.part()?.lights?;
            let pin = |name| PinRef::new(&part.id, name);
            Some(Link {
                id: part.id.clone(),
                leds: part.lights()?,
                input: pin(lights.input),
                output: pin(lights.output),
            })
        };
        self.diagram.all_parts().filter_map(link).collect()
    }

    fn driver(&self, link: &Link, outputs: &HashMap<usize, usize>) -> Option<Driver> {
        let gpio = self.net(&link.input).gpio().map(Driver::Gpio);
        gpio.or_else(|| outputs.get(&self.node(&link.input)?).copied().map(Driver::Link))
    }
}

/// Follows the data back to its GPIO: that, and the links on the way in the order of the data. A circle has no GPIO.
fn trace(mut index: usize, drivers: &[Option<Driver>]) -> (Option<u8>, Vec<usize>) {
    let mut path = vec![index];
    let mut seen = vec![false; drivers.len()];
    seen[index] = true;
    let gpio = loop {
        match drivers[index] {
            Some(Driver::Gpio(gpio)) => break Some(gpio),
            Some(Driver::Link(before)) if !std::mem::replace(&mut seen[before], true) => {
                path.push(before);
                index = before;
            }
            Some(Driver::Link(_)) | None => break None,
        }
    };
    let before = path.iter().skip(1).rev().copied().collect();
    (gpio, before)
}
