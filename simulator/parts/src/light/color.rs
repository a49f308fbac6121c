//! The colour that an LED shines in, by its attributes.

use hil_color::Rgb;
use hil_sim_core::part::Attributes;

/// Names that drawings have.
const NAMES: [(&str, [u8; 3]); 17] = [
    ("red", [255, 0, 0]),
    ("green", [0, 255, 0]),
    ("blue", [0, 0, 255]),
    ("yellow", [255, 255, 0]),
    ("orange", [255, 165, 0]),
    ("white", [255, 255, 255]),
    ("purple", [255, 0, 255]),
    ("magenta", [255, 0, 255]),
    ("cyan", [0, 255, 255]),
    ("lime", [0, 255, 0]),
    ("limegreen", [64, 255, 64]),
    ("pink", [255, 192, 203]),
    ("gold", [255, 215, 0]),
    ("violet", [255, 140, 255]),
    ("turquoise", [73, 255, 238]),
    ("amber", [255, 191, 0]),
    ("brown", [255, 65, 65]),
];

/// `lightColor`, else `color`, else red. Its brightest part is 255: how bright it shines, the current says. A colour that is not
/// known is white.
pub(super) fn of(attributes: &Attributes<'_>) -> Rgb {
    let text = attributes.text("lightColor").or_else(|| attributes.text("color")).filter(|text| !text.is_empty());
    text.map_or(Rgb::new(255, 0, 0), named)
}

/// A colour by its name or as `#rrggbb`.
pub(super) fn named(text: &str) -> Rgb {
    let text = text.to_ascii_lowercase();
    let known = NAMES.iter().find(|(name, _)| *name == text).map(|(_, [r, g, b])| Rgb::new(*r, *g, *b));
    known.or_else(|| hex(&text)).unwrap_or(Rgb::new(255, 255, 255))
}

fn hex(text: &str) -> Option<Rgb> {
    let digits = text.strip_prefix('#').filter(|digits| digits.bytes().all(|it| it.is_ascii_hexdigit()))?;
    let part = |at: usize, length: usize| u8::from_str_radix(digits.get(at..at + length)?, 16).ok();
    let [r, g, b] = match digits.len() {
        3 => [part(0, 1)? * 17, part(1, 1)? * 17, part(2, 1)? * 17],
        6 => [part(0, 2)?, part(2, 2)?, part(4, 2)?],
        _ => return None,
    };
    let most = u32::from(r.max(g).max(b));
    let full = |part: u8| (most > 0).then(|| (u32::from(part) * 255 / most) as u8);
    Some(Rgb::new(full(r)?, full(g)?, full(b)?))
}

/// A colour at a part of its brightness.
pub(super) fn dimmed(color: Rgb, brightness: u8) -> Rgb {
    let dim = |part: u8| ((u32::from(part) * u32::from(brightness) + 127) / 255) as u8;
    Rgb::new(dim(color.r), dim(color.g), dim(color.b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_as_bright_as_they_can_be() {
        let named = ["red", "#800000", "#080", "limegreen", "#000000", "#zz0000", "no such"]
            .map(|text| named(text).to_string());
        assert_eq!(named, ["#ff0000", "#ff0000", "#00ff00", "#40ff40", "#ffffff", "#ffffff", "#ffffff"]);
        assert_eq!(dimmed(Rgb::new(255, 128, 0), 128).to_string(), "#804000");
    }
}
