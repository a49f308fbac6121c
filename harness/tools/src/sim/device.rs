//! The device as scenarios handle it: powered on and off, reset, written to.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use async_trait::async_trait;
use simulator::board::ws2812::ColorOrder;
use simulator::machine::{Config, Machine};
use simulator::mem::FlashImage;
use simulator::soc::SerialPort;
use tokio::task::JoinHandle;

use super::SimTarget;
use super::driver::Driver;
use super::pause::Pauses;
use hil_model::device::DeviceEvent;
use hil_model::observation::Observation;
use hil_targets::journal::Journal;
use hil_targets::picture::Image;
use hil_targets::{
    Bench, BenchError, Controls, Device, Net, PartError, PausePoints, Pins, Power, Reset, Screens, SerialInput, Wiring,
};
use light_host::provision::{BROKER, NVS, provisioned};

/// A simulated board in the scenario's thread.
pub(super) struct SimDevice {
    journal: Journal,
    driver: Rc<Driver>,
    pauses: Pauses,
    wiring: Wiring,
    tasks: Vec<JoinHandle<()>>,
    flash: Option<PathBuf>,
}

impl SimDevice {
    pub(super) fn new(target: &SimTarget, bench: Bench) -> Result<Self, BenchError> {
        let light = target.is_light.then(|| provisioned(&bench, target.fault)).transpose()?;
        let wiring = match &light {
            Some((config, _)) => wired(target, &bench, config),
            None => target.wiring.clone(),
        };
        let mut machine_config = Config::default();
        machine_config.seed = bench.seed;
        machine_config.network.seed = bench.seed;
        let board = wiring.drawing.diagram.build().map_err(|error| BenchError::Drawing(error.to_string()))?;
        let mut machine = Machine::new(board, &*target.firmware, machine_config);
        if let Some(path) = &target.flash {
            load_flash(&mut machine, path)?;
        }
        if let Some(rom) = &target.rom {
            machine.load_rom(rom).map_err(|e| BenchError::Provision(format!("the ROM: {e}")))?;
        }
        let mut hosts = target.hosts.clone();
        if let Some((_, nvs)) = &light {
            let provisioned = machine.write_flash(NVS.start, nvs);
            provisioned.map_err(|e| BenchError::Provision(format!("the flash chip has no room for NVS: {e}")))?;
            hosts.lead_to_broker(BROKER.0, BROKER.1);
        }
        hosts.allow(&mut machine);
        let journal = bench.journal.clone();
        let stack_end = target.firmware.main_stack.as_ref().map(|stack| stack.start);
        let driver = Rc::new(Driver::new(machine, hosts, &wiring, stack_end, &bench));
        let pauses = Pauses(Rc::clone(&driver));
        Ok(Self { journal, driver, pauses, wiring, tasks: Vec::new(), flash: target.flash.clone() })
    }

    fn record(&self, event: DeviceEvent) {
        self.journal.record(Observation::Device(event));
    }
}

/// The lights of the example light, as its configuration has them.
fn wired(target: &SimTarget, bench: &Bench, config: &firmware::config::Config) -> Wiring {
    let order = match config.led_order {
        firmware::ws2812::ColorOrder::Grb => ColorOrder::Grb,
        firmware::ws2812::ColorOrder::Rgb => ColorOrder::Rgb,
    };
    let wiring = target.wiring.for_device(config.led_gpio, config.led_count).taking(order);
    if !wiring.chains.iter().any(|(gpio, _)| *gpio == config.led_gpio) {
        let gpio = config.led_gpio;
        bench.journal.note(format!("no light is wired to GPIO{gpio}: what the device shows there is not seen"));
    }
    wiring
}

/// Puts the contents of a file into the flash chip. There may be no file yet.
fn load_flash(machine: &mut Machine, path: &Path) -> Result<(), BenchError> {
    let wrong = |problem: String| BenchError::File { path: path.to_owned(), problem };
    match std::fs::read(path) {
        Ok(content) => machine.write_flash(0, &content).map_err(|e| wrong(e.to_string())),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(wrong(e.to_string())),
    }
}

fn save_flash(flash: &FlashImage, path: &Path) -> Result<(), BenchError> {
    std::fs::write(path, flash.to_vec()).map_err(|e| BenchError::File { path: path.to_owned(), problem: e.to_string() })
}

#[async_trait(?Send)]
impl Device for SimDevice {
    async fn start(&mut self) -> Result<(), BenchError> {
        self.record(DeviceEvent::PoweredOn);
        self.driver.act(Machine::power_on);
        self.tasks.push(tokio::task::spawn_local(Rc::clone(&self.driver).keep_up()));
        self.tasks.push(tokio::task::spawn_local(Rc::clone(&self.driver).follow_link()));
        Ok(())
    }

    async fn stop(&mut self) {
        self.driver.power_off();
        self.tasks.drain(..).for_each(|task| task.abort());
        if let Some(path) = &self.flash
            && let Err(error) = self.driver.act(|machine| save_flash(machine.flash(), path))
        {
            // A flash file that cannot be written loses no verdict; it is said.
            self.journal.note(format!("the flash was not saved: {error}"));
        }
    }

    fn serial(&mut self) -> Option<&mut dyn SerialInput> {
        Some(self)
    }

    fn reset(&mut self) -> Option<&mut dyn Reset> {
        Some(self)
    }

    fn power(&mut self) -> Option<&mut dyn Power> {
        Some(self)
    }

    fn pins(&mut self) -> Option<&mut dyn Pins> {
        Some(self)
    }

    fn controls(&mut self) -> Option<&mut dyn Controls> {
        Some(self)
    }

    fn screens(&mut self) -> Option<&mut dyn Screens> {
        Some(self)
    }

    fn pause_points(&mut self) -> Option<&mut dyn PausePoints> {
        Some(&mut self.pauses)
    }
}

impl Pins for SimDevice {
    fn level(&mut self, part: &str, pin: &str) -> Result<bool, PartError> {
        Ok(match self.wiring.drawing.net(part, pin)? {
            Net::Gpio(gpio) => self.driver.act(|machine| machine.pin(gpio).level),
            Net::Rail(level) => level,
            Net::Open => false,
        })
    }
}

impl Controls for SimDevice {
    fn set(&mut self, part: &str, control: &str, value: f64) -> Result<(), PartError> {
        Ok(self.driver.act(|machine| machine.set_control(part, control, value))?)
    }
}

impl Screens for SimDevice {
    fn picture(&mut self, part: &str) -> Result<Image, PartError> {
        self.wiring.drawing.part(part)?;
        let picture = self.driver.act(|machine| machine.picture(part));
        picture.map(Image::from).ok_or_else(|| self.wiring.drawing.no_lights(part))
    }
}

#[async_trait(?Send)]
impl SerialInput for SimDevice {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), BenchError> {
        let accepted = self.driver.act(|machine| machine.serial_input(SerialPort::Uart0, bytes));
        if accepted < bytes.len() {
            let lost = bytes.len() - accepted;
            self.journal.note(format!("{lost} bytes of serial input were lost: too many wait for the device already"));
        }
        Ok(())
    }
}

#[async_trait(?Send)]
impl Reset for SimDevice {
    async fn reset(&mut self) -> Result<(), BenchError> {
        self.driver.catch_up();
        self.record(DeviceEvent::Reset);
        self.driver.reset();
        Ok(())
    }
}

#[async_trait(?Send)]
impl Power for SimDevice {
    async fn set(&mut self, on: bool) -> Result<(), BenchError> {
        self.driver.catch_up();
        self.record(DeviceEvent::powered(on));
        if on {
            self.driver.act(|machine| {
                machine.keep_power();
                machine.power_on();
            });
        } else {
            self.driver.power_off();
        }
        Ok(())
    }

    fn fail_at_flash_operation(&mut self, k: u32) {
        self.driver.act(|machine| machine.cut_power_at_flash_operation(k));
    }

    fn pending_failure(&self) -> Option<u32> {
        self.driver.act(|machine| machine.pending_power_cut())
    }
}
