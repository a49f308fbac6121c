//! What a drawing has beside parts and boards: wires in other shapes. Breadboards, junctions, power symbols and resistors join
//! pins; texts and logos join nothing.

use hil_sim_core::circuit::{Ohms, Rail, Volts};
use hil_sim_core::part::Attributes;

/// Something of a drawing that is a wire, or nothing at all.
#[derive(Clone, Copy, Debug)]
pub struct Wiring {
    /// Wokwi's name, the `type` in a drawing.
    pub name: &'static str,
    /// What it joins.
    pub joins: Joins,
}

/// What pins something joins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Joins {
    /// It has no pins.
    Nothing,
    /// Those in a strip of a breadboard: `3t.a` to `3t.e` in the upper half of column 3, `3b.f` to `3b.j` in the lower one, and
    /// the rails along its edges: `tp`, `tn`, `bp`, `bn`.
    Strips {
        /// How many columns it has.
        columns: u16,
        /// Holes of each rail along the edges; none if it has no rails.
        rail: u16,
    },
    /// All, by these names.
    All(&'static [&'static str]),
    /// Its only pin, with ground.
    Ground(&'static str),
    /// Its only pin, with a supply: of 5 V, unless its attribute `voltage` says otherwise.
    Supply(&'static str),
    /// Its two pins, through its resistance: of 1 kilo-ohm, unless its attribute `value` says otherwise.
    Resistance([&'static str; 2]),
    /// None: no direct current flows between its pins.
    Apart(&'static [&'static str]),
}

/// All of them.
pub(super) static WIRING: &[Wiring] = &[
    Wiring { name: "wokwi-breadboard", joins: Joins::Strips { columns: 63, rail: 50 } },
    Wiring { name: "wokwi-breadboard-half", joins: Joins::Strips { columns: 30, rail: 25 } },
    Wiring { name: "wokwi-breadboard-mini", joins: Joins::Strips { columns: 17, rail: 0 } },
    Wiring { name: "wokwi-junction", joins: Joins::All(&["J"]) },
    Wiring { name: "wokwi-gnd", joins: Joins::Ground("GND") },
    Wiring { name: "wokwi-vcc", joins: Joins::Supply("VCC") },
    Wiring { name: "wokwi-resistor", joins: Joins::Resistance(["1", "2"]) },
    Wiring { name: "wokwi-capacitor", joins: Joins::Apart(&["1", "2"]) },
    Wiring { name: "wokwi-text", joins: Joins::Nothing },
    Wiring { name: "wokwi-logo", joins: Joins::Nothing },
];

/// An attribute of a wire that it cannot have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct BadAttribute {
    pub(super) key: &'static str,
    pub(super) value: String,
    pub(super) help: &'static str,
}

impl Wiring {
    /// The names of its pins; of a breadboard, one of each kind.
    pub fn pins(&self) -> Vec<&'static str> {
        match self.joins {
            Joins::Nothing => Vec::new(),
            Joins::Strips { rail: 0, .. } => vec!["1t.a", "1b.f"],
            Joins::Strips { .. } => vec!["1t.a", "1b.f", "tp.1", "tn.1", "bp.1", "bn.1"],
            Joins::All(pins) | Joins::Apart(pins) => pins.to_vec(),
            Joins::Ground(pin) | Joins::Supply(pin) => vec![pin],
            Joins::Resistance(pins) => pins.to_vec(),
        }
    }

    /// Whether it has a pin with this name.
    pub fn has_pin(&self, pin: &str) -> bool {
        match self.joins {
            Joins::Strips { .. } => self.strip(pin).is_some(),
            _ => self.pins().contains(&pin),
        }
    }

    /// The strip of a breadboard that a hole is in, by the hole's name without its place in the strip.
    pub fn strip<'a>(&self, pin: &'a str) -> Option<&'a str> {
        let Joins::Strips { columns, rail } = self.joins else { return None };
        let (strip, hole) = pin.split_once('.')?;
        let number = |text: &str, most: u16| text.parse::<u16>().ok().filter(|it| (1..=most).contains(it));
        let in_column = |column: &str, holes: &[&str]| number(column, columns).is_some() && holes.contains(&hole);
        let is_hole = match strip {
            "tp" | "tn" | "bp" | "bn" => number(hole, rail).is_some(),
            _ => match (strip.strip_suffix('t'), strip.strip_suffix('b')) {
                (Some(column), _) => in_column(column, &["a", "b", "c", "d", "e"]),
                (_, Some(column)) => in_column(column, &["f", "g", "h", "i", "j"]),
                (None, None) => false,
            },
        };
        is_hole.then_some(strip)
    }

    /// The ground or supply that it is.
    pub(super) fn rail(&self, attributes: &Attributes<'_>) -> Result<Option<Rail>, BadAttribute> {
        match self.joins {
            Joins::Ground(_) => Ok(Some(Rail::Ground)),
            Joins::Supply(_) => {
                let text = attributes.text("voltage").unwrap_or("5");
                let volts = text.parse::<f64>().ok().filter(|volts| (0.1..=60.0).contains(volts));
                let supply = |volts: f64| Rail::Supply(Volts::from_microvolts((volts * 1e6).round() as i32));
                let help = "a voltage is a number of volts from 0.1 to 60";
                volts.map(|volts| Some(supply(volts))).ok_or_else(|| bad("voltage", text, help))
            }
            _ => Ok(None),
        }
    }

    /// Its resistance, if it is a resistor.
    pub(super) fn resistance(&self, attributes: &Attributes<'_>) -> Result<Option<Ohms>, BadAttribute> {
        let Joins::Resistance(_) = self.joins else { return Ok(None) };
        let text = attributes.text("value").filter(|text| !text.is_empty()).unwrap_or("1000");
        let help = "a resistance is a number of ohms, such as 220, 4.7k or 1M";
        ohms(text).map(Some).ok_or_else(|| bad("value", text, help))
    }
}

fn bad(key: &'static str, value: &str, help: &'static str) -> BadAttribute {
    BadAttribute { key, value: value.to_owned(), help }
}

/// `220`, `4.7k`, `1 MΩ`
fn ohms(text: &str) -> Option<Ohms> {
    let text = text.trim_end_matches(['Ω', '\u{2126}', 'R']).trim_end_matches("ohms").trim_end_matches("ohm").trim();
    let (digits, factor) = match text.char_indices().last()? {
        (at, 'k' | 'K') => (&text[..at], 1e3),
        (at, 'm' | 'M') => (&text[..at], 1e6),
        _ => (text, 1.0),
    };
    let number = digits.trim().parse::<f64>().ok().filter(|number| number.is_finite())?;
    Ohms::new(number * factor)
}

impl PartialEq for Wiring {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Wiring {}

#[cfg(test)]
mod tests {
    use super::*;

    fn breadboard(name: &str) -> &'static Wiring {
        WIRING.iter().find(|it| it.name == name).expect("a breadboard")
    }

    #[test]
    fn holes_of_a_column_are_one_strip_in_each_half() {
        let board = breadboard("wokwi-breadboard");
        let strips = ["3t.a", "3t.e", "3b.f", "63b.j", "tp.1", "bn.50"].map(|pin| board.strip(pin));
        assert_eq!(strips, [Some("3t"), Some("3t"), Some("3b"), Some("63b"), Some("tp"), Some("bn")]);
        for none in ["3t.f", "3b.a", "64t.a", "0t.a", "tp.51", "3t", "t.a", "", "3t.aa", "+3t.a x"] {
            assert_eq!(board.strip(none), None, "{none}");
        }
        assert_eq!(breadboard("wokwi-breadboard-mini").strip("tp.1"), None);
    }

    #[test]
    fn resistances_are_read_as_people_write_them() {
        let written = ["220", "4.7k", "10K", "1M", "1 kΩ", "0", "330R", "47 ohm"].map(ohms);
        let ohms_of = [220.0, 4_700.0, 10_000.0, 1e6, 1_000.0, 0.0, 330.0, 47.0].map(Ohms::new);
        assert_eq!(written, ohms_of);
        assert_eq!(["", "k", "much", "-5", "NaN", "inf"].map(ohms), [None; 6]);
    }
}
