//! What the machine and the ROM's functions ask of the peripherals, without going through registers.

use super::chip::Soc;
use super::clock::Clocks;
use super::hub::Env;
use super::map::DeviceId;
use hil_sim_core::air::Air;
use hil_sim_core::chip::soc::Soc as _;
use hil_sim_core::chip::{Ethernet, FlashChip, FlashFault};
use hil_sim_core::mem::Memory;
use hil_sim_core::time::{Instant, Span};

/// How an operation of the flash chip went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FlashResult {
    /// It is done, and takes this long.
    Busy(Span),
    /// There are no such bytes in the chip.
    Outside,
    /// Power was cut in the middle of it.
    PowerCut,
}

impl From<Result<Span, FlashFault>> for FlashResult {
    fn from(result: Result<Span, FlashFault>) -> Self {
        match result {
            Ok(time) => Self::Busy(time),
            Err(FlashFault::Outside) => Self::Outside,
            Err(FlashFault::PowerCut) => Self::PowerCut,
        }
    }
}

impl Soc {
    fn clocks(&self) -> Clocks {
        self.hub.clocks
    }

    /// Frequency of the core in hertz.
    pub fn cpu_hz(&self) -> u32 {
        self.clocks().cpu_hz
    }

    /// Frequency of the APB clock in hertz.
    pub fn apb_hz(&self) -> u32 {
        self.clocks().apb_hz
    }

    /// Programs flash as a ROM function does.
    pub(crate) fn program_flash(&mut self, memory: &mut Memory, offset: u32, bytes: &[u8]) -> FlashResult {
        let now = self.common.now;
        self.finish_flash(|hub| hub.flash.program(memory, now, offset, bytes))
    }

    /// Erases flash as a ROM function does.
    pub(crate) fn erase_flash(&mut self, memory: &mut Memory, offset: u32, bytes: usize) -> FlashResult {
        let now = self.common.now;
        self.finish_flash(|hub| hub.flash.erase(memory, now, offset, bytes))
    }

    fn finish_flash(&mut self, operate: impl FnOnce(&mut super::hub::Hub) -> Result<Span, FlashFault>) -> FlashResult {
        let result = operate(&mut self.hub);
        self.common.slice_ends |= result == Err(FlashFault::PowerCut);
        result.into()
    }

    /// The flash chip on SPI0/1.
    pub fn flash_chip(&self) -> &FlashChip {
        &self.hub.flash
    }

    /// The same, to be changed.
    pub fn flash_chip_mut(&mut self) -> &mut FlashChip {
        &mut self.hub.flash
    }

    /// The cable in the Ethernet MAC's PHY.
    pub fn ethernet(&self) -> &Ethernet {
        &self.hub.ethernet
    }

    /// The same, to be changed.
    pub fn ethernet_mut(&mut self) -> &mut Ethernet {
        &mut self.hub.ethernet
    }

    /// Puts the radio into this air. To be done once, before anything else happens.
    pub(crate) fn set_air(&mut self, air: Air) {
        self.hub.air = air;
    }

    /// The air around the radio.
    pub fn air(&self) -> &Air {
        &self.hub.air
    }

    /// The same, to be changed; [`air_changed`](Self::air_changed) then.
    pub(crate) fn air_mut(&mut self) -> &mut Air {
        &mut self.hub.air
    }

    /// The Wi-Fi MAC sees when it is to be called.
    pub(crate) fn air_changed(&mut self, memory: &mut Memory, at: Instant) {
        self.run_events(memory, at);
        let Self { common, hub, peripherals } = self;
        peripherals.wifi.air_changed(&mut Env { device: DeviceId::WifiMac, common, hub, memory });
    }

    /// A frame arrives at the Ethernet MAC; it is lost if the cable is out.
    pub(crate) fn receive_frame(&mut self, memory: &mut Memory, frame: Vec<u8>) {
        if self.hub.ethernet.link {
            let Self { common, hub, peripherals } = self;
            peripherals.openeth.receive(&mut Env { device: DeviceId::Openeth, common, hub, memory }, frame);
        }
    }
}
