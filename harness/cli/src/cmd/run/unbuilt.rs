//! `--dry-run` of a firmware that is still to be built: what the simulator offers is known without it.

use std::path::PathBuf;

use hil_project::Project;
use hil_project::value::{BuildOutput, Firmware, FirmwareImage};
use hil_runner::RunsOn;
use hil_scenario::Capability;
use hil_targets::clock::Pace;
use hil_targets::{Bench, BenchError, BrokerKind, Device, Target, simulated_pace};
use hil_tools::sim;

use super::provision::named;
use super::target::{Chosen, SIM, TargetArgs};
use crate::Extensions;
use crate::cmd::error::Failure;

/// The simulator, with a firmware that is not there yet.
struct Unbuilt {
    realtime: bool,
    can_be_provisioned: bool,
}

impl Target for Unbuilt {
    fn name(&self) -> &'static str {
        SIM.0
    }

    fn capabilities(&self, broker: BrokerKind) -> Vec<Capability> {
        sim::capabilities(self.realtime, broker, self.can_be_provisioned)
    }

    fn pace(&self, broker: BrokerKind) -> Pace {
        simulated_pace(self.realtime, broker)
    }

    fn open(&self, _bench: Bench) -> Result<Box<dyn Device>, BenchError> {
        Err(BenchError::File { path: PathBuf::from("the firmware"), problem: "it is not built".to_owned() })
    }
}

/// The simulator for a run that does not take place, if its firmware would have to be built for it. One that an earlier build has
/// left in a file that the project names is taken as it is: then the project says that file.
pub(super) fn choose(
    args: &TargetArgs,
    project: &mut Project,
    extensions: &Extensions,
) -> Result<Option<Chosen>, Failure> {
    let settings = &mut project.settings;
    let is_simulator = args.would_simulate(settings);
    let Some(firmware) = settings.firmware.as_mut().filter(|_| is_simulator) else { return Ok(None) };
    let FirmwareImage::Built(build) = &firmware.value.image else { return Ok(None) };
    if let BuildOutput::File(path) = &build.output
        && path.is_file()
    {
        firmware.value = Firmware { image: FirmwareImage::File(path.clone()), elf: firmware.value.elf.clone() };
        return Ok(None);
    }
    let reason = format!("{}, not built", firmware.origin);
    let can_be_provisioned = match named(settings, extensions)? {
        Some(telling) => !telling.provisioner.keys().is_empty(),
        None => {
            remark!("the firmware is not built for this: whether it can be provisioned is not known");
            true
        }
    };
    let runs_on = RunsOn::target(Unbuilt { realtime: args.is_realtime(), can_be_provisioned });
    Ok(Some(Chosen { runs_on, reason, image: None, firmware: None, faults: Vec::new() }))
}
