//! A machine whose chip is an ESP32-C3: [`hil_sim_core::machine`] under shorter names.

use crate::soc::{ResetCause, SerialPort};
use crate::{DownloadFaults, Esp32C3};
use hil_sim_core::machine as general;

pub use general::{ControlError, MachineConfig, PinDirection, PinState, Stuck};
pub use hil_sim_core::circuit::Board;

/// A board with an ESP32-C3 that runs.
pub type Machine = general::Machine<Esp32C3>;
/// Everything that decides how such a machine goes on.
pub type MachineSnapshot = general::MachineSnapshot<Esp32C3>;
/// Something that was seen of it.
pub type Event = general::Event<SerialPort, ResetCause>;
/// What was seen.
pub type What = general::What<SerialPort, ResetCause>;
/// Why a run of it came back.
pub type Exit = general::Exit<ResetCause>;

/// What a DevKit has around an ESP32-C3 that other chips' boards need not have: the BOOT button, the USB-to-serial bridge on
/// UART0, and a USB connector. For a [`Machine`], whose time and memory it needs.
pub trait DevKit {
    /// Holds GPIO9 low, as the BOOT button does, or lets go of it. When the chip comes out of reset meanwhile, it does not
    /// start the app but waits for commands on UART0.
    fn hold_boot_button(&mut self, held: bool);

    /// Whether the chip is in download mode.
    fn is_downloading(&self) -> bool;

    /// Whether the chip is in download mode and has something to do there: bytes on their way either way, or a command.
    fn is_download_busy(&self) -> bool;

    /// Breaks, or mends, what flashing tools see of the chip in download mode. Not a state of the device: a reset keeps it.
    fn set_download_faults(&mut self, faults: DownloadFaults);

    /// What is broken there.
    fn download_faults(&self) -> DownloadFaults;

    /// Lets the bridge follow the baud rate that the firmware sets, until [`set_bridge_baud`](Self::set_bridge_baud).
    fn follow_baud(&mut self);

    /// Sets the bridge's baud rate in both directions; it is 115,200 at first.
    fn set_bridge_baud(&mut self, baud: u32);

    /// Puts the cable of a host into the USB serial/JTAG port, or pulls it. At first there is none.
    fn connect_usb(&mut self, is_connected: bool);
}

impl DevKit for Machine {
    fn hold_boot_button(&mut self, held: bool) {
        self.with_chip(|chip, memory, now| chip.hold_boot_button(memory, now, held));
    }

    fn is_downloading(&self) -> bool {
        self.chip().is_downloading()
    }

    fn is_download_busy(&self) -> bool {
        self.is_powered() && self.chip().is_download_busy()
    }

    fn set_download_faults(&mut self, faults: DownloadFaults) {
        self.with_chip(|chip, _, _| chip.download_faults = faults);
    }

    fn download_faults(&self) -> DownloadFaults {
        self.chip().download_faults
    }

    fn follow_baud(&mut self) {
        self.with_chip(|chip, _, _| chip.soc.follow_baud());
    }

    fn set_bridge_baud(&mut self, baud: u32) {
        self.with_chip(|chip, _, _| chip.soc.set_bridge_baud(baud));
    }

    fn connect_usb(&mut self, is_connected: bool) {
        self.with_chip(|chip, memory, _| chip.soc.connect_usb(memory, is_connected));
    }
}
