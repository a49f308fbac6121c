//! Colours as commands name them (HSV, "HSB" on the wire) and as LEDs show them (RGB).

use core::fmt;

/// Hue in degrees, 0..=360. 360 is kept as it was given but shows what 0 shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hue(u16);

impl Hue {
    /// The largest hue.
    pub const MAX: Self = Self(360);

    /// A hue of `degrees`, or `None` above 360.
    pub const fn new(degrees: u16) -> Option<Self> {
        if degrees <= Self::MAX.0 { Some(Self(degrees)) } else { None }
    }

    /// A hue of `degrees` modulo 360.
    pub const fn wrapping(degrees: u64) -> Self {
        Self((degrees % 360) as u16)
    }

    /// The hue in degrees, 0..=360.
    pub const fn degrees(self) -> u16 {
        self.0
    }
}

/// Hue, saturation and brightness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hsv {
    /// Hue, 0..=360 degrees.
    pub hue: Hue,
    /// Saturation, 0 (white) to 255 (pure colour).
    pub saturation: u8,
    /// Brightness, 0 (dark) to 255.
    pub brightness: u8,
}

impl fmt::Display for Hsv {
    /// The wire format: `180,255,255`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{},{}", self.hue.degrees(), self.saturation, self.brightness)
    }
}

/// Red, green and blue, 0..=255 each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Rgb {
    /// Red.
    pub red: u8,
    /// Green.
    pub green: u8,
    /// Blue.
    pub blue: u8,
}

impl Rgb {
    /// All LEDs off.
    pub const BLACK: Self = Self::new(0, 0, 0);

    /// A colour from its parts.
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }
}

impl fmt::Display for Rgb {
    /// `#ff0005`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

/// Converts in integers, as the contract defines it, so that every port shows the same bytes.
pub const fn hsv_to_rgb(color: Hsv) -> Rgb {
    let degrees = color.hue.degrees() % 360;
    let max = color.brightness as u32;
    let min = max * (255 - color.saturation as u32) / 255;
    let adjustment = (max - min) * (degrees as u32 % 60) / 60;
    let (rising, falling) = ((min + adjustment) as u8, (max - adjustment) as u8);
    let (min, max) = (min as u8, max as u8);
    match degrees / 60 {
        0 => Rgb::new(max, rising, min),
        1 => Rgb::new(falling, max, min),
        2 => Rgb::new(min, max, rising),
        3 => Rgb::new(min, falling, max),
        4 => Rgb::new(rising, min, max),
        _ => Rgb::new(max, min, falling),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hsv(hue: u16, saturation: u8, brightness: u8) -> Hsv {
        Hsv { hue: Hue::new(hue).unwrap(), saturation, brightness }
    }

    /// The textbook conversion in floating point, by chroma and intermediate, channels 0.0..=255.0.
    fn textbook(hue: u16, saturation: u8, brightness: u8) -> [f64; 3] {
        let (s, v) = (f64::from(saturation) / 255.0, f64::from(brightness));
        let chroma = v * s;
        let h = f64::from(hue % 360) / 60.0;
        let x = chroma * (1.0 - (h % 2.0 - 1.0).abs());
        let (r, g, b) = match h as u8 {
            0 => (chroma, x, 0.0),
            1 => (x, chroma, 0.0),
            2 => (0.0, chroma, x),
            3 => (0.0, x, chroma),
            4 => (x, 0.0, chroma),
            _ => (chroma, 0.0, x),
        };
        let m = v - chroma;
        [r + m, g + m, b + m]
    }

    #[test]
    fn corners_are_exact() {
        for (hue, hex) in [
            (0, Rgb::new(255, 0, 0)),
            (60, Rgb::new(255, 255, 0)),
            (120, Rgb::new(0, 255, 0)),
            (180, Rgb::new(0, 255, 255)),
            (240, Rgb::new(0, 0, 255)),
            (300, Rgb::new(255, 0, 255)),
            (359, Rgb::new(255, 0, 5)),
        ] {
            assert_eq!(hsv_to_rgb(hsv(hue, 255, 255)), hex, "hue {hue}");
        }
        assert_eq!(hsv_to_rgb(hsv(77, 0, 93)), Rgb::new(93, 93, 93));
        assert_eq!(hsv_to_rgb(hsv(77, 200, 0)), Rgb::BLACK);
    }

    proptest! {
        #[test]
        fn agrees_with_the_textbook_within_rounding(hue in 0..=360u16, s: u8, v: u8) {
            let rgb = hsv_to_rgb(hsv(hue, s, v));
            for (got, want) in [rgb.red, rgb.green, rgb.blue].into_iter().zip(textbook(hue, s, v)) {
                // Two integer divisions, each of which drops less than one.
                prop_assert!((f64::from(got) - want).abs() < 2.0, "{rgb} against {want}");
            }
        }

        #[test]
        fn hue_360_shows_what_hue_0_shows(s: u8, v: u8) {
            prop_assert_eq!(hsv_to_rgb(hsv(360, s, v)), hsv_to_rgb(hsv(0, s, v)));
        }
    }
}
