//! Conditions on a colour.

use std::fmt;

use hil_model::observation::Rgb;

use super::{Broken, Condition};
use crate::Span;
use crate::decode::{Cx, Map, Shape};
use crate::json::{Json, Number};
use crate::yaml::Node;

/// What a colour must be, property by property: `{ hue: { near: 120, within: 5 }, brightness: { ">": 50 } }`.
#[derive(Debug, Clone)]
pub struct ColorRules(pub Vec<ColorRule>);

/// One of them.
#[derive(Debug, Clone)]
pub struct ColorRule {
    /// Of which property.
    pub property: ColorProperty,
    /// What it must be.
    pub condition: Condition,
    /// Where it stands in the file.
    pub span: Span,
}

/// A property of a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorProperty {
    /// 0 to 255.
    Red,
    /// 0 to 255.
    Green,
    /// 0 to 255.
    Blue,
    /// Of HSV: 0 to below 360 degrees; 0 for a grey.
    Hue,
    /// Of HSV: 0 to 100 per cent.
    Saturation,
    /// The value of HSV: 0 to 100 per cent.
    Brightness,
}

/// The keys.
pub(crate) const COLOR: Shape = Shape {
    name: "a condition on a colour",
    example: "brightness",
    keys: &["red", "green", "blue", "hue", "saturation", "brightness"],
};

impl ColorProperty {
    const ALL: [(&'static str, Self); 6] = [
        ("red", Self::Red),
        ("green", Self::Green),
        ("blue", Self::Blue),
        ("hue", Self::Hue),
        ("saturation", Self::Saturation),
        ("brightness", Self::Brightness),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, it)| *it == self).map_or("", |(name, _)| name)
    }

    /// Its value, to a hundredth.
    pub fn of(self, color: Rgb) -> Number {
        let [r, g, b] = [color.r, color.g, color.b].map(f64::from);
        let (most, least) = (r.max(g).max(b), r.min(g).min(b));
        let range = most - least;
        Number::rounded(match self {
            Self::Red => r,
            Self::Green => g,
            Self::Blue => b,
            Self::Hue if range == 0.0 => 0.0,
            Self::Hue if color.r >= color.g && color.r >= color.b => (60.0 * (g - b) / range).rem_euclid(360.0),
            Self::Hue if color.g >= color.b => 60.0 * (b - r) / range + 120.0,
            Self::Hue => 60.0 * (r - g) / range + 240.0,
            Self::Saturation if most == 0.0 => 0.0,
            Self::Saturation => 100.0 * range / most,
            Self::Brightness => 100.0 * most / 255.0,
        })
    }
}

impl ColorRules {
    pub(crate) fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        let mut map = Map::new(cx, node, &COLOR)?;
        let mut rules = Vec::new();
        for (name, property) in ColorProperty::ALL {
            let condition = map.optional(name, |cx, node| Some((Condition::decode(cx, node)?, node.span)));
            rules.extend(condition.map(|(condition, span)| ColorRule { property, condition, span }));
        }
        (!rules.is_empty()).then_some(Self(rules))
    }

    /// The conditions that a colour breaks.
    pub fn broken(&self, color: Rgb) -> Vec<Broken> {
        let broken = self.0.iter().filter_map(|rule| {
            let mismatch = rule.condition.hold(Some(&Json::Number(rule.property.of(color)))).err()?;
            let at = rule.property.name().to_owned();
            Some(Broken { at, expected: mismatch.expected, actual: mismatch.actual, span: rule.span })
        });
        broken.collect()
    }
}

/// `a colour whose hue is 120 ± 5 and whose brightness is > 50`
impl fmt::Display for ColorRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a colour")?;
        for (index, rule) in self.0.iter().enumerate() {
            let and = if index > 0 { " and" } else { "" };
            write!(f, "{and} whose {} is {}", rule.property.name(), rule.condition)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_those_of_rgb_and_hsv() {
        let of = |color: &str, property: ColorProperty| property.of(color.parse().unwrap()).to_string();
        assert_eq!(of("#ff8000", ColorProperty::Red), "255");
        assert_eq!(of("#ff8000", ColorProperty::Hue), "30.12");
        assert_eq!(of("#00ff00", ColorProperty::Hue), "120");
        assert_eq!(of("#0000ff", ColorProperty::Hue), "240");
        assert_eq!(of("#ff00ff", ColorProperty::Hue), "300");
        assert_eq!(of("#808080", ColorProperty::Saturation), "0");
        assert_eq!(of("#800000", ColorProperty::Saturation), "100");
        assert_eq!(of("#800000", ColorProperty::Brightness), "50.2");
        assert_eq!(of("#000000", ColorProperty::Saturation), "0");
    }
}
