//! The functions of the mask ROM, called as firmware calls them.

use crate::support::asm::*;
use crate::support::program::*;
use hil_sim_core::time::{Instant, Span};
use hil_sim_esp32c3::machine::{Board, Machine, Stuck};

/// The reset vector.
const ROM: u32 = 0x4000_0000;
const SYSCLK_CONF: u32 = 0x600C_0058;

/// Calls a function with these arguments and gives `a0` and `a1`; memory has bytes at [`DATA`].
fn results(function: u32, arguments: &[u32], bytes: &[u8]) -> (u32, u32) {
    let machine = after(bytes, |a| a.call(function, arguments));
    (machine.cpu().x(A0 as usize), machine.cpu().x(A1 as usize))
}

/// The machine after a program that found these bytes at [`DATA`].
fn after(bytes: &[u8], write: impl FnOnce(&mut Asm) -> &mut Asm) -> Machine {
    let mut machine = machine(|a| {
        write(a);
        a.idle()
    });
    machine.memory_mut().write_bytes(DATA, bytes).expect("memory");
    assert_eq!(run(&mut machine, Span::from_ms(10)), []);
    machine
}

fn bytes(machine: &Machine, address: u32, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    machine.memory().read_bytes(address, &mut bytes).expect("memory");
    bytes
}

#[test]
fn memset_and_memcpy_move_bytes() {
    let machine = after(b"................", |a| {
        a.call(rom::MEMSET, &[DATA + 1, 0x2D, 5]).keep(A0, DATA + 0x20);
        a.call(rom::MEMCPY, &[DATA + 8, DATA + 4, 4])
    });
    assert_eq!(bytes(&machine, DATA, 16), b".-----..--......");
    assert_eq!(word(&machine, DATA + 0x20), DATA + 1, "memset gives its first argument back");
}

/// RFC 1321, section A.5.
#[test]
fn md5_digests_are_those_of_the_rfc() {
    let digits = b"12345678901234567890123456789012345678901234567890123456789012345678901234567890";
    for (text, digest) in [
        (&b"abc"[..], 0x9001_5098_3CD2_4FB0_D696_3F7D_28E1_7F72_u128),
        (digits, 0x57ED_F4A2_2BE3_C955_AC49_DA2E_2107_B67A),
    ] {
        let (context, result) = (DATA + 0x200, DATA + 0x300);
        let machine = after(text, |a| {
            a.call(rom::MD5_INIT, &[context]).call(rom::MD5_UPDATE, &[context, DATA, 1]);
            a.call(rom::MD5_UPDATE, &[context, DATA + 1, text.len() as u32 - 1])
                .call(rom::MD5_FINAL, &[result, context])
        });
        assert_eq!(bytes(&machine, result, 16), digest.to_be_bytes());
    }
}

/// The check values of the catalogue of parametrised CRC algorithms: CRC-32/ISO-HDLC and CRC-16/GENIBUS.
#[test]
fn crcs_are_those_of_the_catalogue() {
    let check = b"123456789";
    assert_eq!(results(rom::CRC32_LE, &[0, DATA, 9], check).0, 0xCBF4_3926);
    assert_eq!(results(rom::CRC16_BE, &[0, DATA, 9], check).0, 0xD64E);
}

#[test]
fn numbers_of_64_bits_are_divided() {
    let split = |number: i64| [number as u32, (number >> 32) as u32];
    for (dividend, divisor) in [(-7, 2), (i64::MIN, -1), (0x1234_5678_9ABC_DEF0, 0x1_0000_0001), (5, 0)] {
        let arguments = [split(dividend), split(divisor)].concat();
        let got = |function| {
            let (low, high) = results(function, &arguments, b"");
            u64::from(low) | u64::from(high) << 32
        };
        let (a, b) = (dividend as u64, divisor as u64);
        assert_eq!(got(rom::DIVDI3) as i64, if divisor == 0 { -1 } else { dividend.wrapping_div(divisor) });
        assert_eq!(got(rom::UDIVDI3), a.checked_div(b).unwrap_or(u64::MAX));
        assert_eq!(got(rom::UMODDI3), a.checked_rem(b).unwrap_or(a));
    }
}

fn probes() -> Board {
    Board { watched: vec![4, 5], ..Board::default() }
}

#[test]
fn a_delay_lets_interrupts_through_and_is_none_the_longer() {
    let mut machine = machine_on(probes(), |a| {
        a.output(4).output(5).vectors("handler").enable_source(SYSTIMER_TARGET0);
        // 200 us after power-on.
        a.alarm(3_200).csrrsi(ZERO, MSTATUS, 8);
        a.store(GPIO_OUT_W1TS, 1 << 4).call(rom::DELAY_US, &[1_000]).store(GPIO_OUT_W1TC, 1 << 4).idle();
        // A handler that spoils no register of what it interrupts.
        a.label("handler").addi(SP, SP, -16).sw(T0, 0, SP).sw(T1, 4, SP);
        a.store(GPIO_OUT_W1TS, 1 << 5).store(CPU_INT_ENABLE, 0);
        a.lw(T0, 0, SP).lw(T1, 4, SP).addi(SP, SP, 16).word(MRET)
    });
    run(&mut machine, Span::from_ms(2));
    let edges = edges(&machine.take_events());
    let [(began, true), (interrupted, true), (ended, false)] = edges[..] else { panic!("{edges:?}") };
    let at = interrupted.since(Instant::ZERO).ns();
    assert!((200_000..201_000).contains(&at), "{at} ns");
    let took = ended.since(began).ns();
    assert!((1_000_000..1_001_000).contains(&took), "{took} ns");
}

#[test]
fn a_run_ends_in_the_middle_of_a_delay() {
    let mut machine = machine(|a| a.call(rom::DELAY_US, &[10_000_000]).store(DATA, 1).idle());
    for ms in [1, 2_000, 9_999] {
        let until = Instant::ZERO + Span::from_ms(ms);
        machine.run(until);
        assert_eq!((machine.now(), word(&machine, DATA)), (until, 0));
    }
    run(&mut machine, Span::from_ms(2));
    assert_eq!(word(&machine, DATA), 1);
}

#[test]
fn a_function_that_is_not_there_stops_the_machine_and_is_named() {
    let mut machine = machine(|a| a.call(rom::ETS_PRINTF, &[]).label("back").idle());
    let stuck = stuck(&mut machine);
    // Two instructions for the address, one for the call.
    assert_eq!(stuck, Stuck::RomFunction { address: rom::ETS_PRINTF, name: Some("ets_printf"), caller: CODE + 12 });
    insta::assert_snapshot!(stuck, @"the firmware calls the ROM function ets_printf at 0x40000040 from 0x4038000c, which the simulator does not implement; give it Espressif's ROM image");
    // It is told once, and nothing more happens.
    assert_eq!(run(&mut machine, Span::from_ms(60_000)), []);
}

#[test]
fn with_an_image_of_the_rom_the_chip_begins_at_its_reset_vector_and_executes_its_functions() {
    // The ROM reads two registers that are 0 in it and remembers them, then does what it does without a bootloader: it jumps
    // to the program that it finds in the flash, which gives control to the app. MEMSET is a function that changes nothing.
    let mut rom = Asm::new(ROM);
    rom.li(T0, DATA).csrrs(T1, 0x000, ZERO).csrrs(T2, 0x044, ZERO).add(T1, T1, T2).addi(T1, T1, 42).sw(T1, 0, T0);
    rom.li(T1, SYSCLK_CONF).lw(T1, 0, T1).sw(T1, 8, T0);
    let mut image = rom.li(T0, ROM + 0x6_0000 - 4).jalr(ZERO, T0, 0).bytes();
    image.resize(0x6_0000, 0);
    image[(rom::MEMSET - ROM) as usize..][..4].copy_from_slice(&0x0000_8067_u32.to_le_bytes());
    let mut machine = machine(|a| a.call(rom::MEMSET, &[DATA, 7, 1]).store(DATA + 4, 43).idle());
    machine.load_rom(&image).unwrap();
    machine.reset();
    run(&mut machine, Span::from_ms(1));
    assert_eq!(
        [0, 4].map(|at| word(&machine, DATA + at)),
        [42, 43],
        "the app runs, and MEMSET is not performed in the ROM's place"
    );
    assert_eq!(word(&machine, DATA + 8), 40 << 12 | 1, "the ROM starts with the reset values of the clocks");
}

#[test]
fn an_argument_that_leads_nowhere_stops_the_machine() {
    let mut machine = machine(|a| a.call(rom::MEMSET, &[0x7000_0000, 0, 4]).idle());
    insta::assert_snapshot!(stuck(&mut machine), @"the ROM function memset, called from 0x40380018, was given the address 0x70000000, where there is no memory for it");
}
