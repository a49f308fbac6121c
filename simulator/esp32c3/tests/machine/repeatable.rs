//! The same inputs at the same times give the same run, however it is cut into pieces, and again after going back.

use super::network::arp_request;
use crate::support::asm::*;
use crate::support::program::*;
use hil_sim_core::circuit::{Joint, Rail};
use hil_sim_core::time::Instant;
use hil_sim_esp32c3::machine::{Board, Exit, Machine, MachineConfig};
use hil_sim_esp32c3::soc::SerialPort;
use hil_sim_parts::Contacts;
use hil_sim_parts::ws2812::{ColorOrder, Ws2812};
use proptest::prelude::*;
use proptest::sample::Index;

const OPENETH: u32 = 0x600C_D000;
/// How long a run is.
const END_NS: u64 = 4_000_000;

/// Something done from outside.
#[derive(Clone, Debug)]
enum Input {
    Press(bool),
    Serial(Vec<u8>),
    Cable(bool),
    Reset,
    Power,
}

/// Sends back what it gets; follows the button; every 50 us toggles a pin, and every so often sends a random byte, writes
/// to the flash, sends a frame; is busy in a function of the ROM in between.
fn program(a: &mut Asm) -> &mut Asm {
    a.store(IO_MUX_GPIO0 + 4 * 9, 1 << 12 | 1 << 9 | 1 << 8).output(4).output(5);
    for (index, word) in (0..).zip(arp_request().chunks(4)) {
        let word = word.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
        a.store(DATA + 4 * index, word);
    }
    a.store(OPENETH + 0x20, 1).store(OPENETH + 0x40C, DATA + 0x800).store(OPENETH + 0x408, 1 << 15 | 1 << 13);
    a.store(OPENETH, 0xA023).store(OPENETH + 0x404, DATA);
    a.vectors("handler").enable_source(SYSTIMER_TARGET0);
    // Period mode, 800 ticks.
    a.store(SYSTIMER + 0x34, 800).store(SYSTIMER + 0x34, 1 << 30 | 800).store(SYSTIMER + 0x50, 1);
    a.store(SYSTIMER, 0x4600_0000 | 1 << 24).store(SYSTIMER + 0x64, 1).csrrsi(ZERO, MSTATUS, 8);
    a.li(S0, 0x6000_0000).li(S1, GPIO_OUT_W1TS).li(S2, 0).label("next");
    a.lw(A0, 0x1C, S0).andi(A0, A0, 0x3FF).beq(A0, ZERO, "nothing").lw(A0, 0, S0).sw(A0, 0, S0).label("nothing");
    a.load(A0, GPIO_IN).andi(A0, A0, 1 << 9).srli(A0, A0, 5).li(A1, 1 << 4).sw(A1, 4, S1).sw(A0, 0, S1);
    a.andi(A0, S2, 7).bne(A0, ZERO, "no byte");
    // The generator of random numbers.
    a.load(A0, 0x6002_60B0).sw(A0, 0, S0).label("no byte");
    a.andi(A0, S2, 15).bne(A0, ZERO, "no write").call(rom::SPIFLASH_WRITE, &[0x20_0000, DATA, 64]).label("no write");
    a.andi(A0, S2, 31).bne(A0, ZERO, "no frame").store(OPENETH + 0x400, 64 << 16 | 1 << 15 | 1 << 13).label("no frame");
    a.andi(A0, S2, 1).beq(A0, ZERO, "busy").word(WFI).j("next").label("busy").call(rom::DELAY_US, &[33]).j("next");
    a.label("handler").addi(SP, SP, -16).sw(T0, 0, SP).sw(T1, 4, SP).sw(A0, 8, SP);
    a.store(SYSTIMER + 0x6C, 1).addi(S2, S2, 1).andi(A0, S2, 1).slli(A0, A0, 2).li(T0, GPIO_OUT_W1TC);
    a.sub(T0, T0, A0).li(T1, 1 << 5).sw(T1, 0, T0);
    a.lw(T0, 0, SP).lw(T1, 4, SP).lw(A0, 8, SP).addi(SP, SP, 16).word(MRET)
}

fn new(seed: u64) -> Machine {
    let board = Board { watched: vec![4, 5], ..Board::default() }
        .with_part("led1", Ws2812::new(1, ColorOrder::Grb), &[("DIN", Joint::Gpio(5))])
        .with_part("btn1", Contacts::pushbutton(), &[("1.l", Joint::Gpio(9)), ("2.l", Joint::Rail(Rail::Ground))]);
    let mut config = MachineConfig::default();
    (config.seed, config.network.seed) = (seed, seed);
    let mut machine = Machine::new(board, &firmware(program), config);
    machine.power_on();
    machine
}

/// What is left of a run: everything that was seen, and both hashes.
struct Outcome {
    events: Vec<String>,
    trace: u64,
    state: u64,
}

/// Runs up to a moment, and does what there is to be done on the way.
fn play(machine: &mut Machine, inputs: &[(u64, Input)], stops: &[u64], until: u64) {
    let from = machine.now().ns();
    let mut marks: Vec<(u64, Option<&Input>)> = stops.iter().map(|at| (*at, None)).collect();
    marks.extend(inputs.iter().map(|(at, input)| (*at, Some(input))));
    marks.retain(|(at, _)| (from..until).contains(at));
    marks.push((until, None));
    // Inputs of one moment in their order.
    marks.sort_by_key(|(at, _)| *at);
    for (at, input) in marks {
        while machine.run(Instant::from_ns(at)) != Exit::Until {}
        match input {
            Some(Input::Press(pressed)) => {
                machine.set_control("btn1", "pressed", f64::from(u8::from(*pressed))).expect("a button");
            }
            Some(Input::Serial(bytes)) => {
                machine.serial_input(SerialPort::Uart0, bytes);
            }
            Some(Input::Cable(up)) => machine.set_link(*up),
            Some(Input::Reset) => machine.reset(),
            Some(Input::Power) => {
                machine.power_off();
                machine.power_on();
            }
            None => {}
        }
    }
}

fn outcome(machine: &mut Machine) -> Outcome {
    // Of one moment, events of different kinds may be told in another order.
    let mut events: Vec<_> = machine.take_events().into_iter().map(|event| (event.at, format!("{event:?}"))).collect();
    events.sort();
    let events = events.into_iter().map(|(_, text)| text).collect();
    Outcome { events, trace: machine.trace_hash(), state: machine.state_hash() }
}

/// Says in few words where two runs differ.
fn same(one: &Outcome, other: &Outcome) -> Result<(), TestCaseError> {
    let first = one.events.iter().zip(&other.events).find(|(one, other)| one != other);
    prop_assert_eq!(first, None);
    prop_assert_eq!(one.events.len(), other.events.len());
    prop_assert_eq!((one.trace, one.state), (other.trace, other.state), "trace and state");
    Ok(())
}

fn inputs() -> impl Strategy<Value = Vec<(u64, Input)>> {
    let input = prop_oneof![
        3 => any::<bool>().prop_map(Input::Press),
        3 => proptest::collection::vec(any::<u8>(), 1..20).prop_map(Input::Serial),
        1 => any::<bool>().prop_map(Input::Cable),
        1 => Just(Input::Reset),
        1 => Just(Input::Power),
    ];
    proptest::collection::vec((0..END_NS, input), 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_run_can_be_repeated_in_pieces(
        seed in any::<u64>(),
        inputs in inputs(),
        stops in proptest::collection::vec(0..END_NS, 0..60),
    ) {
        let run = |stops: &[u64]| {
            let mut machine = new(seed);
            play(&mut machine, &inputs, stops, END_NS);
            outcome(&mut machine)
        };
        let whole = run(&[]);
        same(&whole, &run(&[]))?;
        same(&whole, &run(&stops))?;
    }

    #[test]
    fn what_follows_a_snapshot_follows_again(
        seed in any::<u64>(),
        inputs in inputs(),
        middle in 0..END_NS,
        away in proptest::collection::vec((0..END_NS, any::<Index>()), 0..3),
    ) {
        let mut machine = new(seed);
        play(&mut machine, &inputs, &[], middle);
        machine.take_events();
        let snapshot = machine.snapshot();
        play(&mut machine, &inputs, &[], END_NS);
        let first = outcome(&mut machine);
        // Something else in between.
        let away: Vec<_> = away.iter().map(|(at, index)| (*at, [Input::Reset, Input::Power][index.index(2)].clone())).collect();
        play(&mut machine, &away, &[], 2 * END_NS);
        machine.restore(&snapshot);
        play(&mut machine, &inputs, &[], END_NS);
        same(&first, &outcome(&mut machine))?;
    }
}

#[test]
fn another_seed_gives_another_run() {
    let [one, other] = [1, 2].map(|seed| {
        let mut machine = new(seed);
        play(&mut machine, &[], &[], END_NS);
        assert!(machine.take_events().len() > 100, "it does what it is there for");
        machine.trace_hash()
    });
    assert_ne!(one, other);
}
