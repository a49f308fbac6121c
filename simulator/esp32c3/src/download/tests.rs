//! What the loader answers, request by request, on a chip without a core. The numbers are those of esptool's documentation
//! ("Serial Protocol") and of its source, `loader.py`.

use super::slip;
use super::{DownloadFaults, Loader, RomView, Step};
use crate::soc::Soc;
use hil_sim_core::chip::soc::Soc as _;
use hil_sim_core::mem::{FlashImage, Memory};
use hil_sim_core::time::{Instant, Span};
use miniz_oxide::deflate::compress_to_vec_zlib;
use proptest::prelude::*;

const OK: [u8; 4] = [0, 0, 0, 0];
const MEGABYTE: usize = 1 << 20;

struct Bench {
    soc: Soc,
    memory: Memory,
    loader: Loader,
    now: Instant,
}

/// An answer: operation, value, data with status.
type Answer = (u8, u32, Vec<u8>);

impl Bench {
    fn new() -> Self {
        let memory = Memory::new(&crate::map::MEMORY, FlashImage::erased(MEGABYTE));
        Self { soc: Soc::new(), memory, loader: Loader::default(), now: Instant::ZERO }
    }

    fn with_stub() -> Self {
        let mut bench = Self::new();
        bench.load(b"..OHAI..");
        assert_eq!(bench.frames(6, 0, &words(&[0, 0x4038_0E9A])).last().map(Vec::as_slice), Some(b"OHAI".as_slice()));
        bench
    }

    fn load(&mut self, program: &[u8]) {
        let size = program.len() as u32;
        self.ask(5, 0, &words(&[size, 1, 0x1800, 0x4038_0000]));
        let (data, sum) = payload(program, 0);
        assert_eq!(self.ask(7, sum, &data).2, OK);
    }

    fn raw(&mut self, bytes: impl IntoIterator<Item = u8>) -> Vec<u8> {
        bytes.into_iter().for_each(|byte| self.loader.receive(byte));
        let mut output = Vec::new();
        loop {
            let mut chip = RomView {
                soc: &mut self.soc,
                memory: &mut self.memory,
                now: self.now,
                faults: DownloadFaults::default(),
            };
            self.loader.run(&mut chip);
            let before = output.len();
            while let Some(byte) = self.loader.output() {
                output.push(byte);
                self.loader.sent();
            }
            // The flash is busy for a while.
            let next = self.loader.next_event();
            if output.len() == before && (next == Instant::NEVER || next <= self.now) {
                return output;
            }
            if next != Instant::NEVER {
                self.now = next.max(self.now);
                self.soc.run_events(&mut self.memory, self.now);
            }
        }
    }

    fn frames(&mut self, operation: u8, checksum: u32, data: &[u8]) -> Vec<Vec<u8>> {
        let mut frame = vec![0, operation];
        frame.extend((data.len() as u16).to_le_bytes());
        frame.extend(checksum.to_le_bytes());
        frame.extend(data);
        let output = self.raw(slip::encode(&frame));
        let mut decoder = slip::Decoder::default();
        output.into_iter().filter_map(|byte| decoder.push(byte)).collect()
    }

    fn ask(&mut self, operation: u8, checksum: u32, data: &[u8]) -> Answer {
        let frames = self.frames(operation, checksum, data);
        assert_eq!(frames.len(), 1, "{operation:#x}: {frames:x?}");
        answer(&frames[0])
    }

    fn flash(&self, offset: usize, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.memory.flash().read(offset, &mut bytes).expect("in the chip");
        bytes
    }
}

fn answer(frame: &[u8]) -> Answer {
    assert_eq!(frame[0], 1);
    assert_eq!(usize::from(u16::from_le_bytes([frame[2], frame[3]])), frame.len() - 8);
    (frame[1], u32::from_le_bytes([frame[4], frame[5], frame[6], frame[7]]), frame[8..].to_vec())
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// The data of a DATA request, and its check sum.
fn payload(bytes: &[u8], number: u32) -> (Vec<u8>, u32) {
    let sum = bytes.iter().fold(0xEF, |sum, byte| sum ^ byte);
    ([words(&[bytes.len() as u32, number, 0, 0]), bytes.to_vec()].concat(), sum.into())
}

#[test]
fn sync_is_answered_eight_times_and_its_value_tells_rom_from_stub() {
    let sync = [b"\x07\x07\x12\x20".as_slice(), &[0x55; 32]].concat();
    let rom = Bench::new().frames(8, 0, &sync);
    assert_eq!(rom.len(), 8);
    assert!(rom.iter().all(|frame| answer(frame).1 != 0));
    let stub = Bench::with_stub().frames(8, 0, &sync);
    assert!(stub.iter().all(|frame| answer(frame) == (8, 0, vec![0, 0])), "and a status of two bytes");
}

#[test]
fn the_chip_says_what_it_is() {
    let mut bench = Bench::new();
    bench.soc.set_mac([0x7C, 0xDF, 0xA1, 1, 2, 3]);
    let (_, _, info) = bench.ask(0x14, 0, &[]);
    assert_eq!(info, [words(&[0, 0, 0, 5, 0]), OK.to_vec()].concat());
    assert_eq!(bench.ask(0x0A, 0, &words(&[0x6000_8844])).1, 0xA101_0203);
    assert_eq!(bench.ask(0x0A, 0, &words(&[0x6000_8848])).1, 0x7CDF);
    assert_eq!(bench.ask(0x0A, 0, &words(&[0x6000_8850])).1 >> 18 & 7, 4, "revision v0.4");
    assert_eq!(bench.ask(0x0A, 0, &words(&[0x4000_1000])).1, 0x1B31_506F);
}

#[test]
fn the_flash_chip_is_asked_through_spi1() {
    let mut bench = Bench::new();
    let spi = 0x6000_2000;
    for (offset, value) in [(0x18, 0x9000_0000), (0x20, 0x7000_009F), (0x28, 0x17), (0x58, 0), (0x00, 1 << 18)] {
        let written = bench.ask(9, 0, &words(&[spi + offset, value, u32::MAX, 0]));
        assert_eq!(written, (9, 0, OK.to_vec()));
    }
    assert_eq!(bench.ask(0x0A, 0, &words(&[spi])).1, 0, "done");
    assert_eq!(bench.ask(0x0A, 0, &words(&[spi + 0x58])).1, 0x0014_40EF);
}

#[test]
fn a_register_is_written_under_its_mask() {
    let mut bench = Bench::new();
    let ram = 0x3FC9_0000;
    bench.ask(9, 0, &words(&[ram, 0x1122_3344, u32::MAX, 0, ram + 4, 7, u32::MAX, 1]));
    bench.ask(9, 0, &words(&[ram, 0xFFFF_FFFF, 0x00FF_0000, 0]));
    assert_eq!(bench.ask(0x0A, 0, &words(&[ram])).1, 0x11FF_3344);
    assert_eq!(bench.ask(0x0A, 0, &words(&[ram + 4])).1, 7);
}

#[test]
fn plain_data_is_written_and_read_back() {
    let mut bench = Bench::new();
    let bytes: Vec<u8> = (0..3000u32).map(|n| (n * 7) as u8).collect();
    assert_eq!(bench.ask(2, 0, &words(&[3000, 3, 0x400, 0x1_0000, 0])).2, OK);
    for (number, block) in bytes.chunks(0x400).enumerate() {
        let mut block = block.to_vec();
        block.resize(0x400, 0xFF);
        let (data, sum) = payload(&block, number as u32);
        assert_eq!(bench.ask(3, sum, &data).2, OK);
    }
    assert_eq!(bench.flash(0x1_0000, 3000), bytes);
    assert_eq!(bench.ask(0x0E, 0, &words(&[0x1_0000, 64])).2, [&bytes[..64], &OK].concat());
    assert_eq!(bench.ask(0x0E, 0, &words(&[0x1_0000, 2])).2, [&bytes[..2], &[0; 62], &OK].concat());
    let (_, _, digest) = bench.ask(0x13, 0, &words(&[0x1_0000, 0, 0, 0]));
    assert_eq!(digest, [b"d41d8cd98f00b204e9800998ecf8427e".as_slice(), &OK].concat(), "of nothing");
    assert!(bench.now >= Instant::ZERO + Span::from_ms(45), "erasing takes its time");
    // Leaving.
    assert_eq!(bench.ask(4, 0, &words(&[0])).2, OK);
    assert_eq!(bench.loader.take_step(), Some(Step::Boot));
}

#[test]
fn compressed_data_is_written_whatever_its_pieces() {
    for piece in [1000, 4096, 0x4000] {
        let mut bench = Bench::with_stub();
        let bytes: Vec<u8> = (0..100_000u32).map(|n| (n.wrapping_mul(n) >> 9) as u8).collect();
        let compressed = compress_to_vec_zlib(&bytes, 9);
        let begin = words(&[bytes.len() as u32, compressed.len().div_ceil(piece) as u32, piece as u32, 0x2000]);
        assert_eq!(bench.ask(0x10, 0, &begin).2, [0, 0]);
        for (number, block) in compressed.chunks(piece).enumerate() {
            let (data, sum) = payload(block, number as u32);
            assert_eq!(bench.ask(0x11, sum, &data).2, [0, 0]);
        }
        assert!(bench.flash(0x2000, bytes.len()) == bytes);
        assert_eq!(bench.ask(0x13, 0, &words(&[0x2000, bytes.len() as u32, 0, 0])).2.len(), 16 + 2);
        assert_eq!(bench.ask(0x12, 0, &words(&[1])).2, [0, 0]);
        assert_eq!(bench.loader.take_step(), None, "the stub stays");
        assert_eq!(bench.ask(0x12, 0, &words(&[0])).2, [0, 0]);
        assert_eq!(bench.loader.take_step(), Some(Step::Boot));
    }
}

#[test]
fn the_stub_erases_and_sends_flash_in_packets_that_are_acknowledged() {
    let mut bench = Bench::with_stub();
    bench.memory.write_flash(0x1000, &[0xC0; 0x2000]).expect("in the chip");
    let frames = bench.frames(0xD2, 0, &words(&[0x1000, 2500, 1000, 2]));
    assert_eq!(frames.iter().map(Vec::len).collect::<Vec<_>>(), [8 + 2, 1000, 1000], "two in flight");
    let mut sent = bench.raw(slip::encode(&words(&[1000])));
    assert_eq!(sent.len(), 2 * 500 + 2);
    sent = bench.raw(slip::encode(&words(&[2500])));
    assert_eq!(sent.first().zip(sent.last()), Some((&0xC0, &0xC0)));
    assert!((18..40).contains(&sent.len()), "the digest");
    assert_eq!(bench.ask(0xD1, 0, &words(&[0x1000, 0x1000])).2, [0, 0]);
    assert_eq!(bench.flash(0x1000, 0x1001), [&[0xFF; 0x1000][..], &[0xC0]].concat());
    assert_eq!(bench.ask(0xD0, 0, &[]).2, [0, 0]);
    assert_eq!(bench.flash(0x2000, 1), [0xFF]);
    assert_eq!(bench.ask(0xD3, 0, &[]).2, [0, 0]);
    assert_eq!(bench.loader.take_step(), Some(Step::Boot));
}

#[test]
fn a_program_that_is_not_the_stub_is_executed() {
    let mut bench = Bench::new();
    bench.load(&[0x13, 0, 0, 0]);
    assert_eq!(bench.ask(6, 0, &words(&[0, 0x4038_0000])).2, OK);
    assert_eq!(bench.loader.take_step(), Some(Step::Execute(0x4038_0000)));
    // `lui a5, 0x49415`, as in every stub that a compiler made.
    bench.load(&[0, 0, 0xB7, 0x57, 0x41, 0x49]);
    assert_eq!(bench.frames(6, 0, &words(&[0, 0x4038_0000])).len(), 2);
    assert_eq!(bench.loader.take_step(), None);
}

#[test]
fn the_rate_changes_after_the_answer() {
    let mut bench = Bench::new();
    assert_eq!(bench.ask(0x0F, 0, &words(&[460_800, 0])).2, OK);
    assert_eq!(bench.loader.take_step(), Some(Step::SetBaud(460_800)));
    assert_eq!(bench.ask(0x0F, 0, &words(&[1, 0])).2, [1, 0x06, 0, 0]);
    assert_eq!(bench.loader.take_step(), None);
}

#[test]
fn what_cannot_be_done_is_told_as_rom_and_stub_tell_it() {
    let failures = |bench: &mut Bench, is_stub: bool| -> Vec<u8> {
        let (data, sum) = payload(b"abcd", 0);
        let megabyte = MEGABYTE as u32;
        let requests: [(u8, u32, Vec<u8>); 8] = [
            (0x77, 0, vec![]),
            (if is_stub { 0x0E } else { 0xD1 }, 0, words(&[0, 0x1000])),
            (0x03, sum, data.clone()),
            (0x02, 0, words(&[0x1000, 1, 0x400, megabyte])),
            (0x0A, 0, vec![]),
            (0x0A, 0, words(&[0x6FFF_FFFC])),
            (0x07, sum ^ 1, data),
            (0x13, 0, words(&[megabyte, 1])),
        ];
        let code = |(operation, sum, data): (u8, u32, Vec<u8>)| {
            let status = bench.ask(operation, sum, &data).2;
            assert_eq!((status[0], status.len()), (1, if is_stub { 2 } else { 4 }), "{operation:#x}");
            status[1]
        };
        requests.into_iter().map(code).collect()
    };
    assert_eq!(failures(&mut Bench::new(), false), [0x05, 0x05, 0x06, 0x08, 0x05, 0x06, 0x07, 0x09]);
    assert_eq!(failures(&mut Bench::with_stub(), true), [0xFF, 0xFF, 0xC6, 0xC4, 0xC0, 0xC4, 0xC1, 0xC4]);
    // More than was announced, and what is not compressed.
    let mut bench = Bench::with_stub();
    bench.ask(2, 0, &words(&[4, 1, 0x4000, 0]));
    let (data, sum) = payload(&[7; 0x1001], 0);
    assert_eq!(bench.ask(3, sum, &data).2, [1, 0xC9]);
    bench.ask(0x10, 0, &words(&[4, 1, 0x4000, 0]));
    let (data, sum) = payload(b"not zlib", 0);
    assert_eq!(bench.ask(0x11, sum, &data).2, [1, 0xC7]);
    // The end of a frame was lost: the next is found nevertheless.
    let mut bench = Bench::new();
    bench.raw(*b"\xC0half a frame");
    assert_eq!(bench.ask(0x14, 0, &[]).2.len(), 24);
    // A length that is not that of the request.
    let frame = [0, 8, 5, 0, 0, 0, 0, 0, 1];
    let mut bench = Bench::new();
    assert_eq!(bench.raw(slip::encode(&frame))[9..11], [1, 0x05]);
}

#[test]
fn nothing_is_written_past_the_size_that_the_host_has_set() {
    let mut bench = Bench::new();
    bench.ask(0x0B, 0, &words(&[0, 0x8000, 0x1_0000, 0x1000, 256, 0xFFFF]));
    assert_eq!(bench.ask(2, 0, &words(&[0x1000, 4, 0x400, 0x7000, 0])).2, OK);
    assert_eq!(bench.ask(2, 0, &words(&[0x1000, 4, 0x400, 0x8000, 0])).2, [1, 0x08, 0, 0]);
}

/// A request that is likely to be carried out, with any words.
fn any_request() -> impl Strategy<Value = Vec<u8>> {
    let operation = prop_oneof![2u8..=0x14, 0xD0u8..=0xD3];
    let word = prop_oneof![
        Just(0u32),
        Just(4096),
        0u32..64,
        Just(0x3FC9_0000),
        Just(0x4038_0000),
        (0u32..0x200).prop_map(|at| 0x6000_2000 + 4 * at),
        any::<u32>()
    ];
    (operation, proptest::collection::vec(word, 0..7), proptest::collection::vec(any::<u8>(), 0..40)).prop_map(
        |(operation, list, bytes)| {
            let data = if matches!(operation, 3 | 7 | 0x11) { payload(&bytes, 0).0 } else { words(&list) };
            let sum = bytes.iter().fold(0xEF, |sum, byte| sum ^ byte);
            let mut frame = vec![0, operation];
            frame.extend((data.len() as u16).to_le_bytes());
            frame.extend(u32::from(sum).to_le_bytes());
            frame.extend(data);
            frame
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(prop_oneof![any::<u8>(), Just(0xC0), Just(0xDB)], 0..600)) {
        Bench::new().raw(bytes);
    }

    #[test]
    fn no_requests_panic_or_hang(requests in proptest::collection::vec(any_request(), 0..30), stub: bool) {
        let mut bench = if stub { Bench::with_stub() } else { Bench::new() };
        for request in requests {
            bench.raw(slip::encode(&request));
            bench.loader.take_step();
        }
    }
}
