//! The registers of RMT, and the waveforms on its pins.

use super::device::FIRST_SIGNAL;
use super::ram::BLOCK_WORDS;
use super::registers::*;
use super::transmitter;
use crate::soc::interrupt::Source;
use crate::soc::map::DeviceId;
use crate::soc::rig::Rig;
use hil_sim_core::chip::soc::Soc as _;
use hil_sim_core::time::{Instant, Span};
use hil_sim_parts::ws2812::{self, Rgb};

const BASE: u32 = DeviceId::Rmt.describe().1;
const GPIO: u8 = 8;
/// A cycle of the core: registers are accessed at its start.
const CYCLE: Span = Span::from_ps(12_500);

const START: u32 = transmitter::TX_START | transmitter::MEM_RD_RST;
const UPDATE: u32 = transmitter::CONF_UPDATE;
const STOP: u32 = transmitter::TX_STOP;
const WRAP: u32 = 1 << 4;
const CONTINUOUS: u32 = 1 << 3;
const IDLE_HIGH: u32 = 0b11 << 5;
const CARRIER: u32 = 0b111 << 20;

const RX_START: u32 = 0b1111;
const RX_UPDATE: u32 = 1 << 15;
const RX_WRAP: u32 = 1 << 13;

/// Two entries in a word.
fn word(first: (bool, u16), second: (bool, u16)) -> u32 {
    let bits = |(level, ticks): (bool, u16)| u32::from(level) << 15 | u32::from(ticks);
    bits(first) | bits(second) << 16
}

fn pulse(high: u16, low: u16) -> u32 {
    word((true, high), (false, low))
}

/// CHnCONF0 without strobes: divider and one block.
fn conf0(divider: u32) -> u32 {
    divider << 8 | 1 << 16
}

struct Bench {
    rig: Rig,
}

impl Bench {
    /// Source 80 MHz undivided, RAM by address; transmitter 0 on a watched GPIO, which both receivers listen to.
    fn new() -> Self {
        let mut bench = Self { rig: Rig::new() };
        bench.set(SYS_CONF, SCLK_ACTIVE | 1 << 24 | APB_FIFO_MASK);
        bench.rig.connect_output(GPIO, FIRST_SIGNAL);
        bench.rig.connect_input(GPIO, FIRST_SIGNAL);
        bench.rig.connect_input(GPIO, FIRST_SIGNAL + 1);
        bench.rig.soc.watch(GPIO);
        bench
    }

    fn set(&mut self, register: u32, value: u32) {
        self.rig.write(BASE + register, value);
    }

    fn get(&mut self, register: u32) -> u32 {
        self.rig.read(BASE + register)
    }

    fn fill(&mut self, block: u32, words: &[u32]) {
        self.rig.write_words(BASE + RAM + 4 * u32::from(BLOCK_WORDS) * block, words);
    }

    fn words(&mut self, block: u32, count: u32) -> Vec<u32> {
        (0..count).map(|n| self.get(RAM + 4 * (u32::from(BLOCK_WORDS) * block + n))).collect()
    }

    /// Applies settings of transmitter 0 and starts it.
    fn send(&mut self, conf0: u32) {
        self.set(CH0CONF0, conf0 | UPDATE);
        self.set(CH0CONF0, conf0 | START);
    }

    /// Applies settings of receiver 2 and starts it.
    fn receive(&mut self, conf0: u32, conf1: u32) {
        self.set(CH2CONF0, conf0);
        self.set(CH2CONF1, conf1 | RX_START | RX_UPDATE);
    }

    /// The edges of the next span: picoseconds from now, and level.
    fn edges(&mut self, span: Span) -> Vec<(u64, bool)> {
        let from = self.rig.now();
        self.rig.take_edges();
        self.rig.run(span);
        self.rig.take_edges().iter().map(|edge| (edge.at.since(from).ps(), edge.level)).collect()
    }
}

/// CHmCONF0 of a receiver: no carrier, one block.
fn rx_conf0(divider: u32, idle: u32) -> u32 {
    divider | idle << 8 | 1 << 23
}

#[test]
fn registers_have_their_reset_values() {
    let mut rig = Rig::new();
    let expected = [
        (CH0CONF0, 0x0071_0200),
        (CH3CONF0, 0x30FF_FF02),
        (CH2CONF1, 0x01E8),
        (CH1CARRIER_DUTY, 0x0040_0040),
        (CH0_TX_LIM, 0x80),
        (CH3_RX_LIM, 0x80),
        (SYS_CONF, 0x0500_0010),
        (INT_RAW, 0),
        (CH2STATUS, 96 | 96 << 12),
    ];
    for (register, value) in expected {
        assert_eq!(rig.read(BASE + register), value, "register {register:#x}");
    }
}

#[test]
fn entries_last_their_ticks_to_the_picosecond() {
    let mut bench = Bench::new();
    bench.fill(0, &[pulse(3, 5), word((true, 1), (false, 0))]);
    bench.send(conf0(2));
    assert!(bench.rig.soc.level(GPIO), "the first level comes with TX_START");
    let edges = bench.edges(Span::from_us(1));
    assert_eq!(edges, [(3 * 25_000, false), (8 * 25_000, true), (9 * 25_000, false)]);
    assert_eq!(bench.get(INT_RAW), 1);
}

#[test]
fn the_source_and_its_fraction_set_the_tick() {
    let mut bench = Bench::new();
    // XTAL_CLK divided by 2 1/2.
    bench.set(SYS_CONF, SCLK_ACTIVE | 3 << 24 | APB_FIFO_MASK | 1 << 4 | 1 << 12 | 2 << 18);
    bench.fill(0, &[pulse(1, 1), pulse(2, 4), 0]);
    bench.send(conf0(1));
    let edges: Vec<u64> = bench.edges(Span::from_us(10)).into_iter().map(|(at, _)| at / 25_000).collect();
    assert_eq!(edges, [3, 5, 10]);
}

#[test]
fn a_divider_of_0_is_256() {
    let mut bench = Bench::new();
    bench.fill(0, &[pulse(1, 1), 0]);
    bench.send(conf0(0));
    assert_eq!(bench.edges(Span::from_us(10)), [(256 * 12_500, false)]);
}

#[test]
fn a_stopped_clock_sends_nothing() {
    let mut bench = Bench::new();
    bench.set(SYS_CONF, 1 << 24 | APB_FIFO_MASK);
    bench.fill(0, &[pulse(1, 1), 0]);
    bench.send(conf0(1));
    assert_eq!(bench.edges(Span::from_ms(10)), []);
    assert_eq!(bench.rig.soc.next_event(), Instant::NEVER);
}

#[test]
fn a_led_frame_decodes_and_takes_its_time() {
    let mut bench = Bench::new();
    // GRB of 0x20, 0x40, 0x00 as a driver sends it: 0.4 and 0.85 us, 0.8 and 0.45 us, in ticks of 12.5 ns.
    let bit = |one: bool| if one { pulse(64, 36) } else { pulse(32, 68) };
    let mut words: Vec<u32> =
        [0x40_u8, 0x20, 0x00].iter().flat_map(|byte| (0..8).rev().map(move |n| bit(byte >> n & 1 == 1))).collect();
    words.push(0);
    bench.fill(0, &words);
    let began = bench.rig.now();
    bench.send(conf0(1));
    bench.rig.run(Span::from_us(30) - CYCLE);
    assert_eq!(bench.get(INT_RAW), 0);
    bench.rig.run(CYCLE);
    assert_eq!(bench.get(INT_RAW), 1);
    bench.rig.run(Span::from_us(300));

    let edges = bench.rig.take_edges();
    let last = edges.last().expect("edges");
    assert_eq!(last.at.since(began), Span::from_us(30) - Span::from_ns(850));
    let mut decoder = ws2812::Decoder::new(ws2812::Config::new(1));
    let mut events = Vec::new();
    for edge in &edges {
        events.extend(decoder.edge(edge.at.ns(), edge.level).expect("time goes on"));
    }
    events.extend(decoder.advance(bench.rig.now().ns()).expect("time goes on"));
    let [ws2812::Event::Frame(frame)] = &events[..] else { panic!("one frame and no fault: {events:?}") };
    assert_eq!(frame.leds, [Rgb::new(0x20, 0x40, 0x00)]);
}

#[test]
fn a_frame_that_nobody_sees_takes_the_same_time() {
    let mut rig = Rig::new();
    rig.write(BASE + SYS_CONF, SCLK_ACTIVE | 1 << 24 | APB_FIFO_MASK);
    rig.write(BASE + RAM, pulse(100, 60));
    rig.write(BASE + RAM + 4, 0);
    rig.write(BASE + CH1CONF0, conf0(1) | UPDATE);
    rig.write(BASE + RAM + 4 * 48, pulse(100, 60));
    rig.write(BASE + CH1CONF0, conf0(1) | START);
    rig.run(Span::from_us(2) - CYCLE);
    assert_eq!(rig.read(BASE + INT_RAW), 0);
    rig.run(CYCLE);
    assert_eq!(rig.read(BASE + INT_RAW), 2);
}

#[test]
fn the_idle_level_is_the_registers_or_the_end_markers() {
    let mut bench = Bench::new();
    bench.fill(0, &[word((false, 4), (true, 0))]);
    bench.send(conf0(1));
    bench.rig.run(Span::from_us(1));
    assert!(bench.rig.soc.level(GPIO), "the end marker is high");
    bench.set(CH0CONF0, conf0(1) | IDLE_HIGH & !(1 << 5));
    assert!(bench.rig.soc.level(GPIO), "settings wait for CONF_UPDATE");
    bench.set(CH0CONF0, conf0(1) | IDLE_HIGH & !(1 << 5) | UPDATE);
    assert!(!bench.rig.soc.level(GPIO), "IDLE_OUT_LV is low");
}

#[test]
fn wrapping_tells_when_words_are_used_up_and_sends_what_was_put_there() {
    let mut bench = Bench::new();
    bench.fill(0, &[pulse(1, 1); 48]);
    bench.set(CH0_TX_LIM, 24);
    bench.set(INT_ENA, 1 << 8);
    bench.send(conf0(80) | WRAP);
    bench.rig.run(Span::from_us(48) - CYCLE);
    assert_eq!(bench.get(INT_RAW), 0);
    bench.rig.run(CYCLE);
    assert_eq!(bench.get(INT_RAW), 1 << 8);
    assert!(bench.rig.is_raised(Source::RMT.0));
    bench.fill(0, &[0]);
    bench.set(INT_CLR, 1 << 8);
    assert!(!bench.rig.is_raised(Source::RMT.0));
    bench.rig.run(Span::from_us(48));
    assert_eq!(bench.get(INT_RAW), 1 << 8 | 1);
}

#[test]
fn without_wrapping_the_end_of_the_ram_is_an_error() {
    let mut bench = Bench::new();
    bench.fill(0, &[pulse(1, 1); 48]);
    bench.send(conf0(1));
    bench.rig.run(Span::from_us(2));
    assert_eq!(bench.get(INT_RAW), 1 << 4);
    assert_eq!(bench.get(CH0STATUS) & 1 << 22, 1 << 22, "MEM_EMPTY");
}

#[test]
fn more_blocks_make_a_longer_ram() {
    let mut bench = Bench::new();
    bench.fill(0, &[pulse(1, 1); 95]);
    bench.fill(1, &[pulse(1, 1); 47]);
    bench.set(RAM + 4 * 95, 0);
    bench.send(1 << 8 | 2 << 16);
    assert_eq!(bench.edges(Span::from_us(4)).len(), 95 * 2 - 1);
    assert_eq!(bench.get(INT_RAW), 1);
}

#[test]
fn loops_are_counted_and_end_with_the_one_under_way() {
    let mut bench = Bench::new();
    bench.fill(0, &[pulse(4, 4), 0]);
    bench.set(CH0_TX_LIM, 0x80 | 3 << 9 | 1 << 19 | transmitter::LOOP_COUNT_RESET);
    bench.send(conf0(1) | CONTINUOUS);
    bench.rig.run(Span::from_ns(300) - CYCLE);
    assert_eq!(bench.get(INT_RAW), 0);
    bench.rig.run(CYCLE);
    assert_eq!(bench.get(INT_RAW), 1 << 12);
    bench.set(CH0CONF0, conf0(1) | UPDATE);
    bench.rig.run(Span::from_us(1));
    assert_eq!(bench.get(INT_RAW), 1 << 12 | 1);
    assert_eq!(bench.rig.take_edges().len(), 8);
}

#[test]
fn a_loop_over_nothing_lets_time_go_on() {
    let mut bench = Bench::new();
    bench.fill(0, &[0]);
    bench.send(conf0(1) | CONTINUOUS);
    bench.rig.run(Span::from_us(10));
    bench.fill(0, &[pulse(1, 1), 0]);
    assert!(bench.edges(Span::from_us(1)).len() > 30);
}

#[test]
fn stopping_waits_for_the_update_and_not_for_the_entry() {
    let mut bench = Bench::new();
    bench.fill(0, &[pulse(8_000, 8_000), 0]);
    bench.send(conf0(1) | IDLE_HIGH & !(1 << 5));
    bench.set(CH0CONF0, conf0(1) | 1 << 6 | STOP);
    bench.rig.run(Span::from_us(1));
    assert!(bench.rig.soc.level(GPIO));
    bench.set(CH0CONF0, conf0(1) | 1 << 6 | UPDATE);
    assert!(!bench.rig.soc.level(GPIO));
    assert_eq!(bench.rig.soc.next_event(), Instant::NEVER);
}

#[test]
fn simultaneous_transmitters_start_with_the_last() {
    let mut bench = Bench::new();
    bench.rig.connect_output(5, FIRST_SIGNAL + 1);
    bench.rig.soc.watch(5);
    bench.set(TX_SIM, TX_SIM_EN | 0b11);
    bench.fill(0, &[pulse(4, 4), 0]);
    bench.fill(1, &[pulse(4, 4), 0]);
    bench.set(CH1CONF0, conf0(1) | UPDATE);
    bench.send(conf0(1));
    bench.rig.run(Span::from_us(1));
    assert_eq!(bench.rig.take_edges(), []);
    bench.set(CH1CONF0, conf0(1) | START);
    bench.rig.run(Span::from_us(1));
    let edges = bench.rig.take_edges();
    assert_eq!(edges.len(), 4);
    assert_eq!((edges[0].at, edges[2].at), (edges[1].at, edges[3].at));
}

#[test]
fn a_carrier_is_put_on_the_chosen_level() {
    let mut bench = Bench::new();
    bench.set(CH0CARRIER_DUTY, 2 << 16 | 3);
    bench.fill(0, &[pulse(4, 4), 0]);
    bench.send(conf0(2) | CARRIER);
    let cycles: Vec<_> = bench.edges(Span::from_us(1)).into_iter().map(|(at, level)| (at / 12_500, level)).collect();
    assert_eq!(cycles, [(2, false), (5, true), (7, false)]);
}

#[test]
fn the_fifo_fills_the_ram_word_by_word() {
    let mut bench = Bench::new();
    bench.set(SYS_CONF, SCLK_ACTIVE | 1 << 24);
    bench.set(CH0CONF0, conf0(1) | transmitter::APB_MEM_RST);
    for word in [1, 2, 3] {
        bench.set(CH0DATA, word);
    }
    assert_eq!(bench.words(0, 3), [1, 2, 3]);
    assert_eq!(bench.get(CH0STATUS) >> 12 & 0x1FF, 3);
}

#[test]
fn a_receiver_measures_what_a_transmitter_sends() {
    let mut bench = Bench::new();
    bench.fill(0, &[pulse(100, 50), pulse(110, 50), pulse(2_000, 50), 0]);
    bench.receive(rx_conf0(160, 1_000), 0);
    bench.rig.run(Span::from_ms(10));
    assert_eq!(bench.get(INT_RAW), 0, "it waits for the first edge");
    bench.send(conf0(160));
    bench.rig.run(Span::from_ms(10));
    assert_eq!(bench.get(INT_RAW), 1 << 2 | 1);
    assert_eq!(bench.words(2, 3), [pulse(100, 50), pulse(110, 50), word((true, 0), (false, 0))]);
    assert_eq!(bench.get(CH2STATUS) & 0x1FF, 96 + 3);
}

#[test]
fn a_reception_ends_when_the_level_lasts_longer_than_idle_thres() {
    let mut bench = Bench::new();
    bench.fill(0, &[pulse(10, 20), pulse(10, 21), pulse(10, 20), 0]);
    bench.receive(rx_conf0(1, 20), 0);
    bench.send(conf0(1));
    bench.rig.run(Span::from_us(10));
    assert_eq!(bench.words(2, 3), [pulse(10, 20), pulse(10, 0), 0]);
}

#[test]
fn a_receiver_that_wraps_goes_on_at_the_start_of_its_ram() {
    let mut bench = Bench::new();
    bench.fill(0, &[pulse(5, 5); 60]);
    bench.set(RAM + 4 * 60, 0);
    bench.set(CH2_RX_LIM, 24);
    bench.receive(rx_conf0(1, 100), RX_WRAP);
    bench.send(1 << 8 | 2 << 16);
    bench.rig.run(Span::from_us(20));
    assert_eq!(bench.get(INT_RAW), 1 << 10 | 1 << 2 | 1);
    assert_eq!(bench.get(CH2STATUS) & 0x1FF, 96 + 12);
    assert_eq!(bench.words(2, 13)[11..], [pulse(5, 0), pulse(5, 5)]);
}

#[test]
fn a_receiver_that_does_not_wrap_reports_that_its_ram_is_full() {
    let mut bench = Bench::new();
    bench.fill(0, &[pulse(5, 5); 60]);
    bench.set(RAM + 4 * 60, 0);
    bench.receive(rx_conf0(1, 100), 0);
    bench.send(1 << 8 | 2 << 16);
    bench.rig.run(Span::from_us(20));
    assert_eq!(bench.get(INT_RAW), 1 << 6 | 1 << 2 | 1);
    assert_eq!(bench.get(CH2STATUS) & 1 << 26, 1 << 26, "MEM_FULL");
}

#[test]
fn a_block_that_is_not_the_receivers_is_an_error() {
    let mut bench = Bench::new();
    bench.fill(0, &[pulse(5, 5), 0]);
    bench.set(CH2CONF0, rx_conf0(1, 100));
    bench.set(CH2CONF1, RX_START & !(1 << 3) | RX_UPDATE);
    bench.send(conf0(1));
    bench.rig.run(Span::from_us(20));
    assert_eq!(bench.get(INT_RAW) & 1 << 6, 1 << 6);
    assert_eq!(bench.get(CH2STATUS) & 1 << 25, 1 << 25, "MEM_OWNER_ERR");
}

#[test]
fn the_filter_drops_short_pulses_and_keeps_the_lengths_of_others() {
    let mut bench = Bench::new();
    bench.fill(0, &[pulse(3, 100), pulse(50, 3), pulse(50, 40), 0]);
    bench.receive(rx_conf0(1, 200), 1 << 4 | 10 << 5);
    bench.send(conf0(1));
    bench.rig.run(Span::from_us(20));
    assert_eq!(bench.words(2, 2), [pulse(103, 0), 0]);
}

#[test]
fn a_carrier_is_removed() {
    let mut bench = Bench::new();
    bench.set(CH0CARRIER_DUTY, 2 << 16 | 3);
    bench.fill(0, &[pulse(50, 40), pulse(20, 40), 0]);
    bench.set(CH2_RX_CARRIER_RM, 5 << 16 | 5);
    bench.receive(rx_conf0(1, 200) | 0b11 << 28, 0);
    bench.send(conf0(1) | CARRIER);
    bench.rig.run(Span::from_us(20));
    // The last half of the carrier ends 3 cycles before the burst; its end is believed 6 ticks after that.
    assert_eq!(bench.words(2, 2), [pulse(53, 37), pulse(23, 0)]);
}

#[test]
fn a_reception_can_be_given_up() {
    let mut bench = Bench::new();
    bench.fill(0, &[pulse(50, 40), 0]);
    bench.receive(rx_conf0(1, 200), 0);
    bench.send(conf0(1));
    bench.set(CH2CONF1, 1 << 3 | RX_UPDATE);
    bench.rig.run(Span::from_us(20));
    assert_eq!(bench.get(INT_RAW), 1);
}

#[test]
fn a_reset_lowers_everything() {
    let mut bench = Bench::new();
    bench.fill(0, &[word((true, 1), (true, 0))]);
    bench.set(INT_ENA, INTERRUPTS);
    bench.send(conf0(1));
    bench.rig.run(Span::from_us(1));
    assert!(bench.rig.is_raised(Source::RMT.0));
    let rst_en0 = DeviceId::System.describe().1 + 0x18;
    bench.rig.write(rst_en0, 1 << 9);
    assert!(!bench.rig.is_raised(Source::RMT.0));
    assert!(!bench.rig.soc.level(GPIO));
    assert_eq!(bench.get(CH0CONF0), 0x0071_0200);
}

#[test]
fn no_register_value_stops_the_model() {
    let mut bench = Bench::new();
    let mut state = 1_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state ^ state >> 15
    };
    for _ in 0..20_000 {
        let offset = 4 * (random() % 32);
        let value = random();
        bench.set(offset, value);
        bench.get(offset);
        bench.set(RAM + 4 * (random() % 192), random() & random());
        bench.rig.run(Span::from_ns(u64::from(random() % 2_000)));
    }
}
