//! What holds for every waveform.

use hil_sim_parts::ws2812::{ColorOrder, Config, Decoder, Event, Frame, PulseTime, Rgb, Waveform};
use proptest::prelude::*;

/// A bit as a pulse with both times anywhere within the tolerances.
fn pulse(bit: bool) -> impl Strategy<Value = (u32, u32)> {
    let range = |time: PulseTime| {
        let allowed = time.allowed_ns();
        *allowed.start() as u32..=*allowed.end() as u32
    };
    (range(PulseTime::high(bit)), range(PulseTime::low(bit)))
}

/// Up to 20 LEDs, and a waveform that shows these colours on them.
fn frame() -> impl Strategy<Value = (Vec<Rgb>, Vec<(u32, u32)>)> {
    let color = any::<[u8; 3]>().prop_map(|[red, green, blue]| Rgb::new(red, green, blue));
    prop::collection::vec(color, 1..20).prop_flat_map(|leds| {
        let bytes = leds.iter().flat_map(|led| ColorOrder::Grb.encode(*led));
        let bits = bytes.flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1));
        let pulses: Vec<_> = bits.map(pulse).collect();
        (Just(leds), pulses)
    })
}

fn frames(events: Vec<Event>) -> Vec<Frame> {
    events.into_iter().filter_map(|event| if let Event::Frame(frame) = event { Some(frame) } else { None }).collect()
}

proptest! {
    #[test]
    fn any_jitter_within_the_tolerances_decodes_without_a_fault((leds, mut pulses) in frame(), pause in 280_000_u32..) {
        pulses.push((0, pause));
        let events = Decoder::new(Config::new(leds.len())).feed(&Waveform::from_pulses(0, pulses)).unwrap();
        prop_assert_eq!(events.len(), 1, "{:?}", events);
        prop_assert_eq!(&frames(events)[0].leds, &leds);
    }

    #[test]
    fn no_sequence_of_edges_makes_it_panic(
        leds in 0_usize..4,
        edges in prop::collection::vec((prop_oneof![0_u64..2_000, 0_u64..400_000, any::<u64>()], any::<bool>()), 0..200),
        relative in any::<bool>(),
    ) {
        let mut decoder = Decoder::new(Config::new(leds));
        let mut now_ns = 0_u64;
        for (time, high) in edges {
            let at_ns = if relative { now_ns.saturating_add(time) } else { time };
            match decoder.edge(at_ns, high) {
                Ok(events) => {
                    prop_assert!(at_ns >= now_ns);
                    now_ns = at_ns;
                    for event in events {
                        prop_assert!(!event.to_string().is_empty());
                    }
                }
                Err(refused) => prop_assert_eq!((refused.now_ns, refused.at_ns), (now_ns, at_ns)),
            }
        }
        prop_assert!(decoder.advance(u64::MAX).is_ok());
    }

    #[test]
    fn every_bit_is_shown_incomplete_or_surplus(leds in 0_usize..4, bits in 0_u64..200) {
        let pulses = (0..bits).map(|_| (400, 850)).chain([(0, 280_000)]);
        let events = Decoder::new(Config::new(leds)).feed(&Waveform::from_pulses(0, pulses)).unwrap();
        let accounted: u64 = events.iter().map(|event| match event {
            Event::Frame(frame) => frame.updated as u64 * 24,
            Event::Incomplete(incomplete) => u64::from(incomplete.bits),
            Event::Surplus(surplus) => surplus.bits,
            other => panic!("{other}"),
        }).sum();
        prop_assert_eq!(accounted, bits);
    }

    #[test]
    fn advancing_between_edges_changes_nothing(
        pulses in prop::collection::vec((1_u32..1_500, prop_oneof![1_u32..1_500, 1_u32..600_000]), 0..150),
        share in 0_u64..=8,
    ) {
        let waveform = Waveform::from_pulses(0, pulses);
        let mut whole = Decoder::new(Config::new(2));
        let mut stepped = whole.clone();
        let mut events = Vec::new();
        let mut last_ns = 0;
        for edge in &waveform.edges {
            events.extend(stepped.advance(last_ns + (edge.at_ns - last_ns) * share / 8).unwrap());
            events.extend(stepped.edge(edge.at_ns, edge.high).unwrap());
            last_ns = edge.at_ns;
        }
        events.extend(stepped.advance(waveform.end_ns).unwrap());
        prop_assert_eq!(events, whole.feed(&waveform).unwrap());
    }
}
