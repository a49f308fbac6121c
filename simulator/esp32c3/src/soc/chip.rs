//! [`Soc`]: all peripherals together, as the core sees them.

use super::aes::Aes;
use super::apb_ctrl::ApbCtrl;
use super::apb_saradc::ApbSaradc;
use super::assist_debug::AssistDebug;
use super::device::Device;
use super::efuse::Efuse;
use super::extmem::Extmem;
use super::gdma::GdmaRegisters;
use super::gpio::Gpio;
use super::gpio_sd::GpioSd;
use super::hub::{Env, Hub};
use super::i2c::I2c;
use super::i2s::I2s;
use super::inert::{Inert, WithoutModel};
use super::interrupt::InterruptRegisters;
use super::io_mux::IoMux;
use super::ledc::Ledc;
use super::map::{DeviceId, decode};
use super::mmu_table::MmuTable;
use super::openeth::Openeth;
use super::reset::ResetCause;
use super::rmt::Rmt;
use super::rsa::Rsa;
use super::rtc_cntl::RtcCntl;
use super::sha::Sha;
use super::spi_flash::SpiFlash;
use super::spi2::Spi2;
use super::system::System;
use super::systimer::Systimer;
use super::timg::Timg;
use super::twai::Twai;
use super::uart::Uart;
use super::uhci::Uhci;
use super::usb_serial_jtag::UsbSerialJtag;
use hil_sim_core::chip::Report;
use hil_sim_core::circuit::{Board, Circuit, Drive, DriverId, Edge, Told};
use hil_sim_core::mem::{Access, AccessFault, Bus, Memory, Width};
use hil_sim_core::time::Instant;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Events at one moment beyond this many mean that peripherals keep calling each other.
const MOST_AT_ONCE: u32 = 100_000;

/// Changes of levels that one access or event may set off.
const MOST_CHANGES: u32 = 10_000;

macro_rules! peripherals {
    ($($field:ident: $type:ty = $($id:ident)|+;)*) => {
        /// The peripherals that have a state of their own.
        #[derive(Clone, Default, Hash, Debug)]
        pub(super) struct Peripherals {
            $(pub(super) $field: $type,)*
            inert: Inert,
            without_model: WithoutModel,
        }

        impl Peripherals {
            /// As the ROM and the bootloader leave them.
            pub(super) fn at_entry() -> Self {
                Self { uart0: Uart::at_entry(), ..Self::default() }
            }

            pub(super) fn get(&mut self, id: DeviceId) -> &mut dyn Device {
                match id {
                    $($(DeviceId::$id)|+ => &mut self.$field,)*
                    id if id.is_inert() => &mut self.inert,
                    _ => &mut self.without_model,
                }
            }
        }
    };
}

peripherals! {
    gpio: Gpio = Gpio;
    io_mux: IoMux = IoMux;
    system: System = System;
    interrupt_matrix: InterruptRegisters = InterruptMatrix;
    timg0: Timg = Timg0;
    timg1: Timg = Timg1;
    systimer: Systimer = Systimer;
    rtc_cntl: RtcCntl = RtcCntl;
    efuse: Efuse = Efuse;
    uart0: Uart = Uart0;
    uart1: Uart = Uart1;
    uhci0: Uhci = Uhci0;
    usb_serial_jtag: UsbSerialJtag = UsbSerialJtag;
    rmt: Rmt = Rmt;
    ledc: Ledc = Ledc;
    gpio_sd: GpioSd = GpioSd;
    i2s0: I2s = I2s0;
    spi1: SpiFlash = Spi1;
    spi0: SpiFlash = Spi0;
    extmem: Extmem = Extmem;
    mmu_table: MmuTable = MmuTable;
    apb_ctrl: ApbCtrl = ApbCtrl;
    apb_saradc: ApbSaradc = ApbSaradc;
    gdma: GdmaRegisters = Gdma;
    sha: Sha = Sha;
    aes: Aes = Aes;
    rsa: Rsa = Rsa;
    spi2: Spi2 = Spi2;
    i2c0: I2c = I2c0;
    openeth: Openeth = Openeth;
    assist_debug: AssistDebug = AssistDebug;
    twai0: Twai = Twai0;
}

/// The block that each bit of PERIP_RST_EN0, and of PERIP_RST_EN1 from bit 32 on, resets; TRM section 16.4.
const RESET_BITS: [(u32, DeviceId); 20] = [
    (2, DeviceId::Uart0),
    (5, DeviceId::Uart1),
    (6, DeviceId::Spi2),
    (7, DeviceId::I2c0),
    (8, DeviceId::Uhci0),
    (9, DeviceId::Rmt),
    (11, DeviceId::Ledc),
    (13, DeviceId::Timg0),
    (15, DeviceId::Timg1),
    (19, DeviceId::Twai0),
    (21, DeviceId::I2s0),
    (23, DeviceId::UsbSerialJtag),
    (28, DeviceId::ApbSaradc),
    (29, DeviceId::Systimer),
    (33, DeviceId::Aes),
    (34, DeviceId::Sha),
    (35, DeviceId::Rsa),
    (36, DeviceId::Ds),
    (37, DeviceId::Hmac),
    (38, DeviceId::Gdma),
];

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

/// Everything on the chip that is neither core nor memory.
#[derive(Clone, Debug)]
pub struct Soc {
    pub(super) hub: Hub,
    pub(super) peripherals: Peripherals,
}

impl Default for Soc {
    fn default() -> Self {
        Self::new()
    }
}

impl Soc {
    /// The chip as the bootloader leaves it, with nothing on its pins.
    pub fn new() -> Self {
        Self { hub: Hub::new(), peripherals: Peripherals::at_entry() }
    }

    /// The moment in which a cycle of the core begins.
    pub fn time_of(&self, cycle: u64) -> Instant {
        self.hub.timebase.time(cycle)
    }

    /// The first cycle of the core that does not begin before a moment.
    pub fn cycle_at(&self, at: Instant) -> u64 {
        self.hub.timebase.cycle(at)
    }

    /// When a peripheral, or a part outside, wants to be called next.
    pub fn next_event(&self) -> Instant {
        self.hub.schedule.next().min(self.circuit().next_alarm())
    }

    /// Whether an interrupt waits for the core.
    pub(crate) fn has_interrupt(&self) -> bool {
        self.hub.interrupts.line().is_some()
    }

    /// Calls the peripherals and parts whose moment has come, in the order of their moments; of one moment the peripherals
    /// first.
    pub fn run_events(&mut self, memory: &mut Memory, until: Instant) {
        let mut at_once = 0;
        let mut last = Instant::ZERO;
        while self.next_event() <= until {
            let now = self.next_event();
            at_once = if now == last { at_once + 1 } else { 0 };
            last = now;
            let is_storm = at_once >= MOST_AT_ONCE;
            if is_storm {
                at_once = 0;
            }
            if let Some(id) = self.hub.take_due(now) {
                if is_storm {
                    // Its deadline is taken away already.
                    self.hub.reports.push(Report::Storm { block: id.describe().0, at: last });
                } else {
                    self.with(memory, id, |device, env| device.event(env));
                }
                continue;
            }
            self.hub.now = now;
            let part = self.hub.pins.circuit_mut().wake();
            if let Some(part) = part.filter(|_| is_storm) {
                let block = self.hub.pins.circuit_mut().silence(part);
                self.hub.reports.push(Report::Storm { block, at: last });
            }
            self.hub.pins.follow();
            self.settle(memory);
        }
        self.hub.now = self.hub.now.max(until);
    }

    /// The reset that was asked for, once.
    pub fn take_reset(&mut self) -> Option<ResetCause> {
        self.hub.reset.take()
    }

    /// What the model noticed since the last call.
    pub fn take_reports(&mut self) -> Vec<Report> {
        self.hub.reports.take()
    }

    /// The level of a GPIO's net.
    pub fn level(&self, gpio: u8) -> bool {
        self.hub.pins.level(gpio)
    }

    /// Whether something outside holds a GPIO low.
    pub fn is_held_low(&self, gpio: u8) -> bool {
        self.circuit().nets().is_held_low(gpio)
    }

    /// What the chip itself drives onto a GPIO.
    pub fn driven(&self, gpio: u8) -> Drive {
        self.hub.pins.driven(gpio)
    }

    /// Whether the chip's output at a GPIO is enabled.
    pub fn is_output(&self, gpio: u8) -> bool {
        self.hub.pins.is_output(gpio)
    }

    /// The resistor that the chip has switched on at a GPIO: [`Drive::PullUp`], [`Drive::PullDown`], or none.
    pub fn pull(&self, gpio: u8) -> Drive {
        self.hub.pins.pull(gpio)
    }

    /// Puts a wire between two GPIOs.
    pub fn join(&mut self, a: u8, b: u8) {
        self.hub.pins.circuit_mut().join(a, b);
        self.hub.pins.follow();
    }

    /// What is wired to the chip.
    pub fn circuit(&self) -> &Circuit {
        self.hub.pins.circuit()
    }

    /// The same, for what changes nothing on the nets.
    pub fn circuit_mut(&mut self) -> &mut Circuit {
        self.hub.pins.circuit_mut()
    }

    /// Wires a board to the chip. To be done once, before anything else happens.
    pub fn build(&mut self, board: &Board) {
        self.hub.pins.circuit_mut().build(board);
        self.hub.pins.follow();
    }

    /// Does something with what is wired to the chip at this moment, and lets it have its effect.
    pub fn with_circuit<R>(&mut self, memory: &mut Memory, at: Instant, call: impl FnOnce(&mut Circuit) -> R) -> R {
        self.run_events(memory, at);
        let result = call(self.hub.pins.circuit_mut());
        self.hub.pins.follow();
        self.settle(memory);
        result
    }

    /// Adds something that drives a GPIO's net from outside.
    pub fn attach(&mut self, gpio: u8) -> DriverId {
        self.hub.pins.circuit_mut().attach(gpio)
    }

    /// What something outside puts on its net from this moment on.
    pub fn drive_external(&mut self, memory: &mut Memory, at: Instant, id: DriverId, drive: Drive) {
        self.with_circuit(memory, at, |circuit| circuit.drive(at, id, drive));
    }

    /// Keeps the edges of a GPIO for [`take_edges`](Self::take_edges).
    pub fn watch(&mut self, gpio: u8) {
        self.hub.pins.circuit_mut().watch(gpio);
        self.hub.pins.follow();
    }

    /// The edges of the watched GPIOs since the last call. Parts that listen in batches are told of all edges up to `now`.
    pub fn take_edges(&mut self, now: Instant) -> Vec<Edge> {
        self.hub.pins.circuit_mut().flush(now)
    }

    /// What parts have told of since the last call.
    pub fn take_told(&mut self) -> Vec<Told> {
        self.hub.pins.circuit_mut().take_told()
    }

    /// Whether so many edges are kept that they should be taken.
    pub(crate) fn has_many_edges(&self) -> bool {
        self.circuit().has_many_edges()
    }

    /// A hash over all state that decides what happens next.
    pub fn hash(&self) -> u64 {
        let Self { hub, peripherals } = self;
        let mut state = DefaultHasher::new();
        hub.hash_state(&mut state);
        peripherals.hash(&mut state);
        state.finish()
    }

    /// Calls a peripheral, and then what its doing set off.
    pub(super) fn with<R>(
        &mut self,
        memory: &mut Memory,
        id: DeviceId,
        call: impl FnOnce(&mut dyn Device, &mut Env<'_>) -> R,
    ) -> R {
        let mut env = Env { device: id, hub: &mut self.hub, memory };
        let result = call(self.peripherals.get(id), &mut env);
        self.settle(memory);
        result
    }

    pub(super) fn settle(&mut self, memory: &mut Memory) {
        if self.hub.has_consequences() {
            self.settle_consequences(memory);
        }
    }

    fn settle_consequences(&mut self, memory: &mut Memory) {
        while let Some((peripheral, direction)) = self.hub.dma.take_started() {
            let mut env = Env { device: peripheral.device(), hub: &mut self.hub, memory };
            self.peripherals.get(peripheral.device()).dma_started(&mut env, direction);
        }
        if self.hub.pins.take_rerouted() {
            for id in [DeviceId::Ledc, DeviceId::GpioSd, DeviceId::Uart0, DeviceId::Uart1] {
                self.peripherals.get(id).rerouted(&mut Env { device: id, hub: &mut self.hub, memory });
            }
        }
        let mut changes = 0;
        loop {
            changes += 1;
            if changes > MOST_CHANGES {
                self.hub.pins.forget_changes();
                let now = self.hub.now;
                self.hub.reports.oscillation(now);
            }
            if let Some((signal, level)) = self.hub.pins.take_input() {
                if let Some(id) = owner_of_signal(signal) {
                    let mut env = Env { device: id, hub: &mut self.hub, memory };
                    self.peripherals.get(id).input(&mut env, signal, level);
                }
            } else if self.hub.pins.circuit_mut().tell_one(self.hub.now) {
                self.hub.pins.follow();
            } else {
                break;
            }
        }
        if self.hub.pins.take_interrupts_changed() {
            Gpio::present_interrupts(&mut Env { device: DeviceId::Gpio, hub: &mut self.hub, memory });
        }
        if std::mem::take(&mut self.hub.clocks_changed) {
            for id in DeviceId::ALL {
                self.peripherals.get(id).clocks_changed(&mut Env { device: id, hub: &mut self.hub, memory });
            }
        }
        let resets = std::mem::take(&mut self.hub.peripheral_resets);
        if resets != 0 {
            for (_, id) in RESET_BITS.iter().filter(|(bit, _)| resets >> bit & 1 == 1) {
                let mut env = Env { device: *id, hub: &mut self.hub, memory };
                env.sleep();
                self.peripherals.get(*id).reset(&mut env);
            }
        }
        if std::mem::take(&mut self.hub.power_down) {
            self.power_down(memory);
        }
        for (at, gpio) in self.hub.pins.circuit_mut().nets_mut().take_contended() {
            self.hub.reports.push(Report::Contention { gpio, at });
        }
    }

    fn access<R>(
        &mut self,
        access: &mut Access<'_>,
        address: u32,
        call: impl FnOnce(&mut dyn Device, &mut Env<'_>, u32) -> R,
    ) -> Result<R, AccessFault> {
        let (id, offset) = decode(address).ok_or(AccessFault)?;
        self.catch_up(access);
        self.hub.pc = access.pc;
        let result = self.with(access.memory, id, |device, env| call(device, env, offset));
        self.tell_core(access);
        Ok(result)
    }

    /// Handles what is due before an access.
    fn catch_up(&mut self, access: &mut Access<'_>) {
        let now = self.hub.timebase.time(access.now);
        if self.hub.schedule.next() <= now {
            self.run_events(access.memory, now);
        }
        self.hub.now = self.hub.now.max(now);
    }

    /// Says what the core has to look at before its next instruction.
    fn tell_core(&mut self, access: &mut Access<'_>) {
        if self.hub.interrupts.take_changed() {
            access.interrupts_changed();
        }
        if self.take_slice_end() {
            access.end_slice();
        }
    }

    /// Whether something is to be done outside of the core's loop.
    pub(crate) fn take_slice_end(&mut self) -> bool {
        let has_to_stop = self.has_many_edges() || self.hub.serial.output.is_stopping();
        let is_sooner = self.hub.pins.circuit_mut().take_sooner();
        std::mem::take(&mut self.hub.slice_ends) || has_to_stop || is_sooner
    }

    /// Asks for that on behalf of something that has accessed registers in the core's place.
    pub(crate) fn end_slice(&mut self) {
        self.hub.slice_ends = true;
    }
}

impl Bus for Soc {
    fn read(&mut self, access: &mut Access<'_>, address: u32, width: Width) -> Result<u32, AccessFault> {
        let word = self.access(access, address, |device, env, offset| device.read(env, offset & !3))?;
        let shift = 8 * (address % 4);
        Ok(match width {
            Width::Byte => word >> shift & 0xFF,
            Width::Half => word >> shift & 0xFFFF,
            Width::Word => word,
        })
    }

    fn write(&mut self, access: &mut Access<'_>, address: u32, width: Width, value: u32) -> Result<(), AccessFault> {
        self.access(access, address, |device, env, offset| {
            let (shift, mask) = match width {
                Width::Byte => (8 * (offset % 4), 0xFF),
                Width::Half => (8 * (offset % 4), 0xFFFF),
                Width::Word => (0, u32::MAX),
            };
            let mut word = (value & mask) << shift;
            if width != Width::Word {
                if env.device.is_inert() {
                    word |= env.inert_read(offset & !3) & !(mask << shift);
                } else {
                    env.unsupported("a store narrower than a word");
                }
            }
            device.write(env, offset & !3, word);
        })
    }

    fn interrupt(&mut self) -> Option<u8> {
        self.hub.interrupts.line()
    }

    fn gpio_in(&mut self, now: u64) -> u32 {
        let _ = now;
        self.hub.pins.dedicated_inputs()
    }

    fn gpio_out(&mut self, access: &mut Access<'_>, enable: u32, value: u32) {
        self.catch_up(access);
        self.hub.pins.set_dedicated_outputs(self.hub.now, enable, value);
        self.settle(access.memory);
        self.tell_core(access);
    }
}
