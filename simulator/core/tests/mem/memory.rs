//! The memory map as the core sees it: aliases, flash behind its MMU, code that changes, snapshots.

use crate::support::asm::*;
use crate::support::rig::{CODE, DATA, Rig};
use hil_sim_core::cpu::Stop;
use hil_sim_core::mem::{FlashImage, Memory, Unmapped, Width};
use hil_sim_esp32c3::map::{DRAM, IRAM, MEMORY, ROM, RTC_FAST, SRAM_BYTES};

#[test]
fn sram_is_one_memory_with_two_addresses() {
    let mut memory = Memory::new(&MEMORY, FlashImage::erased(0));
    memory.write(DRAM.start, Width::Word, 0x1234_5678).unwrap();
    assert_eq!(memory.read(IRAM.start + 0x4000, Width::Word), Ok(0x1234_5678));
    memory.write(IRAM.end - 1, Width::Byte, 9).unwrap();
    assert_eq!(memory.read(DRAM.end - 1, Width::Byte), Ok(9));
    assert_eq!(IRAM.end - IRAM.start, SRAM_BYTES);
    assert_eq!(memory.read(DRAM.end - 2, Width::Word), Err(Unmapped(DRAM.end)));
    assert_eq!(memory.read(IRAM.start - 1, Width::Byte), Err(Unmapped(IRAM.start - 1)));
    memory.write(RTC_FAST.end - 4, Width::Word, 3).unwrap();
    assert_eq!(memory.read(RTC_FAST.end, Width::Byte), Err(Unmapped(RTC_FAST.end)));
}

#[test]
fn both_flash_windows_see_what_the_mmu_maps() {
    let mut memory = Memory::new(&MEMORY, FlashImage::erased(0x40_0000));
    memory.program_flash(0x2_0010, &[0xA5]).unwrap();
    assert_eq!(memory.read(0x3C01_0010, Width::Byte), Err(Unmapped(0x3C01_0010)));
    memory.set_mmu_entry(1, 2);
    assert_eq!(memory.read(0x3C01_0010, Width::Byte), Ok(0xA5));
    assert_eq!(memory.read(0x4201_0010, Width::Byte), Ok(0xA5));
    assert_eq!(memory.write(0x4201_0010, Width::Byte, 0), Err(Unmapped(0x4201_0010)), "flash is not written like that");
    memory.set_mmu_entry(1, 0x80);
    assert_eq!(memory.read(0x3C01_0010, Width::Byte), Err(Unmapped(0x3C01_0010)), "past the end of the chip");
}

#[test]
fn a_store_through_the_data_alias_changes_code_that_is_decoded() {
    // As esp-hal writes a jump into its vector table. The second round executes what the first has written.
    let mut rig = Rig::new(|asm| {
        asm.label("again").addi(A0, A0, 1).sw(A2, 0, A1).addi(A3, A3, 1).slti(A4, A3, 2).bne(A4, ZERO, "again");
        asm.label("end").j("end");
    });
    let data_alias = CODE - IRAM.start - 0x4000 + DRAM.start;
    rig.cpu.set_x(11, data_alias);
    rig.cpu.set_x(12, i_type(0x13, 0, A0, A0, 100));
    assert_eq!(rig.run(100), Stop::Halted);
    assert_eq!(rig.cpu.x(10), 101);
}

#[test]
fn blocks_that_were_linked_to_changed_code_find_the_new_code() {
    // Rounds 1 and 2 call the function as it was and link to it; round 3 changes it.
    let mut function = 0;
    let mut rig = Rig::new(|asm| {
        asm.label("again").addi(A5, A5, 1).li(T0, 3).bne(A5, T0, "call").sw(A2, 0, A1).label("call");
        asm.jal(RA, "function").li(T0, 5).bne(A5, T0, "again").label("end").j("end");
        function = asm.label("function").here();
        asm.addi(A0, A0, 1).ret();
    });
    rig.cpu.set_x(11, function);
    rig.cpu.set_x(12, i_type(0x13, 0, A0, A0, 100));
    assert_eq!(rig.run(100), Stop::Halted);
    assert_eq!(rig.cpu.x(10), 302);
}

#[test]
fn a_store_beside_code_is_noticed_although_the_page_was_plain_data_before() {
    // Stores next to the function before it is first executed, and into it after.
    let mut rig = Rig::new(|asm| {
        asm.sw(A2, 64, A1).jalr(RA, A3, 0).sw(A2, 0, A1).jalr(RA, A3, 0).label("end").j("end");
    });
    let code = [i_type(0x13, 0, A0, A0, 1), i_type(0x67, 0, ZERO, RA, 0)].map(u32::to_le_bytes).concat();
    rig.memory.load(DATA, &code).unwrap();
    rig.cpu.set_x(11, DATA);
    rig.cpu.set_x(12, i_type(0x13, 0, A0, A0, 100));
    rig.cpu.set_x(13, DATA - DRAM.start + IRAM.start + 0x4000);
    assert_eq!(rig.run(100), Stop::Halted);
    assert_eq!(rig.cpu.x(10), 101);
}

#[test]
fn loads_see_a_store_that_has_copied_a_shared_page() {
    let mut rig = Rig::new(|asm| {
        asm.lw(A2, 0, A1).sw(A0, 0, A1).lw(A3, 0, A1).label("end").j("end");
    });
    rig.cpu.set_x(10, 7);
    rig.cpu.set_x(11, DATA);
    for (before, after) in [(0, 7), (7, 8)] {
        let _snapshot = rig.memory.snapshot();
        rig.cpu.set_x(10, after);
        rig.cpu.set_pc(CODE);
        assert_eq!(rig.run(100), Stop::Halted);
        assert_eq!((rig.cpu.x(12), rig.cpu.x(13)), (before, after));
    }
}

#[test]
fn a_store_just_ahead_of_itself_is_executed() {
    let mut rig = Rig::new(|asm| {
        asm.sw(A2, 4, A1).addi(A0, A0, 1).label("end").j("end");
    });
    rig.cpu.set_x(11, CODE);
    rig.cpu.set_x(12, i_type(0x13, 0, A0, A0, 77));
    assert_eq!(rig.run(100), Stop::Halted);
    assert_eq!(rig.cpu.x(10), 77);
}

#[test]
fn writes_from_outside_and_changes_of_flash_and_mmu_reach_decoded_code() {
    let mut rig = Rig::new(|_| {});
    rig.memory.set_mmu_entry(0, 0);
    let put = |rig: &mut Rig, at: u32, imm: i32| {
        let code = [i_type(0x13, 0, A0, ZERO, imm), 0x0000_006F].map(u32::to_le_bytes).concat();
        rig.memory.load(at, &code).unwrap();
    };
    let result = |rig: &mut Rig, at: u32| {
        rig.cpu.set_pc(at);
        assert_eq!(rig.run(100), Stop::Halted);
        rig.cpu.x(10)
    };
    for at in [CODE, 0x4200_0100] {
        put(&mut rig, at, 5);
        assert_eq!(result(&mut rig, at), 5);
        put(&mut rig, at, 6);
        assert_eq!(result(&mut rig, at), 6);
    }
    // Clears the lowest bits of the immediate: 6 becomes 4.
    rig.memory.program_flash(0x100, &[0x13, 0x05, 0x40, 0x00]).unwrap();
    assert_eq!(result(&mut rig, 0x4200_0100), 4);
    let mut page = vec![0xFF; 0x1_0000];
    rig.memory.flash().read(0, &mut page).unwrap();
    page[0x103] = 0x01;
    rig.memory.program_flash(0x1_0000, &page).unwrap();
    rig.memory.set_mmu_entry(0, 1);
    assert_eq!(result(&mut rig, 0x4200_0100), 0x14);
}

#[test]
fn restoring_takes_code_back_too() {
    let mut rig = Rig::new(|asm| {
        asm.li(A0, 1).label("end").j("end");
    });
    assert_eq!(rig.run(100), Stop::Halted);
    let (cpu, memory) = (rig.cpu.snapshot(), rig.memory.snapshot());
    rig.memory.write(CODE, Width::Word, i_type(0x13, 0, A0, ZERO, 2)).unwrap();
    rig.cpu.set_pc(CODE);
    assert_eq!((rig.run(100), rig.cpu.x(10)), (Stop::Halted, 2));
    rig.cpu.restore(&cpu);
    rig.memory.restore(&memory);
    rig.cpu.set_pc(CODE);
    assert_eq!((rig.run(100), rig.cpu.x(10)), (Stop::Halted, 1));
}

#[test]
fn a_snapshot_is_not_touched_by_what_comes_after() {
    let mut rig = Rig::new(|asm| {
        asm.label("loop").sw(A0, 0, A1).addi(A0, A0, 1).addi(A1, A1, 4).j("loop");
    });
    rig.cpu.set_x(11, DATA);
    rig.run(400);
    let snapshot = rig.memory.snapshot();
    let (before, word) = (rig.memory.hash(), rig.word(DATA + 0x190));
    rig.run(4_000);
    assert_ne!(rig.memory.hash(), before);
    rig.memory.restore(&snapshot);
    assert_eq!((rig.memory.hash(), rig.word(DATA + 0x190)), (before, word));
}

#[test]
fn a_rom_image_is_executed_instead_of_reported() {
    let mut rig = Rig::new(|asm| {
        asm.jalr(RA, A1, 0).label("end").j("end");
    });
    let mut image = vec![0; ROM.len()];
    let function = [i_type(0x13, 0, A0, ZERO, 42), i_type(0x67, 0, ZERO, RA, 0)].map(u32::to_le_bytes).concat();
    image[0x4_0000..0x4_0008].copy_from_slice(&function);
    rig.memory.load_rom(&image).unwrap();
    rig.cpu.set_x(11, ROM.start + 0x4_0000);
    assert_eq!((rig.run(100), rig.cpu.x(10)), (Stop::Halted, 42));
    assert_eq!(rig.word(0x3FF0_0000), i_type(0x13, 0, A0, ZERO, 42));
    assert!(rig.memory.load_rom(&image[1..]).is_err());
}

#[test]
fn machines_can_move_between_threads() {
    fn assert_send<T: Send>() {}
    assert_send::<hil_sim_core::cpu::Cpu>();
    assert_send::<hil_sim_core::cpu::CpuSnapshot>();
    assert_send::<Memory>();
    assert_send::<hil_sim_core::mem::MemorySnapshot>();
}
