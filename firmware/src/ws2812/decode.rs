//! Pulses become colours: what an LED would take from them, and what is wrong with them by the data sheet.

use alloc::vec::Vec;

use super::{ColorOrder, PULSES_PER_LED, Pulse, T0H, T0L, T1H, T1L, TOLERANCE};
use crate::color::Rgb;

/// What is wrong with a waveform. LEDs and pulses are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WrongWaveform {
    /// Too few pulses, or too many.
    #[error("{seen} pulses instead of {expected}")]
    Count {
        /// Pulses there were.
        seen: usize,
        /// 24 for each LED.
        expected: usize,
    },
    /// A pulse that is neither a 0 nor a 1.
    #[error("pulse {pulse} is high for {ns} ns: 400 or 800 are expected, give or take 150")]
    High {
        /// Which pulse.
        pulse: usize,
        /// How long the line was high, in nanoseconds.
        ns: u32,
    },
    /// A pulse after which the line was low for too short or too long a time.
    #[error("pulse {pulse} is low for {ns} ns: {expected_ns} are expected, give or take 150")]
    Low {
        /// Which pulse.
        pulse: usize,
        /// How long the line was low, in nanoseconds.
        ns: u32,
        /// How long it should be after this bit, in nanoseconds.
        expected_ns: u32,
    },
    /// LEDs that should all show the same do not.
    #[error("LED {led} gets {color}, LED 1 {first}")]
    Differ {
        /// The first LED that differs.
        led: usize,
        /// Its colour.
        color: Rgb,
        /// The colour of LED 1.
        first: Rgb,
    },
}

/// The colours in `pulses`, each 24 of them an LED's.
///
/// The low time of the last pulse is not looked at: it is the latch, within which a receiver stops.
///
/// # Errors
///
/// The first thing that is wrong with them. No pulses at all are no frame.
pub fn decode(pulses: &[Pulse], order: ColorOrder) -> Result<Vec<Rgb>, WrongWaveform> {
    if pulses.is_empty() || !pulses.len().is_multiple_of(PULSES_PER_LED) {
        let expected = pulses.len().next_multiple_of(PULSES_PER_LED).max(PULSES_PER_LED);
        return Err(WrongWaveform::Count { seen: pulses.len(), expected });
    }
    let mut wire = Vec::with_capacity(pulses.len() / 8);
    for (index, pulse) in pulses.iter().enumerate() {
        let bit = bit(pulse, index + 1, index + 1 == pulses.len())?;
        match wire.last_mut() {
            Some(byte) if index % 8 > 0 => *byte = *byte << 1 | bit,
            _ => wire.push(bit),
        }
    }
    let (leds, _) = wire.as_chunks::<3>();
    Ok(leds.iter().map(|bytes| order.color(*bytes)).collect())
}

/// The one colour that all of `leds` LEDs get by `pulses`.
///
/// # Errors
///
/// As [`decode()`]; and there are more or fewer LEDs in them, or they differ.
pub fn uniform(pulses: &[Pulse], leds: usize, order: ColorOrder) -> Result<Rgb, WrongWaveform> {
    let count = WrongWaveform::Count { seen: pulses.len(), expected: leds * PULSES_PER_LED };
    if pulses.len() != leds * PULSES_PER_LED {
        return Err(count);
    }
    let colors = decode(pulses, order)?;
    let first = *colors.first().ok_or(count)?;
    match colors.iter().position(|color| *color != first) {
        Some(index) => Err(WrongWaveform::Differ { led: index + 1, color: colors[index], first }),
        None => Ok(first),
    }
}

/// The bit that a pulse is, by how long the line is high, as an LED decides.
fn bit(pulse: &Pulse, number: usize, is_last: bool) -> Result<u8, WrongWaveform> {
    let near = |ticks: u16, nominal: u16| ticks.abs_diff(nominal) <= TOLERANCE;
    let (bit, low) = match pulse.high_ticks {
        high if near(high, T0H) => (0, T0L),
        high if near(high, T1H) => (1, T1L),
        high => return Err(WrongWaveform::High { pulse: number, ns: ns(high) }),
    };
    if !is_last && !near(pulse.low_ticks, low) {
        return Err(WrongWaveform::Low { pulse: number, ns: ns(pulse.low_ticks), expected_ns: ns(low) });
    }
    Ok(bit)
}

/// Ticks of 12.5 ns.
fn ns(ticks: u16) -> u32 {
    u32::from(ticks) * 25 / 2
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use proptest::prelude::*;

    use super::*;
    use crate::ws2812::encode;

    fn colors() -> impl Strategy<Value = Vec<Rgb>> {
        let color = any::<(u8, u8, u8)>().prop_map(|(red, green, blue)| Rgb::new(red, green, blue));
        proptest::collection::vec(color, 1..20)
    }

    fn order() -> impl Strategy<Value = ColorOrder> {
        prop_oneof![Just(ColorOrder::Grb), Just(ColorOrder::Rgb)]
    }

    const RED: Rgb = Rgb::new(255, 0, 0);

    #[test]
    fn leds_that_show_the_same_have_one_colour() {
        let pulses = encode([RED; 3], ColorOrder::Grb);
        assert_eq!(uniform(&pulses, 3, ColorOrder::Grb), Ok(RED));
        let wrong = |pulses: &[Pulse], leds| uniform(pulses, leds, ColorOrder::Grb).unwrap_err().to_string();
        assert_eq!(wrong(&pulses, 2), "72 pulses instead of 48");
        assert_eq!(wrong(&pulses[..71], 3), "71 pulses instead of 72");
        assert_eq!(wrong(&[], 1), "0 pulses instead of 24");
        let pulses = encode([RED, RED, Rgb::new(255, 0, 1)], ColorOrder::Grb);
        assert_eq!(wrong(&pulses, 3), "LED 3 gets #ff0001, LED 1 #ff0000");
    }

    #[test]
    fn a_wrong_pulse_is_named_with_its_length() {
        let mut pulses = encode([RED], ColorOrder::Grb);
        pulses[8].high_ticks = 48;
        let wrong = |pulses: &[Pulse]| decode(pulses, ColorOrder::Grb).unwrap_err().to_string();
        assert_eq!(wrong(&pulses), "pulse 9 is high for 600 ns: 400 or 800 are expected, give or take 150");
        let mut pulses = encode([RED], ColorOrder::Grb);
        pulses[1].low_ticks = 180;
        assert_eq!(wrong(&pulses), "pulse 2 is low for 2250 ns: 850 are expected, give or take 150");
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(colors in colors(), order in order()) {
            prop_assert_eq!(decode(&encode(colors.iter().copied(), order), order), Ok(colors));
        }

        /// The data sheet's tolerance is allowed, and nothing beyond it.
        #[test]
        fn times_may_be_off_by_the_tolerance_and_no_more(
            colors in colors(), order in order(), at: prop::sample::Index, is_high: bool, off in -30i16..=30,
        ) {
            let mut pulses = encode(colors.iter().copied(), order);
            let index = at.index(pulses.len());
            // The latch is not looked at.
            prop_assume!(is_high || index + 1 < pulses.len());
            let Pulse { high_ticks, low_ticks } = &mut pulses[index];
            let time = if is_high { high_ticks } else { low_ticks };
            *time = time.saturating_add_signed(off);
            let time = *time;
            let decoded = decode(&pulses, order);
            let is_other_bit = is_high && [T0H, T1H].iter().any(|nominal| time.abs_diff(*nominal) <= TOLERANCE);
            if off.unsigned_abs() <= TOLERANCE {
                prop_assert_eq!(decoded, Ok(colors));
            } else if is_other_bit {
                // Long enough for the other bit: its low time does not fit that.
                prop_assert!(decoded != Ok(colors));
            } else {
                prop_assert!(decoded.is_err());
            }
        }

        #[test]
        fn a_pulse_more_or_less_is_no_frame(colors in colors(), order in order(), cut in 1..24usize) {
            let pulses = encode(colors.iter().copied(), order);
            prop_assert!(decode(&pulses[cut..], order).is_err());
            prop_assert!(uniform(&pulses[..pulses.len() - cut], colors.len(), order).is_err());
        }

        #[test]
        fn no_pulses_whatever_make_it_panic(pulses in proptest::collection::vec(any::<(u16, u16)>(), 0..100), leds in 0..5usize) {
            let pulses: Vec<Pulse> =
                pulses.into_iter().map(|(high_ticks, low_ticks)| Pulse { high_ticks, low_ticks }).collect();
            let _ = uniform(&pulses, leds, ColorOrder::Grb);
        }
    }
}
