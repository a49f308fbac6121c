//! Answers to commands that ask for one: `ok` or `error: <reason>`.

use alloc::{format, string::String};

use crate::command::Rejection;

/// Largest response packet in bytes, the same as the largest packet the device takes.
pub const MAX_PACKET: usize = 256;

/// The payload that answers a command with this `outcome`, where the rest of the packet takes `overhead` bytes. A reason
/// that would make the packet larger than [`MAX_PACKET`] is cut short.
pub fn payload<T>(outcome: &Result<T, Rejection>, overhead: usize) -> String {
    match outcome {
        Ok(_) => String::from("ok"),
        Err(reason) => {
            let mut text = format!("error: {reason}");
            // Reasons are ASCII, so every byte is a character.
            text.truncate(MAX_PACKET.saturating_sub(overhead));
            text
        }
    }
}

/// Bytes of a QoS 1 PUBLISH packet besides its payload: fixed header, topic, packet identifier and Correlation Data.
pub const fn overhead(topic: usize, correlation_data: Option<usize>) -> usize {
    let properties = match correlation_data {
        Some(len) => 1 + 2 + len,
        None => 0,
    };
    // Two bytes of property length: never too few, as a packet of 256 bytes has no use for three.
    3 + 2 + topic + 2 + 2 + properties
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Excerpt, Field};

    #[test]
    fn a_reason_is_cut_to_fit_the_packet() {
        let refused: Result<(), _> =
            Err(Rejection::NotANumber { field: Field::Brightness, text: Excerpt::new(&[7; 90]) });
        assert!(payload(&refused, 9).starts_with(r#"error: brightness "\x07\x07"#));
        for topic in 0..=220 {
            let overhead = overhead(topic, Some(20));
            assert!(payload(&refused, overhead).len() + overhead <= MAX_PACKET.max(overhead));
        }
        assert_eq!(payload(&Ok(()), 250), "ok");
    }

    /// Bytes of the largest QoS 1 PUBLISH packet with this `payload` (MQTT 5.0, 3.3): the remaining length is a variable
    /// byte integer, and so is the property length.
    fn packet(topic: usize, correlation_data: Option<usize>, payload: usize) -> usize {
        let variable = |value: usize| if value < 128 { 1 } else { 2 };
        let properties = correlation_data.map_or(0, |len| 1 + (2 + len));
        let remaining = (2 + topic) + 2 + variable(properties) + properties + payload;
        1 + variable(remaining) + remaining
    }

    #[test]
    fn the_overhead_is_what_the_packet_has_besides_its_payload() {
        for topic in 1..=100 {
            for correlation_data in core::iter::once(None).chain((0..=140).map(Some)) {
                let overhead = overhead(topic, correlation_data);
                let Some(room) = MAX_PACKET.checked_sub(overhead) else { continue };
                // A short property length takes one byte less than is kept for it.
                let short = usize::from(correlation_data.is_none_or(|len| 3 + len < 128));
                assert_eq!(packet(topic, correlation_data, room) + short, MAX_PACKET, "{topic} {correlation_data:?}");
            }
        }
    }
}
