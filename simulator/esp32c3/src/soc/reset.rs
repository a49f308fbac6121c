//! Why the chip was reset.

use std::fmt;

/// What made the chip start again; values as in RTC_CNTL_RESET_CAUSE_PROCPU, TRM table 7-1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum ResetCause {
    /// Power was applied, or the EN pin released.
    PowerOn = 0x01,
    /// Software reset of the digital core (SW_SYS_RST).
    SoftwareSystem = 0x03,
    /// Wake-up from deep sleep.
    DeepSleep = 0x05,
    /// Main watchdog of timer group 0 reset the digital core.
    Timg0WatchdogSystem = 0x07,
    /// Main watchdog of timer group 1 reset the digital core.
    Timg1WatchdogSystem = 0x08,
    /// RTC watchdog reset the digital core.
    RtcWatchdogSystem = 0x09,
    /// Main watchdog of timer group 0 reset the CPU.
    Timg0WatchdogCpu = 0x0B,
    /// Software reset of the CPU.
    SoftwareCpu = 0x0C,
    /// RTC watchdog reset the CPU.
    RtcWatchdogCpu = 0x0D,
    /// Supply voltage too low.
    Brownout = 0x0F,
    /// RTC watchdog reset the whole chip with the RTC.
    RtcWatchdogChip = 0x10,
    /// Main watchdog of timer group 1 reset the CPU.
    Timg1WatchdogCpu = 0x11,
    /// Super watchdog.
    SuperWatchdog = 0x12,
    /// The crystal's frequency was wrong.
    ClockGlitch = 0x13,
    /// Through the USB serial/JTAG controller.
    UsbUart = 0x15,
}

impl ResetCause {
    /// Whether only the CPU starts again, while the peripherals go on.
    pub const fn is_cpu_only(self) -> bool {
        matches!(self, Self::Timg0WatchdogCpu | Self::SoftwareCpu | Self::RtcWatchdogCpu | Self::Timg1WatchdogCpu)
    }

    /// Whether a watchdog did it.
    pub const fn is_watchdog(self) -> bool {
        matches!(
            self,
            Self::Timg0WatchdogSystem
                | Self::Timg1WatchdogSystem
                | Self::RtcWatchdogSystem
                | Self::Timg0WatchdogCpu
                | Self::RtcWatchdogCpu
                | Self::RtcWatchdogChip
                | Self::Timg1WatchdogCpu
                | Self::SuperWatchdog
        )
    }

    /// Whether the RTC's registers and memory lose their contents too.
    pub const fn clears_rtc(self) -> bool {
        matches!(self, Self::PowerOn | Self::Brownout | Self::RtcWatchdogChip | Self::SuperWatchdog | Self::ClockGlitch)
    }
}

impl fmt::Display for ResetCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PowerOn => "power-on",
            Self::SoftwareSystem => "software reset",
            Self::DeepSleep => "wake-up from deep sleep",
            Self::Timg0WatchdogSystem | Self::Timg0WatchdogCpu => "watchdog of timer group 0",
            Self::Timg1WatchdogSystem | Self::Timg1WatchdogCpu => "watchdog of timer group 1",
            Self::RtcWatchdogSystem | Self::RtcWatchdogCpu | Self::RtcWatchdogChip => "RTC watchdog",
            Self::SoftwareCpu => "software reset of the CPU",
            Self::Brownout => "brown-out",
            Self::SuperWatchdog => "super watchdog",
            Self::ClockGlitch => "clock glitch",
            Self::UsbUart => "reset by USB serial",
        })
    }
}
