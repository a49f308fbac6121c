//! The device as scenarios handle it: powered on and off, reset, written to.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use simulator::image::{PartitionKind, PartitionTable};
use simulator::machine::{Config, DevKit as _, Machine};
use simulator::mem::{FlashImage, OutsideFlash};
use simulator::part::{PartType, Shows};
use simulator::soc::SerialPort;
use tokio::task::JoinHandle;

use super::SimTarget;
use super::driver::Driver;
use super::observe::shown;
use super::pause::Pauses;
use crate::simulation::load::save_flash;
use hil_model::device::DeviceEvent;
use hil_model::error::chain;
use hil_model::observation::{Entry, Observation, PartShows, SerialStream};
use hil_model::time::display;
use hil_scenario::step::PartProperty;
use hil_targets::journal::Journal;
use hil_targets::picture::Image;
use hil_targets::provision::{
    Dialogue, Identity, PARTITION_TABLE, Patch, Provisioned, Question, ToldLights, check_keys, find,
};
use hil_targets::{
    Bench, BenchError, Controls, Device, Net, PartError, Parts, PausePoints, Pins, Power, Radio, Reach, Reset, Screens,
    Seen, SerialInput, Wiring,
};

/// A simulated board in the scenario's thread.
pub(super) struct SimDevice {
    journal: Journal,
    pub(super) driver: Rc<Driver>,
    has_radio: bool,
    pauses: Pauses,
    wiring: Wiring,
    tasks: Vec<JoinHandle<()>>,
    flash: Option<PathBuf>,
    /// What the device asks after its first start.
    dialogue: Dialogue,
}

impl SimDevice {
    pub(super) fn new(target: &SimTarget, bench: Bench) -> Result<Self, BenchError> {
        let mut flash = target.firmware.flash.clone();
        let kept = target.flash.as_deref().map(|path| kept(path, &flash)).transpose()?.flatten();
        let no_room = |name: &str| {
            let name = name.to_owned();
            move |e: OutsideFlash| BenchError::Provision(format!("the flash chip has no room for the {name}: {e}"))
        };
        if let Some(kept) = &kept {
            flash.write(0, kept).map_err(no_room("flash file"))?;
        }
        let told = provisioned(target, &bench, &mut flash)?;
        let wiring = told.lights.map_or_else(|| target.wiring.clone(), |lights| wired(target, &bench, lights));
        let mut machine_config = Config::default();
        machine_config.seed = bench.seed;
        machine_config.network.seed = bench.seed;
        machine_config.access_points.clone_from(&target.access_points);
        let board = wiring.drawing.diagram.build().map_err(|error| BenchError::Drawing(error.to_string()))?;
        let mut machine = Machine::new(board, &*target.firmware, machine_config);
        machine.follow_baud();
        if let Some(rom) = &target.rom {
            machine.load_rom(rom).map_err(|e| BenchError::Provision(format!("the ROM: {e}")))?;
        }
        if let Some(kept) = &kept {
            machine.write_flash(0, kept).map_err(no_room("flash file"))?;
        }
        for Patch { name, offset, bytes } in &told.patches {
            machine.write_flash(*offset, bytes).map_err(no_room(name))?;
        }
        let mut hosts = target.hosts.clone();
        hosts.lead_to_broker(&target.broker.host, target.broker.port);
        hosts.allow(&mut machine);
        let journal = bench.journal.clone();
        let stack_end = target.firmware.main_stack.as_ref().map(|stack| stack.start);
        let driver = Rc::new(Driver::new(machine, hosts, &wiring, (stack_end, target.symbols.clone()), &bench));
        let pauses = Pauses(Rc::clone(&driver));
        Ok(Self {
            journal,
            driver,
            has_radio: target.has_radio(),
            pauses,
            wiring,
            tasks: Vec::new(),
            flash: target.flash.clone(),
            dialogue: told.dialogue,
        })
    }

    /// Answers what the device asks, one question after the other.
    async fn answer(&mut self) -> Result<(), BenchError> {
        let mut next = self.journal.end();
        let mut heard: Vec<u8> = Vec::new();
        for Question { prompt, answer, limit } in std::mem::take(&mut self.dialogue) {
            let deadline = self.journal.now() + limit;
            let from = next;
            let asked = |entries: &[Entry]| {
                next = entries.last().map_or(next, |last| last.seq + 1);
                entries.iter().filter_map(output).for_each(|bytes| heard.extend_from_slice(bytes));
                find(&heard, prompt.as_bytes())
            };
            match self.journal.wait(from, deadline, asked).await {
                Some(behind) => drop(heard.drain(..behind)),
                None => {
                    let limit = display(limit);
                    return Err(BenchError::Provision(format!("the device did not ask `{prompt}` within {limit}")));
                }
            }
            let accepted =
                self.driver.act(|machine| machine.serial_input(SerialPort::Uart0, answer.expose().as_bytes()));
            if accepted < answer.expose().len() {
                return Err(BenchError::Provision(format!("the device did not take the whole answer to `{prompt}`")));
            }
        }
        Ok(())
    }

    fn record(&self, event: DeviceEvent) {
        self.journal.record(Observation::Device(event));
    }
}

/// What the device has printed, if an entry is that.
fn output(entry: &Entry) -> Option<&[u8]> {
    match &entry.what {
        Observation::Serial { stream: SerialStream::Output, data } => Some(&data.0),
        _ => None,
    }
}

/// What the device is told.
fn provisioned(target: &SimTarget, bench: &Bench, flash: &mut FlashImage) -> Result<Provisioned, BenchError> {
    let provisioner = target.provisioner.as_ref();
    check_keys(provisioner, &bench.config)?;
    let identity = Identity::of_bench(bench, target.broker.clone()).with_defaults(&target.told);
    // It may be the device's own code that makes it.
    let _turn = bench.watch.enter();
    Ok(provisioner.provision(&identity, flash)?)
}

/// The lights that the device is told to drive, as it drives them.
fn wired(target: &SimTarget, bench: &Bench, lights: ToldLights) -> Wiring {
    let ToldLights { gpio, count, order } = lights;
    let wiring = target.wiring.for_device(gpio, count).taking(order);
    if !wiring.chains.iter().any(|(wired, _)| *wired == gpio) {
        bench.journal.note(format!("no light is wired to GPIO{gpio}: what the device shows there is not seen"));
    }
    wiring
}

/// What a flash file has kept of an earlier run. There may be no file yet. The bootloader, the partition table and the apps are the
/// firmware's of now, as they are when a used board is flashed; an app that it has nothing for, such as an update that the device
/// has loaded, stays.
///
/// # Errors
/// The file cannot be read, is of another chip, or has its partitions elsewhere.
fn kept(path: &Path, firmware: &FlashImage) -> Result<Option<Vec<u8>>, BenchError> {
    let wrong = |problem: String| BenchError::File { path: path.to_owned(), problem };
    let content = match std::fs::read(path) {
        // `hil up` makes it, to see early whether it can.
        Ok(content) if content.is_empty() => return Ok(None),
        Ok(content) => content,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(wrong(e.to_string())),
    };
    let (bytes, size) = (content.len(), firmware.len());
    if bytes != size {
        return Err(wrong(format!("it has {bytes} bytes, and the flash chip has {size}: name another file")));
    }
    let mut content = content;
    // Without partitions nobody knows what is whose.
    if let Ok(table) = PartitionTable::from_flash(firmware) {
        let now = firmware.to_vec();
        let at = PARTITION_TABLE.start as usize..PARTITION_TABLE.end as usize;
        if content[at.clone()] != now[at.clone()] {
            return Err(wrong("it has another partition table than the firmware: name another file".to_owned()));
        }
        content[..at.end].copy_from_slice(&now[..at.end]);
        for app in table.iter().filter(|partition| partition.kind == PartitionKind::App) {
            let range = app.offset as usize..(app.range().end as usize).min(size);
            if now[range.clone()].iter().any(|byte| *byte != 0xFF) {
                content[range.clone()].copy_from_slice(&now[range]);
            }
        }
    }
    Ok(Some(content))
}

#[async_trait(?Send)]
impl Device for SimDevice {
    async fn start(&mut self) -> Result<(), BenchError> {
        self.record(DeviceEvent::PoweredOn);
        self.driver.act(Machine::power_on);
        self.tasks.push(tokio::task::spawn_local(Rc::clone(&self.driver).keep_up()));
        self.tasks.push(tokio::task::spawn_local(Rc::clone(&self.driver).follow_link()));
        self.answer().await
    }

    async fn stop(&mut self) {
        self.driver.power_off();
        self.tasks.drain(..).for_each(|task| task.abort());
        if let Some(path) = &self.flash
            && let Err(error) = self.driver.act(|machine| save_flash(path, machine.flash()))
        {
            // A flash file that cannot be written loses no verdict; it is said.
            self.journal.note(format!("the flash was not saved: {}", chain(&error)));
        }
    }

    fn serial(&mut self) -> Option<&mut dyn SerialInput> {
        Some(self)
    }

    fn radio(&mut self) -> Option<&mut dyn Radio> {
        self.has_radio.then_some(self as &mut dyn Radio)
    }

    fn reach(&mut self) -> Option<&mut dyn Reach> {
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

    fn parts(&mut self) -> Option<&mut dyn Parts> {
        Some(self)
    }

    /// What is measured over the edges is known later than it was.
    fn light_lateness(&self) -> Duration {
        let late = |part: &PartType| part.known_after;
        let latest = self.wiring.drawing.diagram.all_parts().filter_map(|part| part.kind.part()).map(late).max();
        Duration::from_nanos(latest.unwrap_or_default().ns())
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

    fn watch(&mut self, part: &str, pin: &str) -> Result<bool, PartError> {
        let Net::Gpio(gpio) = self.wiring.drawing.net(part, pin)? else {
            // It never has an edge.
            return Ok(false);
        };
        let is_new = self.driver.observer.borrow_mut().watch(gpio, part, pin);
        if is_new {
            self.driver.act(|machine| machine.watch(gpio));
        }
        Ok(is_new)
    }
}

impl Controls for SimDevice {
    fn set(&mut self, part: &str, control: &str, value: f64) -> Result<(), PartError> {
        if let Err(error @ PartError::NotSimulated { .. }) = self.wiring.drawing.simulated(part) {
            return Err(error);
        }
        Ok(self.driver.act(|machine| machine.set_control(part, control, value))?)
    }
}

impl Parts for SimDevice {
    fn shows(&mut self, part: &str, property: PartProperty, index: u16) -> Result<Seen, PartError> {
        let kind = self.wiring.drawing.simulated(part)?.kind;
        let shows = self.driver.act(|machine| machine.shows(part));
        let wrong = |shows| PartError::ShowsNot { part: part.to_owned(), property: property.name(), shows };
        let seen = match &shows {
            Some(Shows::Colors(colors)) => colors.get(usize::from(index)).copied().map(Seen::Light),
            Some(shows) => shown(shows).map(Seen::Part),
            None if kind.part().is_some() => return Err(wrong("nothing: nothing is wired to it")),
            None => None,
        };
        let seen = seen.ok_or_else(|| match shows {
            Some(Shows::Colors(_)) => wrong("fewer lights"),
            _ => wrong("nothing"),
        })?;
        let fits = match (property, &seen) {
            (PartProperty::Brightness | PartProperty::On, Seen::Light(_))
            | (PartProperty::Angle, Seen::Part(PartShows::Angle(_)))
            | (PartProperty::Text, Seen::Part(PartShows::Text(_)))
            | (PartProperty::Tone, Seen::Part(PartShows::Tone(_)))
            | (PartProperty::On, Seen::Part(PartShows::On(_))) => return Ok(seen),
            (_, Seen::Light(_)) => "brightness, on",
            (_, Seen::Part(PartShows::Angle(_))) => "angle",
            (_, Seen::Part(PartShows::Text(_))) => "text",
            (_, Seen::Part(PartShows::Tone(_))) => "tone",
            (_, Seen::Part(PartShows::On(_))) => "on",
        };
        Err(wrong(fits))
    }
}

impl Screens for SimDevice {
    fn picture(&mut self, part: &str) -> Result<Image, PartError> {
        self.wiring.drawing.simulated(part)?;
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
