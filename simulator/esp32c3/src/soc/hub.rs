//! What the peripherals share.

use super::clock::Clocks;
use super::dma::Dma;
use super::interrupt::{InterruptMatrix, Source};
use super::map::DeviceId;
use super::pins::Pins;
use super::reset::ResetCause;
use super::serial::{Serial, SerialPort};
use super::uhci::UhciLink;
use hil_sim_core::air::Air;
use hil_sim_core::chip::soc::{self, InputChange};
use hil_sim_core::chip::{Ethernet, FlashChip};
use hil_sim_core::circuit::{Circuit, Drive};
use hil_sim_core::time::Instant;
use std::hash::{Hash, Hasher};

/// What a peripheral has at hand while an access or an event is handled.
pub(crate) type Env<'a> = soc::Env<'a, Hub>;

/// What more than one peripheral needs, and only this chip has.
#[derive(Clone, Debug)]
pub struct Hub {
    pub(crate) clocks: Clocks,
    pub(crate) interrupts: InterruptMatrix,
    pub(crate) pins: Pins,
    pub(crate) serial: Serial,
    pub(crate) uhci: UhciLink,
    pub(crate) flash: FlashChip,
    pub(crate) ethernet: Ethernet,
    /// What the radio hears, and who hears it.
    pub(crate) air: Air,
    /// The channel that the synthesizer is tuned to.
    pub(crate) channel: u8,
    /// The channels of the DMA controller.
    pub(crate) dma: Dma,
    /// Set when the digital core is to lose its power.
    pub(crate) power_down: bool,
    /// Set when the frequencies have changed and the peripherals have not been told of it.
    pub(crate) clocks_changed: bool,
    /// Bits of PERIP_RST_EN0 and, above them, PERIP_RST_EN1 that were set and not yet obeyed.
    pub(crate) peripheral_resets: u64,
    /// GPIO9 was low when the chip came out of its last reset.
    pub(crate) strapped_for_download: bool,
}

impl Hub {
    pub(crate) fn new() -> Self {
        Self {
            clocks: Clocks::AT_ENTRY,
            interrupts: InterruptMatrix::default(),
            pins: Pins::default(),
            serial: Serial::default(),
            uhci: UhciLink::default(),
            flash: FlashChip::default(),
            ethernet: Ethernet::default(),
            air: Air::default(),
            channel: 1,
            dma: Dma::default(),
            power_down: false,
            clocks_changed: false,
            peripheral_resets: 0,
            strapped_for_download: false,
        }
    }
}

/// The state that decides what happens next.
impl Hash for Hub {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self {
            clocks,
            interrupts,
            pins,
            serial,
            uhci,
            flash,
            ethernet,
            air,
            channel,
            dma,
            strapped_for_download,
            // Of the access or event that is over, and seen to before anything else happens.
            power_down: _,
            clocks_changed: _,
            peripheral_resets: _,
        } = self;
        (clocks, flash, ethernet, air, channel, strapped_for_download, serial, uhci).hash(state);
        (interrupts, pins, dma).hash(state);
    }
}

/// The peripherals that an input signal of the GPIO matrix belongs to; TRM table 5-2.
fn owner_of_signal(signal: u8) -> Option<DeviceId> {
    Some(match signal {
        6..=8 => DeviceId::Uart0,
        9..=11 => DeviceId::Uart1,
        12..=17 => DeviceId::I2s0,
        51..=52 => DeviceId::Rmt,
        53..=54 => DeviceId::I2c0,
        63..=68 => DeviceId::Spi2,
        74 => DeviceId::Twai0,
        _ => return None,
    })
}

impl soc::Hub for Hub {
    type Block = DeviceId;
    type Reset = ResetCause;
    type Source = Source;
    type Port = SerialPort;

    fn set_interrupt(&mut self, source: Source, level: bool) {
        self.interrupts.set(source, level);
    }

    fn interrupt(&self) -> Option<u8> {
        self.interrupts.line()
    }

    fn take_interrupt_changed(&mut self) -> bool {
        self.interrupts.take_changed()
    }

    fn circuit(&self) -> &Circuit {
        self.pins.circuit()
    }

    fn circuit_mut(&mut self) -> &mut Circuit {
        self.pins.circuit_mut()
    }

    fn follow(&mut self) {
        self.pins.follow();
    }

    fn is_output(&self, gpio: u8) -> bool {
        self.pins.is_output(gpio)
    }

    fn pull(&self, gpio: u8) -> Drive {
        self.pins.pull(gpio)
    }

    fn has_news(&self) -> bool {
        self.pins.has_news()
            || self.dma.has_started()
            || self.clocks_changed
            || self.peripheral_resets != 0
            || self.power_down
    }

    fn take_input(&mut self) -> Option<InputChange<DeviceId>> {
        let (signal, level) = self.pins.take_input()?;
        Some(InputChange { device: owner_of_signal(signal), signal, level })
    }

    fn forget_changes(&mut self) {
        self.pins.forget_changes();
    }

    fn drive(&mut self, now: Instant, signal: u8, level: bool, enabled: bool) {
        self.pins.set_signal(now, signal, level, enabled);
    }

    fn input_level(&self, signal: u8) -> bool {
        self.pins.input_level(signal)
    }

    fn dedicated_inputs(&self) -> u32 {
        self.pins.dedicated_inputs()
    }

    fn set_dedicated_outputs(&mut self, now: Instant, enable: u32, value: u32) {
        self.pins.set_dedicated_outputs(now, enable, value);
    }
}
