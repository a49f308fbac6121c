//! What parts show.

use crate::time::Instant;
use hil_color::Rgb;

/// What a part shows to who looks at it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Shows {
    /// Nothing: a button, a sensor.
    Nothing,
    /// The colour of each of its lights, in the order in which data passes them.
    Colors(Vec<Rgb>),
    /// An angle in thousandths of a degree, as a servo's horn has it.
    Angle(i32),
    /// Text, a line each, without the spaces at their ends.
    Text(Vec<String>),
    /// A picture, as a display has it.
    Frame(Picture),
    /// A tone, or silence.
    Tone(Option<Tone>),
    /// On or off, as the contacts of a relay are.
    On(bool),
    /// The levels that it has recorded.
    Recording(Recording),
}

/// A tone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Tone {
    /// In thousandths of a hertz.
    pub millihertz: u64,
}

/// A picture.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Picture {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Red, green, blue and alpha of each pixel, row by row from the upper left corner.
    pub rgba: Vec<u8>,
}

/// Levels of lines over time.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Recording {
    /// The names of the lines, at most 8.
    pub lines: Vec<String>,
    /// When any level changed, and the levels from then on; bit 0 is the first line.
    pub samples: Vec<(Instant, u8)>,
}
