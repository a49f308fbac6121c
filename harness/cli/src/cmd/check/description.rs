//! Descriptions of devices (`device.yaml`) among what is checked.

use std::path::PathBuf;

use hil_fuzz::device::{DeviceDescription, Models};
use hil_scenario::load::is_description;

use crate::cmd::error::Failure;

/// The name of descriptions in a folder.
const FILE_NAME: &str = "device.yaml";

/// Checks descriptions that are named, or lie in folders that are; the other paths come back.
pub(super) fn check(paths: &[PathBuf], models: &Models) -> Result<Vec<PathBuf>, Failure> {
    let (named, others): (Vec<_>, Vec<_>) =
        paths.iter().cloned().partition(|path| is_description(path) && !path.is_dir());
    let in_folders = others.iter().map(|path| path.join(FILE_NAME)).filter(|path| path.is_file());
    let mut wrong = 0;
    for path in named.into_iter().chain(in_folders) {
        match DeviceDescription::load(&path, models) {
            Ok(device) => {
                let (commands, statuses) = (device.commands.len(), device.statuses.len());
                say!("{}: {}, commands: {commands}, statuses: {statuses}: no errors", path.display(), device.name);
            }
            Err(errors) => {
                wrong += errors.0.len();
                crate::output::remark(format_args!("{}", errors.render(crate::cmd::color_on_stderr())));
            }
        }
    }
    if wrong > 0 {
        let plural = if wrong == 1 { "error" } else { "errors" };
        return Err(Failure::usage(format!("{wrong} {plural} in descriptions of devices")));
    }
    Ok(others)
}
