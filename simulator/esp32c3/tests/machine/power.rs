//! What outlasts a loss of power, and what does not.

use crate::support::asm::*;
use crate::support::program::*;
use hil_sim_core::time::{Instant, Span};
use hil_sim_esp32c3::machine::{Exit, Machine};
use hil_sim_esp32c3::soc::ResetCause;

/// Counts its starts in RAM, in RTC memory and in a register of the RTC that nothing else uses.
fn counter(a: &mut Asm) {
    for address in [DATA, RTC_FAST + 0x100, RTC_STORE0] {
        a.load(S0, address).addi(S0, S0, 1).keep(S0, address);
    }
}

fn counts(machine: &mut Machine) -> [u32; 2] {
    [DATA, RTC_FAST + 0x100].map(|address| word(machine, address))
}

#[test]
fn ram_is_lost_with_power_and_flash_is_not() {
    let mut machine = machine(|a| {
        counter(a);
        a.idle()
    });
    machine.write_flash(0x20_0000, b"kept").expect("memory");
    run(&mut machine, Span::from_ms(1));
    assert_eq!(counts(&mut machine), [1, 1]);
    machine.power_off();
    assert!(!machine.is_powered());
    run(&mut machine, Span::from_ms(1));
    machine.power_on();
    run(&mut machine, Span::from_ms(1));
    assert_eq!(counts(&mut machine), [1, 1]);
    assert_eq!(machine.chip().soc().reset_cause(), ResetCause::PowerOn);
    let mut bytes = [0; 4];
    machine.flash().read(0x20_0000, &mut bytes).expect("memory");
    assert_eq!(&bytes, b"kept");
    assert_eq!(machine.now(), Instant::ZERO + Span::from_ms(3));
}

#[test]
fn a_software_reset_leaves_ram_and_the_rtc_alone() {
    let mut machine = machine(|a| {
        counter(a);
        // The third start stays.
        a.li(S1, 3).bne(S0, S1, "again").idle().label("again").store(RTC_OPTIONS0, SW_SYS_RST).idle()
    });
    let exits = run(&mut machine, Span::from_ms(50));
    assert_eq!(exits, [Exit::Reset(ResetCause::SoftwareSystem), Exit::Reset(ResetCause::SoftwareSystem)]);
    assert_eq!(counts(&mut machine), [3, 3]);
    // S0 was read from the register of the RTC.
    assert_eq!(machine.cpu().x(S0 as usize), 3);
}
