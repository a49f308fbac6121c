//! Machine code does what the interpreter does, in every respect.

use crate::support::asm::*;
use crate::support::generate::{choices, costs};
use crate::support::pair::{Machine, compare_with};
use crate::support::rig::{CODE, DATA, Rig, edges};
use hil_sim_core::cpu::{Comparison, Costs, Stop};
use proptest::collection::vec;
use proptest::prelude::*;

const MSTATUS: u16 = 0x300;

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_agrees_with_a_simple_core_at_every_budget(
        choices in choices(), budgets in vec(1..120u16, 1..40), user_may: bool, costs in costs()
    ) {
        compare_with(Machine::compiled(&choices, user_may, costs), &choices, &budgets, user_may, costs);
    }

    #[test]
    fn it_agrees_with_a_simple_core_after_long_runs(choices in choices(), user_may: bool) {
        let machine = Machine::compiled(&choices, user_may, Costs::UNIT);
        compare_with(machine, &choices, &[3_000, 2_000, 1_111], user_may, Costs::UNIT);
    }

    #[test]
    fn it_counts_the_same_edges(choices in choices(), budgets in vec(1..2_000u64, 1..5), user_may: bool) {
        let [mut interpreted, mut compiled] = [false, true].map(|compiles| {
            let mut machine = Machine::new(&choices, user_may, Costs::UNIT);
            machine.cpu.set_edge_coverage(true);
            machine.cpu.set_compilation(compiles);
            if compiles {
                machine.compile_run(3_000);
                edges(&mut machine.cpu);
            }
            machine
        });
        let mut until = 0;
        for budget in budgets {
            until += budget;
            prop_assert_eq!(interpreted.run(until), compiled.run(until));
            prop_assert_eq!(interpreted.hash(), compiled.hash());
            prop_assert_eq!(edges(&mut interpreted.cpu), edges(&mut compiled.cpu));
        }
    }
}

/// Runs a program that halts, once interpreted and once as machine code, and compares; leaves the latter's rig. `write` is
/// called twice.
fn both(write: impl Fn(&mut Asm)) -> Rig {
    let mut interpreted = Rig::new(&write);
    let mut compiled = Rig::new(&write);
    compiled.cpu.set_compilation(true);
    assert_eq!(again_compiled(&mut compiled), Stop::Halted);
    assert_eq!(interpreted.run(100_000), Stop::Halted);
    assert_eq!(compiled.cpu.hash(), interpreted.cpu.hash());
    assert_eq!(compiled.memory.hash(), interpreted.memory.hash());
    compiled
}

/// Runs the rig's program, goes back, and runs it as machine code.
fn again_compiled(rig: &mut Rig) -> Stop {
    let (cpu, memory) = (rig.cpu.snapshot(), rig.memory.snapshot());
    rig.run(100_000);
    rig.cpu.restore(&cpu);
    rig.memory.restore(&memory);
    assert_eq!(rig.cpu.compile(), Ok(true), "there is a compiler for this computer");
    rig.run(100_000)
}

#[test]
fn divisions_have_the_results_of_the_manual() {
    // RISC-V Unprivileged ISA, chapter "M" extension, table of division by zero and overflow.
    for (dividend, divisor) in [(7, 2), (-7i32 as u32, 2), (7, 0), (1 << 31, u32::MAX), (5, u32::MAX), (0, 1)] {
        let rig = both(|a| {
            a.li(A0, dividend).li(A1, divisor);
            a.div(A2, A0, A1).divu(A3, A0, A1).rem(A4, A0, A1).remu(A5, A0, A1).label("end").j("end");
        });
        let (signed, by) = (dividend as i32, divisor as i32);
        let quotient = if divisor == 0 { -1 } else { signed.wrapping_div(by) };
        let rest = if divisor == 0 { signed } else { signed.wrapping_rem(by) };
        let results = [12, 13, 14, 15].map(|register| rig.cpu.x(register));
        let unsigned =
            [dividend.checked_div(divisor).unwrap_or(u32::MAX), dividend.checked_rem(divisor).unwrap_or(dividend)];
        assert_eq!(results, [quotient as u32, unsigned[0], rest as u32, unsigned[1]], "{dividend:#x} by {divisor:#x}");
    }
}

#[test]
fn accesses_across_pages_and_through_one_register_find_their_bytes() {
    let rig = both(|a| {
        // A frame that begins in one page and ends in the next, again and again, so that it is known to do so.
        a.li(S0, DATA + 0xFF0).li(S1, 100).label("next");
        a.sw(S1, 0, S0).sw(S1, 12, S0).sw(S1, 16, S0).sw(S1, 32, S0).lw(A0, 0, S0).lw(A1, 32, S0).lw(A2, 14, S0);
        a.addi(S1, S1, -1).bne(S1, ZERO, "next").label("end").j("end");
    });
    assert_eq!([0, 12, 16, 32].map(|offset| rig.word(DATA + 0xFF0 + offset)), [1; 4]);
    assert_eq!((rig.cpu.x(10), rig.cpu.x(11), rig.cpu.x(12)), (1, 1, 1 << 16));
}

#[test]
fn overwritten_code_is_executed_as_it_is_then() {
    // In round 50 of 100, `addi a0, a0, 1` comes in the place of `addi a0, a0, 16`, which the loop calls.
    let write = |a: &mut Asm| {
        a.li(S0, 0x0015_0513).li(S1, 50).li(S2, 100).j("round");
        a.label("callee").addi(A0, A0, 16).ret();
        a.label("round").auipc(A1, 0).addi(A1, A1, -8).jal(RA, "callee");
        a.addi(S2, S2, -1).bne(S2, S1, "same").sw(S0, 0, A1).label("same").bne(S2, ZERO, "round");
        a.label("end").j("end");
    };
    let [mut interpreted, mut compiled] = [(); 2].map(|()| Rig::new(write));
    compiled.cpu.set_compilation(true);
    // Not as far as that.
    compiled.run(200);
    assert_eq!(compiled.cpu.compile(), Ok(true));
    assert_eq!(compiled.run(100_000), Stop::Halted);
    assert_eq!(interpreted.run(100_000), Stop::Halted);
    assert_eq!((compiled.cpu.x(10), compiled.cpu.hash()), (50 * 16 + 50, interpreted.cpu.hash()));
}

#[test]
fn critical_sections_read_and_write_all_of_mstatus() {
    let rig = both(|a| {
        // MPP is machine mode, MPIE is set; the other bits do not exist.
        a.li(T0, !8).csrrw(A0, MSTATUS, T0).csrrsi(A1, MSTATUS, 8).csrrci(A2, MSTATUS, 8).csrrs(A3, MSTATUS, ZERO);
        a.label("end").j("end");
    });
    let all = [10, 11, 12, 13].map(|register| rig.cpu.x(register));
    assert_eq!(all, [0, 0x0020_1891 & !8, 0x0020_1891 | 8, 0x0020_1891 & !8]);
}

#[test]
fn an_interrupt_is_taken_as_soon_as_it_is_let_in() {
    let write = |a: &mut Asm| {
        a.li(A0, 3)
            .label("next")
            .csrrsi(ZERO, MSTATUS, 8)
            .csrrci(ZERO, MSTATUS, 8)
            .addi(A0, A0, -1)
            .bne(A0, ZERO, "next");
        a.csrrsi(ZERO, MSTATUS, 8).addi(A0, A0, 100).label("end").j("end");
    };
    let mut rig = Rig::new(write);
    rig.cpu.set_compilation(true);
    let start = (rig.cpu.snapshot(), rig.memory.snapshot());
    // It waits for an interrupt now.
    assert_eq!(rig.run(1_000), Stop::Until);
    assert_eq!(rig.cpu.x(10), 100);
    assert_eq!(rig.cpu.compile(), Ok(true));
    rig.cpu.restore(&start.0);
    rig.memory.restore(&start.1);
    rig.device.line = 7;
    assert_eq!((rig.run(1_000), rig.cpu.x(10)), (Stop::Halted, 3));
    assert_eq!(rig.trap().1, CODE + 8, "before the instruction after the one that lets it in");
}

#[test]
fn breakpoints_stop_machine_code() {
    let mut rig = Rig::new(|a| {
        a.li(A0, 5).label("next").addi(A0, A0, -1).bne(A0, ZERO, "next").label("end").j("end");
    });
    rig.cpu.set_compilation(true);
    let start = rig.cpu.snapshot();
    assert_eq!(again_compiled(&mut rig), Stop::Halted);
    let last = rig.cpu.pc();
    rig.cpu.restore(&start);
    rig.cpu.set_breakpoint(last);
    assert_eq!((rig.run(100_000), rig.cpu.pc()), (Stop::Breakpoint, last));
}

#[test]
fn comparisons_are_noted_as_without() {
    let mut rig = Rig::new(|a| {
        a.addi(A0, ZERO, 7).addi(A1, ZERO, 9).beq(A0, A1, "end").label("end").j("end");
    });
    rig.cpu.set_edge_coverage(true);
    rig.cpu.set_compilation(true);
    let (cpu, memory) = (rig.cpu.snapshot(), rig.memory.snapshot());
    assert_eq!(again_compiled(&mut rig), Stop::Halted);
    rig.cpu.restore(&cpu);
    rig.memory.restore(&memory);
    rig.cpu.set_comparisons(true);
    assert_eq!(rig.run(100_000), Stop::Halted);
    assert_eq!(rig.cpu.take_comparisons(), [Comparison { pc: CODE + 8, left: 7, right: 9 }]);
}

#[test]
fn what_has_machine_code_is_not_compiled_again() {
    let mut rig = Rig::new(|a| {
        a.li(A0, 5).label("next").addi(A0, A0, -1).bne(A0, ZERO, "next").label("end").j("end");
    });
    assert_eq!(rig.cpu.compile(), Ok(false), "nothing is prepared for it");
    rig.cpu.set_compilation(true);
    assert_eq!(again_compiled(&mut rig), Stop::Halted);
    assert_eq!(rig.cpu.compile(), Ok(false));
}
