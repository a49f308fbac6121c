//! The flash chip, through the functions of the ROM and through the registers of SPI1.

use crate::support::asm::*;
use crate::support::program::*;
use hil_sim_core::time::Span;
use hil_sim_esp32c3::machine::{Exit, Machine, What};
use hil_sim_esp32c3::soc::{FlashOperation, FlashOperationKind};

/// An erased sector of the chip.
const SECTOR: u32 = 0x20_0000;
const PATTERN: [u8; 16] = *b"0123456789abcdef";

const SPI1: u32 = 0x6000_2000;

/// Erases a sector, writes 16 bytes from [`DATA`] to it and reads them back.
fn by_rom(a: &mut Asm) -> &mut Asm {
    a.call(rom::SPIFLASH_ERASE_SECTOR, &[SECTOR / 0x1000]).keep(A0, DATA + 0x40);
    a.call(rom::SPIFLASH_WRITE, &[SECTOR + 8, DATA, 16]).keep(A0, DATA + 0x44);
    a.call(rom::SPIFLASH_READ, &[SECTOR + 8, DATA + 0x20, 16]).keep(A0, DATA + 0x48).idle()
}

/// The same with commands on SPI1.
fn by_registers(a: &mut Asm) -> &mut Asm {
    let command = |a: &mut Asm, bit: u32| {
        a.store(SPI1, 1 << bit);
    };
    // Waits while the chip is busy.
    let wait = |a: &mut Asm, label: &str| {
        a.label(label);
        command(a, 27);
        a.load(A0, SPI1 + 0x2C).andi(A0, A0, 1).bne(A0, ZERO, label);
    };
    command(a, 30);
    a.store(SPI1 + 4, SECTOR);
    command(a, 24);
    wait(a, "erasing");
    command(a, 30);
    for index in 0..4 {
        a.load(S0, DATA + 4 * index).keep(S0, SPI1 + 0x58 + 4 * index);
    }
    a.store(SPI1 + 4, 16 << 24 | (SECTOR + 8));
    command(a, 25);
    wait(a, "programming");
    // A user command: 8 bits of command 0x03, 24 of address, 128 of answer.
    a.store(SPI1 + 0x18, 1 << 31 | 1 << 30 | 1 << 28).store(SPI1 + 0x1C, 23 << 26).store(SPI1 + 0x20, 7 << 28 | 0x03);
    a.store(SPI1 + 4, SECTOR + 8).store(SPI1 + 0x28, 127);
    command(a, 18);
    for index in 0..4 {
        a.load(S0, SPI1 + 0x58 + 4 * index).keep(S0, DATA + 0x20 + 4 * index);
    }
    a.idle()
}

/// A machine with something in the sector already.
fn prepared(write: impl FnOnce(&mut Asm) -> &mut Asm) -> Machine {
    let mut machine = machine(write);
    machine.write_flash(SECTOR, &[0; 64]).expect("memory");
    machine.memory_mut().write_bytes(DATA, &PATTERN).expect("memory");
    machine
}

fn operations(machine: &mut Machine) -> Vec<FlashOperation> {
    let operation = |what| if let What::Flash(operation) = what { Some(operation) } else { None };
    machine.take_events().into_iter().filter_map(|event| operation(event.what)).collect()
}

fn contents(machine: &Machine, offset: u32, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    machine.flash().read(offset as usize, &mut bytes).expect("memory");
    bytes
}

#[test]
fn a_sector_is_erased_written_and_read() {
    for write in [by_rom as fn(&mut Asm) -> &mut Asm, by_registers] {
        let mut machine = prepared(write);
        assert_eq!(run(&mut machine, Span::from_ms(100)), []);
        let operations = operations(&mut machine);
        let facts: Vec<_> = operations.iter().map(|it| (it.kind, it.offset, it.length, it.reached)).collect();
        let (erase, write) = (FlashOperationKind::Erase, FlashOperationKind::Write);
        assert_eq!(facts, [(erase, SECTOR, 0x1000, 0x1000), (write, SECTOR + 8, 16, 16)]);
        let took = operations[1].at.since(operations[0].at).ns();
        assert!((45_000_000..45_010_000).contains(&took), "erasing took {took} ns");
        assert_eq!(contents(&machine, SECTOR, 24), [&[0xFF; 8][..], &PATTERN].concat());
        let mut read = [0; 16];
        machine.memory().read_bytes(DATA + 0x20, &mut read).expect("memory");
        assert_eq!(read, PATTERN);
        assert_eq!([0x40, 0x44, 0x48].map(|offset| word(&machine, DATA + offset)), [0; 3]);
    }
}

#[test]
fn writing_only_clears_bits() {
    let mut machine = prepared(|a| a.call(rom::SPIFLASH_WRITE, &[SECTOR + 56, DATA, 16]).idle());
    run(&mut machine, Span::from_ms(1));
    assert_eq!(contents(&machine, SECTOR + 56, 16), [&[0; 8][..], b"89abcdef"].concat());
}

#[test]
fn power_is_cut_in_the_middle_of_the_operation_that_was_asked_for() {
    for write in [by_rom as fn(&mut Asm) -> &mut Asm, by_registers] {
        let mut machine = prepared(write);
        machine.cut_power_at_flash_operation(2);
        assert_eq!(machine.pending_power_cut(), Some(2));
        assert_eq!(run(&mut machine, Span::from_ms(100)), [Exit::PowerCut]);
        assert!(!machine.is_powered());
        assert_eq!(machine.pending_power_cut(), None);
        let operations = operations(&mut machine);
        assert_eq!((operations[1].length, operations[1].reached), (16, 8));
        assert_eq!(contents(&machine, SECTOR + 8, 16), [&PATTERN[..8], &[0xFF; 8]].concat());
    }
    let mut machine = prepared(by_rom);
    machine.cut_power_at_flash_operation(1);
    assert_eq!(run(&mut machine, Span::from_ms(100)), [Exit::PowerCut]);
    assert_eq!(contents(&machine, SECTOR, 64), [0xFF; 64]);
    let (first, second) = (contents(&machine, SECTOR, 0x800), contents(&machine, SECTOR + 0x800, 0x800));
    assert!(first.iter().chain(&second).all(|byte| *byte == 0xFF), "what was erased already stays so");
}

#[test]
fn outside_the_chip_there_is_an_error() {
    let mut machine = prepared(|a| {
        a.call(rom::SPIFLASH_WRITE, &[0x40_0000 - 8, DATA, 16]).keep(A0, DATA + 0x40);
        a.call(rom::SPIFLASH_READ, &[0x40_0000 - 8, DATA, 16]).keep(A0, DATA + 0x44);
        a.call(rom::SPIFLASH_ERASE_SECTOR, &[0x400]).keep(A0, DATA + 0x48).idle()
    });
    assert_eq!(run(&mut machine, Span::from_ms(100)), []);
    assert_eq!([0x40, 0x44, 0x48].map(|offset| word(&machine, DATA + offset)), [1; 3]);
}
