//! The functions, and what they are given.

/// A function. There are no others, and no way to add one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `now()`: date and time in UTC by RFC 3339, to the millisecond; `now('s')`, `now('ms')`: seconds, milliseconds since 1970.
    Now,
    /// `uuid()`: a random UUID, version 4 of RFC 9562.
    Uuid,
    /// `hex(x)`: the bytes of a text as hexadecimal digits.
    Hex,
    /// `base64(x)`: the bytes of a text in base64 of RFC 4648, section 4.
    Base64,
    /// `json(x)`: a text as a string of JSON, in quotes.
    Json,
    /// `round(x)`, `round(x, digits)`: half away from zero.
    Round,
    /// `floor(x)`: the largest integer that is not above.
    Floor,
    /// `ceil(x)`: the smallest integer that is not below.
    Ceil,
    /// `abs(x)`: without its sign.
    Abs,
    /// `min(x, ..)`: the smallest.
    Min,
    /// `max(x, ..)`: the largest.
    Max,
}

impl Function {
    /// All, with their names and the numbers of values that they take.
    const ALL: [(&'static str, Self, usize, usize); 11] = [
        ("now", Self::Now, 0, 1),
        ("uuid", Self::Uuid, 0, 0),
        ("hex", Self::Hex, 1, 1),
        ("base64", Self::Base64, 1, 1),
        ("json", Self::Json, 1, 1),
        ("round", Self::Round, 1, 2),
        ("floor", Self::Floor, 1, 1),
        ("ceil", Self::Ceil, 1, 1),
        ("abs", Self::Abs, 1, 1),
        ("min", Self::Min, 1, usize::MAX),
        ("max", Self::Max, 1, usize::MAX),
    ];

    /// Their names.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().map(|(name, ..)| *name)
    }

    /// The one of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(it, ..)| *it == name).map(|(_, function, ..)| *function)
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, it, ..)| *it == self).map_or("", |(name, ..)| name)
    }

    /// Whether it takes so many values; if not, how many it takes, in words.
    pub(super) fn takes(self, count: usize) -> Result<(), String> {
        let (least, most) = Self::ALL.iter().find(|(_, it, ..)| *it == self).map_or((0, 0), |(.., a, b)| (*a, *b));
        if (least..=most).contains(&count) {
            return Ok(());
        }
        Err(match (least, most) {
            (0, 0) => "no value".to_owned(),
            (1, 1) => "one value".to_owned(),
            (least, usize::MAX) => format!("at least {least}"),
            (least, most) => format!("{least} or {most}"),
        })
    }
}
