//! Steps on the serial console.

use std::time::Duration;

use super::{ByteText, Spanned};

/// `wait-serial: "mqtt: connected"`: exact bytes anywhere in the output, also across lines; only what the device prints
/// after the step before has ended counts (as in Wokwi). Its only limit is the scenario's `timeout`, as in Wokwi.
#[derive(Debug, Clone)]
pub struct WaitSerial {
    /// The bytes to find.
    pub text: Spanned<ByteText>,
}

/// `write-serial: "text\n"` or `write-serial: [65, 66]`
#[derive(Debug, Clone)]
pub struct WriteSerial {
    /// The bytes to write; no newline is appended.
    pub bytes: ByteText,
}

/// `expect-serial: { matches: "level=(?<level>\\d+)", within: 1s }` or `{ text: "mqtt: connected" }`
#[derive(Debug, Clone)]
pub struct ExpectSerial {
    /// Searched in each whole line; `text` is compiled to an escaped expression. Named groups become variables.
    pub line: Spanned<regex::Regex>,
    /// `absent: true`: no such line for `within`.
    pub absent: bool,
    /// Limit; `None`: the default (2 s).
    pub within: Option<Duration>,
}
