//! What the mask ROM does on UART0 after a reset: its messages, and the [download mode](crate::download) if GPIO9 is held
//! low while the chip comes out of reset.

use crate::chip::Esp32C3;
use crate::download::{Loader, RomView, Step};
use crate::soc::{ResetCause, SerialPort};
use hil_sim_core::chip::soc::Soc as _;
use hil_sim_core::circuit::Drive;
use hil_sim_core::cpu::Cpu;
use hil_sim_core::mem::{FlashImage, Memory};
use hil_sim_core::time::Instant;
use std::collections::VecDeque;

/// The strapping pin that chooses between flash and download; TRM table 4-1. The chip pulls it up.
const BOOT_GPIO: u8 = 9;
const BAUD: u32 = 115_200;
const SP: usize = 2;
/// The ROM's stack.
const ROM_STACK: u32 = 0x3FCD_E710;

/// What the ROM still has to say, and what it listens for.
#[derive(Clone, Hash, Debug)]
pub(crate) struct Console {
    messages: VecDeque<u8>,
    loader: Option<Loader>,
    baud: u32,
}

impl Default for Console {
    fn default() -> Self {
        Self { messages: VecDeque::new(), loader: None, baud: BAUD }
    }
}

impl Console {
    /// Whether the ROM runs, and not the firmware.
    pub(crate) fn is_active(&self) -> bool {
        self.loader.is_some() || !self.messages.is_empty()
    }

    /// When it wants to be called, if nothing comes from UART0.
    pub(crate) fn next_event(&self) -> Instant {
        self.loader.as_ref().map_or(Instant::NEVER, Loader::next_event)
    }
}

impl Esp32C3 {
    /// Holds GPIO9 low, or lets go of it.
    pub(crate) fn hold_boot_button(&mut self, memory: &mut Memory, now: Instant, held: bool) {
        let soc = &mut self.soc;
        let pin = *self.boot_button.get_or_insert_with(|| soc.attach(BOOT_GPIO));
        let drive = if held { Drive::Low } else { Drive::None };
        self.soc.drive_external(memory, now, pin, drive);
    }

    /// Whether the chip is in download mode.
    pub(crate) fn is_downloading(&self) -> bool {
        self.console.loader.is_some()
    }

    /// Whether the chip, if it has power, is in download mode and has something to do there: bytes on their way either way,
    /// or a command.
    pub(crate) fn is_download_busy(&self) -> bool {
        self.console.loader.as_ref().is_some_and(|loader| {
            let is_sending = !self.soc.uart_tx_idle(SerialPort::Uart0) || !self.console.messages.is_empty();
            loader.is_busy() || is_sending || self.soc.is_bridge_sending()
        })
    }

    /// The ROM begins: says whether it stays in download mode.
    pub(crate) fn begin_console(&mut self, cause: ResetCause) -> bool {
        self.console = Console::default();
        let downloads = self.soc.is_strapped_for_download();
        if self.rom_messages {
            let (strap, mode) = if downloads { (0x4, "DOWNLOAD(USB/UART0/1)") } else { (0xC, "SPI_FAST_FLASH_BOOT") };
            let (number, name) = (cause as u8, rom_name(cause));
            self.say(&format!(
                "ESP-ROM:esp32c3-api1-20210207\r\nBuild:Feb  7 2021\r\nrst:{number:#x} ({name}),boot:{strap:#x} ({mode})\r\n"
            ));
            if downloads {
                self.say("waiting for download\r\n");
            }
        }
        self.console.loader = downloads.then(Loader::default);
        downloads
    }

    /// There is nothing to start; the ROM would say so again and again.
    pub(crate) fn say_not_bootable(&mut self, flash: &FlashImage) {
        let mut word = [0; 4];
        let is_read = flash.read(0, &mut word).is_ok();
        if self.rom_messages && is_read && word[0] != 0xE9 {
            self.say(&format!("invalid header: {:#010x}\r\n", u32::from_le_bytes(word)));
        }
    }

    fn say(&mut self, text: &str) {
        self.console.messages.extend(text.as_bytes());
    }

    /// Moves bytes between UART0 and the ROM, which does what they say.
    pub(crate) fn serve_console(&mut self, cpu: &mut Cpu, memory: &mut Memory, now: Instant) {
        while let Some(byte) = self.console.messages.front() {
            if !self.soc.rom_uart_tx(memory, *byte) {
                return;
            }
            self.console.messages.pop_front();
        }
        let Some(loader) = &mut self.console.loader else { return };
        let mut chip = RomView { soc: &mut self.soc, memory, now, faults: self.download_faults };
        // The ROM measures the host's rate until it has understood it.
        let baud = chip.soc.bridge_baud();
        if !loader.is_synchronized() && baud != self.console.baud {
            self.console.baud = baud;
            chip.set_baud(baud);
        }
        while let Some(byte) = chip.receive() {
            loader.receive(byte);
        }
        loop {
            loader.run(&mut chip);
            if loader.output().is_none() {
                break;
            }
            while let Some(byte) = loader.output() {
                if !chip.soc.rom_uart_tx(chip.memory, byte) {
                    return;
                }
                loader.sent();
            }
        }
        if !chip.soc.uart_tx_idle(SerialPort::Uart0) {
            return;
        }
        match loader.take_step() {
            None => {}
            Some(Step::SetBaud(baud)) => {
                self.console.baud = baud;
                chip.set_baud(baud);
            }
            Some(Step::Boot) => {
                self.soc.latch_straps(false);
                self.soc.request_reset(ResetCause::SoftwareSystem);
            }
            Some(Step::Execute(entry)) => {
                self.console = Console::default();
                cpu.set_x(SP, ROM_STACK);
                cpu.set_pc(entry);
            }
        }
    }

    /// The strapping pins as they are when the chip comes out of a reset of all of it; others leave them latched.
    pub(crate) fn latch_straps(&mut self, cause: ResetCause) {
        if cause.clears_rtc() {
            let is_low = self.soc.is_held_low(BOOT_GPIO);
            self.soc.latch_straps(is_low);
        }
    }
}

/// What the ROM calls a reset.
fn rom_name(cause: ResetCause) -> &'static str {
    match cause {
        ResetCause::PowerOn => "POWERON",
        ResetCause::SoftwareSystem => "RTC_SW_SYS_RST",
        ResetCause::DeepSleep => "DSLEEP",
        ResetCause::Timg0WatchdogSystem => "TG0WDT_SYS_RST",
        ResetCause::Timg1WatchdogSystem => "TG1WDT_SYS_RST",
        ResetCause::RtcWatchdogSystem => "RTCWDT_SYS_RST",
        ResetCause::Timg0WatchdogCpu => "TG0WDT_CPU_RST",
        ResetCause::SoftwareCpu => "RTC_SW_CPU_RST",
        ResetCause::RtcWatchdogCpu => "RTCWDT_CPU_RST",
        ResetCause::Brownout => "RTCWDT_BROWN_OUT_RST",
        ResetCause::RtcWatchdogChip => "RTCWDT_RTC_RST",
        ResetCause::Timg1WatchdogCpu => "TG1WDT_CPU_RST",
        ResetCause::SuperWatchdog => "SUPER_WDT_RST",
        ResetCause::ClockGlitch => "CLK_GLITCH_RST",
        ResetCause::UsbUart => "USB_UART_CHIP_RESET",
    }
}
