//! What debuggers and coverage tools ask of the core: single steps, and which instructions were executed.

use crate::support::asm::*;
use crate::support::device;
use crate::support::rig::{CODE, HANDLER, Rig};
use hil_sim_core::cpu::{CsrNumber, Stop};

const MIE: u32 = 1 << 3;

/// Counts to 5 with branches both ways, a call, pairs that are fused, and a jump over something.
fn program(asm: &mut Asm) {
    asm.li(A0, 0).li(A1, 5).li(A2, 0x1234_5678);
    asm.label("loop").addi(A0, A0, 1).jal(RA, "double").bne(A0, A1, "loop");
    asm.j("end");
    asm.label("never").addi(A3, A3, 1).addi(A3, A3, 1);
    asm.label("end").beq(A0, ZERO, "never").addi(A4, A0, 7).label("halt").j("halt");
    asm.label("double").slli(T0, A0, 1).add(T1, T1, T0).ret();
}

/// All that can be seen of the core.
fn state(rig: &Rig) -> (Vec<u32>, u32, u64, u64) {
    let registers = (0..32).map(|register| rig.cpu.x(register)).collect();
    (registers, rig.cpu.pc(), rig.cpu.cycle(), rig.cpu.instret())
}

#[test]
fn a_step_is_one_instruction_and_steps_lead_where_running_leads() {
    let mut stepped = Rig::new(program);
    let mut steps = 0;
    loop {
        let before = stepped.cpu.instret();
        let stop = stepped.cpu.step(&mut stepped.memory, &mut stepped.device);
        if stop == Stop::Halted {
            break;
        }
        assert_eq!((stop, stepped.cpu.instret()), (Stop::Until, before + 1));
        steps += 1;
    }
    let mut ran = Rig::new(program);
    assert_eq!(ran.cpu.run(&mut ran.memory, &mut ran.device, 1_000), Stop::Halted);
    assert_eq!(state(&stepped), state(&ran));
    assert_eq!(steps, ran.cpu.instret());
}

#[test]
fn an_interrupt_is_a_step_of_its_own() {
    let mut rig = Rig::new(program);
    rig.cpu.set_csr(&mut rig.memory, &mut rig.device, CsrNumber::MSTATUS, MIE);
    rig.cpu.set_csr(&mut rig.memory, &mut rig.device, CsrNumber::MTVEC, HANDLER | 1);
    rig.device = device::Device { line: 3, ..device::Device::default() };
    assert_eq!(rig.cpu.step(&mut rig.memory, &mut rig.device), Stop::Until);
    assert_eq!((rig.cpu.pc(), rig.cpu.instret(), rig.cpu.cycle()), (HANDLER + 4 * 3, 0, 0));
    assert_eq!(rig.cpu.csr(CsrNumber::MEPC), Some(CODE));
}

#[test]
fn a_step_passes_a_breakpoint_and_a_run_stops_at_the_next() {
    let mut rig = Rig::new(program);
    rig.cpu.set_breakpoint(CODE);
    rig.cpu.set_breakpoint(CODE + 4);
    assert_eq!(rig.cpu.run(&mut rig.memory, &mut rig.device, 100), Stop::Breakpoint);
    assert_eq!(rig.cpu.pc(), CODE);
    assert_eq!(rig.cpu.step(&mut rig.memory, &mut rig.device), Stop::Until);
    assert_eq!(rig.cpu.pc(), CODE + 4);
    assert_eq!(rig.cpu.run(&mut rig.memory, &mut rig.device, 100), Stop::Breakpoint);
    assert_eq!(rig.cpu.pc(), CODE + 4);
}

#[test]
fn coverage_has_what_was_executed_and_nothing_else() {
    let mut asm = Asm::new(CODE);
    program(&mut asm);
    let [never, end, double] = ["never", "end", "double"].map(|label| asm.address(label));
    let mut rig = Rig::new(program);
    rig.cpu.set_coverage(true);
    assert_eq!(rig.cpu.covered(), []);
    // Up to the first branch; what comes after it is not known yet.
    rig.cpu.run(&mut rig.memory, &mut rig.device, 2);
    assert!(rig.cpu.covered().iter().all(|range| range.end <= never), "{:x?}", rig.cpu.covered());
    assert_eq!(rig.cpu.run(&mut rig.memory, &mut rig.device, 1_000), Stop::Halted);
    // `never` is two instructions; `double`, the last, follows the halt at once.
    assert_eq!(rig.cpu.covered(), [CODE..never, end..double + 12]);
    // What was executed stays so after a reset, and after code is decoded anew.
    rig.cpu.reset();
    assert_eq!(rig.cpu.covered(), [CODE..never, end..double + 12]);
    rig.cpu.set_coverage(false);
    assert_eq!(rig.cpu.covered(), []);
}

#[test]
fn coverage_changes_nothing_else() {
    let [mut plain, mut covered] = [Rig::new(program), Rig::new(program)];
    covered.cpu.set_coverage(true);
    for until in 1..80 {
        let stops = [&mut plain, &mut covered].map(|rig| rig.cpu.run(&mut rig.memory, &mut rig.device, until));
        assert_eq!(stops[0], stops[1]);
        assert_eq!(state(&plain), state(&covered));
    }
}
