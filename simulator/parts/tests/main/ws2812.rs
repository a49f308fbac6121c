//! The WS2812B decoder against waveforms built pulse by pulse.

use hil_sim_parts::ws2812::{
    AmbiguousGap, ColorOrder, Config, Decoder, Event, Frame, Incomplete, PulseTime, Rgb, Surplus, TimeWentBackwards,
    Violation, Waveform,
};

const ZERO: (u32, u32) = (400, 850);
const ONE: (u32, u32) = (800, 450);
const RESET: (u32, u32) = (0, 280_000);
const BIT_NS: u64 = 1_250;

/// The pulses of these bytes at the data sheet's typical times.
fn pulses(bytes: &[u8]) -> Vec<(u32, u32)> {
    bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| if byte >> bit & 1 == 1 { ONE } else { ZERO })).collect()
}

fn decode(leds: usize, pulses: Vec<(u32, u32)>) -> Vec<Event> {
    Decoder::new(Config::new(leds)).feed(&Waveform::from_pulses(1_000, pulses)).expect("time goes forwards")
}

/// 24 zeros of which one is replaced, and a reset.
fn one_led_with(index: usize, pulse: (u32, u32)) -> Vec<(u32, u32)> {
    let mut pulses = vec![ZERO; 24];
    pulses[index] = pulse;
    pulses.push(RESET);
    pulses
}

fn violations(events: &[Event]) -> Vec<&Violation> {
    events
        .iter()
        .filter_map(|event| if let Event::Violation(violation) = event { Some(violation) } else { None })
        .collect()
}

fn frames(events: &[Event]) -> Vec<&Frame> {
    events.iter().filter_map(|event| if let Event::Frame(frame) = event { Some(frame) } else { None }).collect()
}

#[test]
fn a_frame_spans_its_pulses_and_latches_a_reset_later() {
    let mut sent = pulses(&[0x10, 0x20, 0x30]);
    sent.push(RESET);
    let end_ns = 1_000 + 24 * BIT_NS - 850;
    let frame = Frame {
        start_ns: 1_000,
        end_ns,
        latch_ns: end_ns + 280_000,
        leds: vec![Rgb::new(0x20, 0x10, 0x30)],
        updated: 1,
    };
    assert_eq!(decode(1, sent), [Event::Frame(frame)]);
}

#[test]
fn the_colour_order_is_that_of_the_chain() {
    let mut decoder = Decoder::new(Config::new(1).with_order(ColorOrder::Rgb));
    let mut sent = pulses(&[0x10, 0x20, 0x30]);
    sent.push(RESET);
    decoder.feed(&Waveform::from_pulses(0, sent)).expect("time goes forwards");
    assert_eq!(decoder.shown(), [Rgb::new(0x10, 0x20, 0x30)]);
}

#[test]
fn each_led_takes_the_first_24_bits_and_passes_on_the_rest() {
    let mut sent = pulses(&[1, 2, 3, 4, 5, 6]);
    sent.push(RESET);
    assert_eq!(frames(&decode(2, sent))[0].leds, [Rgb::new(2, 1, 3), Rgb::new(5, 4, 6)]);
}

#[test]
fn leds_without_new_data_keep_their_colour() {
    let mut sent = pulses(&[1, 2, 3, 4, 5, 6]);
    sent.push(RESET);
    sent.extend(pulses(&[7, 8, 9]));
    sent.push(RESET);
    let events = decode(2, sent);
    let last = frames(&events)[1];
    assert_eq!((last.leds.as_slice(), last.updated), ([Rgb::new(8, 7, 9), Rgb::new(5, 4, 6)].as_slice(), 1));
    assert_eq!(events.len(), 2, "a frame for a part of the chain is no fault");
}

#[test]
fn the_latch_comes_at_280_us_and_not_before() {
    let mut decoder = Decoder::new(Config::new(1));
    let waveform = Waveform::from_pulses(0, pulses(&[1, 2, 3]));
    let last_edge_ns = waveform.edges.last().expect("an edge").at_ns;
    assert_eq!(decoder.feed(&waveform), Ok(vec![]));
    assert_eq!(decoder.advance(last_edge_ns + 279_999), Ok(vec![]));
    assert_eq!(decoder.shown(), [Rgb::BLACK]);
    assert_eq!(frames(&decoder.advance(last_edge_ns + 280_000).expect("time goes forwards")).len(), 1);
    assert_eq!(decoder.advance(u64::MAX), Ok(vec![]), "a frame latches once");
}

#[test]
fn the_next_rising_edge_notices_a_latch_too() {
    let mut decoder = Decoder::new(Config::new(1));
    decoder.feed(&Waveform::from_pulses(0, pulses(&[1, 2, 3]))).expect("time goes forwards");
    assert_eq!(frames(&decoder.edge(10_000_000, true).expect("time goes forwards")).len(), 1);
}

#[test]
fn tolerances_are_inclusive() {
    for good in [(250, 1_000), (550, 700), (650, 600), (950, 300)] {
        let events = decode(1, one_led_with(5, good));
        assert!(matches!(events[..], [Event::Frame(_)]), "{events:?}");
    }
}

#[test]
fn a_violation_names_led_bit_time_and_range() {
    for (pulse, time, measured_ns) in [
        ((249, 850), PulseTime::T0H, 249),
        ((551, 850), PulseTime::T0H, 551),
        ((400, 699), PulseTime::T0L, 699),
        ((400, 1_001), PulseTime::T0L, 1_001),
        ((649, 450), PulseTime::T1H, 649),
        ((951, 450), PulseTime::T1H, 951),
        ((800, 299), PulseTime::T1L, 299),
        ((800, 601), PulseTime::T1L, 601),
    ] {
        let mut sent = vec![ZERO; 24];
        sent.extend(one_led_with(5, pulse));
        let pulse_ns = 1_000 + 29 * BIT_NS;
        let is_high = matches!(time, PulseTime::T0H | PulseTime::T1H);
        let expected = Violation {
            at_ns: if is_high { pulse_ns } else { pulse_ns + u64::from(pulse.0) },
            led: 1,
            bit: 5,
            time,
            measured_ns,
            allowed_ns: time.allowed_ns(),
        };
        assert_eq!(violations(&decode(2, sent)), [&expected]);
    }
}

#[test]
fn the_low_time_of_the_last_bit_is_the_reset() {
    let mut sent = vec![ZERO; 23];
    sent.push((400, 5_000_000));
    let events = decode(1, sent);
    assert!(matches!(events[..], [Event::Frame(_)]), "{events:?}");
}

#[test]
fn a_pause_of_5_to_280_us_is_ambiguous_and_the_frame_goes_on() {
    for (low_ns, ambiguous) in [(4_999, false), (5_000, true), (50_000, true), (279_999, true)] {
        let events = decode(1, one_led_with(11, (400, low_ns)));
        let gap = AmbiguousGap { at_ns: 1_000 + 11 * BIT_NS + 400, low_ns: u64::from(low_ns), bits: 12 };
        assert_eq!(events.contains(&Event::AmbiguousGap(gap)), ambiguous, "{low_ns} ns: {events:?}");
        assert_eq!(violations(&events).len(), usize::from(!ambiguous));
        assert_eq!(frames(&events)[0].updated, 1);
    }
}

#[test]
fn an_led_that_gets_a_part_of_its_bits_keeps_its_colour() {
    let mut sent = pulses(&[1, 2, 3, 0xFF, 0xFF]);
    sent.extend(vec![ONE; 7]);
    sent.push(RESET);
    let events = decode(2, sent);
    let [Event::Frame(frame), Event::Incomplete(incomplete)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(frame.leds, [Rgb::new(2, 1, 3), Rgb::BLACK]);
    assert_eq!(*incomplete, Incomplete { latch_ns: frame.latch_ns, led: 1, bits: 23 });
}

#[test]
fn a_glitch_shows_nothing() {
    let events = decode(1, vec![ZERO, RESET]);
    assert!(matches!(events[..], [Event::Incomplete(Incomplete { led: 0, bits: 1, .. })]), "{events:?}");
}

#[test]
fn bits_after_the_last_led_are_counted_and_not_checked() {
    let mut sent = pulses(&[1, 2, 3]);
    sent.extend([(2_000, 2_000); 30]);
    sent.push(RESET);
    let events = decode(1, sent);
    let [Event::Frame(frame), Event::Surplus(surplus)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(*surplus, Surplus { latch_ns: frame.latch_ns, bits: 30 });
}

#[test]
fn the_low_time_of_the_last_led_counts_if_more_bits_follow() {
    let mut sent = vec![ZERO; 23];
    sent.extend([(400, 2_000), ZERO, RESET]);
    let events = decode(1, sent);
    let [violation] = violations(&events)[..] else { panic!("{events:?}") };
    assert_eq!((violation.led, violation.bit, violation.time), (0, 23, PulseTime::T0L));
}

#[test]
fn time_that_goes_backwards_is_refused_and_changes_nothing() {
    let mut decoder = Decoder::new(Config::new(1));
    decoder.edge(500, true).expect("time goes forwards");
    assert_eq!(decoder.edge(499, false), Err(TimeWentBackwards { now_ns: 500, at_ns: 499 }));
    assert_eq!(decoder.advance(499), Err(TimeWentBackwards { now_ns: 500, at_ns: 499 }));
    assert_eq!(decoder.edge(900, false), Ok(vec![]), "the pulse of 400 ns is intact");
}

#[test]
fn events_print_as_one_line() {
    let mut sent = one_led_with(3, (600, 850));
    sent.extend([(400, 40_000), RESET]);
    sent.extend([(400, 40_000)]);
    sent.extend(vec![ZERO; 25]);
    sent.push(RESET);
    let mut lines: Vec<String> = decode(1, sent).iter().map(Event::to_string).collect();
    lines.push(TimeWentBackwards { now_ns: 500, at_ns: 499 }.to_string());
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_part_behind_others_takes_what_is_left_to_it_and_names_its_own_leds() {
    let [first, second, third] = [Rgb::new(1, 2, 3), Rgb::new(4, 5, 6), Rgb::new(7, 8, 9)];
    let bytes = [first, second, third].into_iter().flat_map(|color| ColorOrder::Grb.encode(color));
    let bits = bytes.flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1));
    // The first high time of the second LED is too long for a zero.
    let pulse = |(index, bit): (usize, bool)| match (index, bit) {
        (24, false) => (580, 850),
        (_, true) => (800, 450),
        (_, false) => (400, 850),
    };
    let waveform = Waveform::from_pulses(0, bits.enumerate().map(pulse).chain([(0, 280_000)]));
    let events = |config| Decoder::new(config).feed(&waveform).expect("edges in order");
    let shown = |events: &[Event]| match events.iter().find(|event| matches!(event, Event::Frame(_))) {
        Some(Event::Frame(frame)) => frame.leds.clone(),
        _ => panic!("{events:?}"),
    };
    let (head, tail) = (events(Config::new(1)), events(Config::new(2).behind(1)));
    assert_eq!((shown(&head), shown(&tail)), (vec![first], vec![second, third]));
    assert!(!head.iter().any(|event| matches!(event, Event::Violation(_))), "{head:?}");
    assert!(tail.iter().any(|event| matches!(event, Event::Violation(it) if (it.led, it.bit) == (0, 0))), "{tail:?}");
}
