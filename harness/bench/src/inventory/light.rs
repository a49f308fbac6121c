//! `light`: how it is known what a board's lights show.

use super::LightSource;
use hil_scenario::decode::{Cx, Map, Shape, keyword, spanned_text};
use hil_scenario::error::Code;
use hil_scenario::yaml::{Node, NodeKind};

/// `light: {..}`
pub(super) const ANALYZER: Shape =
    Shape { name: "light", example: "driver", keys: &["driver", "channel", "samplerate"] };

/// Samples per second if none are named: 30 a bit of a WS2812.
const SAMPLERATE: u64 = 24_000_000;

/// A word, or an analyzer.
pub(super) fn light(cx: &mut Cx<'_>, node: &Node) -> Option<LightSource> {
    if !matches!(node.kind, NodeKind::Mapping(_)) {
        let words = [("none", 0), ("reported", 1), ("measured", 2)];
        return keyword(cx, node, "a way to know the light (a word, or the keys of an analyzer)", &words).map(|word| {
            match word {
                0 => LightSource::None,
                1 => LightSource::Reported,
                _ => LightSource::Measured,
            }
        });
    }
    let mut map = Map::new(cx, node, &ANALYZER)?;
    let driver = map.required("driver", spanned_text);
    let channel = map.required("channel", spanned_text);
    let samplerate = map.has("samplerate").then(|| map.optional("samplerate", frequency));
    Some(LightSource::Analyzer {
        driver: driver?.value,
        channel: channel?.value,
        samplerate_hz: samplerate.unwrap_or(Some(SAMPLERATE))?,
    })
}

/// Digits and a unit: Hz, kHz, MHz.
fn frequency(cx: &mut Cx<'_>, node: &Node) -> Option<u64> {
    let text = spanned_text(cx, node)?.value;
    let hertz = parse_frequency(&text);
    if hertz.is_none() {
        cx.error_with_help(
            Code::BadValue,
            node.span,
            format!("`{}` is not a sample rate", text.escape_debug()),
            "",
            "a sample rate is a whole number and a unit: Hz, kHz or MHz; for example 24MHz",
        );
    }
    hertz
}

fn parse_frequency(text: &str) -> Option<u64> {
    let (digits, unit) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "hz" => 1,
        "khz" => 1_000,
        "mhz" => 1_000_000,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(factor).filter(|hertz| *hertz > 0)
}
