//! Programs on the tiny chip.

use super::tiny_chip::{FLASH, GPIO, Port, RAM, RESET, ResetCause, TIMER, TIMER_LINE, TinyChip, UART};
use crate::support::asm::*;
use hil_sim_core::chip::Processor;
use hil_sim_core::circuit::Board;
use hil_sim_core::machine::{Exit, Machine, MachineConfig, Stuck, What};
use hil_sim_core::mem::{FlashImage, Width};
use hil_sim_core::time::{Instant, Span};

const MSTATUS: u16 = 0x300;
const MTVEC: u16 = 0x305;
const MCAUSE: u16 = 0x342;
const MIE: i32 = 8;
/// A word that the handler counts in, and one that the main program does.
const TICKS: u32 = RAM + 0x100;
const ROUNDS: u32 = RAM + 0x104;

type Tiny = Machine<TinyChip>;

fn machine(write: impl FnOnce(&mut Asm)) -> Tiny {
    let mut asm = Asm::new(FLASH);
    write(&mut asm);
    let mut machine =
        Tiny::new(Board::default(), FlashImage::with_image(0x8000, &asm.bytes()), MachineConfig::default());
    machine.power_on();
    machine
}

/// Prints a text, one character after the other.
fn print(asm: &mut Asm, text: &str) {
    asm.li(T0, UART);
    for (index, character) in text.bytes().enumerate() {
        let busy = format!("{text}{index}");
        asm.li(T1, character.into()).sw(T1, 0, T0).label(&busy).lw(T1, 0, T0).bne(T1, ZERO, &busy);
    }
}

/// Prints, then counts in memory with every atomic way while the timer interrupts it every 100 µs and counts too.
fn busy_program(asm: &mut Asm) {
    print(asm, "hi\n");
    asm.la(T0, "handler").csrrw(ZERO, MTVEC, T0);
    asm.li(S0, TICKS).li(S1, ROUNDS).li(S2, TIMER).li(A0, 1);
    asm.li(T0, 100).sw(T0, 0, S2).csrrsi(ZERO, MSTATUS, MIE as u32);
    asm.label("loop");
    // One of every two additions by lr and sc, which the handler's own may disturb.
    asm.label("again").lr(T0, S1).addi(T0, T0, 1).sc(T1, T0, S1).bne(T1, ZERO, "again");
    asm.amoadd(ZERO, A0, S1).j("loop");
    asm.label("handler");
    asm.csrrs(T2, MCAUSE, ZERO).sw(T2, 8, S0);
    asm.amoadd(ZERO, A0, S0);
    asm.li(T2, TIMER).sw(ZERO, 4, T2).li(A1, 100).sw(A1, 0, T2);
    asm.word(MRET);
}

fn at(us: u64) -> Instant {
    Instant::ZERO + Span::from_us(us)
}

fn word(machine: &Tiny, address: u32) -> u32 {
    machine.memory().read(address, Width::Word).expect("memory")
}

fn printed(machine: &mut Tiny) -> Vec<u8> {
    let byte = |what| match what {
        What::Serial { port: Port::Uart, byte } => Some(byte),
        _ => None,
    };
    machine.take_events().into_iter().filter_map(|event| byte(event.what)).collect()
}

#[test]
fn a_program_boots_from_its_flash_and_prints() {
    let mut machine = machine(|asm| {
        print(asm, "hello");
        asm.label("end").j("end");
    });
    let Exit::Halted { pc } = machine.run(at(10_000)) else { panic!("it ends") };
    assert!((FLASH..FLASH + 0x8000).contains(&pc));
    // Five bytes take 434 µs.
    assert!((at(434)..at(440)).contains(&machine.now()), "{}", machine.now());
    assert_eq!(printed(&mut machine), b"hello");
}

#[test]
fn timer_interrupts_come_on_time_and_atomic_operations_lose_nothing() {
    let mut machine = machine(busy_program);
    assert_eq!(machine.run(at(5_000)), Exit::Until);
    assert_eq!(word(&machine, TICKS + 8), 1 << 31 | u32::from(TIMER_LINE));
    // Each is set up by the handler of the last, some instructions later.
    assert!((45..=48).contains(&word(&machine, TICKS)), "{}", word(&machine, TICKS));
    assert!(word(&machine, ROUNDS) > 5_000, "{}", word(&machine, ROUNDS));
    assert_eq!(printed(&mut machine), b"hi\n");
}

#[test]
fn a_restored_machine_does_the_same_again() {
    let mut machine = machine(busy_program);
    machine.run(at(1_234));
    let (then, hash) = (machine.snapshot(), machine.state_hash());
    machine.run(at(4_000));
    let (state, trace, ticks) = (machine.state_hash(), machine.trace_hash(), word(&machine, TICKS));
    assert_ne!(state, hash);
    machine.restore(&then);
    assert_eq!(machine.state_hash(), hash);
    // In pieces this time.
    for piece in 0..=10 {
        machine.run(at(1_300 + 270 * piece));
    }
    assert_eq!((machine.state_hash(), machine.trace_hash(), word(&machine, TICKS)), (state, trace, ticks));
}

#[test]
fn machine_code_does_the_same() {
    let mut interpreted = machine(busy_program);
    let mut compiled = machine(busy_program);
    compiled.cpu_mut().set_compilation(true);
    let then = compiled.snapshot();
    compiled.run(at(2_000));
    compiled.restore(&then);
    assert_eq!(compiled.cpu_mut().compile(), Ok(true));
    for machine in [&mut interpreted, &mut compiled] {
        machine.run(at(4_321));
    }
    assert_eq!(compiled.state_hash(), interpreted.state_hash());
}

#[test]
fn pads_resets_and_power_go_through_the_same_machine() {
    let mut machine = machine(|asm| {
        asm.li(T0, GPIO).li(T1, 0b10).sw(T1, 0, T0).li(T2, RESET).sw(T2, 0, T2).label("end").j("end");
    });
    machine.watch(1);
    assert_eq!(machine.run(at(100)), Exit::Reset(ResetCause::Software));
    assert!(machine.pin(1).level && !machine.pin(0).level);
    // The next run does it; the core then waits for 50 µs.
    assert_eq!(machine.run(at(20)), Exit::Until);
    assert!(!machine.pin(1).level);
    let seen = machine.take_events();
    let edges = seen.iter().filter_map(|event| if let What::Edge(edge) = event.what { Some(edge.level) } else { None });
    assert_eq!(edges.collect::<Vec<_>>(), [true, false]);
    assert!(seen.iter().any(|event| event.what == What::Reset(ResetCause::Software)));
    machine.power_off();
    assert_eq!(machine.run(at(500)), Exit::Until);
    assert_eq!((machine.is_powered(), machine.next_activity()), (false, Instant::NEVER));
}

#[test]
fn without_a_flash_chip_it_is_stuck_and_says_why() {
    let mut machine = Tiny::new(Board::default(), FlashImage::erased(0), MachineConfig::default());
    machine.power_on();
    let Exit::Stuck(stuck) = machine.run(at(10)) else { panic!("nothing to start") };
    assert_eq!(stuck, Stuck::NotBootable("there is no flash chip".to_owned()));
    assert_eq!((machine.cpu().pc(), machine.cpu().caller()), (FLASH, 0));
}
