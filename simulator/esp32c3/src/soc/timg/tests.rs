use crate::soc::interrupt::Source;
use crate::soc::rig::Rig;
use crate::soc::{ResetCause, Soc};
use hil_sim_core::chip::soc::Soc as _;
use hil_sim_core::time::Span;

const TIMG0: u32 = 0x6001_F000;
const TIMG1: u32 = 0x6002_0000;
const CONFIG: u32 = 0x00;
const UPDATE: u32 = 0x0C;
const ALARMLO: u32 = 0x10;
const LOADLO: u32 = 0x18;
const LOAD: u32 = 0x20;
const WDTCONFIG0: u32 = 0x48;
const WDTCONFIG1: u32 = 0x4C;
const WDTCONFIG2: u32 = 0x50;
const WDTFEED: u32 = 0x60;
const WDTWPROTECT: u32 = 0x64;
const RTCCALICFG: u32 = 0x68;
const RTCCALICFG1: u32 = 0x6C;
const INT_ENA: u32 = 0x70;
const INT_RAW: u32 = 0x74;
const INT_CLR: u32 = 0x7C;
const RTCCALICFG2: u32 = 0x80;
const PERIP_RST_EN0: u32 = 0x600C_0018;
const SYSCLK_CONF: u32 = 0x600C_0058;

const EN: u32 = 1 << 31;
const UP: u32 = 1 << 30;
const RELOAD: u32 = 1 << 29;
const ALARM: u32 = 1 << 10;
const XTAL: u32 = 1 << 9;
const KEY: u32 = 0x50D8_3AA1;

fn count(rig: &mut Rig, base: u32) -> u64 {
    rig.write(base + UPDATE, 1 << 31);
    assert_eq!(rig.read(base + UPDATE), 0);
    u64::from(rig.read(base + 8)) << 32 | u64::from(rig.read(base + 4))
}

/// Enables the watchdog with stages of so many microseconds and these actions.
fn start_watchdog(rig: &mut Rig, base: u32, stages: [(u32, u32); 4]) {
    rig.write(base + WDTWPROTECT, KEY);
    rig.write(base + WDTCONFIG1, 80 << 16);
    for (n, (us, _)) in (0..).zip(stages) {
        rig.write(base + WDTCONFIG2 + 4 * n, us);
    }
    let actions = (0..).zip(stages).fold(0, |bits, (n, (_, action))| bits | action << (29 - 2 * n));
    rig.write(base + WDTCONFIG0, 1 << 31 | 1 << 22 | actions);
}

fn reset(soc: &mut Soc) -> Option<ResetCause> {
    soc.take_reset()
}

#[test]
fn the_prescaler_divides_by_2_at_least_and_0_is_65536() {
    for (divider, expected) in [(1, 20_000), (2, 20_000), (40, 1_000), (0, 0)] {
        let mut rig = Rig::new();
        rig.write(TIMG0 + CONFIG, EN | UP | XTAL | divider << 13);
        rig.run(Span::from_ms(1));
        assert_eq!(count(&mut rig, TIMG0), expected, "divider {divider}");
    }
}

#[test]
fn the_apb_clock_can_change_while_it_counts() {
    let mut rig = Rig::new();
    rig.write(TIMG1 + CONFIG, EN | UP | 80 << 13);
    rig.run(Span::from_us(100));
    // The crystal divided by 4 becomes the APB clock.
    rig.write(SYSCLK_CONF, 3);
    rig.run(Span::from_us(80));
    assert_eq!(count(&mut rig, TIMG1), 110);
}

#[test]
fn an_alarm_disables_itself_and_reloads_the_counter() {
    let mut rig = Rig::new();
    rig.write(TIMG0 + INT_ENA, 1);
    rig.write(TIMG0 + LOADLO, 1_000);
    rig.write(TIMG0 + LOAD, 1);
    rig.write(TIMG0 + ALARMLO, 1_500);
    rig.write(TIMG0 + CONFIG, EN | UP | RELOAD | ALARM | XTAL | 40 << 13);
    rig.run(Span::from_us(499));
    assert!(!rig.is_raised(Source::TIMG0_T0.0));
    rig.run(Span::from_us(1));
    assert!(rig.is_raised(Source::TIMG0_T0.0));
    assert_eq!(rig.read(TIMG0 + CONFIG) & ALARM, 0);
    rig.run(Span::from_us(7));
    assert_eq!(count(&mut rig, TIMG0), 1_007);
    rig.write(TIMG0 + INT_CLR, 1);
    rig.run(Span::from_ms(1));
    assert!(!rig.is_raised(Source::TIMG0_T0.0));
}

#[test]
fn an_alarm_that_has_passed_is_due_at_once() {
    let mut rig = Rig::new();
    rig.write(TIMG1 + CONFIG, EN | UP | XTAL | 2 << 13);
    rig.run(Span::from_ms(1));
    rig.write(TIMG1 + ALARMLO, 5);
    rig.write(TIMG1 + CONFIG, EN | UP | XTAL | ALARM | 2 << 13);
    assert_eq!(rig.read(TIMG1 + INT_RAW), 1);
    assert_eq!(count(&mut rig, TIMG1), 20_000, "it is not to reload");
}

#[test]
fn it_counts_down_and_on_from_where_it_turns() {
    let mut rig = Rig::new();
    rig.write(TIMG0 + LOADLO, 100);
    rig.write(TIMG0 + LOAD, 1);
    rig.write(TIMG0 + ALARMLO, 40);
    rig.write(TIMG0 + CONFIG, EN | ALARM | XTAL | 40 << 13);
    rig.run(Span::from_us(59));
    assert_eq!(rig.read(TIMG0 + INT_RAW), 0);
    rig.run(Span::from_us(1));
    assert_eq!(rig.read(TIMG0 + INT_RAW), 1);
    assert_eq!(count(&mut rig, TIMG0), 40);
    rig.write(TIMG0 + CONFIG, EN | UP | XTAL | 40 << 13);
    rig.run(Span::from_us(5));
    assert_eq!(count(&mut rig, TIMG0), 45);
}

#[test]
fn stages_of_the_watchdog_interrupt_and_then_reset() {
    let mut rig = Rig::new();
    rig.write(TIMG1 + INT_ENA, 0b10);
    start_watchdog(&mut rig, TIMG1, [(100, 1), (50, 0), (50, 3), (1, 0)]);
    rig.run(Span::from_us(99));
    assert!(!rig.is_raised(Source::TIMG1_WDT.0));
    rig.run(Span::from_us(1));
    assert!(rig.is_raised(Source::TIMG1_WDT.0));
    rig.run(Span::from_us(99));
    assert_eq!(reset(&mut rig.soc), None);
    rig.run(Span::from_us(1));
    assert_eq!(reset(&mut rig.soc), Some(ResetCause::Timg1WatchdogSystem));
}

#[test]
fn a_fed_watchdog_is_quiet_and_food_needs_the_key() {
    let mut rig = Rig::new();
    start_watchdog(&mut rig, TIMG0, [(100, 3), (1, 0), (1, 0), (1, 0)]);
    for _ in 0..5 {
        rig.run(Span::from_us(80));
        rig.write(TIMG0 + WDTFEED, 1);
    }
    assert_eq!(reset(&mut rig.soc), None);
    rig.write(TIMG0 + WDTWPROTECT, 0);
    rig.run(Span::from_us(80));
    rig.write(TIMG0 + WDTFEED, 1);
    rig.run(Span::from_us(80));
    assert_eq!(reset(&mut rig.soc), Some(ResetCause::Timg0WatchdogSystem));
}

#[test]
fn the_watchdog_resets_the_cpu_only_if_it_is_allowed_to() {
    for (allowed, expected) in [(0, None), (1, Some(ResetCause::Timg0WatchdogCpu))] {
        let mut rig = Rig::new();
        start_watchdog(&mut rig, TIMG0, [(100, 2), (100, 0), (100, 0), (100, 0)]);
        let config = rig.read(TIMG0 + WDTCONFIG0);
        rig.write(TIMG0 + WDTCONFIG0, config | 1 << 22 | allowed << 13);
        rig.run(Span::from_us(100));
        assert_eq!(reset(&mut rig.soc), expected);
    }
}

#[test]
fn settings_of_the_watchdog_wait_for_the_update_bit() {
    let mut rig = Rig::new();
    start_watchdog(&mut rig, TIMG0, [(100, 3), (1, 0), (1, 0), (1, 0)]);
    rig.write(TIMG0 + WDTCONFIG2, 1_000);
    rig.run(Span::from_us(100));
    assert_eq!(reset(&mut rig.soc), Some(ResetCause::Timg0WatchdogSystem));
}

#[test]
fn a_watchdog_with_stages_of_no_length_does_not_spin() {
    let mut rig = Rig::new();
    start_watchdog(&mut rig, TIMG0, [(0, 1); 4]);
    rig.run(Span::from_ms(100));
    assert_eq!(rig.read(TIMG0 + INT_RAW), 0b10);
}

#[test]
fn flash_boot_protection_after_a_reset_of_the_group_is_reported() {
    let mut rig = Rig::new();
    rig.write(PERIP_RST_EN0, 1 << 13 | 1 << 15);
    rig.run(Span::from_ms(320));
    assert_eq!(rig.reports(), [""; 0]);
    rig.run(Span::from_ms(10));
    assert_eq!(reset(&mut rig.soc), None);
    let reports = rig.reports();
    assert!(reports.len() == 1 && reports[0].starts_with("TIMG0: flash boot protection"), "{reports:?}");
}

#[test]
fn calibration_counts_the_crystal_while_the_slow_clock_counts() {
    let mut rig = Rig::new();
    rig.write(TIMG0 + RTCCALICFG, 1 << 31 | 1_000 << 16);
    rig.run(Span::from_ms(7));
    assert_eq!(rig.read(TIMG0 + RTCCALICFG) >> 15 & 1, 0);
    rig.run(Span::from_ms(1));
    assert_eq!(rig.read(TIMG0 + RTCCALICFG) >> 15 & 1, 1);
    // 1000 cycles of 136 kHz in cycles of 40 MHz.
    assert_eq!(rig.read(TIMG0 + RTCCALICFG1) >> 7, 294_117);
}

#[test]
fn calibration_of_the_crystal_that_is_not_there_times_out() {
    let mut rig = Rig::new();
    rig.write(TIMG0 + RTCCALICFG2, 40_000 << 7);
    rig.write(TIMG0 + RTCCALICFG, 1 << 31 | 10 << 16 | 2 << 13);
    rig.run(Span::from_us(999));
    assert_eq!(rig.read(TIMG0 + RTCCALICFG2) & 1, 0);
    rig.run(Span::from_us(1));
    assert_eq!(rig.read(TIMG0 + RTCCALICFG2) & 1, 1);
    assert_eq!(rig.read(TIMG0 + RTCCALICFG) >> 15 & 1, 0);
}
