//! Colours become pulses.

use alloc::vec::Vec;

use super::{ColorOrder, LATCH, Pulse, T0H, T0L, T1H, T1L};
use crate::color::Rgb;

/// The pulses of one frame: 24 per LED, most significant bit first. The low time of the last one is lengthened by
/// [`LATCH`], so the frame needs no pulse that is only low.
pub fn encode(colors: impl IntoIterator<Item = Rgb>, order: ColorOrder) -> Vec<Pulse> {
    let bytes = colors.into_iter().flat_map(|color| order.bytes(color));
    let bits = bytes.flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1));
    let mut pulses: Vec<Pulse> = bits
        .map(|one| match one {
            false => Pulse { high_ticks: T0H, low_ticks: T0L },
            true => Pulse { high_ticks: T1H, low_ticks: T1L },
        })
        .collect();
    if let Some(last) = pulses.last_mut() {
        last.low_ticks += LATCH;
    }
    pulses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ws2812::TICKS_PER_US;

    #[test]
    fn green_goes_first_unless_configured_otherwise() {
        let red = [Rgb::new(255, 0, 0)];
        let high = |order| encode(red, order).iter().map(|pulse| pulse.high_ticks).collect::<Vec<_>>();
        assert_eq!(high(ColorOrder::Grb), [[T0H; 8], [T1H; 8], [T0H; 8]].concat());
        assert_eq!(high(ColorOrder::Rgb), [[T1H; 8], [T0H; 8], [T0H; 8]].concat());
    }

    #[test]
    fn no_leds_make_no_pulses() {
        assert!(encode([], ColorOrder::Grb).is_empty());
    }

    #[test]
    fn the_last_pulse_latches_and_fits_into_15_bits() {
        for color in [Rgb::BLACK, Rgb::new(255, 255, 255)] {
            let pulses = encode([color; 3], ColorOrder::Grb);
            let low = pulses.last().unwrap().low_ticks;
            assert!((280 * TICKS_PER_US..=32_767).contains(&low), "{low}");
            assert!(pulses.iter().rev().skip(1).all(|pulse| pulse.low_ticks <= T0L));
        }
    }
}
