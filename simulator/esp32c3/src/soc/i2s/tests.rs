//! The registers of I2S0, its lines, and what it moves through DMA.

use super::format::{self, SLAVE_MOD, START, TDM_EN};
use super::registers::*;
use crate::soc::interrupt::Source;
use crate::soc::map::DeviceId;
use crate::soc::rig::Rig;
use hil_sim_core::time::Span;

const BASE: u32 = DeviceId::I2s0.describe().1;
const DMA: u32 = DeviceId::Gdma.describe().1;
const IN_LINK: u32 = DMA + 0x80;
const IN_PERI_SEL: u32 = DMA + 0xA0;
const OUT_LINK: u32 = DMA + 0xE0;
const OUT_PERI_SEL: u32 = DMA + 0x100;
const OUT_START: u32 = 1 << 21;
const IN_START: u32 = 1 << 22;
const OWNER: u32 = 1 << 31;

const DESCRIPTOR_OUT: u32 = 0x3FC9_0000;
const DESCRIPTOR_IN: u32 = 0x3FC9_0010;
const BUFFER_OUT: u32 = 0x3FC9_1000;
const BUFFER_IN: u32 = 0x3FC9_2000;

const BCK_GPIO: u8 = 4;
const WS_GPIO: u8 = 5;
const SD_GPIO: u8 = 6;

/// Stereo of 16 bits in the Philips format; 160 MHz / 40 / 8 are 500 kHz.
const CONF: u32 = TDM_EN | format::PCM_BYPASS | 1 << 15 | 1 << 9;
const CONF1: u32 = 1 << 29 | 15 << 24 | 15 << 18 | 15 << 13 | 7 << 7 | 15;
const CLKM_CONF: u32 = 1 << 29 | 2 << 27 | 1 << 26 | 40;
const STEREO: u32 = 1 << 16 | 0b11;
const BIT: Span = Span::from_us(2);

struct Bench {
    rig: Rig,
}

impl Bench {
    /// Both directions set up, with the transmitter on pads that are watched.
    fn new() -> Self {
        let mut bench = Self { rig: Rig::new() };
        for (register, value) in [
            (RX_CONF1, CONF1),
            (TX_CONF1, CONF1),
            (RX_CLKM_CONF, CLKM_CONF),
            (TX_CLKM_CONF, CLKM_CONF),
            (RX_TDM_CTRL, STEREO),
            (TX_TDM_CTRL, STEREO),
            (RXEOF_NUM, 0xFFF),
        ] {
            bench.set(register, value);
        }
        for (gpio, signal) in [(BCK_GPIO, TX_BCK_SIGNAL), (WS_GPIO, TX_WS_SIGNAL), (SD_GPIO, SD_SIGNAL)] {
            bench.rig.connect_output(gpio, signal);
            bench.rig.soc.watch(gpio);
        }
        bench
    }

    fn set(&mut self, register: u32, value: u32) {
        self.rig.write(BASE + register, value);
    }

    fn get(&mut self, register: u32) -> u32 {
        self.rig.read(BASE + register)
    }

    fn offer(&mut self, bytes: &[u8]) {
        let length = bytes.len() as u32;
        self.rig.write_bytes(BUFFER_OUT, bytes);
        self.rig.write_words(DESCRIPTOR_OUT, &[OWNER | 1 << 30 | length << 12 | length, BUFFER_OUT, 0]);
        self.rig.write(OUT_PERI_SEL, 3);
        self.rig.write(OUT_LINK, DESCRIPTOR_OUT & 0xF_FFFF | OUT_START);
    }

    fn make_room(&mut self, bytes: u32) {
        self.rig.write_words(DESCRIPTOR_IN, &[OWNER | bytes, BUFFER_IN, 0]);
        self.rig.write(IN_PERI_SEL, 3);
        self.rig.write(IN_LINK, DESCRIPTOR_IN & 0xF_FFFF | IN_START);
    }

    /// Edges of a GPIO in the next span, in picoseconds from now.
    fn edges(&mut self, gpio: u8, span: Span) -> Vec<(u64, bool)> {
        let from = self.rig.now();
        self.rig.run(span);
        let edges = self.rig.take_edges();
        edges.iter().filter(|edge| edge.gpio == gpio).map(|edge| (edge.at.since(from).ps(), edge.level)).collect()
    }
}

#[test]
fn registers_have_their_reset_values() {
    let mut rig = Rig::new();
    for (register, value) in
        [(RX_CONF, 0x9600), (TX_CONF, 0xB200), (TX_CONF1, 0x6F3D_E300), (RXEOF_NUM, 0x40), (STATE, 1)]
    {
        assert_eq!(rig.read(BASE + register), value, "register {register:#x}");
    }
}

#[test]
fn a_frame_is_on_the_lines_to_the_picosecond() {
    let mut bench = Bench::new();
    // Left 0x8001, right 0x4000: both change where a bit begins.
    bench.offer(&[0x01, 0x80, 0x00, 0x40]);
    bench.set(TX_CONF, CONF | TX_STOP_EN | START);
    assert_eq!(bench.get(STATE), 0);
    assert!(bench.rig.soc.level(SD_GPIO), "the first bit comes with TX_START");
    let from = bench.rig.now();
    bench.rig.run(Span::from_us(100));
    let edges = bench.rig.take_edges();
    let bits = |gpio| -> Vec<(u64, bool)> {
        let of_gpio = edges.iter().filter(|edge| edge.gpio == gpio && edge.at > from);
        of_gpio.map(|edge| (edge.at.since(from).ps() / (BIT.ps() / 2), edge.level)).collect()
    };
    assert!(edges.iter().all(|edge| edge.at.since(from).ps() % (BIT.ps() / 2) == 0));
    // In halves of a bit.
    assert_eq!(bits(SD_GPIO), [(2, false), (30, true), (32, false), (34, true), (36, false)]);
    assert_eq!(bits(WS_GPIO), [(30, true), (62, false)]);
    assert_eq!(bits(BCK_GPIO).len(), 64);
    assert_eq!(bits(BCK_GPIO)[..3], [(1, true), (2, false), (3, true)]);
    assert_eq!((bench.get(STATE), bench.get(INT_RAW)), (1, TX_DONE));
}

#[test]
fn a_frame_that_nobody_sees_takes_the_same_time() {
    let mut bench = Bench::new();
    let gpio_out_sel = |gpio: u8| 0x6000_4554 + 4 * u32::from(gpio);
    for gpio in [BCK_GPIO, WS_GPIO, SD_GPIO] {
        bench.rig.write(gpio_out_sel(gpio), 128);
    }
    bench.offer(&[1; 40]);
    bench.set(TX_CONF, CONF | TX_STOP_EN | START);
    bench.rig.run(BIT.times(320) - Span::from_ns(100));
    assert_eq!(bench.get(STATE), 0);
    bench.rig.run(Span::from_ns(100));
    assert_eq!(bench.get(STATE), 1);
}

#[test]
fn the_divider_of_the_module_has_a_fraction() {
    let mut bench = Bench::new();
    // 40 + 1/4: x = 3, y = 0, z = 1.
    bench.set(TX_CLKM_DIV_CONF, 3 << 18 | 1);
    bench.offer(&[0; 400]);
    bench.set(TX_CONF, CONF | TX_STOP_EN | START);
    bench.rig.take_edges();
    let edges = bench.edges(BCK_GPIO, Span::from_us(100));
    let rising: Vec<u64> = edges.iter().filter(|(_, level)| *level).map(|(at, _)| *at).collect();
    assert!(rising.windows(2).all(|pair| pair[1] - pair[0] == 2_012_500));
}

#[test]
fn a_receiver_with_its_own_clock_samples_where_bck_rises() {
    let mut bench = Bench::new();
    // It reads its own WS, which is a bit early.
    bench.rig.connect_output(2, RX_WS_SIGNAL);
    bench.rig.connect_input(2, SD_SIGNAL);
    bench.make_room(8);
    bench.set(RX_CONF, CONF | STOP_WHEN_FULL << RX_STOP_MODE_SHIFT | START);
    bench.rig.run(BIT.times(64));
    assert_eq!(bench.rig.read_bytes(BUFFER_IN, 8), [1, 0, 254, 255, 1, 0, 254, 255]);
    assert_eq!(bench.get(INT_RAW), 0);
    bench.rig.run(BIT.times(16));
    assert_eq!(bench.get(INT_RAW), RX_DONE, "there was no room for the next sample");
    bench.set(INT_ENA, RX_DONE);
    assert!(bench.rig.is_raised(Source::I2S0.0));
}

#[test]
fn loopback_gives_back_what_was_sent() {
    for format in [0, 1 << 7, 1 << 18, 1 << 17] {
        let mut bench = Bench::new();
        let sent: Vec<u8> = (1..=40).collect();
        bench.rig.connect_input(SD_GPIO, SD_SIGNAL);
        bench.offer(&sent);
        bench.make_room(100);
        bench.set(TX_CONF, CONF | format | TX_STOP_EN | SIG_LOOPBACK);
        bench.set(RX_CONF, CONF | format | SLAVE_MOD | START);
        bench.rig.run(Span::from_us(5));
        bench.set(TX_CONF, CONF | format | TX_STOP_EN | SIG_LOOPBACK | START);
        bench.rig.run(Span::from_ms(1));
        assert_eq!(bench.rig.read_bytes(BUFFER_IN, 40), sent, "CONF with {format:#x}");
        assert_eq!(bench.rig.reports(), Vec::<String>::new());
    }
}

#[test]
fn a_transmitter_that_was_started_goes_on_when_dma_has_data_again() {
    let mut bench = Bench::new();
    bench.set(TX_CONF, CONF | TX_STOP_EN | START);
    assert_eq!(bench.get(STATE), 1);
    bench.offer(&[1, 2, 3, 4]);
    assert_eq!(bench.get(STATE), 0);
    bench.rig.run(Span::from_ms(1));
    assert_eq!(bench.get(STATE), 1);
}

#[test]
fn what_is_not_modelled_is_reported() {
    let mut bench = Bench::new();
    bench.offer(&[0; 4]);
    bench.set(TX_CONF, CONF | format::MONO | SLAVE_MOD | START);
    let reports = bench.rig.reports();
    assert_eq!(reports.len(), 2, "{reports:?}");
}

#[test]
fn no_register_value_stops_the_model() {
    let mut bench = Bench::new();
    let mut state = 1_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state ^ state >> 15
    };
    for _ in 0..5_000 {
        let (offset, value) = (4 * (random() % 34), random() | START);
        bench.offer(&[0x55; 8]);
        bench.make_room(8);
        bench.set(offset, value);
        bench.get(offset);
        bench.rig.run(Span::from_ns(u64::from(random() % 2_000)));
    }
}
