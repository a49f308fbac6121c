//! Pictures of parts as files, and how two of them differ. What is on a picture is the part's own to say.

use std::fmt;
use std::io::Cursor;

use simulator::part::Picture;

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

impl From<Picture> for Image {
    fn from(Picture { width, height, rgba }: Picture) -> Self {
        Self { width, height, rgba }
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

    const RED: [u8; 4] = [255, 0, 0, 255];
    const BLUE: [u8; 4] = [0, 0, 255, 255];

    /// Blocks of 8 x 8 pixels in a row.
    fn image(blocks: &[[u8; 4]]) -> Image {
        let rgba = (0..8).flat_map(|_| blocks.iter().flat_map(|block| [*block; 8])).flatten().collect();
        Image { width: 8 * blocks.len() as u32, height: 8, rgba }
    }

    #[test]
    fn a_picture_is_read_as_it_was_written() {
        let picture = image(&[[1, 2, 3, 255], BLUE]);
        assert_eq!(read(&picture.to_png()).expect("a PNG of our own"), picture);
    }

    #[test]
    fn a_difference_says_how_many_pixels_and_which_is_the_first() {
        let (expected, actual) = (image(&[RED, RED]), image(&[RED, BLUE]));
        assert_eq!(expected.difference(&expected), None);
        assert_eq!(
            expected.difference(&actual).expect("they differ").to_string(),
            "64 pixels differ, the first at column 8, row 0: #0000ff instead of #ff0000"
        );
        assert_eq!(
            expected.difference(&image(&[RED])).expect("they differ").to_string(),
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
        let png = image(&[RED]).to_png();
        assert!(matches!(read(&png[..png.len() / 2]), Err(PictureError::Png(_))));
        assert!(matches!(
            read(&Image { width: 4096, height: 1024, rgba: vec![0; 4096 * 1024 * 4] }.to_png()),
            Err(PictureError::TooLarge { .. })
        ));
    }
}
