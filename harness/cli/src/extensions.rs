//! What a program adds to the command line: targets, provisioners, a firmware of its own, commands.

use std::path::PathBuf;
use std::sync::Arc;

use hil_targets::own::OwnFirmware;
use hil_targets::provision::{Fault, Provisioner, Untouched};
use hil_targets::reference::ReferenceModel;
use hil_targets::{BenchError, Target, Wiring};

use crate::cmd::Failure;
use hil_model::verdict::Exit;

/// What the command line says of a target of one's own.
#[derive(Debug, Clone, Default)]
pub struct TargetOptions {
    /// Which lights hang on which GPIO, from the board drawing.
    pub wiring: Wiring,
    /// `--speed realtime`: a second is a second.
    pub realtime: bool,
    /// Keeps the device's flash in this file.
    pub flash: Option<PathBuf>,
    /// The name of the fault that the device is to have: one of [`OwnTarget::faults`].
    pub fault: Option<String>,
}

/// Makes a target.
type Make = dyn Fn(&TargetOptions) -> Result<Arc<dyn Target>, BenchError> + Send + Sync;

/// A target that is chosen by its name, or a device that a project file names.
#[derive(Clone)]
pub struct OwnTarget {
    /// Its name: `--target NAME`, or `native = "NAME"`.
    pub name: &'static str,
    /// What it is, in one line of the help.
    pub about: &'static str,
    /// Faults that can be planted into its devices.
    pub faults: Vec<Fault>,
    make: Arc<Make>,
}

impl OwnTarget {
    /// A target that is made for each run, from what the command line says.
    pub fn new(
        name: &'static str,
        about: &'static str,
        make: impl Fn(&TargetOptions) -> Result<Arc<dyn Target>, BenchError> + Send + Sync + 'static,
    ) -> Self {
        Self { name, about, faults: Vec::new(), make: Arc::new(make) }
    }

    /// With faults that can be planted.
    #[must_use]
    pub fn with_faults(mut self, faults: Vec<Fault>) -> Self {
        self.faults = faults;
        self
    }

    /// The target.
    ///
    /// # Errors
    /// What it is made of cannot be.
    pub fn make(&self, options: &TargetOptions) -> Result<Arc<dyn Target>, BenchError> {
        (self.make)(options)
    }
}

/// Carries a command out.
pub type RunCommand = dyn Fn(&clap::ArgMatches) -> Result<Exit, Failure>;

/// A command of one's own: `hil NAME ...`.
pub struct OwnCommand {
    /// Its arguments.
    pub command: clap::Command,
    /// Carries it out.
    pub run: Box<RunCommand>,
}

/// What `hil demo` shows, where there is no project. Topics are without prefix.
#[derive(Debug, Clone, Copy)]
pub struct Demo {
    /// A device that is [registered](Extensions::device).
    pub device: &'static str,
    /// Its MQTT client identifier.
    pub client_id: &'static str,
    /// The filter of its statuses.
    pub statuses: &'static str,
    /// Topics and payloads that show what it does; the payloads are words for a shell.
    pub commands: &'static [(&'static str, &'static str)],
    /// Topic and payload of its will.
    pub will: (&'static str, &'static str),
    /// A first scenario for it, as `hil init` writes it below the line that names the schema.
    pub first_scenario: &'static str,
}

/// What a program adds to the command line. Hand it to [`main_with`](crate::main_with).
#[derive(Default)]
pub struct Extensions {
    pub(crate) targets: Vec<OwnTarget>,
    pub(crate) devices: Vec<OwnTarget>,
    pub(crate) provisioners: Vec<Arc<dyn Provisioner>>,
    pub(crate) firmware: Option<Arc<dyn OwnFirmware>>,
    pub(crate) models: Vec<Arc<dyn ReferenceModel>>,
    pub(crate) commands: Vec<OwnCommand>,
    pub(crate) demo: Option<Demo>,
}

impl Extensions {
    /// Nothing is added.
    pub fn new() -> Self {
        Self::default()
    }

    /// A target that needs to be told nothing. It is chosen by its [name](Target::name).
    #[must_use]
    pub fn target(self, about: &'static str, target: impl Target + 'static) -> Self {
        let target: Arc<dyn Target> = Arc::new(target);
        let name = target.name();
        self.target_with(OwnTarget::new(name, about, move |_| Ok(Arc::clone(&target))))
    }

    /// A target that is made from what the command line says.
    #[must_use]
    pub fn target_with(mut self, target: OwnTarget) -> Self {
        self.targets.push(target);
        self
    }

    /// A device that is compiled into the program. A project file names it (`native = "NAME"`), and the target `native` is it
    /// then; nothing else runs it, so that nobody tests it by mistake.
    #[must_use]
    pub fn device(mut self, device: OwnTarget) -> Self {
        self.devices.push(device);
        self
    }

    /// A provisioner. It is chosen by its [name](Provisioner::name), or because it
    /// [recognises](Provisioner::recognises) the firmware.
    #[must_use]
    pub fn provisioner(mut self, provisioner: impl Provisioner + 'static) -> Self {
        self.provisioners.push(Arc::new(provisioner));
        self
    }

    /// A reference model, which the fuzzer's descriptions of devices name: `model: NAME`.
    #[must_use]
    pub fn model(mut self, model: impl ReferenceModel + 'static) -> Self {
        self.models.push(Arc::new(model));
        self
    }

    /// A firmware that comes with the program: run where none is named.
    #[must_use]
    pub fn firmware(mut self, firmware: impl OwnFirmware + 'static) -> Self {
        self.firmware = Some(Arc::new(firmware));
        self
    }

    /// A command.
    #[must_use]
    pub fn command(mut self, command: OwnCommand) -> Self {
        self.commands.push(command);
        self
    }

    /// What `hil demo` shows.
    #[must_use]
    pub fn demo(mut self, demo: Demo) -> Self {
        self.demo = Some(demo);
        self
    }

    /// The registered targets, in their order.
    pub fn targets(&self) -> &[OwnTarget] {
        &self.targets
    }

    /// The registered target of this name.
    pub fn find_target(&self, name: &str) -> Option<&OwnTarget> {
        self.targets.iter().find(|target| target.name == name)
    }

    /// The registered devices, in their order.
    pub fn devices(&self) -> &[OwnTarget] {
        &self.devices
    }

    /// The registered device of this name.
    pub fn find_device(&self, name: &str) -> Option<&OwnTarget> {
        self.devices.iter().find(|device| device.name == name)
    }

    /// The registered provisioners, in their order. `none`, `nvs`, `image` and `serial` are not among them.
    pub fn provisioners(&self) -> &[Arc<dyn Provisioner>] {
        &self.provisioners
    }

    /// The registered provisioner of this name.
    pub fn find_provisioner(&self, name: &str) -> Option<Arc<dyn Provisioner>> {
        self.provisioners.iter().find(|provisioner| provisioner.name() == name).cloned()
    }

    /// The provisioner that a firmware asks for, where the user names none: a registered one that recognises it, else nothing of
    /// the device is touched.
    pub fn provisioner_of(&self, image: &[u8]) -> Arc<dyn Provisioner> {
        let own = self.provisioners.iter().find(|provisioner| provisioner.recognises(image));
        own.cloned().unwrap_or_else(|| Arc::new(Untouched))
    }

    /// What `hil demo` shows, if the device of this name is it.
    pub(crate) fn demo_of(&self, device: Option<&str>) -> Option<Demo> {
        self.demo.filter(|demo| device == Some(demo.device))
    }

    /// Why a firmware must not be flashed into a board, if a provisioner says so.
    pub(crate) fn not_for_boards(&self, image: &[u8]) -> Option<String> {
        self.provisioners.iter().find_map(|provisioner| provisioner.not_for_boards(image))
    }
}
