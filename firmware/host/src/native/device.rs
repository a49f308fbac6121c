//! The device: powered on and off, reset, provisioned.

use std::panic::AssertUnwindSafe;

use async_trait::async_trait;
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use firmware::config::Config;
use firmware::device::{Shared, boot, run_light, run_mqtt};
use firmware::platform::Board;
use firmware::rules::Rules;
use firmware::store::Store;
use futures_util::FutureExt as _;
use simulator::board::ws2812::ColorOrder;
use tokio::task::JoinHandle;

use super::NativeTarget;
use super::board::{DeviceClock, SerialConsole, SplitMix, Supply, WireNetwork};
use super::flash::{Flash, FlashImage};
use super::panics::Running;
use super::steps::Spins;
use super::strip::DataLine;
use crate::provision::{LightProvisioner, NVS, configuration};
use hil_model::device::DeviceEvent;
use hil_model::observation::Observation;
use hil_targets::journal::Journal;
use hil_targets::layout::Wiring;
use hil_targets::lights::Lights;
use hil_targets::picture::Image;
use hil_targets::provision::{BrokerAddress, Identity, check_keys};
use hil_targets::{Bench, BenchError, Device, PartError, Power, Reset, Screens, SerialInput};

/// The partition `ledstate`.
const STATE: std::ops::Range<u32> = 0x31_0000..0x31_4000;

/// Its configuration, and the NVS partition with it. The firmware's own code makes them, on the scenario's thread.
fn provisioned(bench: &Bench) -> Result<(Config, Vec<u8>), BenchError> {
    check_keys(&LightProvisioner, &bench.config)?;
    let _turn = bench.watch.enter();
    let config = configuration(&Identity::of_bench(bench, BrokerAddress::simulated()), Vec::new())?;
    let nvs = LightProvisioner::image(&config, NVS.len(), None)?;
    Ok((config, nvs))
}

/// A device in the scenario's thread.
pub(super) struct NativeDevice {
    bench: Bench,
    wiring: Wiring,
    rules: &'static (dyn Rules + Sync),
    flash: FlashImage,
    lights: Lights,
    /// Order in which the lights on the board expect their colours.
    order: ColorOrder,
    boots: u64,
    /// The device's task while it is on.
    task: Option<JoinHandle<()>>,
}

impl NativeDevice {
    pub(super) fn new(target: &NativeTarget, bench: Bench) -> Result<Self, BenchError> {
        let flash = FlashImage::open(target.flash.as_deref(), bench.journal.clone())?;
        let (config, nvs) = provisioned(&bench)?;
        flash.program(NVS.start, &nvs);
        let order = match config.led_order {
            firmware::ws2812::ColorOrder::Grb => ColorOrder::Grb,
            firmware::ws2812::ColorOrder::Rgb => ColorOrder::Rgb,
        };
        let wiring = target.wiring.for_device(config.led_gpio, config.led_count);
        let rules = target.rules;
        let lights = Lights::new(bench.journal.clone());
        Ok(Self { bench, wiring, rules, flash, lights, order, boots: 0, task: None })
    }

    fn record(&self, event: DeviceEvent) {
        self.bench.journal.record(Observation::Device(event));
    }

    fn is_on(&self) -> bool {
        self.task.as_ref().is_some_and(|task| !task.is_finished())
    }

    fn power_on(&mut self) {
        self.boots += 1;
        let journal = self.bench.journal.clone();
        let supply = Supply::new(self.lights.clone(), journal.clone());
        let device = run(Parts {
            rules: self.rules,
            flash: self.flash.clone(),
            wiring: self.wiring.clone(),
            lights: self.lights.clone(),
            order: self.order,
            bench: self.bench.clone(),
            seed: self.bench.seed ^ self.boots.rotate_left(32),
            supply: supply.clone(),
        });
        let running = Running::new(device, supply.clone(), self.bench.watch.clone());
        self.task = Some(tokio::task::spawn_local(async move {
            tokio::select! {
                biased;
                () = supply.failed() => {}
                ended = AssertUnwindSafe(running).catch_unwind() => report_end(&journal, ended),
            }
        }));
    }

    fn power_off(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}

fn report_end(journal: &Journal, ended: Result<Result<(), BenchError>, Box<dyn std::any::Any + Send>>) {
    let event = match ended {
        Ok(Ok(())) => DeviceEvent::Returned,
        Ok(Err(error)) => DeviceEvent::Halted { why: error.to_string() },
        Err(panic) if panic.is::<Spins>() => DeviceEvent::Spins { how: Spins.to_string() },
        Err(panic) => {
            let message = panic
                .downcast_ref::<&str>()
                .map(|s| (*s).to_owned())
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_else(|| "no message".to_owned());
            DeviceEvent::Panicked { message }
        }
    };
    journal.record(Observation::Device(event));
}

struct Parts {
    rules: &'static (dyn Rules + Sync),
    flash: FlashImage,
    wiring: Wiring,
    lights: Lights,
    order: ColorOrder,
    bench: Bench,
    seed: u64,
    supply: Supply,
}

/// The firmware's main function on this board; ends only if the firmware cannot run.
async fn run(parts: Parts) -> Result<(), BenchError> {
    let Parts { rules, flash, wiring, lights, order, bench, seed, supply } = parts;
    let journal = bench.journal.clone();
    let console = SerialConsole { journal, supply: supply.clone() };
    let board = Board { clock: DeviceClock::starting_now(supply.clone()), console };
    let chip = || Flash { image: flash.clone(), supply: supply.clone() };
    let mut store = Store::new(chip(), STATE).map_err(|e| BenchError::Provision(e.to_string()))?;
    let booted = boot::<NoopRawMutex, _, _, _, _>(&board, chip(), NVS, &mut store, rules).await;
    let (config, shared): (Config, Shared<NoopRawMutex, _>) =
        booted.map_err(|e| BenchError::Provision(e.to_string()))?;
    let mut line = DataLine::new(&wiring, config.led_gpio, order, lights, supply.clone());
    let network = WireNetwork { wire: bench.wire.clone(), supply };
    let mut random = SplitMix(seed);
    tokio::join!(async { run_light(&shared, &config, &board, &mut line).await }, async {
        run_mqtt(&shared, &config, &board, &mut store, &network, &mut random).await
    },);
    Ok(())
}

#[async_trait(?Send)]
impl Device for NativeDevice {
    async fn start(&mut self) -> Result<(), BenchError> {
        self.record(DeviceEvent::PoweredOn);
        self.power_on();
        Ok(())
    }

    async fn stop(&mut self) {
        self.power_off();
        // A flash file that cannot be written loses no verdict; it is said.
        if let Err(error) = self.flash.save() {
            self.bench.journal.note(format!("the flash was not saved: {error}"));
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

    fn screens(&mut self) -> Option<&mut dyn Screens> {
        Some(self)
    }
}

impl Screens for NativeDevice {
    fn picture(&mut self, part: &str) -> Result<Image, PartError> {
        self.wiring.picture(part, |index| self.lights.color(part, index))
    }
}

#[async_trait(?Send)]
impl SerialInput for NativeDevice {
    /// The firmware's console is output only: what is written goes nowhere, as on the board.
    async fn write(&mut self, _bytes: &[u8]) -> Result<(), BenchError> {
        Ok(())
    }
}

#[async_trait(?Send)]
impl Reset for NativeDevice {
    async fn reset(&mut self) -> Result<(), BenchError> {
        self.record(DeviceEvent::Reset);
        if self.is_on() {
            self.power_off();
            self.power_on();
        }
        Ok(())
    }
}

#[async_trait(?Send)]
impl Power for NativeDevice {
    async fn set(&mut self, on: bool) -> Result<(), BenchError> {
        self.record(DeviceEvent::powered(on));
        self.flash.disarm();
        match (on, self.is_on()) {
            (true, false) => self.power_on(),
            (false, true) => {
                self.power_off();
                self.lights.go_dark();
            }
            _ => {}
        }
        Ok(())
    }

    fn fail_at_flash_operation(&mut self, k: u32) {
        self.flash.cut_at_operation(k);
    }

    fn pending_failure(&self) -> Option<u32> {
        self.flash.pending_cut()
    }
}
