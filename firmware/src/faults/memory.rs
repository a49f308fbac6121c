//! Two faults of memory safety, each behind one value of three fields. On a host they would corrupt the process that runs
//! the device, so they are there on the chip only.

use crate::rules::Rules;

#[cfg(target_os = "none")]
pub(super) use chip::{PAST_THE_BUFFER, WITHOUT_END};

/// Not here.
#[cfg(not(target_os = "none"))]
pub(super) const PAST_THE_BUFFER: Option<&'static (dyn Rules + Sync)> = None;
/// Not here.
#[cfg(not(target_os = "none"))]
pub(super) const WITHOUT_END: Option<&'static (dyn Rules + Sync)> = None;

#[cfg(target_os = "none")]
mod chip {
    #![expect(unsafe_code, reason = "the fault itself")]

    use core::hint::black_box;

    use super::Rules;
    use crate::state::State;

    /// At hue 217, saturation 83, brightness 149.
    pub(in crate::faults) const PAST_THE_BUFFER: Option<&'static (dyn Rules + Sync)> = Some(&PastTheBuffer);
    /// At hue 41, saturation 202, brightness 97.
    pub(in crate::faults) const WITHOUT_END: Option<&'static (dyn Rules + Sync)> = Some(&WithoutEnd);

    struct PastTheBuffer;

    impl Rules for PastTheBuffer {
        fn stores(&self, stored: &State, state: &State) -> bool {
            if is_color(state, 217, 83, 149) {
                past_the_buffer(256);
            }
            stored != state
        }
    }

    struct WithoutEnd;

    impl Rules for WithoutEnd {
        fn stores(&self, stored: &State, state: &State) -> bool {
            if is_color(state, 41, 202, 97) {
                black_box(without_end(41));
            }
            stored != state
        }
    }

    fn is_color(state: &State, hue: u16, saturation: u8, brightness: u8) -> bool {
        let color = state.color;
        color.hue.degrees() == hue && color.saturation == saturation && color.brightness == brightness
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
}
