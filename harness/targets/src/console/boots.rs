//! Why a chip was reset, in what its ROM prints when it starts.

/// A reset that the chip has made itself. Those from outside (power, reset pin, USB) are not among them: who has made them
/// cannot be told from a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnReset {
    /// A watchdog has bitten: which.
    Watchdog(String),
    /// The supply was too low.
    BrownOut,
    /// The firmware has asked for it, or the chip has found itself out of order: why.
    Other(String),
}

/// The reset that a line of the ROM's tells of: `rst:0x3 (RTC_SW_SYS_RST),boot:0xc (SPI_FAST_FLASH_BOOT)`. The names are those of
/// the ESP32 and of its successors.
pub fn own_reset(line: &str) -> Option<OwnReset> {
    let rest = line.trim_start().strip_prefix("rst:0x")?;
    let (number, rest) = rest.split_once(" (")?;
    let (name, rest) = rest.split_once(')')?;
    if !number.chars().all(|c| c.is_ascii_hexdigit()) || !rest.starts_with(",boot:") {
        return None;
    }
    let has = |part: &str| name.split('_').any(|word| word == part);
    // A brown-out has the name of the watchdog's block: `RTCWDT_BROWN_OUT_RST`.
    if has("BROWN") {
        return Some(OwnReset::BrownOut);
    }
    if name.contains("WDT") {
        return Some(OwnReset::Watchdog(format!("a watchdog ({name})")));
    }
    if has("SW") {
        return Some(OwnReset::Other(format!("by software ({name})")));
    }
    has("GLITCH").then(|| OwnReset::Other(format!("a glitch of a clock or of the supply ({name})")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_resets_of_the_chips_own_are_told() {
        let of = |name: &str| own_reset(&format!("rst:0x3 ({name}),boot:0xc (SPI_FAST_FLASH_BOOT)"));
        for name in
            ["POWERON", "USB_UART_CHIP_RESET", "DSLEEP", "DEEPSLEEP_RESET", "USB_JTAG_CHIP_RESET", "EXT_CPU_RESET"]
        {
            assert_eq!(of(name), None, "{name}");
        }
        for name in ["TG0WDT_SYS_RST", "RTCWDT_RTC_RESET", "SUPER_WDT_RST", "TG1WDT_CPU_RST"] {
            assert_eq!(of(name), Some(OwnReset::Watchdog(format!("a watchdog ({name})"))));
        }
        for name in ["RTC_SW_SYS_RST", "RTC_SW_CPU_RST", "SW_CPU_RESET"] {
            assert_eq!(of(name), Some(OwnReset::Other(format!("by software ({name})"))));
        }
        assert_eq!(of("RTCWDT_BROWN_OUT_RST"), Some(OwnReset::BrownOut));
        assert_eq!(own_reset("I (5) said rst:0x3 (RTC_SW_SYS_RST),boot:0xc (X)"), None);
        assert_eq!(own_reset("rst:0x3 (RTC_SW_SYS_RST)"), None);
    }
}
