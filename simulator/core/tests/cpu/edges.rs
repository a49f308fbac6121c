//! Which ways control takes is counted exactly, and without a trace in what the firmware does.

use crate::support::asm::*;
use crate::support::rig::{CODE, Rig, edges};
use hil_sim_core::cpu::{BranchEdge, Comparison, Stop};

/// Counts down from 5, and then compares 7 with 9. Every instruction has four bytes.
fn program(asm: &mut Asm) {
    asm.addi(T0, ZERO, 5);
    asm.label("loop").addi(T0, T0, -1).bne(T0, ZERO, "loop");
    asm.addi(A0, ZERO, 7).addi(A1, ZERO, 9).beq(A0, A1, "end");
    asm.label("end").j("end");
}

#[test]
fn every_way_out_of_a_branch_is_an_edge_with_its_count() {
    let mut rig = Rig::new(program);
    rig.cpu.set_edge_coverage(true);
    assert_eq!(rig.run(1_000), Stop::Halted);
    let (loop_branch, loop_start) = (CODE + 8, CODE + 4);
    let last = loop_branch + 12;
    assert_eq!(
        edges(&mut rig.cpu),
        [
            (BranchEdge { from: loop_branch, to: loop_start }, 4),
            (BranchEdge { from: loop_branch, to: loop_branch + 4 }, 1),
            (BranchEdge { from: last, to: last + 4 }, 1),
        ]
    );
    assert_eq!(edges(&mut rig.cpu), [], "reading clears");
}

#[test]
fn different_operands_of_branches_are_told_once_each() {
    let mut rig = Rig::new(program);
    rig.cpu.set_edge_coverage(true);
    rig.cpu.set_comparisons(true);
    assert_eq!(rig.run(1_000), Stop::Halted);
    let pc = CODE + 8;
    let count = |left| Comparison { pc, left, right: 0 };
    let last = Comparison { pc: pc + 12, left: 7, right: 9 };
    assert_eq!(rig.cpu.take_comparisons(), [count(1), count(2), count(3), count(4), last]);
}

#[test]
fn counting_changes_nothing_that_the_program_can_see() {
    let run = |counts: bool| {
        let mut rig = Rig::new(program);
        rig.cpu.set_edge_coverage(counts);
        assert_eq!(rig.run(1_000), Stop::Halted);
        (rig.cpu.hash(), rig.cpu.cycle(), rig.cpu.instret())
    };
    assert_eq!(run(true), run(false));
}
