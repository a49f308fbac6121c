//! The record's bytes: a version, the state, and a check over both.
//!
//! | bytes | content |
//! |---|---|
//! | 0 | version, 1 |
//! | 1 | power: 0 off, 1 on |
//! | 2..4 | hue in degrees, big-endian |
//! | 4, 5 | saturation, brightness |
//! | 6 | mode: 0 blink, 1 hue_rainbow |
//! | 7..11 | blink: on and off time in milliseconds, big-endian; hue_rainbow: speed (0 slow, 1 normal, 2 quick) and zeros |
//! | 11 | 0 |
//! | 12..16 | CRC-32 (IEEE 802.3) of the bytes before it, big-endian |

use esp_nvs::platform::software_crc32;

use crate::{
    color::{Hsv, Hue},
    state::{BlinkTime, Mode, Power, Speed, State},
};

/// Length of the record in bytes.
pub const LEN: usize = 16;

const VERSION: u8 = 1;

/// Why bytes are not a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// Not as long as a record.
    #[error("wrong length")]
    Length,
    /// The check does not fit.
    #[error("wrong check")]
    Check,
    /// Written by another version of the firmware.
    #[error("unknown version {0}")]
    Version(u8),
    /// The check fits, but no state looks like that.
    #[error("value out of range")]
    Value,
}

/// The record of `state`.
pub fn encode(state: &State) -> [u8; LEN] {
    let power = match state.power {
        Power::Off => 0,
        Power::On => 1,
    };
    let [hue_high, hue_low] = state.color.hue.degrees().to_be_bytes();
    let Hsv { saturation, brightness, .. } = state.color;
    let (mode, [a, b, c, d]) = match state.mode {
        Mode::Blink { on, off } => {
            let ([a, b], [c, d]) = (on.as_millis().to_be_bytes(), off.as_millis().to_be_bytes());
            (0, [a, b, c, d])
        }
        Mode::HueRainbow(Speed::Slow) => (1, [0, 0, 0, 0]),
        Mode::HueRainbow(Speed::Normal) => (1, [1, 0, 0, 0]),
        Mode::HueRainbow(Speed::Quick) => (1, [2, 0, 0, 0]),
    };
    let body = [VERSION, power, hue_high, hue_low, saturation, brightness, mode, a, b, c, d, 0];
    let mut record = [0; LEN];
    let check = software_crc32(0, &body).to_be_bytes();
    record.iter_mut().zip(body.into_iter().chain(check)).for_each(|(to, from)| *to = from);
    record
}

/// The state that `record` holds.
///
/// # Errors
///
/// It is none of ours, or damaged.
pub fn decode(record: &[u8]) -> Result<State, RecordError> {
    let (body, check) = record.split_last_chunk::<4>().ok_or(RecordError::Length)?;
    let &[version, power, hue_high, hue_low, saturation, brightness, mode, a, b, c, d, reserved] = body else {
        return Err(RecordError::Length);
    };
    if software_crc32(0, body) != u32::from_be_bytes(*check) {
        return Err(RecordError::Check);
    }
    if version != VERSION {
        return Err(RecordError::Version(version));
    }
    let power = match power {
        0 => Power::Off,
        1 => Power::On,
        _ => return Err(RecordError::Value),
    };
    let hue = Hue::new(u16::from_be_bytes([hue_high, hue_low])).ok_or(RecordError::Value)?;
    let mode = match (mode, [a, b, c, d]) {
        (0, _) => Mode::Blink { on: blink_time([a, b])?, off: blink_time([c, d])? },
        (1, [0, 0, 0, 0]) => Mode::HueRainbow(Speed::Slow),
        (1, [1, 0, 0, 0]) => Mode::HueRainbow(Speed::Normal),
        (1, [2, 0, 0, 0]) => Mode::HueRainbow(Speed::Quick),
        _ => return Err(RecordError::Value),
    };
    match reserved {
        0 => Ok(State { power, color: Hsv { hue, saturation, brightness }, mode }),
        _ => Err(RecordError::Value),
    }
}

fn blink_time(bytes: [u8; 2]) -> Result<BlinkTime, RecordError> {
    let millis = u16::from_be_bytes(bytes);
    let time = BlinkTime::rounding_down(millis);
    if time.as_millis() == millis { Ok(time) } else { Err(RecordError::Value) }
}
