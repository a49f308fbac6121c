use super::lines::{self, CLK, CS0, D};
use super::registers::*;
use crate::soc::interrupt::Source;
use crate::soc::map::DeviceId;
use crate::soc::rig::Rig;
use hil_sim_core::chip::soc::Soc as _;
use hil_sim_core::circuit::Drive;
use hil_sim_core::time::{Instant, Span};

const SPI: u32 = DeviceId::Spi2.describe().1;
const OUT_LIST: u32 = 0x3FC9_0000;
const IN_LIST: u32 = 0x3FC9_0010;
const OUT_DATA: u32 = 0x3FC9_1000;
const IN_DATA: u32 = 0x3FC9_3000;

/// Nanoseconds, and levels from then on.
type Edges = Vec<(u64, bool)>;

/// 10 MHz out of 80 MHz.
const TEN_MEGAHERTZ: u32 = 7 << 12 | 3 << 6 | 7;
const FULL_DUPLEX: u32 = 1 << 28 | 1 << 27 | DOUTDIN;

/// A master at 10 MHz in mode 0, full duplex, without setup and hold times of chip select.
fn master() -> Rig {
    let mut rig = Rig::new();
    rig.write(SPI + CLK_GATE, 7);
    rig.write(SPI + CTRL, 0);
    rig.write(SPI + MISC, 0);
    rig.write(SPI + SLAVE, 0);
    rig.write(SPI + CLOCK, TEN_MEGAHERTZ);
    rig.write(SPI + USER, FULL_DUPLEX);
    rig
}

fn start(rig: &mut Rig, bits: u32) {
    rig.write(SPI + MS_DLEN, bits - 1);
    rig.write(SPI + CMD, UPDATE);
    assert_eq!(rig.read(SPI + CMD), 0, "updated");
    rig.write(SPI + CMD, USR);
}

fn is_busy(rig: &mut Rig) -> bool {
    rig.read(SPI + CMD) & USR != 0
}

fn loop_back(rig: &mut Rig) {
    rig.connect_output(2, D);
    rig.connect_input(2, lines::Q);
}

fn edges(rig: &mut Rig, gpio: u8) -> Vec<(u64, bool)> {
    let edges = rig.take_edges().into_iter().filter(|edge| edge.gpio == gpio);
    edges.map(|edge| (edge.at.ns(), edge.level)).collect()
}

#[test]
fn what_goes_out_comes_back_through_a_wire() {
    let mut rig = master();
    loop_back(&mut rig);
    rig.write(SPI + W0, 0xEFBE_ADDE);
    start(&mut rig, 32);
    rig.run(Span::from_ns(3_180));
    assert!(is_busy(&mut rig));
    rig.run(Span::from_ns(20));
    assert!(!is_busy(&mut rig));
    assert_eq!(rig.read(SPI + W0), 0xEFBE_ADDE);
    assert_eq!(rig.read(SPI + DMA_INT_RAW), TRANS_DONE);
    rig.write(SPI + DMA_INT_ENA, TRANS_DONE);
    assert!(rig.is_raised(Source::SPI2.0));
}

#[test]
fn a_transaction_that_nobody_sees_is_one_event() {
    let mut rig = master();
    rig.connect_input(2, lines::Q);
    start(&mut rig, 512);
    assert_eq!(rig.soc.next_event().ns(), 51_200);
    rig.run(Span::from_us(60));
    assert_eq!(rig.read(SPI + W0), 0);
    let external = rig.soc.attach(2);
    let at = rig.now();
    start(&mut rig, 16);
    let change = at + Span::from_ns(400);
    rig.soc.drive_external(&mut rig.memory, change, external, Drive::High);
    rig.run(Span::from_us(2));
    assert_eq!(rig.read(SPI + W0) & 0xFFFF, 0xFF0F, "bits are sampled when their edge was");
}

/// Edges of the clock, and of data, of one byte that begins with bits 1 and 0.
fn waveform(mode: u32) -> (Edges, Edges) {
    let mut rig = master();
    rig.connect_output(4, CLK);
    rig.connect_output(5, D);
    rig.write(SPI + MISC, if mode >= 2 { 1 << 29 } else { 0 });
    rig.write(SPI + USER, FULL_DUPLEX | if mode == 1 || mode == 2 { 1 << 9 } else { 0 });
    rig.write(SPI + CMD, UPDATE);
    rig.soc.watch(4);
    rig.soc.watch(5);
    rig.write(SPI + W0, 0x80);
    start(&mut rig, 2);
    rig.run(Span::from_us(1));
    let all = rig.take_edges();
    let of = |gpio| all.iter().filter(|edge| edge.gpio == gpio).map(|edge| (edge.at.ns(), edge.level)).collect();
    (of(4), of(5))
}

#[test]
fn waveforms_of_the_four_modes() {
    let pulses = |at: u64, first: bool| vec![(at, first), (at + 50, !first), (at + 100, first), (at + 150, !first)];
    let data = vec![(0, true), (100, false)];
    assert_eq!(waveform(0), (pulses(50, true), data.clone()));
    assert_eq!(waveform(1), (pulses(0, true), data.clone()));
    assert_eq!(waveform(2), (pulses(50, false), data.clone()));
    assert_eq!(waveform(3), (pulses(0, false), data));
}

#[test]
fn chip_select_surrounds_the_clock() {
    let mut rig = master();
    rig.connect_output(10, CS0);
    rig.soc.watch(10);
    rig.write(SPI + USER, FULL_DUPLEX | 1 << 6 | 1 << 7);
    rig.write(SPI + USER1, 1 << 17);
    start(&mut rig, 8);
    rig.run(Span::from_us(2));
    assert_eq!(edges(&mut rig, 10), [(0, false), (200 + 800 + 100, true)]);
}

#[test]
fn command_address_and_dummy_come_before_the_data() {
    let mut rig = master();
    rig.connect_output(5, D);
    rig.soc.watch(5);
    rig.write(SPI + USER, 1 << 31 | 1 << 30 | 1 << 29 | 1 << 28);
    rig.write(SPI + USER2, 7 << 28 | 0x81);
    rig.write(SPI + USER1, 7 << 27 | 3);
    rig.write(SPI + ADDR, 0x8000_0000);
    start(&mut rig, 8);
    rig.run(Span::from_us(4));
    assert_eq!(edges(&mut rig, 5), [(0, true), (100, false), (700, true), (900, false)]);
    assert_eq!(rig.read(SPI + DMA_INT_RAW), TRANS_DONE);
}

#[test]
fn four_lines_read_a_nibble_per_period() {
    let mut rig = master();
    for line in 0..4 {
        rig.connect_input(line, lines::DATA[usize::from(line)]);
    }
    let external = rig.soc.attach(3);
    rig.soc.drive_external(&mut rig.memory, Instant::ZERO, external, Drive::High);
    rig.write(SPI + USER, 1 << 28);
    rig.write(SPI + CTRL, 1 << 15);
    start(&mut rig, 16);
    rig.run(Span::from_ns(400));
    assert!(!is_busy(&mut rig));
    assert_eq!(rig.read(SPI + W0) & 0xFFFF, 0x8888);
}

fn connect_dma(rig: &mut Rig, out: u32, into: u32) {
    rig.write_words(OUT_LIST, &[1 << 31 | 1 << 30 | out << 12 | out, OUT_DATA, 0]);
    rig.write_words(IN_LIST, &[1 << 31 | into, IN_DATA, 0]);
    for selection in [0x6003_F0A0, 0x6003_F100] {
        rig.write(selection, 0);
    }
    rig.write(0x6003_F080, IN_LIST & 0xF_FFFF | 1 << 22);
    rig.write(0x6003_F0E0, OUT_LIST & 0xF_FFFF | 1 << 21);
    rig.write(SPI + DMA_CONF, DMA_RX_ENA | DMA_TX_ENA);
}

#[test]
fn dma_carries_more_than_the_buffer_holds() {
    let mut rig = master();
    loop_back(&mut rig);
    let data: Vec<u8> = (0..1000).map(|n| (n * 7) as u8).collect();
    rig.write_bytes(OUT_DATA, &data);
    connect_dma(&mut rig, 1000, 1000);
    start(&mut rig, 8000);
    rig.run(Span::from_us(799));
    assert!(is_busy(&mut rig));
    rig.run(Span::from_us(1));
    assert!(!is_busy(&mut rig));
    assert_eq!(rig.read_bytes(IN_DATA, 1000), data);
    assert_eq!(rig.read(IN_LIST) >> 30, 1, "EOF, and back to the CPU");
    assert_eq!(rig.read(0x6003_F000) & 0xFF, 0b11011);
}

#[test]
fn a_transaction_ends_when_dma_runs_dry() {
    let mut rig = master();
    connect_dma(&mut rig, 4, 100);
    start(&mut rig, 800);
    rig.run(Span::from_ns(3_200));
    assert!(!is_busy(&mut rig));
    assert_eq!(rig.read(SPI + DMA_INT_RAW), TRANS_DONE | MST_TX_AFIFO_REMPTY_ERR);
}

#[test]
fn a_shorter_length_stops_a_transaction() {
    let mut rig = master();
    loop_back(&mut rig);
    start(&mut rig, 512);
    rig.run(Span::from_ns(2_030));
    rig.write(SPI + MS_DLEN, 7);
    rig.write(SPI + CMD, UPDATE);
    assert!(is_busy(&mut rig));
    rig.run(Span::from_ns(70));
    assert!(!is_busy(&mut rig));
}

#[test]
fn without_its_clock_nothing_is_updated() {
    let mut rig = Rig::new();
    rig.write(SPI + CMD, UPDATE);
    assert_eq!(rig.read(SPI + CMD), UPDATE);
    rig.write(SPI + CLK_GATE, 7);
    assert_eq!(rig.read(SPI + CMD), 0);
}

#[test]
fn a_slave_answers_the_clock_of_a_master() {
    let mut rig = Rig::new();
    rig.connect_input(2, CLK);
    rig.connect_input(4, D);
    rig.connect_output(5, lines::Q);
    rig.connect_input(9, CS0);
    let [clk, mosi, cs] = [2, 4, 9].map(|gpio| rig.soc.attach(gpio));
    let drive = |rig: &mut Rig, id, level: bool| {
        rig.run(Span::from_us(1));
        let now = rig.now();
        rig.soc.drive_external(&mut rig.memory, now, id, level.into());
    };
    drive(&mut rig, cs, true);
    rig.write(SPI + SLAVE, SLAVE_MODE | CLK_MODE_13);
    rig.write(SPI + USER, DOUTDIN | TSCK_I_EDGE | RSCK_I_EDGE);
    rig.write(SPI + MISC, 0);
    rig.write_bytes(OUT_DATA, &[0x96, 0x0F]);
    connect_dma(&mut rig, 2, 2);
    assert_eq!(rig.soc.driven(5), Drive::None);
    drive(&mut rig, cs, false);
    let mut answer = 0u16;
    for bit in (0..16).rev() {
        drive(&mut rig, mosi, 0x1234 >> bit & 1 == 1);
        drive(&mut rig, clk, true);
        answer = answer << 1 | u16::from(rig.soc.level(5));
        drive(&mut rig, clk, false);
    }
    assert_eq!(rig.read(SPI + DMA_INT_RAW), 0);
    drive(&mut rig, cs, true);
    assert_eq!(answer, 0x960F);
    assert_eq!(rig.read_bytes(IN_DATA, 2), [0x12, 0x34]);
    assert_eq!(rig.read(SPI + DMA_INT_RAW), TRANS_DONE);
    assert_eq!(rig.read(SPI + SLAVE1), 16);
    assert_eq!(rig.soc.driven(5), Drive::None);
}

#[test]
fn a_slave_that_releases_its_own_chip_select_is_reported() {
    let mut rig = Rig::new();
    rig.write(SPI + CLK_GATE, 7);
    rig.connect_output(5, lines::Q);
    rig.connect_input(5, CS0);
    rig.write(SPI + SLAVE, SLAVE_MODE);
    rig.write(SPI + USER, DOUTDIN);
    rig.write(SPI + MISC, 0);
    // The first bit is high.
    rig.write(SPI + W0, 0x80);
    let cs = rig.soc.attach(5);
    for drive in [Drive::High, Drive::None] {
        let now = rig.now();
        rig.soc.drive_external(&mut rig.memory, now, cs, drive);
    }
    let reports = rig.reports();
    assert!(reports[0].contains("without end"), "{reports:?}");
    assert_eq!(reports.len(), 1);
}

#[test]
fn no_register_value_makes_it_panic() {
    for seed in 0..40 {
        let mut rig = master();
        if seed % 2 == 0 {
            loop_back(&mut rig);
            rig.connect_output(4, CLK);
        }
        rig.try_anything(&[DeviceId::Spi2, DeviceId::Spi2, DeviceId::Gdma], seed);
    }
}

#[test]
fn reset_values() {
    let mut rig = Rig::new();
    for (register, value) in [
        (CTRL, 0x003C_0000),
        (CLOCK, 0x8000_3043),
        (USER, 0x8000_00C0),
        (USER1, 0xB841_0007),
        (USER2, 0x7800_0000),
        (MISC, 0x3E),
        (SLAVE, 0x0280_0000),
        (DMA_CONF, 0),
        (CLK_GATE, 0),
    ] {
        assert_eq!(rig.read(SPI + register), value, "{register:#x}");
    }
}
