//! Pictures of LED parts as Wokwi takes them: a block of 8 x 8 pixels for each LED, filled with the colour that was sent to
//! it, without gamma and opaque. Not for what a part looks like on the screen.

use hil_color::Rgb;
use hil_sim_core::part::Picture;

/// Pixels along each side of an LED's block.
const SIDE: usize = 8;
const OPAQUE: u8 = 0xFF;

/// How the LEDs of a part are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

    /// The picture of LEDs whose colours are given in the order in which the data passes them. What is missing in the last
    /// row is dark. No LEDs at all are drawn as one dark one, since there is no picture without pixels.
    pub fn draw(self, colors: &[Rgb]) -> Picture {
        let mut placed = colors.to_vec();
        if self.serpentine && self.columns > 0 {
            placed.chunks_mut(self.columns).skip(1).step_by(2).for_each(<[Rgb]>::reverse);
        }
        let columns = self.columns.max(1);
        let rows = placed.len().div_ceil(columns).max(1);
        let pixel = |x: usize, y: usize| {
            let Rgb { r, g, b } = placed.get(y / SIDE * columns + x / SIDE).copied().unwrap_or_default();
            [r, g, b, OPAQUE]
        };
        let (width, height) = (columns * SIDE, rows * SIDE);
        let rgba = (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y))).collect();
        let pixels = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        Picture { width: pixels(width), height: pixels(height), rgba }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: Rgb = Rgb::new(255, 0, 0);
    const BLUE: Rgb = Rgb::new(0, 0, 255);
    const DARK: Rgb = Rgb::BLACK;

    /// The colour in the middle of each block.
    fn blocks(picture: &Picture) -> Vec<Vec<Rgb>> {
        let at = |x: u32, y: u32| {
            let start = ((y * 8 + 4) * picture.width + x * 8 + 4) as usize * 4;
            Rgb::new(picture.rgba[start], picture.rgba[start + 1], picture.rgba[start + 2])
        };
        (0..picture.height / 8).map(|y| (0..picture.width / 8).map(|x| at(x, y)).collect()).collect()
    }

    #[test]
    fn one_led_is_a_uniform_opaque_block() {
        let picture = Layout::row(1).draw(&[Rgb::new(1, 2, 3)]);
        assert_eq!((picture.width, picture.height), (8, 8));
        assert!(picture.rgba.as_chunks().0.iter().all(|pixel| *pixel == [1, 2, 3, 255]));
    }

    #[test]
    fn a_ring_is_one_row() {
        let picture = Layout::row(24).draw(&[BLUE; 24]);
        assert_eq!((picture.width, picture.height), (192, 8));
    }

    #[test]
    fn every_other_row_of_a_serpentine_matrix_runs_backwards() {
        let colors = [RED, DARK, DARK, BLUE, DARK, DARK];
        let straight = Layout { lights: 6, columns: 3, serpentine: false }.draw(&colors);
        let serpentine = Layout { lights: 6, columns: 3, serpentine: true }.draw(&colors);
        assert_eq!(blocks(&straight)[1], [BLUE, DARK, DARK]);
        assert_eq!(blocks(&serpentine)[0], [RED, DARK, DARK]);
        assert_eq!(blocks(&serpentine)[1], [DARK, DARK, BLUE]);
    }
}
