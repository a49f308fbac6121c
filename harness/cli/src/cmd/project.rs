//! The project that a command works for: which file, which profile, and what holds then.

mod build;
mod said;

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use hil_project::value::FirmwareImage;
use hil_project::{Names, Project, Request};
use hil_scenario::Diagnostics;

use super::error::Failure;
use crate::Extensions;

use build::Named;
pub(super) use said::Said;

/// Heading of its options in the help.
const HEADING: &str = "Project";

/// Which project, and which profile of it.
#[derive(Clone, Default, clap::Args)]
pub(super) struct ProjectArgs {
    /// The project file [default: hil.toml, looked for from here upwards]
    #[arg(help_heading = HEADING, long, value_name = "FILE", env = "HIL_PROJECT")]
    pub(super) project: Option<PathBuf>,

    /// Lay a profile of the project file over it: `bench` is its table [profile.bench]
    #[arg(help_heading = HEADING, long, value_name = "NAME", env = "HIL_PROFILE", value_parser = NonEmptyStringValueParser::new())]
    pub(super) profile: Option<String>,
}

impl ProjectArgs {
    /// What holds, if command line and environment say `said`. Errors are printed, and are a failure.
    pub(super) fn load(&self, said: Said, extensions: &Extensions) -> Result<Project, Failure> {
        self.read(said, extensions).map_err(|errors| {
            crate::output::remark(format_args!("{}", errors.render(super::color_on_stderr())));
            Failure::usage("the project file cannot be used; nothing was run")
                .help("hil.toml is described in docs/your-firmware.md; `hil check` reads it, too")
        })
    }

    /// The same, with all that is wrong.
    pub(super) fn read(&self, said: Said, extensions: &Extensions) -> Result<Project, Diagnostics> {
        let Said { command_line, environment } = said;
        let here = std::env::current_dir().unwrap_or_default();
        let request = Request {
            file: self.project.clone(),
            profile: self.profile.clone(),
            command_line,
            environment,
            names: names(extensions),
        };
        Project::load(&here, request)
    }

    /// The options, for a line that repeats a run.
    pub(super) fn repeat_options(&self) -> Vec<String> {
        let project = self.project.as_ref().map(|path| ["--project".to_owned(), path.display().to_string()]);
        let profile = self.profile.as_ref().map(|name| ["--profile".to_owned(), name.clone()]);
        project.into_iter().chain(profile).flatten().collect()
    }
}

/// What this build of `hil` knows by name.
pub(super) fn names(extensions: &Extensions) -> Names {
    let mut names = Names::default();
    names.targets.extend(extensions.targets().iter().map(|target| target.name.to_owned()));
    names.provisioners.extend(extensions.provisioners().iter().map(|it| it.name().to_owned()));
    names.devices.extend(extensions.devices().iter().map(|device| device.name.to_owned()));
    names
}

/// The firmware file of the project, and how it has come to be, if a command was run for it: `, built now`.
pub(super) fn firmware_file(image: &FirmwareImage) -> Result<(PathBuf, &'static str), Failure> {
    match image {
        FirmwareImage::File(path) => Ok((path.clone(), "")),
        FirmwareImage::Built(build) => {
            let Named { path, is_new } = build::run(build)?;
            Ok((path, if is_new { ", built now" } else { ", built before" }))
        }
    }
}

/// There is nothing that a run could be about: the ways out.
pub(super) fn nothing_to_run(extensions: &Extensions) -> Failure {
    let demo = if extensions.demo.is_some() { "\n        (the example device is shown by hil demo)" } else { "" };
    Failure::usage("there is no firmware to run").help(
        "name it: hil run --firmware FILE (an ELF, an app image or a flash image)\n        \
         or take a device that has its own: --target mqtt --broker URL, --target serial --port PORT --broker URL\n        \
         or write a project file once, which names it: hil init"
            .to_owned()
            + demo,
    )
}
