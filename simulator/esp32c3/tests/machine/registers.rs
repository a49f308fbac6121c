//! Accesses that the chip or the model has no answer to.

use crate::support::asm::*;
use crate::support::program::*;
use hil_sim_core::time::Span;
use hil_sim_esp32c3::machine::Machine;
use hil_sim_esp32c3::soc::{Report, Touch};

const HMAC_SET_START: u32 = 0x6003_E040;

fn reported(write: impl FnOnce(&mut Asm) -> &mut Asm) -> Vec<Report> {
    let mut machine = machine(write);
    run(&mut machine, Span::from_ms(1));
    reports(machine.take_events())
}

#[test]
fn a_register_without_a_model_is_named_with_the_code_that_touches_it() {
    let mut touched_at = 0;
    let reports = reported(|a| {
        a.li(T0, HMAC_SET_START).li(T1, 7);
        touched_at = a.here();
        // Told once for each kind of access.
        a.sw(T1, 0, T0).lw(S0, 0, T0).sw(T1, 0, T0).lw(S0, 0, T0).keep(S0, DATA).idle()
    });
    let [Report::Unmodelled { address, touch: Touch::Write, pc, .. }, Report::Unmodelled { touch: Touch::Read, .. }] =
        reports[..]
    else {
        panic!("{reports:?}")
    };
    assert_eq!((address, pc), (HMAC_SET_START, touched_at));
    insta::assert_snapshot!(reports.iter().map(Report::to_string).collect::<Vec<_>>().join("\n"), @r"
    register HMAC.SET_START (0x6003e040) is not modelled and was written at 0.000 ms by the code at 0x4038000c; the value is kept and has no effect
    register HMAC.SET_START (0x6003e040) is not modelled and was read at 0.000 ms by the code at 0x40380010; it gives what was last written to it, or 0
    ");
}

#[test]
fn an_order_that_the_model_does_not_know_is_told_once() {
    let reports = reported(|a| {
        let spi0 = 0x6000_3000;
        a.store(spi0, 1).call(rom::DELAY_US, &[100]).store(spi0, 1).idle()
    });
    insta::assert_snapshot!(reports.iter().map(Report::to_string).collect::<Vec<_>>().join("\n"), @"SPI0: a command by software is not modelled (asked for at 0.000 ms by the code at 0x40380008)");
}

/// Makes one access with t0 as its address; what `mcause` and `mtval` then are.
fn trap(address: u32, write: impl FnOnce(&mut Asm) -> &mut Asm) -> (u32, u32) {
    let mut machine: Machine = machine(|a| {
        a.vectors("handler").li(T0, address);
        write(a);
        a.idle();
        a.label("handler").csrrs(S0, MCAUSE, ZERO).keep(S0, DATA).csrrs(S0, 0x343, ZERO).keep(S0, DATA + 4).idle()
    });
    run(&mut machine, Span::from_ms(1));
    (word(&machine, DATA), word(&machine, DATA + 4))
}

#[test]
fn where_the_chip_has_nothing_there_is_an_access_fault() {
    for address in [0, 0x2000_0000, 0x3FCE_0000, 0x6000_7000, 0x600D_1000, 0xFFFF_FFFC] {
        assert_eq!(trap(address, |a| a.lw(T1, 0, T0)), (5, address));
        assert_eq!(trap(address, |a| a.sw(T1, 0, T0)), (7, address));
        assert_eq!(trap(address, |a| a.lbu(T1, 0, T0)), (5, address));
    }
    assert_eq!(trap(HMAC_SET_START, |a| a.lw(T1, 0, T0)), (0, 0));
}

#[test]
fn parts_of_a_register_can_be_read_and_not_written() {
    let mut machine = machine(|a| {
        a.store(RTC_STORE0, 0x1234_5678).li(T0, RTC_STORE0);
        a.lhu(S0, 2, T0).lbu(S1, 1, T0).lb(S2, 0, T0);
        a.sh(S0, 0, T0).idle()
    });
    run(&mut machine, Span::from_ms(1));
    assert_eq!([S0, S1, S2].map(|register| machine.cpu().x(register as usize)), [0x1234, 0x56, 0x78]);
    let reports = reports(machine.take_events());
    let [Report::Unsupported { block: "RTC_CNTL", what, .. }] = &reports[..] else { panic!("{reports:?}") };
    assert_eq!(what, "a store narrower than a word");
}
