//! Everything that makes the chip start again, with the cause that the firmware finds.

use crate::support::asm::*;
use crate::support::program::*;
use hil_sim_core::time::Span;
use hil_sim_esp32c3::machine::{Exit, Machine, What};
use hil_sim_esp32c3::soc::ResetCause;

/// Asks the ROM for the cause, keeps it, and goes on if it was power-on.
fn unless_reset(write: impl FnOnce(&mut Asm) -> &mut Asm) -> Machine {
    machine(|a| {
        a.call(rom::RESET_REASON, &[]).keep(A0, DATA);
        a.li(A1, ResetCause::PowerOn as u32).bne(A0, A1, "end");
        write(a);
        a.label("end").idle()
    })
}

fn assert_reset(mut machine: Machine, cause: ResetCause, after: std::ops::Range<Span>) {
    assert_eq!(run(&mut machine, after.end), [Exit::Reset(cause)]);
    assert_eq!(word(&machine, DATA), ResetCause::PowerOn as u32, "the app is not started yet");
    assert_eq!(run(&mut machine, BOOTING), []);
    assert_eq!(word(&machine, DATA), cause as u32);
    let resets = machine.take_events().into_iter().filter_map(|event| match event.what {
        What::Reset(found) => Some((event.at, found)),
        _ => None,
    });
    let resets: Vec<_> = resets.collect();
    assert_eq!(resets.iter().map(|(_, cause)| *cause).collect::<Vec<_>>(), [ResetCause::PowerOn, cause]);
    assert!(resets[1].0.since(resets[0].0) >= after.start, "{resets:?}");
}

const AT_ONCE: std::ops::Range<Span> = Span::ZERO..Span::from_us(10);
/// What the ROM and the bootloader need, and a little more.
const BOOTING: Span = Span::from_ms(21);

#[test]
fn software_resets_have_their_causes() {
    let by_register = unless_reset(|a| a.store(RTC_OPTIONS0, SW_SYS_RST));
    assert_reset(by_register, ResetCause::SoftwareSystem, AT_ONCE);
    // SW_PROCPU_RST.
    let of_core = unless_reset(|a| a.store(RTC_OPTIONS0, 0x1C00_A000 | 1 << 5));
    assert_reset(of_core, ResetCause::SoftwareCpu, AT_ONCE);
}

#[test]
fn the_roms_reset_does_not_wait_for_anything() {
    let system = unless_reset(|a| a.call(rom::SOFTWARE_RESET, &[]));
    assert_reset(system, ResetCause::SoftwareSystem, AT_ONCE);
    let cpu = unless_reset(|a| a.call(rom::SOFTWARE_RESET_CPU, &[]));
    assert_reset(cpu, ResetCause::SoftwareCpu, AT_ONCE);
}

#[test]
fn the_watchdog_of_a_timer_group_bites() {
    for (base, cause) in
        [(0x6001_F000, ResetCause::Timg0WatchdogSystem), (0x6002_0000, ResetCause::Timg1WatchdogSystem)]
    {
        let machine = unless_reset(|a| {
            // A tick of 0.5 ms, 20 of them, then a reset of the system; neither for booting from flash.
            a.store(base + 0x64, 0x50D8_3AA1).store(base + 0x4C, 40_000 << 16).store(base + 0x50, 20);
            a.store(base + 0x48, 1 << 31 | 3 << 29 | 1 << 22)
        });
        assert_reset(machine, cause, Span::from_ms(10)..Span::from_ms(11));
    }
}

#[test]
fn a_watchdog_that_is_fed_does_not_bite_and_ends_a_hang() {
    let mut machine = unless_reset(|a| {
        let base = 0x6001_F000;
        a.store(base + 0x64, 0x50D8_3AA1).store(base + 0x4C, 40_000 << 16).store(base + 0x50, 20);
        a.store(base + 0x48, 1 << 31 | 3 << 29 | 1 << 22).li(S0, 10);
        a.label("feed").call(rom::DELAY_US, &[9_000]).store(base + 0x60, 1).addi(S0, S0, -1).bne(S0, ZERO, "feed");
        a.csrrci(ZERO, MSTATUS, 8).stop_here()
    });
    let exits = run(&mut machine, Span::from_ms(101));
    assert!(matches!(exits[..], [Exit::Halted { .. }, Exit::Reset(ResetCause::Timg0WatchdogSystem)]), "{exits:?}");
}

#[test]
fn the_watchdog_of_the_rtc_bites() {
    let machine = unless_reset(|a| {
        // 1,000 cycles of the slow clock, twice because of the eFuse, then a reset of everything.
        a.store(0x6000_80A8, 0x50D8_3AA1).store(0x6000_8094, 1_000).store(0x6000_8090, 1 << 31 | 4 << 28)
    });
    assert_reset(machine, ResetCause::RtcWatchdogChip, Span::from_ms(7)..Span::from_ms(20));
}

#[test]
fn the_super_watchdog_bites_unless_it_feeds_itself() {
    let machine = unless_reset(|a| a.store(0x6000_80B0, 0x8F1D_312A).store(0x6000_80AC, 0x04B0_0000));
    assert_reset(machine, ResetCause::SuperWatchdog, Span::from_ms(1_000)..Span::from_ms(1_001));
    let mut left_alone = unless_reset(|a| a);
    assert_eq!(run(&mut left_alone, Span::from_ms(60_000)), []);
}

#[test]
fn the_reset_button_is_a_power_on_for_the_firmware() {
    let mut machine = unless_reset(|a| a);
    run(&mut machine, Span::from_ms(1));
    machine.reset();
    run(&mut machine, Span::from_ms(1));
    assert_eq!(word(&machine, DATA), ResetCause::PowerOn as u32);
}
