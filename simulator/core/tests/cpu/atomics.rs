//! The A extension: what each operation computes, when `sc` fails, and that a core without it has none.

use crate::support::asm::*;
use crate::support::device;
use crate::support::rig::{CODE, DATA, HANDLER, Rig};
use hil_sim_core::cpu::{CoreConfig, CsrNumber, Exception, Stop};
use hil_sim_core::mem::Width;
use hil_sim_esp32c3::map::CORE;

const ATOMIC: CoreConfig = CoreConfig { atomics: true, ..CORE };

/// A machine whose core has the extension: `a0` points at data.
fn rig(write: impl FnOnce(&mut Asm)) -> Rig {
    let mut rig = Rig::with(ATOMIC, |asm| {
        asm.li(A0, DATA);
        write(asm);
        asm.label("end").j("end");
    });
    rig.memory.write(DATA, Width::Word, 0x8000_0005).expect("memory");
    rig
}

#[test]
fn operations_give_the_old_value_and_store_the_new_one() {
    type Operation = fn(&mut Asm, u32, u32, u32) -> &mut Asm;
    let cases: [(Operation, u32, u32); 9] = [
        (Asm::amoswap, 7, 7),
        (Asm::amoadd, 0x8000_0001, 6),
        (Asm::amoxor, 0xFF, 0x8000_00FA),
        (Asm::amoand, 0xF, 5),
        (Asm::amoor, 0xF0, 0x8000_00F5),
        (Asm::amomin, 1, 0x8000_0005),
        (Asm::amomax, 1, 1),
        (Asm::amominu, 1, 1),
        (Asm::amomaxu, 1, 0x8000_0005),
    ];
    for (index, (operation, operand, expected)) in cases.into_iter().enumerate() {
        let mut rig = rig(|asm| {
            asm.li(A1, operand);
            operation(asm, A2, A1, A0);
        });
        assert_eq!(rig.run(100), Stop::Halted);
        assert_eq!((rig.cpu.x(12), rig.word(DATA)), (0x8000_0005, expected), "case {index}");
    }
}

#[test]
fn the_operand_may_be_the_destination_and_x0_takes_nothing() {
    let mut rig = rig(|asm| {
        asm.li(A1, 3).amoadd(A1, A1, A0).amoadd(ZERO, A1, A0);
    });
    assert_eq!(rig.run(100), Stop::Halted);
    assert_eq!((rig.cpu.x(0), rig.cpu.x(11)), (0, 0x8000_0005));
    assert_eq!(rig.word(DATA), 0x8000_0008u32.wrapping_add(0x8000_0005));
}

#[test]
fn sc_stores_once_after_lr_of_the_same_word() {
    let mut rig = rig(|asm| {
        asm.li(A1, 9).sc(A2, A1, A0);
        asm.lr(A3, A0).addi(A1, A3, 1).sc(A4, A1, A0).sc(A5, A1, A0);
        asm.addi(S0, A0, 4).lr(T0, A0).sc(T1, A1, S0);
    });
    assert_eq!(rig.run(100), Stop::Halted);
    let [first, loaded, second, third, elsewhere] = [12, 13, 14, 15, 6].map(|register| rig.cpu.x(register));
    assert_eq!((first, loaded, second, third, elsewhere), (1, 0x8000_0005, 0, 1, 1));
    assert_eq!((rig.word(DATA), rig.word(DATA + 4)), (0x8000_0006, 0));
}

#[test]
fn sc_fails_if_something_else_has_written_in_between() {
    let mut rig = rig(|asm| {
        asm.lr(A1, A0).label("gap").sc(A2, ZERO, A0);
    });
    rig.cpu.set_breakpoint(CODE + 8);
    assert_eq!(rig.run(100), Stop::Breakpoint);
    rig.memory.write(DATA, Width::Word, 77).expect("memory");
    assert_eq!(rig.run(100), Stop::Halted);
    assert_eq!((rig.cpu.x(12), rig.word(DATA)), (1, 77));
}

#[test]
fn a_reservation_is_part_of_a_snapshot_and_its_hash() {
    let mut rig = rig(|asm| {
        asm.lr(A1, A0).sc(A2, ZERO, A0);
    });
    rig.cpu.set_breakpoint(CODE + 8);
    assert_eq!(rig.run(100), Stop::Breakpoint);
    rig.cpu.clear_breakpoint(CODE + 8);
    let (then, hash) = (rig.cpu.snapshot(), rig.cpu.hash());
    let memory = rig.memory.snapshot();
    assert_eq!(rig.run(100), Stop::Halted);
    assert_eq!(rig.cpu.x(12), 0);
    rig.cpu.restore(&then);
    rig.memory.restore(&memory);
    assert_eq!(rig.cpu.hash(), hash);
    assert_eq!(rig.run(100), Stop::Halted);
    assert_eq!((rig.cpu.x(12), rig.word(DATA)), (0, 0), "it holds again");
}

#[test]
fn peripherals_see_a_load_and_a_store() {
    let mut rig = rig(|asm| {
        asm.li(A0, device::BASE + 0x10).li(A1, 1).amoadd(A2, A1, A0);
    });
    assert_eq!(rig.run(100), Stop::Halted);
    let seen: Vec<_> = rig.device.log.iter().map(|(_, _, address, _, value)| (*address, *value)).collect();
    let old = rig.cpu.x(12);
    assert_eq!(seen, [(device::BASE + 0x10, None), (device::BASE + 0x10, Some(old.wrapping_add(1)))]);
}

#[test]
fn misaligned_and_missing_words_are_faults_of_the_store() {
    for (address, name) in [(DATA + 2, "misaligned"), (0x1000_0000, "missing")] {
        let mut amo = rig(|asm| {
            asm.li(A0, address).amoswap(A1, ZERO, A0);
        });
        amo.run(20);
        assert_eq!((amo.trap().0, amo.trap().2), (Exception::StoreAccessFault as u32, address), "{name}");
        let mut lr = rig(|asm| {
            asm.li(A0, address).lr(A1, A0);
        });
        lr.run(20);
        assert_eq!((lr.trap().0, lr.trap().2), (Exception::LoadAccessFault as u32, address), "{name}");
    }
}

#[test]
fn without_the_extension_they_are_illegal() {
    let mut rig = Rig::new(|asm| {
        asm.li(A0, DATA).amoadd(A1, A1, A0);
    });
    rig.run(20);
    let amoadd = 0x00B5_25AF;
    assert_eq!(rig.trap(), (Exception::IllegalInstruction as u32, CODE + 4, amoadd));
    assert_eq!(rig.csr(CsrNumber::MISA) & 1, 0);
    assert_eq!(rig.cpu.pc(), HANDLER);
    assert_eq!(Rig::with(ATOMIC, |_| {}).csr(CsrNumber::MISA) & 1, 1);
}

#[test]
fn machine_code_leaves_them_to_the_interpreter_and_goes_on() {
    let program = |asm: &mut Asm| {
        asm.li(A1, 0).li(A2, 500);
        asm.label("loop").addi(A1, A1, 1).amoadd(A3, A1, A0).lr(A4, A0).xor(A4, A4, A1).sc(A5, A4, A0);
        asm.add(S0, S0, A5).bne(A1, A2, "loop");
    };
    let mut interpreted = rig(program);
    let mut compiled = rig(program);
    compiled.cpu.set_compilation(true);
    compiled.run(1_000);
    assert_eq!(compiled.cpu.compile(), Ok(true));
    interpreted.run(1_000);
    for _ in 0..100 {
        assert_eq!(compiled.run(37), interpreted.run(37));
        assert_eq!(compiled.cpu.hash(), interpreted.cpu.hash());
    }
    assert_eq!(compiled.run(10_000), Stop::Halted);
    assert_eq!(interpreted.run(10_000), Stop::Halted);
    assert_eq!((compiled.cpu.hash(), compiled.memory.hash()), (interpreted.cpu.hash(), interpreted.memory.hash()));
    assert_eq!(compiled.cpu.x(8), 0, "no sc has failed");
}
