//! Pictures of LED parts as Wokwi takes them: a block of 8 x 8 pixels for each LED, filled with the colour that was sent to
//! it, without gamma and opaque. Not for what a part looks like on the screen.

use std::fmt;
use std::io::Cursor;

use simulator::board::diagram::{Part, PartKind};

use hil_model::observation::Rgb;

/// Pixels along each side of an LED's block.
pub const PIXELS_PER_LED: usize = 8;
/// A picture that is read has at most so many pixels: 1024 x 1024, far more than any LED part.
const MOST_PIXELS: u64 = 1 << 20;
const OPAQUE: u8 = 0xFF;

/// A picture in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Red, green, blue and alpha of each pixel, row by row from the upper left corner.
    pub rgba: Vec<u8>,
}

/// A file that is no picture which could be compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// Not a PNG, or a damaged one.
    #[error("not a PNG that can be read: {0}")]
    Png(#[from] png::DecodingError),
    /// Larger than any picture of an LED part.
    #[error("{width} x {height} pixels are more than the {MOST_PIXELS} that a picture may have")]
    TooLarge {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
}

/// How two pictures differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// They have different sizes: width and height in pixels.
    Size {
        /// Of the expected picture.
        expected: (u32, u32),
        /// Of the actual one.
        actual: (u32, u32),
    },
    /// They have the same size.
    Pixels {
        /// How many pixels differ.
        count: usize,
        /// Column and row of the first, from the upper left corner.
        first: (u32, u32),
        /// Its colour in the expected picture.
        expected: [u8; 4],
        /// Its colour in the actual one.
        actual: [u8; 4],
    },
}

/// A colour with its alpha: `#ff0000`, `#ff000080` if it is not opaque.
pub struct Color(pub [u8; 4]);

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue, alpha] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")?;
        if alpha == OPAQUE { Ok(()) } else { write!(f, "{alpha:02x}") }
    }
}

/// A PNG (8-bit RGBA) of LEDs, `columns` in a row; what is missing in the last row is dark. No LEDs at all are drawn as one
/// dark one, since there is no PNG without pixels.
pub fn leds(colors: &[Rgb], columns: usize) -> Vec<u8> {
    image(colors, columns).to_png()
}

/// The same as [`leds`], not encoded.
pub fn image(colors: &[Rgb], columns: usize) -> Image {
    let columns = columns.max(1);
    let rows = colors.len().div_ceil(columns).max(1);
    let side = PIXELS_PER_LED;
    let pixel = |x: usize, y: usize| {
        let Rgb { r, g, b } = colors.get(y / side * columns + x / side).copied().unwrap_or_default();
        [r, g, b, OPAQUE]
    };
    let (width, height) = (columns * side, rows * side);
    let rgba = (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y))).collect();
    let pixels = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    Image { width: pixels(width), height: pixels(height), rgba }
}

/// How the LEDs of a part are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// LEDs in all.
    pub lights: usize,
    /// LEDs in a row.
    pub columns: usize,
    /// The second row and every other one after it begins at the right.
    pub serpentine: bool,
}

impl Layout {
    /// LEDs in one row.
    pub const fn row(leds: usize) -> Self {
        Self { lights: leds, columns: leds, serpentine: false }
    }

    /// The layout of an LED part; none if it is another part.
    pub fn of_part(part: &Part) -> Option<Self> {
        match part.kind {
            PartKind::LedMatrix { rows, cols } => {
                let lights = usize::from(rows) * usize::from(cols);
                let serpentine = part.attrs.get("layout").is_some_and(|layout| layout == "serpentine");
                Some(Self { lights, columns: cols.into(), serpentine })
            }
            kind => kind.leds().map(Self::row),
        }
    }

    /// The picture of LEDs whose colours are given in the order in which the data passes them.
    pub fn draw(self, colors: &[Rgb]) -> Image {
        let mut placed = colors.to_vec();
        if self.serpentine && self.columns > 0 {
            placed.chunks_mut(self.columns).skip(1).step_by(2).for_each(<[Rgb]>::reverse);
        }
        image(&placed, self.columns)
    }
}

/// Reads a PNG of any colour type.
///
/// # Errors
/// [`PictureError`].
pub fn read(png: &[u8]) -> Result<Image, PictureError> {
    let mut decoder = png::Decoder::new(Cursor::new(png));
    decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
    let mut reader = decoder.read_info()?;
    let (width, height) = (reader.info().width, reader.info().height);
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(PictureError::TooLarge { width, height });
    }
    let mut bytes = vec![0; reader.output_buffer_size().unwrap_or_default()];
    let info = reader.next_frame(&mut bytes)?;
    bytes.truncate(info.buffer_size());
    let rgba = match info.color_type {
        png::ColorType::GrayscaleAlpha => {
            bytes.chunks_exact(2).flat_map(|pixel| [pixel[0], pixel[0], pixel[0], pixel[1]]).collect()
        }
        _ => bytes,
    };
    Ok(Image { width, height, rgba })
}

impl Image {
    /// As a PNG (8-bit RGBA).
    pub fn to_png(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width, self.height);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        encoder
            .write_header()
            .and_then(|mut writer| writer.write_image_data(&self.rgba))
            .expect("a picture with pixels is written to memory");
        file
    }

    /// How `actual` differs from this picture; nothing if they are the same to the last bit.
    pub fn difference(&self, actual: &Self) -> Option<Difference> {
        let size = |image: &Self| (image.width, image.height);
        if size(self) != size(actual) {
            return Some(Difference::Size { expected: size(self), actual: size(actual) });
        }
        let (expected, found) = (self.rgba.as_chunks::<4>().0, actual.rgba.as_chunks::<4>().0);
        let mut differ = (0..expected.len()).filter(|index| expected[*index] != found[*index]);
        let first = differ.next()?;
        let (x, y) = (first as u32 % self.width, first as u32 / self.width);
        Some(Difference::Pixels {
            count: 1 + differ.count(),
            first: (x, y),
            expected: expected[first],
            actual: found[first],
        })
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size { expected, actual } => {
                write!(f, "{} x {} pixels instead of {} x {}", actual.0, actual.1, expected.0, expected.1)
            }
            Self::Pixels { count, first: (x, y), expected, actual } => {
                let (pixels, verb) = if *count == 1 { ("pixel", "differs") } else { ("pixels", "differ") };
                let (expected, actual) = (Color(*expected), Color(*actual));
                write!(f, "{count} {pixels} {verb}, the first at column {x}, row {y}: {actual} instead of {expected}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: Rgb = Rgb { r: 255, g: 0, b: 0 };
    const BLUE: Rgb = Rgb { r: 0, g: 0, b: 255 };
    const DARK: Rgb = Rgb { r: 0, g: 0, b: 0 };

    /// The colour in the middle of each block.
    fn blocks(image: &Image) -> Vec<Vec<String>> {
        let at = |x: u32, y: u32| {
            let start = ((y * 8 + 4) * image.width + x * 8 + 4) as usize * 4;
            Color(image.rgba[start..start + 4].try_into().expect("four bytes")).to_string()
        };
        (0..image.height / 8).map(|y| (0..image.width / 8).map(|x| at(x, y)).collect()).collect()
    }

    #[test]
    fn one_led_is_a_uniform_opaque_block() {
        let image = read(&leds(&[Rgb { r: 1, g: 2, b: 3 }], 1)).expect("a PNG of our own");
        assert_eq!((image.width, image.height), (8, 8));
        assert!(image.rgba.as_chunks().0.iter().all(|pixel| *pixel == [1, 2, 3, 255]));
    }

    #[test]
    fn a_ring_is_one_row() {
        let image = Layout::row(24).draw(&[BLUE; 24]);
        assert_eq!((image.width, image.height), (192, 8));
    }

    #[test]
    fn every_other_row_of_a_serpentine_matrix_runs_backwards() {
        let colors = [RED, DARK, DARK, BLUE, DARK, DARK];
        let straight = Layout { lights: 6, columns: 3, serpentine: false }.draw(&colors);
        let serpentine = Layout { lights: 6, columns: 3, serpentine: true }.draw(&colors);
        assert_eq!(blocks(&straight)[1], ["#0000ff", "#000000", "#000000"]);
        assert_eq!(blocks(&serpentine)[0], ["#ff0000", "#000000", "#000000"]);
        assert_eq!(blocks(&serpentine)[1], ["#000000", "#000000", "#0000ff"]);
    }

    #[test]
    fn a_difference_says_how_many_pixels_and_which_is_the_first() {
        let (expected, actual) = (image(&[RED, RED], 2), image(&[RED, BLUE], 2));
        assert_eq!(expected.difference(&expected), None);
        assert_eq!(
            expected.difference(&actual).expect("they differ").to_string(),
            "64 pixels differ, the first at column 8, row 0: #0000ff instead of #ff0000"
        );
        assert_eq!(
            expected.difference(&image(&[RED], 1)).expect("they differ").to_string(),
            "8 x 8 pixels instead of 16 x 8"
        );
    }

    #[test]
    fn pictures_of_other_programs_are_read_whatever_their_colour_type() {
        let written = |color, data: &[u8]| {
            let mut file = Vec::new();
            let mut encoder = png::Encoder::new(&mut file, 1, 1);
            encoder.set_color(color);
            encoder.set_depth(png::BitDepth::Eight);
            encoder.write_header().and_then(|mut w| w.write_image_data(data)).expect("one pixel");
            file
        };
        for (color, data, rgba) in [
            (png::ColorType::Rgb, [9, 8, 7].as_slice(), [9, 8, 7, 255]),
            (png::ColorType::Grayscale, &[5], [5, 5, 5, 255]),
            (png::ColorType::GrayscaleAlpha, &[5, 6], [5, 5, 5, 6]),
        ] {
            assert_eq!(read(&written(color, data)).expect("a PNG").rgba, rgba);
        }
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        assert!(matches!(read(b"GIF89a"), Err(PictureError::Png(_))));
        let png = leds(&[RED], 1);
        assert!(matches!(read(&png[..png.len() / 2]), Err(PictureError::Png(_))));
        assert!(matches!(
            read(&Image { width: 4096, height: 1024, rgba: vec![0; 4096 * 1024 * 4] }.to_png()),
            Err(PictureError::TooLarge { .. })
        ));
    }
}
