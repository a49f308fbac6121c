//! [`Soc`]: all peripherals together, as the core sees them.

use super::aes::Aes;
use super::apb_ctrl::ApbCtrl;
use super::apb_saradc::ApbSaradc;
use super::assist_debug::AssistDebug;
use super::clock::Clocks;
use super::efuse::Efuse;
use super::extmem::Extmem;
use super::gdma::GdmaRegisters;
use super::gpio::Gpio;
use super::gpio_sd::GpioSd;
use super::hub::Hub;
use super::i2c::I2c;
use super::i2s::I2s;
use super::interrupt::InterruptRegisters;
use super::io_mux::IoMux;
use super::ledc::Ledc;
use super::map::DeviceId;
use super::mmu_table::MmuTable;
use super::openeth::Openeth;
use super::rmt::Rmt;
use super::rsa::Rsa;
use super::rtc_cntl::RtcCntl;
use super::sensitive::Sensitive;
use super::serial::SerialPort;
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
use super::wifi::{AnalogI2c, BtMac, FrontEnd, WifiMac};
use hil_sim_core::chip::soc::{self, Block, Common, Soc as _};
use hil_sim_core::circuit::{Board, Drive, DriverId, Edge, Told};
use hil_sim_core::devices;
use hil_sim_core::mem::Memory;
use hil_sim_core::time::Instant;
use std::hash::{DefaultHasher, Hash, Hasher};

devices! {
    /// The peripherals that have a state of their own.
    pub struct Peripherals for Hub, DeviceId {
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
        sensitive: Sensitive = Sensitive;
        twai0: Twai = Twai0;
        wifi: WifiMac = WifiMac | WifiTransmit | WifiPower;
        bt_mac: BtMac = BtMac;
        front_end: FrontEnd = Fe;
        analog_i2c: AnalogI2c = RtcI2c;
    }
}

/// Which code begins when the core starts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Start {
    /// The mask ROM: registers have their reset values.
    Rom,
    /// The app: everything is as the ROM and the bootloader leave it.
    App,
}

impl Start {
    /// The clocks at this moment. The reset value of SYSCLK_CONF halves the crystal's.
    pub(super) const fn clocks(self) -> Clocks {
        match self {
            Self::App => Clocks::AT_ENTRY,
            Self::Rom => Clocks::AT_RESET,
        }
    }
}

impl Peripherals {
    /// As what has run before the code that is to start leaves them.
    pub(super) fn at(start: Start) -> Self {
        match start {
            Start::App => Self { uart0: Uart::at_entry(), ..Self::default() },
            Start::Rom => Self {
                system: System::at_reset(),
                timg0: Timg::at_reset(),
                timg1: Timg::at_reset(),
                extmem: Extmem::at_reset(),
                ..Self::default()
            },
        }
    }
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

/// Everything on the chip that is neither core nor memory.
#[derive(Clone, Debug)]
pub struct Soc {
    pub(super) common: Common<Hub>,
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
        Self {
            common: Common::new(&SerialPort::ALL, Clocks::AT_ENTRY.cpu_hz),
            hub: Hub::new(),
            peripherals: Peripherals::at(Start::App),
        }
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

    /// Puts a wire between two GPIOs.
    pub fn join(&mut self, a: u8, b: u8) {
        self.hub.pins.circuit_mut().join(a, b);
        self.hub.pins.follow();
    }

    /// Wires a board to the chip. To be done once, before anything else happens.
    pub fn build(&mut self, board: &Board) {
        self.hub.pins.circuit_mut().build(board);
        self.hub.pins.follow();
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

    /// A hash over all state that decides what happens next.
    pub fn hash(&self) -> u64 {
        let Self { common, hub, peripherals } = self;
        let mut state = DefaultHasher::new();
        (common, hub, peripherals).hash(&mut state);
        state.finish()
    }
}

impl soc::Soc for Soc {
    type Hub = Hub;
    type Devices = Peripherals;

    fn shared(&self) -> (&Common<Hub>, &Hub) {
        (&self.common, &self.hub)
    }

    fn pieces(&mut self) -> (&mut Common<Hub>, &mut Hub, &mut Peripherals) {
        (&mut self.common, &mut self.hub, &mut self.peripherals)
    }

    fn settle_news(&mut self, memory: &mut Memory) {
        while let Some((peripheral, direction)) = self.hub.dma.take_started() {
            self.tell(memory, peripheral.device(), |device, env| device.dma_started(env, direction));
        }
        if self.hub.pins.take_rerouted() {
            for id in [DeviceId::Ledc, DeviceId::GpioSd, DeviceId::Uart0, DeviceId::Uart1] {
                self.tell(memory, id, |device, env| device.rerouted(env));
            }
        }
        self.settle_levels(memory);
        if self.hub.pins.take_interrupts_changed() {
            self.tell(memory, DeviceId::Gpio, |_, env| Gpio::present_interrupts(env));
        }
        if std::mem::take(&mut self.hub.clocks_changed) {
            for id in DeviceId::ALL {
                self.tell(memory, *id, |device, env| device.clocks_changed(env));
            }
        }
        let resets = std::mem::take(&mut self.hub.peripheral_resets);
        for (_, id) in RESET_BITS.iter().filter(|(bit, _)| resets >> bit & 1 == 1) {
            self.tell(memory, *id, |device, env| {
                env.sleep();
                device.reset(env);
            });
        }
        if std::mem::take(&mut self.hub.power_down) {
            self.power_down(memory);
        }
        self.report_contention();
    }
}
