//! Payloads as long as packets may be, and as senseless.

use proptest::prelude::*;
use proptest::sample::select;

use super::class::Class;
use super::valid::Leaf;

/// Sizes of receive buffers that are usual.
const BUFFERS: [usize; 8] = [64, 32, 128, 16, 100, 50, 256, 512];

/// Long payloads of at most `room` bytes, some of which end in a right one just behind a usual buffer's end, and junk.
pub fn hostile(valid: BoxedStrategy<Vec<Leaf>>, room: usize) -> BoxedStrategy<(Vec<u8>, Class)> {
    let filler = select(vec![b'0', b' ', b'x', b',', b'1', 0]);
    let ends_right = (valid.clone(), filler.clone(), select(BUFFERS.to_vec()), 1..8_usize).prop_map(
        move |(leaves, filler, buffer, times)| {
            let tail: String = leaves.into_iter().map(|leaf| leaf.text).collect();
            let most = room.saturating_sub(tail.len()) / buffer;
            let mut payload = vec![filler; buffer * times.min(most)];
            payload.extend(tail.bytes());
            payload.truncate(room);
            (payload, Class::Long)
        },
    );
    let repeated = (valid, 2..40_usize).prop_map(move |(leaves, times)| {
        let mut payload = leaves.into_iter().map(|leaf| leaf.text).collect::<String>().repeat(times).into_bytes();
        payload.truncate(room);
        (payload, Class::Long)
    });
    let filled =
        (filler, prop_oneof![Just(room), 0..=room]).prop_map(|(filler, length)| (vec![filler; length], Class::Long));
    let junk = proptest::collection::vec(any::<u8>(), 0..=room.min(24)).prop_map(|bytes| (bytes, Class::Junk));
    let text = proptest::collection::vec(any::<char>(), 0..8).prop_map(move |chars| {
        let mut bytes = chars.into_iter().collect::<String>().into_bytes();
        bytes.truncate(room);
        (bytes, Class::Junk)
    });
    prop_oneof![4 => ends_right, 1 => repeated, 1 => filled, 2 => junk, 1 => text].boxed()
}
