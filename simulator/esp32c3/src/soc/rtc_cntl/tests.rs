use crate::soc::ResetCause;
use crate::soc::Start;
use crate::soc::interrupt::Source;
use crate::soc::rig::Rig;
use hil_sim_core::chip::soc::Soc as _;
use hil_sim_core::time::Span;

const RTC: u32 = 0x6000_8000;
const OPTIONS0: u32 = RTC;
const SLP_TIMER0: u32 = RTC + 0x04;
const SLP_TIMER1: u32 = RTC + 0x08;
const TIME_UPDATE: u32 = RTC + 0x0C;
const TIME_LOW0: u32 = RTC + 0x10;
const RESET_STATE: u32 = RTC + 0x38;
const INT_ENA: u32 = RTC + 0x40;
const INT_CLR: u32 = RTC + 0x4C;
const STORE0: u32 = RTC + 0x50;
const WDTCONFIG0: u32 = RTC + 0x90;
const WDTCONFIG1: u32 = RTC + 0x94;
const WDTFEED: u32 = RTC + 0xA4;
const WDTWPROTECT: u32 = RTC + 0xA8;
const SWD_CONF: u32 = RTC + 0xAC;
const SWD_WPROTECT: u32 = RTC + 0xB0;
const TIMG0_CONFIG: u32 = 0x6001_F000;
const TIMG0_EN: u32 = 1 << 31;

const WDT_KEY: u32 = 0x50D8_3AA1;
const SWD_KEY: u32 = 0x8F1D_312A;

fn count(rig: &mut Rig) -> u32 {
    rig.write(TIME_UPDATE, 1 << 31);
    rig.read(TIME_LOW0)
}

fn restart(rig: &mut Rig, cause: ResetCause) {
    let now = rig.now();
    rig.soc.reset(&mut rig.memory, now, cause, Start::App);
}

#[test]
fn the_timer_counts_the_slow_clock_through_resets_but_not_through_power_on() {
    let mut rig = Rig::new();
    rig.run(Span::from_ms(1_000));
    assert_eq!(count(&mut rig), 136_000);
    restart(&mut rig, ResetCause::SoftwareSystem);
    assert_eq!(count(&mut rig), 136_000);
    restart(&mut rig, ResetCause::PowerOn);
    assert_eq!(count(&mut rig), 0);
}

#[test]
fn the_alarm_interrupts_once() {
    let mut rig = Rig::new();
    rig.write(INT_ENA, 1 << 10);
    rig.write(SLP_TIMER0, 136);
    rig.write(SLP_TIMER1, 1 << 16);
    rig.run(Span::from_us(999));
    assert!(!rig.is_raised(Source::RTC.0));
    rig.run(Span::from_us(1));
    assert!(rig.is_raised(Source::RTC.0));
    rig.write(INT_CLR, 1 << 10);
    rig.run(Span::from_ms(1));
    assert!(!rig.is_raised(Source::RTC.0));
}

#[test]
fn software_resets_say_their_cause() {
    let mut rig = Rig::new();
    assert_eq!(rig.read(RESET_STATE) & 0x3F, 1);
    for (bit, cause) in [(31, ResetCause::SoftwareSystem), (5, ResetCause::SoftwareCpu)] {
        let options = rig.read(OPTIONS0);
        rig.write(OPTIONS0, options | 1 << bit);
        let asked = rig.soc.take_reset();
        assert_eq!(asked, Some(cause));
        restart(&mut rig, cause);
        assert_eq!(rig.read(RESET_STATE) & 0x3F, cause as u32);
        assert_eq!(rig.soc.reset_cause(), cause);
        assert_eq!(rig.read(OPTIONS0), options);
    }
}

#[test]
fn general_registers_survive_what_does_not_clear_the_rtc() {
    let mut rig = Rig::new();
    rig.write(STORE0, 0xC0FF_EE00);
    restart(&mut rig, ResetCause::RtcWatchdogSystem);
    assert_eq!(rig.read(STORE0), 0xC0FF_EE00);
    restart(&mut rig, ResetCause::SuperWatchdog);
    assert_eq!(rig.read(STORE0), 0);
}

#[test]
fn timers_go_on_through_a_reset_of_the_cpu_only() {
    let mut rig = Rig::new();
    rig.write(TIMG0_CONFIG, TIMG0_EN);
    restart(&mut rig, ResetCause::SoftwareCpu);
    assert_eq!(rig.read(TIMG0_CONFIG), TIMG0_EN);
    restart(&mut rig, ResetCause::SoftwareSystem);
    assert_eq!(rig.read(TIMG0_CONFIG) & TIMG0_EN, 0);
}

#[test]
fn stage_0_of_the_watchdog_lasts_twice_as_long_as_it_says() {
    let mut rig = Rig::new();
    rig.write(WDTWPROTECT, WDT_KEY);
    rig.write(WDTCONFIG1, 136);
    rig.write(WDTCONFIG0, 1 << 31 | 4 << 28);
    rig.run(Span::from_us(1_500));
    rig.write(WDTFEED, 1 << 31);
    rig.run(Span::from_us(1_999));
    assert_eq!(rig.soc.take_reset(), None);
    rig.run(Span::from_us(1));
    assert_eq!(rig.soc.take_reset(), Some(ResetCause::RtcWatchdogChip));
    restart(&mut rig, ResetCause::RtcWatchdogChip);
    rig.run(Span::from_ms(20_000));
    assert_eq!(rig.soc.take_reset(), None, "the bootloader leaves it off");
}

#[test]
fn the_super_watchdog_bites_after_a_second_without_food() {
    let mut rig = Rig::new();
    rig.run(Span::from_ms(5_000));
    assert_eq!(rig.soc.take_reset(), None, "the bootloader lets it feed itself");
    rig.write(SWD_CONF, 0);
    assert_ne!(rig.read(SWD_CONF), 0, "it is write-protected");
    rig.write(SWD_WPROTECT, SWD_KEY);
    rig.write(SWD_CONF, 0x04B0_0000);
    rig.run(Span::from_ms(900));
    rig.write(SWD_CONF, 0x04B0_0000 | 1 << 29);
    rig.run(Span::from_ms(999));
    assert_eq!(rig.soc.take_reset(), None);
    rig.run(Span::from_ms(1));
    assert_eq!(rig.soc.take_reset(), Some(ResetCause::SuperWatchdog));
    restart(&mut rig, ResetCause::SuperWatchdog);
    assert_eq!(rig.read(SWD_CONF) & 1, 1, "it says that it was it");
}

#[test]
fn a_held_pad_stays_as_it_is_until_it_is_let_go() {
    const GPIO_OUT: u32 = 0x6000_4004;
    const GPIO_ENABLE: u32 = 0x6000_4020;
    const PAD_HOLD: u32 = RTC + 0xD0;
    let mut rig = Rig::new();
    rig.connect_output(2, 128);
    rig.write(GPIO_OUT, 1 << 2);
    rig.write(GPIO_ENABLE, 1 << 2);
    rig.write(PAD_HOLD, 1 << 2);
    rig.write(GPIO_OUT, 0);
    assert!(rig.soc.level(2));
    restart(&mut rig, ResetCause::SoftwareSystem);
    assert!(rig.soc.level(2), "it is held through resets of the digital core");
    rig.write(PAD_HOLD, 0);
    assert!(!rig.soc.level(2));
}

const STATE0: u32 = RTC + 0x18;
const INT_RAW: u32 = RTC + 0x44;
const WAKEUP_STATE: u32 = RTC + 0x3C;
const SLP_REJECT_CONF: u32 = RTC + 0x68;
const DIG_PWC: u32 = RTC + 0x88;
const SLP_WAKEUP_CAUSE: u32 = RTC + 0xF8;
const TIMER: u32 = 1 << 3;

/// Sleeps until the slow clock has counted to 136, one millisecond after power-on.
fn sleep(rig: &mut Rig, deep: bool) {
    rig.write(SLP_TIMER0, 136);
    rig.write(SLP_TIMER1, 1 << 16);
    rig.write(WAKEUP_STATE, TIMER << 15);
    rig.write(DIG_PWC, u32::from(deep) << 31);
    rig.write(STATE0, 1 << 31);
}

#[test]
fn the_timer_ends_light_sleep() {
    let mut rig = Rig::new();
    sleep(&mut rig, false);
    rig.run(Span::from_us(999));
    assert!(rig.soc.is_asleep());
    rig.run(Span::from_us(1));
    assert!(!rig.soc.is_asleep());
    assert_eq!(rig.read(INT_RAW), 1 << 10 | 1);
    assert_eq!(rig.read(SLP_WAKEUP_CAUSE), TIMER);
}

#[test]
fn the_timer_ends_deep_sleep_with_a_reset_and_the_digital_core_has_forgotten() {
    let mut rig = Rig::new();
    rig.write(TIMG0_CONFIG, TIMG0_EN);
    rig.write(STORE0, 7);
    sleep(&mut rig, true);
    rig.run(Span::from_us(999));
    assert!(rig.soc.is_asleep());
    assert_eq!(rig.soc.take_reset(), None);
    rig.run(Span::from_us(1));
    assert_eq!(rig.soc.take_reset(), Some(ResetCause::DeepSleep));
    restart(&mut rig, ResetCause::DeepSleep);
    assert!(!rig.soc.is_asleep());
    assert_eq!(rig.read(TIMG0_CONFIG) & TIMG0_EN, 0);
    assert_eq!((rig.read(STORE0), rig.read(SLP_WAKEUP_CAUSE)), (7, TIMER));
    assert_eq!(rig.read(RESET_STATE) & 0x3F, ResetCause::DeepSleep as u32);
}

#[test]
fn sleep_is_rejected_when_its_alarm_has_passed() {
    let mut rig = Rig::new();
    rig.run(Span::from_ms(2));
    rig.write(SLP_REJECT_CONF, 1 << 30 | TIMER << 12);
    sleep(&mut rig, false);
    assert!(!rig.soc.is_asleep());
    assert_eq!(rig.read(INT_RAW) & 0b11, 0b10);
}
