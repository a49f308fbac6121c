//! What a device's inputs are made of: topics, and the words and separators of its payloads.

/// Words for the mutators.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dictionary {
    /// Topics that the device listens to.
    pub topics: Vec<String>,
    /// Literals and separators of its payloads.
    pub tokens: Vec<Vec<u8>>,
    /// Payloads to begin with, each with its topic.
    pub seeds: Vec<(String, Vec<u8>)>,
}

/// Numbers at the edges of types and of the usual limits, as text.
pub(super) const NUMBERS: [&str; 24] = [
    "0",
    "1",
    "2",
    "9",
    "10",
    "32",
    "64",
    "99",
    "100",
    "127",
    "128",
    "255",
    "256",
    "359",
    "360",
    "361",
    "999",
    "1000",
    "32767",
    "32768",
    "65535",
    "65536",
    "99999",
    "4294967295",
];

/// Bytes and words that parsers stumble over.
pub(super) const HOSTILE: [&[u8]; 16] = [
    b"\0",
    b" ",
    b",",
    b"-",
    b"+",
    b".",
    b"\n",
    b"/",
    b"\"",
    b"%s",
    b"\x7F",
    b"\x80",
    b"\xFF",
    b"\xC3\x28",
    b"00000000",
    b"-1",
];
