//! What a provisioner does to a device.

use std::fmt;
use std::time::Duration;

use hil_scenario::Secret;
use simulator::board::ws2812::ColorOrder;

/// What is done to a device, and what is known of it then.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provisioned {
    /// Written into its flash before it is powered on. Nothing else of the flash changes.
    pub patches: Vec<Patch>,
    /// What it asks on its serial port after its start, and the answers.
    pub dialogue: Dialogue,
    /// Its lights, if the provisioner knows them.
    pub lights: Option<ToldLights>,
    /// What the device knows then, a line each, for whoever has asked for it; passwords only by whether there are any.
    pub summary: Vec<String>,
}

/// Bytes for a flash chip. `Debug` shows none: there may be passwords among them.
#[derive(Clone, PartialEq, Eq)]
pub struct Patch {
    /// What it is, in words: `configuration`.
    pub name: String,
    /// Where it begins, in bytes from the start of the flash.
    pub offset: u32,
    /// What is written there.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Patch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} bytes at {:#x}", self.name, self.bytes.len(), self.offset)
    }
}

/// Questions in the order in which they are answered.
pub type Dialogue = Vec<Question>;

/// Something that the device asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// A text of its output; empty: it is not waited for.
    pub prompt: String,
    /// What it is sent then.
    pub answer: Secret,
    /// Longest time, on the device's clock, until it asks.
    pub limit: Duration,
}

/// Lights that a device is told to drive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToldLights {
    /// GPIO of the data line.
    pub gpio: u8,
    /// Lights in the chain.
    pub count: u16,
    /// Order of the colour bytes on the line.
    pub order: ColorOrder,
}

/// Behind the first occurrence of a prompt in what a device has printed; an empty one is there from the start.
pub fn find(heard: &[u8], prompt: &[u8]) -> Option<usize> {
    if prompt.is_empty() {
        return Some(0);
    }
    heard.windows(prompt.len()).position(|window| window == prompt).map(|at| at + prompt.len())
}
