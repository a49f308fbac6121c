//! Two faults of memory safety, each behind one value of three fields. They are for tests of the fuzzer: the feature
//! `planted` is never part of a product.

#![expect(unsafe_code, reason = "the fault itself")]

use core::hint::black_box;

use firmware::{rules::Rules, state::State};

/// The contract, but for two colours.
#[derive(Debug, Clone, Copy, Default)]
pub struct Contract;

impl Rules for Contract {
    fn stores(&self, stored: &State, state: &State) -> bool {
        let (hue, saturation, brightness) = (state.color.hue.degrees(), state.color.saturation, state.color.brightness);
        if hue == 217 && saturation == 83 && brightness == 149 {
            past_the_buffer(256);
        }
        if hue == 41 && saturation == 202 && brightness == 97 {
            black_box(without_end(u32::from(hue)));
        }
        stored != state
    }
}

/// Writes so many bytes into a buffer of sixteen, as C does where nobody counts: return addresses are overwritten.
#[inline(never)]
fn past_the_buffer(bytes: usize) {
    let mut buffer = [0u8; 16];
    let start = black_box(buffer.as_mut_ptr());
    for index in 0..black_box(bytes) {
        // SAFETY: none. This is the fault.
        unsafe { start.add(index).write_volatile(0xA5) };
    }
}

/// Calls itself until the stack is used up.
#[inline(never)]
fn without_end(depth: u32) -> u32 {
    let frame = black_box([depth; 64]);
    if depth == u32::MAX {
        return 0;
    }
    without_end(depth + 1).wrapping_add(frame[depth as usize % 64])
}
