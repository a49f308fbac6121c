use super::{DmaDirection, DmaEnv as _, DmaPeripheral};
use crate::soc::map::DeviceId;
use crate::soc::rig::Rig;
use hil_sim_core::time::Span;

const DMA: u32 = 0x6003_F000;
const RAW: u32 = DMA;
const IN_CONF0: u32 = DMA + 0x70;
const IN_LINK: u32 = DMA + 0x80;
const IN_PERI_SEL: u32 = DMA + 0xA0;
const OUT_CONF1: u32 = DMA + 0xD4;
const OUTFIFO_STATUS: u32 = DMA + 0xD8;
const OUT_LINK: u32 = DMA + 0xE0;
const OUT_PERI_SEL: u32 = DMA + 0x100;
const OUT_START: u32 = 1 << 21;
const OUT_RESTART: u32 = 1 << 22;
const IN_START: u32 = 1 << 22;

const SUC_EOF: u32 = 1 << 30;
const OWNER: u32 = 1 << 31;

/// What the tests below do over and over.
trait DmaRig {
    fn descriptor(&mut self, at: u32, flags: u32, buffer: u32, next: u32);
    fn pull(&mut self, count: usize) -> Vec<u8>;
    fn push(&mut self, bytes: &[u8], eof: bool) -> usize;
    fn start_out(&mut self, descriptor: u32);
    fn start_in(&mut self, descriptor: u32);
}

impl DmaRig for Rig {
    fn descriptor(&mut self, at: u32, flags: u32, buffer: u32, next: u32) {
        self.write_words(at, &[flags, buffer, next]);
    }

    fn pull(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        let got = self.env(DeviceId::Spi2, |env| env.dma_pull(DmaPeripheral::Spi2, &mut bytes));
        bytes.truncate(got);
        bytes
    }

    fn push(&mut self, bytes: &[u8], eof: bool) -> usize {
        self.env(DeviceId::Spi2, |env| env.dma_push(DmaPeripheral::Spi2, bytes, eof))
    }

    fn start_out(&mut self, descriptor: u32) {
        self.write(OUT_PERI_SEL, 0);
        self.write(OUT_LINK, descriptor & 0xF_FFFF | OUT_START);
    }

    fn start_in(&mut self, descriptor: u32) {
        self.write(IN_PERI_SEL, 0);
        self.write(IN_LINK, descriptor & 0xF_FFFF | IN_START);
    }
}

const A: u32 = 0x3FC9_0000;
const B: u32 = 0x3FC9_0010;
const BUFFER: u32 = 0x3FC9_1000;

fn out(length: u32) -> u32 {
    OWNER | length << 12 | length
}

#[test]
fn data_of_two_descriptors_comes_out_in_order() {
    let mut rig = Rig::new();
    rig.write_bytes(BUFFER, b"hello");
    rig.descriptor(A, out(2), BUFFER, B);
    rig.descriptor(B, out(3) | SUC_EOF, BUFFER + 2, 0);
    assert_eq!(rig.read(OUTFIFO_STATUS) & 2, 2);
    rig.start_out(A);
    assert_eq!(rig.read(OUTFIFO_STATUS) & 2, 0, "the FIFO has data");
    assert_eq!(rig.pull(1), b"h");
    assert_eq!(rig.read(RAW), 0);
    assert_eq!(rig.pull(10), b"ello");
    assert_eq!(rig.read(RAW), 1 << 3 | 1 << 4 | 1 << 8, "done, EOF, total EOF");
    assert_eq!(rig.read(OUT_LINK) >> 23 & 1, 1, "parked");
    assert_eq!(rig.pull(1), b"");
}

#[test]
fn restart_goes_on_with_an_appended_descriptor() {
    let mut rig = Rig::new();
    rig.write_bytes(BUFFER, b"abcd");
    rig.descriptor(A, out(2), BUFFER, 0);
    rig.descriptor(B, out(2), BUFFER + 2, 0);
    rig.start_out(A);
    assert_eq!(rig.pull(10), b"ab");
    rig.write(A + 8, B);
    let link = rig.read(OUT_LINK);
    rig.write(OUT_LINK, link | OUT_RESTART);
    assert_eq!(rig.pull(10), b"cd");
}

#[test]
fn received_bytes_close_descriptors() {
    let mut rig = Rig::new();
    rig.descriptor(A, OWNER | 4, BUFFER, B);
    rig.descriptor(B, OWNER | 4, BUFFER + 4, 0);
    rig.start_in(A);
    assert_eq!(rig.push(b"hello", false), 5);
    assert_eq!(rig.read(A), 4 << 12 | 4);
    assert_eq!(rig.push(b"", true), 0);
    assert_eq!(rig.read(B), SUC_EOF | 1 << 12 | 4);
    assert_eq!(rig.read(RAW), 0b11);
    assert_eq!(rig.push(b"x", false), 0);
    assert_eq!(rig.read(RAW), 0b11 | 1 << 7, "no descriptor is left");
    assert_eq!(rig.read_bytes(BUFFER, 5), b"hello");
}

#[test]
fn wild_descriptors_are_errors() {
    for (descriptor, buffer) in [(0x3FCE_0000 - 4, BUFFER), (A, 0), (A, 0x3FCE_0000 - 2), (A, 0xFFFF_FFFF)] {
        let mut rig = Rig::new();
        if descriptor == A {
            rig.descriptor(A, out(4), buffer, 0);
        }
        rig.start_out(descriptor);
        assert_eq!(rig.read(RAW), 1 << 6, "{descriptor:#x} {buffer:#x}");
        assert_eq!(rig.pull(4), b"");
    }
}

#[test]
fn a_descriptor_of_the_cpu_is_refused_if_owners_are_checked() {
    let mut rig = Rig::new();
    rig.descriptor(A, out(4) & !OWNER, BUFFER, 0);
    rig.write(OUT_CONF1, 1 << 12);
    rig.start_out(A);
    assert_eq!(rig.read(RAW), 1 << 6);
}

#[test]
fn rings_of_descriptors_do_not_hang() {
    let mut rig = Rig::new();
    rig.descriptor(A, OWNER, BUFFER, A);
    rig.start_out(A);
    assert_eq!(rig.pull(4), b"");
    rig.descriptor(A, out(1), BUFFER, A);
    rig.start_out(A);
    assert_eq!(rig.pull(1000).len(), 1000);
    rig.descriptor(A, OWNER, BUFFER, A);
    rig.start_in(A);
    assert_eq!(rig.push(b"x", true), 0);
}

#[test]
fn memory_to_memory_takes_time_and_ends_with_eof() {
    let mut rig = Rig::new();
    rig.write_bytes(BUFFER, &[7; 100]);
    rig.descriptor(A, out(100) | SUC_EOF, BUFFER, 0);
    rig.descriptor(B, OWNER | 100, BUFFER + 0x100, 0);
    rig.write(IN_CONF0, 1 << 4);
    rig.start_in(B);
    rig.start_out(A);
    assert_eq!(rig.read(RAW), 0);
    rig.run(Span::from_us(10));
    assert_eq!(rig.read(RAW), 1 | 1 << 1 | 1 << 3 | 1 << 4 | 1 << 8);
    assert_eq!(rig.read(BUFFER + 0x160), 0x0707_0707);
}

#[test]
fn interrupts_reach_the_matrix() {
    let mut rig = Rig::new();
    rig.descriptor(A, out(1), BUFFER, 0);
    rig.write(DMA + 8, 1 << 8);
    rig.start_out(A);
    rig.pull(1);
    assert!(rig.is_raised(44));
    rig.write(DMA + 0xC, 1 << 8);
    assert!(!rig.is_raised(44));
}

#[test]
fn a_peripheral_is_told_of_a_start() {
    let mut rig = Rig::new();
    rig.descriptor(A, out(1), BUFFER, 0);
    rig.env(DeviceId::Gdma, |env| env.hub.dma.channels[0].out_peripheral = DmaPeripheral::I2s0 as u8);
    rig.env(DeviceId::Gdma, |env| {
        env.hub.dma.channels[0].outlist.link = A & 0xF_FFFF;
        env.hub.dma.channels[0].start_out(env.memory);
        env.hub.dma.note_start(0, DmaDirection::Out);
    });
    assert_eq!(rig.soc.hub.dma.take_started(), Some((DmaPeripheral::I2s0, DmaDirection::Out)));
}

#[test]
fn no_register_value_makes_it_panic() {
    for seed in 0..40 {
        Rig::new().try_anything(&[DeviceId::Gdma], seed);
        Rig::new().try_anything(&[DeviceId::Gdma, DeviceId::Aes, DeviceId::Sha], seed);
    }
}

#[test]
fn reset_values() {
    let mut rig = Rig::new();
    for channel in 0..3 {
        for (register, value) in [
            (0x08, 0x0780_0003),
            (0x0C, 0x800),
            (0x10, 0x0110_0000),
            (0x30, 0x3F),
            (0x60, 0x08),
            (0x68, 0x0780_0002),
            (0x70, 0x0080_0000),
            (0x90, 0x3F),
        ] {
            assert_eq!(rig.read(DMA + 0x70 + 0xC0 * channel + register), value, "{register:#x}");
        }
    }
}
