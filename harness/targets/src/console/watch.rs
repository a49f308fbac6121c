//! Follows a device's lines: does it die, does it begin anew?

use super::boots::{OwnReset, own_reset};
use super::deaths::Deaths;
use hil_model::device::DeviceEvent;

/// Lines after last words that still belong to them: registers, stack, backtrace.
const LINES: usize = 100;

/// How the second-stage bootloader of ESP-IDF says that it starts: `I (23) boot: ESP-IDF v5.1 2nd stage bootloader`.
const BOOTLOADER: &str = "2nd stage bootloader";

/// Follows the lines of one device.
#[derive(Debug, Default)]
pub struct ConsoleWatch {
    deaths: Deaths,
    /// Lines that still belong to a death.
    lines_left: usize,
    /// Somebody has just reset the device, or switched it on.
    boot_is_expected: bool,
    /// The ROM has just begun, and a bootloader may follow.
    in_rom: bool,
    /// Something was printed since: the device ran.
    has_run: bool,
    /// The exception of a Python program, line by line, until it is known whether the program has ended by it.
    traceback: Option<String>,
}

impl ConsoleWatch {
    /// With these last words.
    pub fn new(deaths: Deaths) -> Self {
        Self { deaths, ..Self::default() }
    }

    /// The bench makes the device begin anew: a boot that follows is not its own.
    pub fn expect_boot(&mut self) {
        self.boot_is_expected = true;
        self.begin_anew();
    }

    /// Whether lines belong to a death: they may have addresses of code.
    pub const fn is_inside(&self) -> bool {
        self.lines_left > 0
    }

    /// What a line says about the device, where resets show in nothing but its lines.
    pub fn line(&mut self, line: &str) -> Option<DeviceEvent> {
        self.boot(line).or_else(|| self.death(line))
    }

    /// What a line says about the device, where its resets are known otherwise.
    pub fn death(&mut self, line: &str) -> Option<DeviceEvent> {
        if let Some(message) = self.python(line) {
            return Some(DeviceEvent::Panicked { message });
        }
        let dies = self.deaths.are_in(line);
        // Several lines are about the same death.
        let is_new = dies && self.lines_left == 0;
        self.lines_left = if dies { LINES } else { self.lines_left.saturating_sub(1) };
        self.has_run |= !line.trim().is_empty();
        is_new.then(|| DeviceEvent::Panicked { message: line.trim().to_owned() })
    }

    /// The device has begun anew.
    pub fn begin_anew(&mut self) {
        self.lines_left = 0;
        self.traceback = None;
        self.has_run = false;
    }

    fn boot(&mut self, line: &str) -> Option<DeviceEvent> {
        let line = line.trim_start();
        if line.starts_with("ESP-ROM:") || line.starts_with("ets ") {
            self.begin_anew();
            self.in_rom = true;
            return None;
        }
        if line.starts_with("Brownout detector was triggered") {
            return Some(DeviceEvent::BrownOut);
        }
        if let Some(reset) = own_reset(line) {
            self.begin_anew();
            self.in_rom = true;
            return Some(match reset {
                OwnReset::Watchdog(watchdog) => DeviceEvent::WatchdogReset { watchdog },
                OwnReset::BrownOut => DeviceEvent::BrownOut,
                OwnReset::Other(cause) => DeviceEvent::Restarted { cause },
            });
        }
        if !line.contains(BOOTLOADER) {
            return None;
        }
        let is_own = !self.in_rom && !self.boot_is_expected && self.has_run;
        (self.in_rom, self.boot_is_expected) = (false, false);
        self.begin_anew();
        self.has_run = true;
        is_own.then(|| DeviceEvent::Restarted { cause: "its bootloader has started again".to_owned() })
    }

    /// A Python program that ends by an exception: its traceback, and then MicroPython's own words before the prompt.
    fn python(&mut self, line: &str) -> Option<String> {
        if line.starts_with("Traceback (most recent call last):") {
            self.traceback = Some(line.to_owned());
            return None;
        }
        if line.starts_with("MicroPython v") {
            return self.traceback.take();
        }
        if let Some(traceback) = &mut self.traceback {
            if line.starts_with("  ") {
                return None;
            }
            // The line behind the frames names the exception; anything later is the program's again.
            if traceback.starts_with("Traceback") {
                line.clone_into(traceback);
            } else if !line.trim().is_empty() {
                self.traceback = None;
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(watch: &mut ConsoleWatch, lines: &[&str]) -> Vec<DeviceEvent> {
        lines.iter().filter_map(|line| watch.line(line)).collect()
    }

    const ROM: &str = "ESP-ROM:esp32c3-api1-20210207";
    const BOOT: &str = "I (23) boot: ESP-IDF v5.1 2nd stage bootloader";

    #[test]
    fn a_death_is_told_once() {
        let mut watch = ConsoleWatch::default();
        let lines = [
            "abort() was called at PC 0x42012345 on core 0",
            "Core  0 register dump:",
            "MEPC    : 0x4038041c  RA      : 0x40385cd4",
            "CPU halted.",
        ];
        let told = events(&mut watch, &lines);
        assert_eq!(told, [DeviceEvent::Panicked { message: lines[0].to_owned() }]);
        assert!(watch.is_inside());
        watch.begin_anew();
        assert!(!watch.is_inside());
        assert_eq!(events(&mut watch, &lines).len(), 1);
    }

    #[test]
    fn a_boot_that_nobody_asked_for_is_told_with_and_without_the_roms_lines() {
        let mut watch = ConsoleWatch::default();
        watch.expect_boot();
        let boot = [ROM, "rst:0x1 (POWERON),boot:0xc (SPI_FAST_FLASH_BOOT)", BOOT, "app: ready"];
        assert_eq!(events(&mut watch, &boot), []);
        assert!(matches!(events(&mut watch, &[BOOT, "app: ready"])[..], [DeviceEvent::Restarted { .. }]));
        assert!(matches!(
            events(&mut watch, &[ROM, "rst:0xc (RTC_SW_CPU_RST),boot:0xc (SPI_FAST_FLASH_BOOT)", BOOT])[..],
            [DeviceEvent::Restarted { .. }]
        ));
        assert!(matches!(
            events(&mut watch, &["rst:0x7 (TG0WDT_SYS_RST),boot:0xc (SPI_FAST_FLASH_BOOT)"])[..],
            [DeviceEvent::WatchdogReset { .. }]
        ));
        assert_eq!(events(&mut watch, &["Brownout detector was triggered"]), [DeviceEvent::BrownOut]);
    }

    #[test]
    fn a_boot_that_is_seen_from_its_middle_is_nobodys() {
        let mut watch = ConsoleWatch::default();
        assert_eq!(events(&mut watch, &[BOOT, "app: ready"]), []);
        let mut watch = ConsoleWatch::default();
        assert_eq!(events(&mut watch, &["app: ready"]), []);
        watch.expect_boot();
        assert_eq!(events(&mut watch, &[BOOT, "app: ready"]), []);
    }

    #[test]
    fn a_python_program_dies_by_an_exception_that_ends_it() {
        let trace =
            ["Traceback (most recent call last):", "  File \"main.py\", line 3, in <module>", "ValueError: boom"];
        let banner = "MicroPython v1.23.0 on 2024-06-02; ESP32C3 module with ESP32C3";
        let mut watch = ConsoleWatch::default();
        assert_eq!(events(&mut watch, &trace), []);
        assert_eq!(events(&mut watch, &[banner]), [DeviceEvent::Panicked { message: "ValueError: boom".to_owned() }]);
        assert_eq!(events(&mut watch, &trace), []);
        assert_eq!(events(&mut watch, &["recovered", banner]), []);
    }
}
