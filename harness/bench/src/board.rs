//! A board, from its lock to its release.

use hil_targets::TargetError;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use super::boot::{self, NotBooted};
use super::{Access, AccessError, Grant, Held, Limits, Phase};
use crate::flash::{FlashError, Loader, Part, Silent};
use crate::serial::{Options, PortError, PortSpec, SerialPort};
use crate::serial_target::{Equipment, SerialTarget};
use hil_model::error::chain;
use hil_model::time::display;
use hil_scenario::{Capability, Secret, Secrets};
use hil_targets::clock::{Pace, runtime, wall_sleep};
use hil_targets::provision::{Dialogue, Identity, ProvisionError, Provisioned, Provisioner, in_sectors};
use hil_targets::{BenchError, Target as _};

/// How long a board's supply stays off before its second try.
const OFF: Duration = Duration::from_secs(1);

/// A board that scenarios can be given to.
pub struct Board {
    /// Its name in reports.
    pub id: String,
    /// Where it is, for reports: its port, or its place.
    pub place: String,
    /// How it is kept for one run alone.
    pub access: Box<dyn Access>,
    /// How long each phase may take.
    pub limits: Limits,
    /// What is written into its flash; `None`: it keeps its firmware.
    pub flashing: Option<Flashing>,
    /// What it is told; `None`: it keeps what it knows.
    pub provisioning: Option<Provisioning>,
    /// Text of the serial line that says that it is ready; `None`: it is not waited for.
    pub ready: Option<String>,
    /// Put before every topic of the scenarios: `lab/3/`, or empty.
    pub topic_root: Option<String>,
    /// What it has besides its port. Before a second try its supply is switched off and on.
    pub equipment: Equipment,
    /// Whether its port has DTR and RTS, as far as is known before it is open.
    pub may_have_control_lines: bool,
    /// How its port is held.
    pub options: Options,
}

/// What a board is told.
#[derive(Clone)]
pub struct Provisioning {
    /// How.
    pub provisioner: Arc<dyn Provisioner>,
    /// What.
    pub identity: Identity,
}

/// A firmware for a board's flash.
#[derive(Clone)]
pub struct Flashing {
    /// Bootloader, partition table, application.
    pub parts: Arc<[Part]>,
    /// Bits per second while writing.
    pub baud: u32,
}

/// A board that runs scenarios. Dropping it gives it back.
pub struct Ready {
    /// What they run on.
    pub target: Arc<SerialTarget>,
    held: Box<dyn Held>,
}

/// Why a board cannot run scenarios.
#[derive(Debug)]
pub struct Fault {
    /// In which phase.
    pub phase: Phase,
    /// What is wrong.
    pub title: String,
    /// What to do about it.
    pub help: String,
    /// The last lines that it printed.
    pub serial: Vec<String>,
    /// Whether a second try is of no use.
    pub is_final: bool,
}

impl Fault {
    fn new(phase: Phase, title: impl Into<String>, help: impl Into<String>) -> Self {
        Self { phase, title: title.into(), help: help.into(), serial: Vec::new(), is_final: false }
    }

    fn port(phase: Phase, error: &PortError) -> Self {
        Self::new(phase, chain(error), error.help())
    }

    /// The same without what no report may show.
    fn without(self, secrets: &Secrets) -> Self {
        let clean = |text: String| secrets.redact(&text).into_owned();
        let Self { phase, title, help, serial, is_final } = self;
        Self {
            phase,
            title: clean(title),
            help: clean(help),
            serial: serial.into_iter().map(clean).collect(),
            is_final,
        }
    }
}

impl Board {
    /// A board that keeps its firmware and its configuration, is not waited for, and has nothing but its port.
    pub fn new(place: impl Into<String>, access: Box<dyn Access>, options: Options) -> Self {
        let place = place.into();
        Self {
            id: place.clone(),
            place,
            access,
            limits: Limits::default(),
            flashing: None,
            provisioning: None,
            ready: None,
            topic_root: None,
            equipment: Equipment::default(),
            may_have_control_lines: true,
            options,
        }
    }

    /// What it can do, as far as is known before its port is open.
    pub fn capabilities(&self) -> Vec<Capability> {
        self.equipment.capabilities(self.may_have_control_lines)
    }

    /// Takes the board through its phases, up to the first scenario. Tells of each phase as it begins. `None`: cancelled.
    ///
    /// # Errors
    /// A phase failed, or took too long.
    pub fn prepare(
        &self,
        is_cancelled: &dyn Fn() -> bool,
        begins: &mut dyn FnMut(Phase),
    ) -> Result<Option<Ready>, Fault> {
        self.phases(is_cancelled, begins).map_err(|fault| {
            let mut secrets = Secrets::default();
            secrets.hide(self.secrets());
            fault.without(&secrets)
        })
    }

    /// What it is told and no report may show.
    fn secrets(&self) -> Vec<Secret> {
        self.provisioning.as_ref().map_or_else(Vec::new, |Provisioning { provisioner, identity }| {
            [identity.secrets(), provisioner.secrets()].concat()
        })
    }

    fn phases(&self, is_cancelled: &dyn Fn() -> bool, begins: &mut dyn FnMut(Phase)) -> Result<Option<Ready>, Fault> {
        begins(Phase::Lock);
        let grant = self.access.acquire(self.limits.lock, is_cancelled);
        if is_cancelled() {
            return Ok(None);
        }
        let Grant { port, held } = grant.map_err(|AccessError { problem, help }| Fault {
            is_final: true,
            ..Fault::new(Phase::Lock, problem, help)
        })?;
        if let Some(flashing) = self.flashing.clone() {
            begins(Phase::Flash);
            let port = port.clone();
            let done = limited(Phase::Flash, self.limits.flash, move || {
                let mut loader = Loader::connect(&port, flashing.baud)?;
                loader.write(&flashing.parts, &mut Silent)?;
                loader.finish().map(|_| ())
            })?;
            done.map_err(|e| flash_fault(Phase::Flash, &e))?;
        }
        let mut dialogue = Dialogue::default();
        if let Some(provisioning) = self.provisioning.clone()
            && !is_cancelled()
        {
            begins(Phase::Provision);
            let port = port.clone();
            let baud = self.flashing.as_ref().map_or(crate::serial::BAUD, |flashing| flashing.baud);
            let told =
                limited(Phase::Provision, self.limits.provision, move || provision(&port, baud, &provisioning))??;
            dialogue = told.dialogue;
        }
        if is_cancelled() {
            return Ok(None);
        }
        begins(Phase::Boot);
        let target = self.boot(&port, &dialogue)?;
        Ok(Some(Ready { target: Arc::new(target), held }))
    }

    fn boot(&self, port: &PortSpec, dialogue: &Dialogue) -> Result<SerialTarget, Fault> {
        let port = Arc::new(SerialPort::open(port, self.options).map_err(|e| Fault::port(Phase::Boot, &e))?);
        let target = SerialTarget::on(Arc::clone(&port), self.equipment.clone(), self.options).hiding(self.secrets());
        if self.ready.is_none() && dialogue.is_empty() {
            return Ok(target);
        }
        port.clear();
        let rebooted = block_on(target.reboot()).map_err(|error| bench_fault(Phase::Boot, &error))?;
        if !rebooted {
            // It goes on from where it is, and need not say again that it is ready.
            return Ok(target);
        }
        let not_booted =
            |NotBooted { problem, help, serial }| Fault { serial, ..Fault::new(Phase::Boot, problem, help) };
        boot::answer(&port, dialogue).map_err(not_booted)?;
        if let Some(text) = &self.ready {
            boot::wait(&port, text, self.limits.boot).map_err(not_booted)?;
        }
        Ok(target)
    }

    /// Before a second try: its supply is switched off and on, if that can be done.
    pub fn revive(&self) {
        let Some(power) = &self.equipment.power else { return };
        // Whether it helped shows in the next try.
        let _ = block_on(async {
            power.run("off").await?;
            wall_sleep(OFF).await;
            power.run("on").await
        });
    }
}

impl Ready {
    /// What it can do, now that its port is open.
    pub fn capabilities(&self, broker: hil_targets::BrokerKind) -> Vec<Capability> {
        self.target.capabilities(broker)
    }

    /// Lets go of the port and gives the board back.
    ///
    /// # Errors
    /// It could not be given back within its limit.
    pub fn release(self, limit: Duration) -> Result<(), Fault> {
        let Self { target, held } = self;
        let released = limited(Phase::Release, limit, move || {
            drop(target);
            held.release()
        })?;
        released.map_err(|AccessError { problem, help }| Fault::new(Phase::Release, problem, help))
    }
}

fn provision(port: &PortSpec, baud: u32, provisioning: &Provisioning) -> Result<Provisioned, Fault> {
    let failed = |e: FlashError| flash_fault(Phase::Provision, &e);
    let impossible = |e: ProvisionError| Fault {
        // The chip may answer at the second try; a value stays what it is.
        is_final: !matches!(e, ProvisionError::Flash(_)),
        ..Fault::new(Phase::Provision, e.to_string(), "correct `device:` of the inventory, or flash the firmware first")
    };
    let Provisioning { provisioner, identity } = provisioning;
    let mut loader = Loader::connect(port, baud).map_err(failed)?;
    let told = provisioner.provision(identity, &mut loader).map_err(impossible)?;
    let patches = in_sectors(told.patches.clone(), &mut loader).map_err(impossible)?;
    let parts: Vec<Part> = patches.into_iter().map(Part::from).collect();
    loader.write(&parts, &mut Silent).map_err(failed)?;
    loader.finish().map_err(failed)?;
    Ok(told)
}

fn flash_fault(phase: Phase, error: &FlashError) -> Fault {
    // Another chip, or a firmware that is none, stays that.
    let is_final = matches!(error, FlashError::WrongChip { .. } | FlashError::Image(_) | FlashError::NotForChip(_));
    Fault { is_final, ..Fault::new(phase, chain(error), error.help()) }
}

/// On a runtime of its own, in wall time.
fn block_on<T>(work: impl Future<Output = Result<T, BenchError>>) -> Result<T, BenchError> {
    runtime(Pace::WallClock)?.block_on(work)
}

fn bench_fault(phase: Phase, error: &BenchError) -> Fault {
    Fault::new(phase, chain(error), error.help())
}

/// Does something that may hang, on a thread of its own: it is given up after `limit`.
fn limited<T: Send + 'static>(
    phase: Phase,
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Fault> {
    let (done, result) = mpsc::channel();
    let thread = std::thread::Builder::new().name(phase.name().to_owned()).spawn(move || {
        // Nobody listens any more after the limit.
        let _ = done.send(work());
    });
    // What hangs may still hold the port.
    let given_up = |title: String| Fault {
        is_final: true,
        ..Fault::new(phase, title, format!("raise `limits.{phase}` of the inventory, or see to the board"))
    };
    if let Err(e) = thread {
        return Err(given_up(format!("the operating system gives no thread: {e}")));
    }
    match result.recv_timeout(limit) {
        Ok(done) => Ok(done),
        Err(RecvTimeoutError::Timeout) => Err(given_up(format!("it did not end within {}", display(limit)))),
        Err(RecvTimeoutError::Disconnected) => Err(given_up("hil crashed in it: please report this".to_owned())),
    }
}
