//! The registers of LEDC, and the waveforms on its pins.

use super::device::FIRST_SIGNAL;
use super::registers::*;
use crate::soc::interrupt::Source;
use crate::soc::map::DeviceId;
use crate::soc::rig::Rig;
use hil_sim_core::chip::soc::Soc as _;
use hil_sim_core::time::{Instant, Span};

const BASE: u32 = DeviceId::Ledc.describe().1;
const GPIO: u8 = 5;
const PARA_UP_TIMER: u32 = 1 << 25;
const SIG_OUT_EN: u32 = 1 << 2;
const PARA_UP: u32 = 1 << 4;
const DUTY_START: u32 = 1 << 31;
const DUTY_INC: u32 = 1 << 30;
/// One step of nothing after one period, as drivers set a duty without a fade.
const NO_FADE: u32 = DUTY_START | DUTY_INC | 1 << 20 | 1 << 10;

const HPOINT: u32 = 0x04;
const DUTY: u32 = 0x08;
const CONF1: u32 = 0x0C;
const DUTY_R: u32 = 0x10;
const TIMER0_VALUE: u32 = 0xA4;

fn timer_conf(bits: u32, divider: u32) -> u32 {
    bits | divider << 4 | PARA_UP_TIMER
}

struct Bench {
    rig: Rig,
}

impl Bench {
    /// APB_CLK; channel 0 on a watched GPIO.
    fn new() -> Self {
        let mut bench = Self { rig: Rig::new() };
        bench.set(CONF, 1);
        bench.rig.connect_output(GPIO, FIRST_SIGNAL);
        bench.rig.soc.watch(GPIO);
        bench
    }

    fn set(&mut self, register: u32, value: u32) {
        self.rig.write(BASE + register, value);
    }

    fn get(&mut self, register: u32) -> u32 {
        self.rig.read(BASE + register)
    }

    /// A duty in 1/16 of a count for channel 0.
    fn set_duty(&mut self, duty: u32, conf1: u32) {
        self.set(DUTY, duty);
        self.set(CONF1, conf1);
        self.set(CH0_CONF0, SIG_OUT_EN | PARA_UP);
    }

    /// The edges of the next span: picoseconds from now, and level.
    fn edges(&mut self, span: Span) -> Vec<(u64, bool)> {
        let from = self.rig.now();
        self.rig.take_edges();
        self.rig.run(span);
        self.rig.take_edges().iter().map(|edge| (edge.at.since(from).ps(), edge.level)).collect()
    }

    fn high_time(&mut self, span: Span) -> u64 {
        let (mut since, mut level, mut high) = (0, self.rig.soc.level(GPIO), 0);
        for (at, next) in self.edges(span) {
            high += if level { at - since } else { 0 };
            (since, level) = (at, next);
        }
        high + if level { span.ps() - since } else { 0 }
    }
}

#[test]
fn a_duty_is_high_from_hpoint_on_to_the_picosecond() {
    let mut bench = Bench::new();
    bench.set(HPOINT, 10);
    bench.set_duty(25 << 4, NO_FADE);
    // 8 bits at 40 MHz.
    bench.set(TIMER0_CONF, timer_conf(8, 2 << 8));
    let edges = bench.edges(Span::from_ps(2 * 256 * 25_000));
    let at = |count: u64| count * 25_000;
    assert_eq!(edges, [(at(10), true), (at(35), false), (at(266), true), (at(291), false)]);
}

#[test]
fn a_fraction_in_the_divider_keeps_the_average() {
    let mut bench = Bench::new();
    bench.set_duty(4 << 4, NO_FADE);
    // 3 bits at 80 MHz / 2.5.
    bench.set(TIMER0_CONF, timer_conf(3, 0x280));
    let edges = bench.edges(Span::from_us(100));
    let rising: Vec<u64> = edges.iter().filter(|(_, level)| *level).map(|(at, _)| *at).collect();
    assert!(rising.windows(2).all(|pair| pair[1] - pair[0] == 250_000));
}

#[test]
fn sixteenths_of_a_duty_are_spread_over_16_periods() {
    let mut bench = Bench::new();
    bench.set_duty(100 << 4 | 5, NO_FADE);
    bench.set(TIMER0_CONF, timer_conf(8, 1 << 8));
    assert_eq!(bench.high_time(Span::from_ps(16 * 256 * 12_500)), (16 * 100 + 5) * 12_500);
}

#[test]
fn duties_of_nothing_and_of_all_have_no_edges() {
    let mut bench = Bench::new();
    bench.set(TIMER0_CONF, timer_conf(8, 1 << 8));
    bench.set_duty(0, NO_FADE);
    assert_eq!(bench.edges(Span::from_us(100)), []);
    bench.set_duty(256 << 4, NO_FADE);
    bench.rig.run(Span::from_us(10));
    assert!(bench.rig.soc.level(GPIO));
    assert_eq!(bench.edges(Span::from_us(100)), []);
}

#[test]
fn a_duty_changes_with_the_overflow() {
    let mut bench = Bench::new();
    bench.set_duty(128 << 4, NO_FADE);
    bench.set(TIMER0_CONF, timer_conf(8, 1 << 8));
    bench.rig.run(Span::from_ps(100 * 12_500));
    bench.set_duty(10 << 4, NO_FADE);
    assert_eq!(bench.get(DUTY_R), 128 << 4);
    let counts: Vec<_> = bench.edges(Span::from_ps(200 * 12_500)).iter().map(|(at, _)| at / 12_500).collect();
    assert_eq!(counts, [28, 156, 166]);
    assert_eq!(bench.get(DUTY_R), 10 << 4);
}

#[test]
fn a_fade_changes_the_duty_step_by_step_and_tells_its_end() {
    let mut bench = Bench::new();
    bench.set(INT_ENA, 1 << 4);
    // 10 to 22 by 4 every 2 periods.
    bench.set_duty(10 << 4, DUTY_START | DUTY_INC | 3 << 20 | 2 << 10 | 4);
    bench.set(TIMER0_CONF, timer_conf(8, 1 << 8));
    let edges = bench.edges(Span::from_ps(7 * 256 * 12_500));
    let falling: Vec<u64> = edges.iter().filter(|(_, level)| !level).map(|(at, _)| at / 12_500 % 256).collect();
    assert_eq!(falling, [10, 10, 14, 14, 18, 18, 22]);
    assert_eq!(bench.get(DUTY_R), 22 << 4);
    assert!(bench.rig.is_raised(Source::LEDC.0));
    bench.set(INT_CLR, 1 << 4);
    assert!(!bench.rig.is_raised(Source::LEDC.0));
}

#[test]
fn a_fade_down_ends_at_its_last_step() {
    let mut bench = Bench::new();
    bench.set_duty(100 << 4, DUTY_START | 5 << 20 | 1 << 10 | 10);
    bench.set(TIMER0_CONF, timer_conf(8, 1 << 8));
    let duties: Vec<u32> = (0..7)
        .map(|_| {
            let duty = bench.get(DUTY_R) >> 4;
            bench.rig.run(Span::from_ps(256 * 12_500));
            duty
        })
        .collect();
    assert_eq!(duties, [100, 90, 80, 70, 60, 50, 50]);
}

#[test]
fn a_timer_counts_pauses_and_tells_its_overflow() {
    let mut bench = Bench::new();
    bench.set(TIMER0_CONF, timer_conf(10, 80 << 8));
    bench.rig.run(Span::from_us(1_000));
    assert_eq!(bench.get(TIMER0_VALUE), 1_000);
    assert_eq!(bench.get(INT_RAW), 0);
    bench.set(TIMER0_CONF, timer_conf(10, 80 << 8) | 1 << 22);
    bench.rig.run(Span::from_us(1_000));
    assert_eq!(bench.get(TIMER0_VALUE), 1_000);
    bench.set(TIMER0_CONF, timer_conf(10, 80 << 8));
    bench.rig.run(Span::from_us(25));
    assert_eq!((bench.get(TIMER0_VALUE), bench.get(INT_RAW)), (1, 1));
}

#[test]
fn overflows_are_counted() {
    let mut bench = Bench::new();
    bench.set(CH0_CONF0, 4 << 5 | 1 << 15 | PARA_UP);
    bench.set(TIMER0_CONF, timer_conf(8, 1 << 8));
    bench.rig.run(Span::from_ps(4 * 256 * 12_500));
    assert_eq!(bench.get(INT_RAW) >> 10, 0);
    bench.rig.run(Span::from_ps(256 * 12_500));
    assert_eq!(bench.get(INT_RAW) >> 10, 1);
}

#[test]
fn without_output_the_idle_level_is_shown() {
    let mut bench = Bench::new();
    bench.set(CH0_CONF0, 1 << 3);
    assert!(bench.rig.soc.level(GPIO));
    bench.set(CH0_CONF0, 0);
    assert!(!bench.rig.soc.level(GPIO));
}

#[test]
fn a_signal_that_nobody_sees_costs_one_event() {
    let mut rig = Rig::new();
    rig.write(BASE + CONF, 1);
    rig.write(BASE + DUTY, 64 << 4);
    rig.write(BASE + TIMER0_CONF, timer_conf(8, 1 << 8));
    rig.run(Span::from_us(10));
    assert_eq!(rig.soc.next_event(), Instant::NEVER);
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
        let offset = 4 * (random() % 64);
        let value = random() & random();
        bench.set(offset, value);
        bench.get(offset);
        bench.rig.run(Span::from_ns(u64::from(random() % 2_000)));
    }
}
