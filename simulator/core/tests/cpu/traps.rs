//! Exceptions, interrupts, protection, triggers, and everything that stops the core.

use crate::support::asm::*;
use crate::support::device;
use crate::support::rig::{CODE, DATA, HANDLER, Rig};
use hil_sim_core::cpu::{CoreConfig, CsrNumber, Exception, Stop};
use hil_sim_core::mem::Width;
use hil_sim_esp32c3::map::{CORE, ROM};

/// What the first instruction raises: cause, and `mtval`.
fn raise(registers: &[(usize, u32)], write: impl FnOnce(&mut Asm)) -> (u32, u32) {
    let mut rig = Rig::new(write);
    registers.iter().for_each(|(register, value)| rig.cpu.set_x(*register, *value));
    rig.run(1);
    let (cause, pc, value) = rig.trap();
    assert_eq!((pc, rig.cpu.pc()), (CODE, HANDLER));
    assert_eq!((rig.cpu.cycle(), rig.cpu.instret()), (1, 0), "it costs a cycle and does not retire");
    (cause, value)
}

fn only(word: u32) -> impl FnOnce(&mut Asm) {
    move |asm| {
        asm.word(word);
    }
}

#[test]
fn each_exception_has_its_cause_and_value() {
    assert_eq!(raise(&[], only(ECALL)), (Exception::EnvironmentCallFromMachine as u32, 0));
    assert_eq!(raise(&[], only(EBREAK)), (Exception::Breakpoint as u32, CODE));
    assert_eq!(raise(&[], only(0xFFFF_FFFF)), (Exception::IllegalInstruction as u32, 0xFFFF_FFFF));
    let unmapped = |store: bool| {
        move |asm: &mut Asm| {
            if store {
                asm.sw(A0, 4, A0)
            } else {
                asm.lw(A0, 4, A0)
            };
        }
    };
    assert_eq!(raise(&[(10, 0x2000_0000)], unmapped(false)), (Exception::LoadAccessFault as u32, 0x2000_0004));
    assert_eq!(raise(&[(10, 0x2000_0000)], unmapped(true)), (Exception::StoreAccessFault as u32, 0x2000_0004));
    // Flash can be read if the MMU maps it, and never be stored to.
    assert_eq!(raise(&[(10, 0x3C00_0000)], unmapped(false)), (Exception::LoadAccessFault as u32, 0x3C00_0004));
    assert_eq!(raise(&[(10, 0x3C00_0000)], unmapped(true)), (Exception::StoreAccessFault as u32, 0x3C00_0004));
    // Registers of peripherals must be accessed aligned.
    assert_eq!(
        raise(&[(10, device::BASE - 2)], unmapped(false)),
        (Exception::LoadAccessFault as u32, device::BASE + 2)
    );
}

#[test]
fn a_jump_to_nowhere_faults_there() {
    let mut rig = Rig::new(|asm| {
        asm.jalr(ZERO, A0, 0);
    });
    rig.run(2);
    assert_eq!(rig.trap(), (Exception::InstructionAccessFault as u32, 0, 0));
    assert_eq!((rig.cpu.cycle(), rig.cpu.instret()), (2, 1));
}

#[test]
fn nothing_can_be_fetched_by_the_addresses_of_the_data_bus() {
    let mut rig = Rig::new(|asm| {
        asm.jalr(ZERO, A0, 0);
    });
    rig.cpu.set_x(10, DATA);
    rig.run(2);
    assert_eq!(rig.trap(), (1, DATA, DATA));
}

#[test]
fn unknown_and_read_only_csrs_are_illegal() {
    for (word, legal) in [
        (csr_type(2, A0, 0xF11, 0), true),
        (csr_type(1, 0, 0xF11, A0), false),
        (csr_type(2, A0, 0x804, 0), true),
        (csr_type(1, A0, 0x804, A0), false),
        (csr_type(2, A0, 0xB00, 0), false),
        (csr_type(2, A0, 0xC00, 0), false),
        (csr_type(2, A0, 0x306, 0), false),
        (csr_type(2, A0, 0x7A3, 0), false),
    ] {
        let mut rig = Rig::new(only(word));
        rig.run(1);
        let expected = if legal { (0, 0, 0) } else { (2, CODE, word) };
        assert_eq!(rig.trap(), expected, "{word:#010x}");
    }
}

#[test]
fn an_interrupt_enters_its_line_of_the_table_and_mret_goes_back() {
    let mut rig = Rig::new(|asm| {
        asm.addi(A0, A0, 1).addi(A0, A0, 1).addi(A0, A0, 1);
    });
    rig.memory.write(HANDLER + 4 * 17, Width::Word, MRET).unwrap();
    rig.set_csr(CsrNumber::MSTATUS, 1 << 3);
    rig.device.line = 17;
    rig.cpu.run(&mut rig.memory, &mut rig.device, 0);
    assert_eq!(rig.cpu.pc(), CODE, "no time, no interrupt");
    rig.run(0);
    // The interrupt is taken before the first instruction; mret does not retire anything of the program.
    rig.device.line = 17;
    rig.run(1);
    assert_eq!(rig.trap(), (1 << 31 | 17, CODE, 0));
    assert_eq!(rig.csr(CsrNumber::MSTATUS), 1 << 3 | 1 << 7, "mret has switched interrupts on again");
    rig.device.line = 0;
    rig.run(2);
    assert_eq!((rig.cpu.x(10), rig.cpu.pc()), (2, CODE + 8));
}

#[test]
fn an_access_that_raises_an_interrupt_is_the_last_before_the_handler() {
    let mut rig = Rig::new(|asm| {
        asm.csrrsi(ZERO, 0x300, 8).sw(A1, device::INTERRUPT as i32, A0).addi(A2, A2, 1);
    });
    rig.cpu.set_x(10, device::BASE);
    rig.cpu.set_x(11, 6);
    rig.run(10);
    assert_eq!((rig.trap(), rig.cpu.x(12)), ((1 << 31 | 6, CODE + 8, 0), 0));
    assert_eq!(rig.device.log, [(1, CODE + 4, device::BASE + device::INTERRUPT, Width::Word, Some(6))]);
}

#[test]
fn switching_interrupts_on_lets_a_pending_one_in_before_the_next_instruction() {
    let mut rig = Rig::new(|asm| {
        asm.addi(A0, A0, 1).csrrsi(ZERO, 0x300, 8).addi(A0, A0, 1);
    });
    rig.device.line = 1;
    rig.run(10);
    assert_eq!((rig.trap(), rig.cpu.x(10)), ((1 << 31 | 1, CODE + 8, 0), 1));
}

#[test]
fn wfi_waits_and_wakes_without_mie_too() {
    let mut rig = Rig::new(|asm| {
        asm.word(WFI).addi(A0, A0, 1).label("end").j("end");
    });
    assert_eq!((rig.run(100), rig.cpu.cycle()), (Stop::Wfi, 1));
    assert_eq!(rig.run(100), Stop::Wfi, "still nothing");
    rig.cpu.sleep_until(500);
    rig.device.line = 4;
    assert_eq!((rig.run(100), rig.cpu.cycle(), rig.cpu.x(10)), (Stop::Halted, 501, 1));
}

#[test]
fn user_mode_may_do_what_pmp_allows_and_no_more() {
    let mut rig = Rig::new(|asm| {
        asm.la(T0, "user").csrrw(ZERO, 0x341, T0).word(MRET).label("user");
        asm.lw(A1, 0, A0).csrrs(A2, 0x802, ZERO).csrrs(A2, 0x300, ZERO);
    });
    rig.cpu.set_x(10, DATA);
    rig.set_csr(CsrNumber::PMPADDR0, u32::MAX);
    rig.set_csr(CsrNumber::PMPCFG0, 0x1D);
    rig.run(100);
    assert_eq!(rig.trap(), (2, CODE + 24, csr_type(2, A2, 0x300, 0)));
    rig.cpu.set_pc(CODE + 16);
    rig.run(2);
    // Without execute permission nothing can be fetched.
    rig.set_csr(CsrNumber::PMPCFG0, 0x19);
    rig.set_csr(CsrNumber::MSTATUS, 0);
    rig.cpu.set_pc(CODE);
    rig.run(100);
    assert_eq!(rig.trap(), (1, CODE + 16, CODE + 16));
}

#[test]
fn a_locked_pmp_entry_stops_machine_mode_at_its_edge() {
    let mut rig = Rig::new(|asm| {
        asm.sw(A1, 0, A0).addi(A0, A0, 4).j("next").label("next").bne(A0, ZERO, "again").label("again").sw(A1, 0, A0);
    });
    rig.cpu.set_x(10, DATA + 0x7C);
    rig.set_csr(CsrNumber::PMPADDR0, (DATA + 0x80) >> 2);
    rig.set_csr(CsrNumber::PMPCFG0, 0x91);
    rig.run(100);
    assert_eq!(rig.trap(), (7, CODE + 16, DATA + 0x80));
    assert_eq!(rig.word(DATA + 0x80), 0);
}

/// As esp-hal sets its stack guard: unit 0, stores, machine mode, NAPOT over one word.
fn guard(rig: &mut Rig, address: u32) {
    rig.set_csr(CsrNumber::TSELECT, 0);
    rig.set_csr(CsrNumber::TCONTROL, 1 << 3);
    rig.set_csr(CsrNumber::TDATA1, 1 << 6 | 1 << 1 | 1 << 7);
    rig.set_csr(CsrNumber::TDATA2, address | 1);
}

#[test]
fn a_store_to_the_stack_guard_is_a_breakpoint() {
    let mut rig = Rig::new(|asm| {
        asm.sw(A1, 0, A0).lw(A2, 0, A0).label("down").addi(SP, SP, -16).sw(A1, 12, SP).sw(A1, 0, SP).j("down");
    });
    rig.cpu.set_x(10, DATA + 0x104);
    rig.cpu.set_x(2, DATA + 0x300);
    rig.cpu.set_x(11, 7);
    guard(&mut rig, DATA + 0x100);
    rig.run(1_000);
    assert_eq!(rig.trap(), (3, CODE + 16, DATA + 0x100));
    assert_eq!((rig.word(DATA + 0x100), rig.word(DATA + 0x104)), (0, 7), "the store has not happened");
    assert_eq!(rig.csr(CsrNumber::TDATA1) >> 20 & 1, 1, "and the unit says that it was it");
    assert_eq!(rig.csr(CsrNumber::TCONTROL), 1 << 7, "the handler may use the stack");
}

#[test]
fn a_guard_that_moves_watches_the_new_place_only() {
    let mut rig = Rig::new(|asm| {
        asm.sw(A1, 0, A0).sw(A1, 4, A0).addi(A0, A0, 0).label("end").j("end");
    });
    rig.cpu.set_x(10, DATA);
    // Both words are known to be plain memory before the guard comes.
    assert_eq!(rig.run(100), Stop::Halted);
    guard(&mut rig, DATA);
    guard(&mut rig, DATA + 4);
    rig.cpu.set_pc(CODE);
    rig.run(100);
    assert_eq!(rig.trap(), (3, CODE + 4, DATA + 4));
}

#[test]
fn registers_that_were_open_are_guarded_as_soon_as_a_trigger_or_pmp_says_so() {
    let mut rig = Rig::new(|asm| {
        asm.lw(A1, 8, A0).sw(A1, 12, A0).label("end").j("end");
    });
    rig.cpu.set_x(10, device::BASE);
    let again = |rig: &mut Rig| {
        rig.cpu.set_pc(CODE);
        rig.run(100)
    };
    assert_eq!([again(&mut rig), again(&mut rig)], [Stop::Halted; 2]);
    guard(&mut rig, device::BASE + 12);
    again(&mut rig);
    assert_eq!(rig.trap(), (Exception::Breakpoint as u32, CODE + 4, device::BASE + 12));
    rig.set_csr(CsrNumber::TDATA1, 0);
    assert_eq!([again(&mut rig), again(&mut rig)], [Stop::Halted; 2]);
    // Locked, four bytes, nothing allowed.
    rig.set_csr(CsrNumber::PMPADDR0, (device::BASE + 8) >> 2);
    assert_eq!(again(&mut rig), Stop::Halted);
    rig.set_csr(CsrNumber::PMPCFG0, 0x90);
    again(&mut rig);
    assert_eq!(rig.trap(), (Exception::LoadAccessFault as u32, CODE, device::BASE + 8));
}

#[test]
fn an_execute_trigger_stops_before_the_instruction_even_if_it_was_decoded_before() {
    let mut rig = Rig::new(|asm| {
        asm.addi(A0, A0, 1).addi(A0, A0, 1).label("end").j("end");
    });
    assert_eq!(rig.run(100), Stop::Halted);
    rig.set_csr(CsrNumber::TDATA1, 1 << 6 | 1 << 2);
    rig.set_csr(CsrNumber::TDATA2, CODE + 4);
    rig.set_csr(CsrNumber::TCONTROL, 1 << 3);
    rig.cpu.set_pc(CODE);
    rig.run(100);
    assert_eq!((rig.trap(), rig.cpu.x(10)), ((3, CODE + 4, CODE + 4), 3));
}

#[test]
fn the_second_of_two_instructions_that_are_executed_as_one_can_be_stopped_at() {
    let mut rig = Rig::new(|asm| {
        asm.lui(A0, 0x12345 << 12).addi(A0, A0, 0x678).label("end").j("end");
    });
    assert_eq!(rig.run(100), Stop::Halted);
    rig.cpu.set_breakpoint(CODE + 4);
    rig.cpu.set_pc(CODE);
    assert_eq!((rig.run(100), rig.cpu.pc(), rig.cpu.x(10)), (Stop::Breakpoint, CODE + 4, 0x1234_5000));
    assert_eq!((rig.run(100), rig.cpu.x(10)), (Stop::Halted, 0x1234_5678));
}

#[test]
fn user_mode_may_not_load_what_machine_mode_has_just_loaded() {
    let mut rig = Rig::new(|asm| {
        asm.la(T0, "user").csrrw(ZERO, 0x341, T0).sw(A1, 0, A0).lw(A1, 0, A0).word(MRET);
        asm.label("user").lw(A1, 0, A0);
    });
    rig.cpu.set_x(10, DATA);
    // The code may be executed by all, the data are for machine mode.
    rig.set_csr(CsrNumber::PMPADDR0, CODE >> 2 | 0x1FF);
    rig.set_csr(CsrNumber::PMPCFG0, 0x1C);
    rig.run(100);
    assert_eq!(rig.trap(), (5, CODE + 24, DATA));
}

#[test]
fn an_interrupt_between_two_slices_does_not_bend_the_way_on() {
    // The slice ends where a jump has just been taken for the first time, and an interrupt comes.
    let mut rig = Rig::new(|asm| {
        asm.label("loop").addi(A0, A0, 1).j("back").word(0).label("back").bne(A0, A1, "loop").label("end").j("end");
    });
    rig.memory.write(HANDLER + 4, Width::Word, MRET).unwrap();
    rig.cpu.set_x(11, 40);
    rig.set_csr(CsrNumber::MSTATUS, 1 << 3);
    for _ in 0..60 {
        rig.device.line = 1;
        rig.run(1);
        rig.device.line = 0;
        rig.run(3);
    }
    assert_eq!((rig.cpu.x(10), rig.cpu.pc()), (40, CODE + 16));
    assert_eq!(rig.cpu.instret(), rig.cpu.cycle());
}

#[test]
fn a_call_of_the_rom_stops_with_its_address_and_can_be_returned_from() {
    let mut rig = Rig::new(|asm| {
        asm.jalr(RA, A0, 0x50).addi(A1, A1, 1).label("end").j("end");
    });
    rig.cpu.set_x(10, ROM.start);
    assert_eq!(rig.run(100), Stop::RomCall(0x4000_0050));
    assert_eq!(rig.cpu.pc(), 0x4000_0050);
    rig.cpu.return_from_call(40);
    assert_eq!((rig.run(100), rig.cpu.x(11), rig.cpu.cycle(), rig.cpu.instret()), (Stop::Halted, 1, 42, 2));
}

#[test]
fn the_semihosting_sequence_asks_the_host_and_a_plain_ebreak_does_not() {
    let sequence = |asm: &mut Asm| {
        asm.slli(ZERO, ZERO, 31).word(EBREAK).srai(ZERO, ZERO, 7).label("end").j("end");
    };
    let mut rig = Rig::new(sequence);
    assert_eq!((rig.run(100), rig.cpu.pc()), (Stop::Semihosting, CODE + 4));
    rig.cpu.answer_semihosting(99);
    assert_eq!((rig.run(100), rig.cpu.x(10), rig.cpu.instret()), (Stop::Halted, 99, 3));
    let mut rig = Rig::with(CoreConfig { semihosting: false, ..CORE }, sequence);
    rig.run(2);
    assert_eq!(rig.trap(), (3, CODE + 4, CODE + 4));
}

#[test]
fn breakpoints_stop_before_their_instruction_each_time_round() {
    let mut rig = Rig::new(|asm| {
        asm.label("loop").addi(A0, A0, 1).addi(A1, A1, 1).j("loop");
    });
    rig.run(30);
    rig.cpu.set_breakpoint(CODE + 4);
    for round in 0..3 {
        assert_eq!((rig.run(100), rig.cpu.pc()), (Stop::Breakpoint, CODE + 4));
        assert_eq!((rig.cpu.x(10), rig.cpu.x(11)), (11 + round, 10 + round));
    }
    rig.cpu.clear_breakpoint(CODE + 4);
    assert_eq!(rig.run(100), Stop::Until);
}

#[test]
fn a_handler_that_faults_at_once_is_reported_as_a_storm() {
    let mut rig = Rig::new(only(0));
    rig.memory.write(HANDLER, Width::Word, 0).unwrap();
    let Stop::ExceptionStorm(report) = rig.run(1_000) else { panic!("a storm") };
    assert_eq!((report.exception, report.pc, report.value), ("IllegalInstruction", HANDLER, 0));
}

#[test]
fn a_device_can_end_the_slice_after_its_access() {
    let mut rig = Rig::new(|asm| {
        asm.lw(A1, 0x20, A0).addi(A2, A2, 1).label("end").j("end");
    });
    rig.cpu.set_x(10, device::BASE);
    assert_eq!((rig.run(100), rig.cpu.cycle(), rig.cpu.pc()), (Stop::SliceEnd, 1, CODE + 4));
    assert_eq!((rig.run(100), rig.cpu.x(12)), (Stop::Halted, 1));
}
