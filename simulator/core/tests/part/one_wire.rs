//! The 1-Wire port, with a controller that uses all of what the timing allows.

use super::wire::Wire;
use hil_sim_core::circuit::{Board, Joint, PartEnv};
use hil_sim_core::part::bus::one_wire::{OneWirePort, OneWireTarget, RomCode, Turn, crc8};
use hil_sim_core::part::{Fault, Part, PartEvent, PartType, Pin, PinType};
use hil_sim_core::time::{Instant, Span};
use proptest::prelude::*;

const READ_ROM: u8 = 0x33;
const MATCH_ROM: u8 = 0x55;
const SKIP_ROM: u8 = 0xCC;
const SEARCH_ROM: u8 = 0xF0;
const DQ: Pin = Pin(0);
/// A function of the part: it sends what was written to it since the last time.
const READ_BACK: u8 = 0xAA;

/// A part that remembers.
#[derive(Clone, Hash, Debug)]
struct Memory {
    port: OneWirePort,
    contents: Contents,
}

#[derive(Clone, Default, Hash, Debug)]
struct Contents {
    bytes: Vec<u8>,
    /// How many have been sent; none while it listens.
    sent: Option<usize>,
}

static MEMORY: PartType =
    PartType { pins: &[PinType::both("DQ")], ..PartType::new("test-one-wire-memory", |_| Ok(None)) };

impl OneWireTarget for Contents {
    fn select(&mut self) {
        self.sent = None;
    }

    fn write(&mut self, byte: u8) {
        if byte == READ_BACK { self.sent = Some(0) } else { self.bytes.push(byte) }
    }

    fn turn(&mut self) -> Turn {
        let Some(sent) = &mut self.sent else { return Turn::Listens };
        *sent += 1;
        self.bytes.get(*sent - 1).map_or(Turn::SendsBit(true), |byte| Turn::Sends(*byte))
    }
}

impl Part for Memory {
    fn part_type(&self) -> &'static PartType {
        &MEMORY
    }

    fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
        self.port.power(env, is_on);
    }

    fn edge(&mut self, env: &mut PartEnv<'_>, pin: Pin, level: bool) {
        self.port.edge(env, (pin, level), &mut self.contents);
        env.wake_at(self.port.deadline());
    }

    fn wake(&mut self, env: &mut PartEnv<'_>) {
        self.port.wake(env, &mut self.contents);
        env.wake_at(self.port.deadline());
    }
}

/// The controller's times in microseconds, within what application note 126 and the data sheets allow.
#[derive(Clone, Copy, Debug)]
struct Times {
    reset: u64,
    /// t_LOW1, and how long a slot is begun when it is read.
    short: u64,
    /// t_LOW0.
    long: u64,
    /// When a bit is sampled after the slot's beginning.
    sample: u64,
    recovery: u64,
}

const USUAL: Times = Times { reset: 500, short: 6, long: 60, sample: 15, recovery: 10 };

struct Controller {
    wire: Wire,
    times: Times,
}

impl Controller {
    fn new(codes: &[RomCode], times: Times) -> Self {
        let memory = |code: &RomCode| Memory { port: OneWirePort::new(DQ, *code), contents: Contents::default() };
        let mount = |board: Board, code| board.with_part("memory", memory(code), &[("DQ", Joint::Gpio(0))]);
        Self { wire: Wire::new(&codes.iter().fold(Board::default(), mount)), times }
    }

    fn us(&mut self, us: u64) {
        self.wire.wait(Span::from_us(us));
    }

    /// Says whether anybody is there.
    fn reset(&mut self) -> bool {
        self.us(5);
        self.wire.drive(true);
        self.us(self.times.reset);
        self.wire.drive(false);
        self.us(65);
        let is_present = !self.wire.level();
        self.us(480 - 65);
        is_present
    }

    fn write_bit(&mut self, bit: bool) {
        let low = if bit { self.times.short } else { self.times.long };
        self.wire.drive(true);
        self.us(low);
        self.wire.drive(false);
        self.us(60_u64.saturating_sub(low) + self.times.recovery);
    }

    fn read_bit(&mut self) -> bool {
        self.wire.drive(true);
        self.us(self.times.short);
        self.wire.drive(false);
        self.us(self.times.sample.saturating_sub(self.times.short));
        let bit = self.wire.level();
        self.us(60 + self.times.recovery);
        bit
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            (0..8).for_each(|bit| self.write_bit(byte >> bit & 1 == 1));
        }
    }

    fn read(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| (0..8).fold(0, |byte, bit| byte | u8::from(self.read_bit()) << bit)).collect()
    }

    /// The codes of all devices; application note 187, "1-Wire Search Algorithm".
    fn search(&mut self) -> Vec<u64> {
        let (mut found, mut branches) = (Vec::new(), vec![(0_u64, 0_u32)]);
        while let Some((known, depth)) = branches.pop() {
            assert!(self.reset());
            self.write(&[SEARCH_ROM]);
            let mut code = 0;
            for bit in 0..64 {
                let heard = (self.read_bit(), self.read_bit());
                let choice = match heard {
                    (true, true) => panic!("nobody answers at bit {bit}"),
                    _ if bit < depth => known >> bit & 1 == 1,
                    (false, false) => {
                        branches.push((code | 1 << bit, bit + 1));
                        false
                    }
                    (one, _) => one,
                };
                code |= u64::from(choice) << bit;
                self.write_bit(choice);
            }
            found.push(code);
        }
        found
    }
}

fn code(serial: u8) -> RomCode {
    RomCode::new(0x28, [serial, 2, 3, 4, 5, 6])
}

#[test]
fn a_reset_pulse_is_answered_by_presence_and_a_shorter_one_is_not() {
    assert!(Controller::new(&[code(1)], USUAL).reset());
    assert!(!Controller::new(&[], USUAL).reset(), "nobody is there");
    assert!(!Controller::new(&[code(1)], Times { reset: 479, ..USUAL }).reset());
}

#[test]
fn a_code_is_read_with_its_check_byte() {
    let mut bus = Controller::new(&[code(1)], USUAL);
    bus.reset();
    bus.write(&[READ_ROM]);
    let bytes = bus.read(8);
    assert_eq!((bytes[0], &bytes[1..7], crc8(&bytes)), (0x28, [1, 2, 3, 4, 5, 6].as_slice(), 0));
}

#[test]
fn only_the_device_with_the_code_is_chosen() {
    let mut bus = Controller::new(&[code(1), code(2)], USUAL);
    for (serial, byte) in [(1, 0x11), (2, 0x22), (3, 0x33)] {
        bus.reset();
        bus.write(&[MATCH_ROM]);
        bus.write(&code(serial).bytes());
        bus.write(&[byte]);
    }
    for (serial, expected) in [(1, 0x11), (2, 0x22), (3, 0xFF)] {
        bus.reset();
        bus.write(&[MATCH_ROM]);
        bus.write(&code(serial).bytes());
        bus.write(&[READ_BACK]);
        assert_eq!(bus.read(1), [expected], "{serial}");
    }
}

#[test]
fn a_slot_that_is_too_long_and_no_reset_is_told_of() {
    let mut bus = Controller::new(&[code(1)], USUAL);
    bus.reset();
    bus.wire.told();
    bus.times.long = 200;
    bus.write_bit(false);
    let told = bus.wire.told();
    let [told] = told.as_slice() else { panic!("{told:?}") };
    let text = "the line was low for 200 us: a time slot has at most 120 us, a reset pulse at least 480 us";
    assert_eq!(told.event, PartEvent::Fault(Fault::Timing(text.to_owned())));
    bus.times.long = 120;
    bus.write_bit(false);
    assert_eq!(bus.wire.told(), []);
}

#[test]
fn before_a_reset_pulse_nothing_is_heard() {
    let mut bus = Controller::new(&[code(1)], USUAL);
    bus.write(&[READ_ROM]);
    assert_eq!(bus.read(2), [0xFF, 0xFF]);
    assert_eq!(bus.wire.circuit.next_alarm(), Instant::NEVER);
}

fn times() -> impl Strategy<Value = Times> {
    // All slots end by 120 us; the controller lets the line go before it samples, and samples by 15 us.
    (480_u64..2_000, 1_u64..15, 60_u64..=120, 1_u64..50).prop_flat_map(|(reset, short, long, recovery)| {
        (short..=15).prop_map(move |sample| Times { reset, short, long, sample, recovery })
    })
}

proptest! {
    #[test]
    fn any_bytes_are_written_and_read_with_any_times_that_are_allowed(
        bytes in prop::collection::vec(any::<u8>().prop_filter("a command", |byte| *byte != READ_BACK), 0..20),
        times in times(),
    ) {
        let mut bus = Controller::new(&[code(1)], times);
        prop_assert!(bus.reset());
        bus.write(&[SKIP_ROM]);
        bus.write(&bytes);
        bus.write(&[READ_BACK]);
        prop_assert_eq!(bus.read(bytes.len()), bytes);
        prop_assert_eq!(bus.wire.told(), vec![]);
    }

    #[test]
    fn a_search_finds_every_device(serials in prop::collection::btree_set(any::<[u8; 6]>(), 1..6)) {
        let codes: Vec<RomCode> = serials.iter().map(|serial| RomCode::new(0x28, *serial)).collect();
        let mut found = Controller::new(&codes, USUAL).search();
        let mut expected: Vec<u64> = codes.iter().map(|code| u64::from_le_bytes(code.bytes())).collect();
        found.sort_unstable();
        expected.sort_unstable();
        prop_assert_eq!(found, expected);
    }
}
