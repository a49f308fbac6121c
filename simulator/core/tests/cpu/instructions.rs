//! What instructions compute, where manuals leave room for mistakes. The rest is in the riscv-tests and in the comparison
//! with the reference core.

use crate::support::asm::*;
use crate::support::rig::{CODE, DATA, Rig};
use hil_sim_core::cpu::{CoreConfig, Costs, CsrNumber, Stop};
use hil_sim_esp32c3::map::CORE;

/// The result of one register-register instruction.
fn compute(instruction: fn(&mut Asm, u32, u32, u32) -> &mut Asm, a: u32, b: u32) -> u32 {
    let mut rig = Rig::new(|asm| {
        instruction(asm, A0, A1, A2).label("end").j("end");
    });
    rig.cpu.set_x(11, a);
    rig.cpu.set_x(12, b);
    assert_eq!(rig.run(10), Stop::Halted);
    rig.cpu.x(10)
}

#[test]
fn division_by_zero_and_overflow_have_defined_results() {
    const MIN: u32 = 1 << 31;
    assert_eq!(compute(Asm::div, 7, 0), u32::MAX);
    assert_eq!(compute(Asm::divu, 7, 0), u32::MAX);
    assert_eq!(compute(Asm::rem, 7, 0), 7);
    assert_eq!(compute(Asm::remu, 7, 0), 7);
    assert_eq!(compute(Asm::div, MIN, u32::MAX), MIN);
    assert_eq!(compute(Asm::rem, MIN, u32::MAX), 0);
    assert_eq!(compute(Asm::div, (-7i32) as u32, 2), (-3i32) as u32, "towards zero");
    assert_eq!(compute(Asm::rem, (-7i32) as u32, 2), (-1i32) as u32, "the sign of the dividend");
}

#[test]
fn high_halves_of_products_know_their_signs() {
    assert_eq!(compute(Asm::mulh, u32::MAX, u32::MAX), 0);
    assert_eq!(compute(Asm::mulhu, u32::MAX, u32::MAX), 0xFFFF_FFFE);
    assert_eq!(compute(Asm::mulhsu, u32::MAX, u32::MAX), u32::MAX);
    assert_eq!(compute(Asm::mulhsu, 1 << 31, 2), u32::MAX);
}

#[test]
fn shifts_take_five_bits() {
    assert_eq!(compute(Asm::sll, 1, 33), 2);
    assert_eq!(compute(Asm::srl, 1 << 31, 63), 1);
    assert_eq!(compute(Asm::sra, 1 << 31, 31), u32::MAX);
}

#[test]
fn a_branch_on_a_sum_sees_the_sum_as_either_operand() {
    const VALUES: [u32; 6] = [0, 1, 2, 1 << 31, (1 << 31) - 1, u32::MAX];
    type Branch = (for<'a> fn(&'a mut Asm, u32, u32, &str) -> &'a mut Asm, fn(u32, u32) -> bool);
    let branches: [Branch; 6] = [
        (|asm, a, b, to| asm.beq(a, b, to), |a, b| a == b),
        (|asm, a, b, to| asm.bne(a, b, to), |a, b| a != b),
        (|asm, a, b, to| asm.blt(a, b, to), |a, b| (a as i32) < b as i32),
        (|asm, a, b, to| asm.bge(a, b, to), |a, b| a as i32 >= b as i32),
        (|asm, a, b, to| asm.bltu(a, b, to), |a, b| a < b),
        (|asm, a, b, to| asm.bgeu(a, b, to), |a, b| a >= b),
    ];
    for (write, taken) in branches {
        for (first, second) in [(A0, A1), (A1, A0)] {
            let mut rig = Rig::new(|asm| {
                write(asm.addi(A0, A0, 1), first, second, "taken").li(A2, 2).label("end").j("end");
                asm.label("taken").li(A2, 1).j("end");
            });
            for (a, b) in VALUES.into_iter().flat_map(|a| VALUES.map(|b| (a, b))) {
                rig.cpu.set_x(10, a.wrapping_sub(1));
                rig.cpu.set_x(11, b);
                rig.cpu.set_pc(CODE);
                assert_eq!(rig.run(100), Stop::Halted);
                let expected = if first == A0 { taken(a, b) } else { taken(b, a) };
                assert_eq!(rig.cpu.x(12) == 1, expected, "{a:#x} {b:#x}");
            }
        }
    }
}

#[test]
fn x0_stays_zero_whatever_is_written_to_it() {
    let mut rig = Rig::new(|asm| {
        asm.li(ZERO, 5).lw(ZERO, 0, A1).add(ZERO, A1, A1).jal(ZERO, "on").label("on");
        asm.csrrs(ZERO, 0x301, ZERO).auipc(ZERO, 0x1000).mv(A0, ZERO).label("end").j("end");
    });
    rig.cpu.set_x(11, DATA);
    rig.cpu.set_x(10, 1);
    assert_eq!(rig.run(100), Stop::Halted);
    assert_eq!((rig.cpu.x(0), rig.cpu.x(10)), (0, 0));
}

#[test]
fn jalr_uses_its_base_before_it_sets_it_and_drops_the_lowest_bit() {
    let mut rig = Rig::new(|asm| {
        asm.la(A0, "target").addi(A0, A0, 1).jalr(A0, A0, 0).li(A1, 1).label("target").label("end").j("end");
    });
    assert_eq!(rig.run(100), Stop::Halted);
    assert_eq!((rig.cpu.x(10), rig.cpu.x(11)), (CODE + 16, 0));
}

#[test]
fn misaligned_loads_and_stores_work_across_pages() {
    let mut rig = Rig::new(|asm| {
        asm.sw(A1, 0x7FE, A0).addi(A0, A0, 0x7FE).lw(A2, 0, A0).lhu(A3, 1, A0).lh(A4, 3, A0).label("end").j("end");
    });
    rig.cpu.set_x(10, DATA + 0x800);
    rig.cpu.set_x(11, 0x8765_4321);
    assert_eq!(rig.run(100), Stop::Halted);
    assert_eq!([12, 13, 14].map(|x| rig.cpu.x(x)), [0x8765_4321, 0x6543, 0x0087]);
    assert_eq!((rig.word(DATA + 0xFFC), rig.word(DATA + 0x1000)), (0x4321_0000, 0x8765));
}

#[test]
fn reserved_compressed_encodings_are_illegal() {
    for half in [0x0000_u16, 0x8002, 0x6101, 0x4002, 0x9C41, 0x1002, 0x2000, 0x6001 | 5 << 7, 0xA000] {
        let mut rig = Rig::new(|asm| {
            asm.half(half);
        });
        rig.run(1);
        assert_eq!(rig.trap(), (2, CODE, half.into()), "{half:#06x}");
    }
}

#[test]
fn costs_are_charged_by_class() {
    let costs = Costs { alu: 1, load: 2, store: 3, mul: 4, div: 17, branch: 1, branch_taken: 3, jump: 2, system: 5 };
    let mut rig = Rig::with(CoreConfig { costs, ..CORE }, |asm| {
        asm.add(A0, A0, A0).lw(A1, 0, SP).sw(A1, 0, SP).mul(A0, A0, A0).div(A0, A0, A0).bne(A0, A0, "next");
        asm.label("next").beq(A0, A0, "there").label("there").j("on").label("on").csrrs(A0, 0x340, ZERO);
        asm.label("end").j("end");
    });
    rig.cpu.set_x(2, DATA);
    assert_eq!(rig.run(1_000), Stop::Halted);
    assert_eq!((rig.cpu.cycle(), rig.cpu.instret()), (1 + 2 + 3 + 4 + 17 + 1 + 3 + 2 + 5, 9));
}

#[test]
fn the_performance_counter_counts_what_it_is_told_to() {
    let mut rig = Rig::new(|asm| {
        asm.csrrwi(ZERO, 0x7E0, 1).csrrwi(ZERO, 0x7E1, 1).csrrwi(ZERO, 0x7E2, 0).addi(A1, A1, 1).csrrs(A0, 0x7E2, ZERO);
        asm.word(WFI).csrrs(A1, 0x802, ZERO).csrrwi(ZERO, 0x7E1, 0).addi(A2, A2, 0).csrrs(A2, 0x7E2, ZERO);
        asm.label("end").j("end");
    });
    assert_eq!(rig.run(100), Stop::Wfi);
    assert_eq!(rig.cpu.x(10), 2);
    rig.cpu.sleep_until(1_000);
    rig.device.line = 3;
    assert_eq!(rig.run(100), Stop::Halted);
    // Cycles in WFI do not count.
    assert_eq!((rig.cpu.x(11), rig.cpu.x(12)), (4, 5));
    assert_eq!(rig.csr(CsrNumber::MPCER), 1);
}

#[test]
fn a_wait_by_jumping_to_itself_takes_no_host_time_and_ends_exactly() {
    let mut rig = Rig::new(|asm| {
        asm.csrrsi(ZERO, 0x300, 8).label("wait").j("wait");
    });
    assert_eq!(rig.run(1 << 40), Stop::Until);
    assert_eq!((rig.cpu.cycle(), rig.cpu.instret(), rig.cpu.pc()), (1 << 40, 1 << 40, CODE + 4));
    rig.device.line = 9;
    rig.run(1);
    assert_eq!(rig.trap().0, 1 << 31 | 9);
}
