//! `hil check --wokwi`: scenario files through Wokwi's eyes.

use std::path::PathBuf;

use hil_model::verdict::Exit;
use hil_scenario::{Diagnostics, load, wokwi};

use crate::cmd::error::Failure;

pub(super) fn run(paths: &[PathBuf]) -> Result<Exit, Failure> {
    let (files, unreadable) = wokwi::check(paths);
    let color = crate::cmd::color_on_stderr();
    if !unreadable.is_empty() {
        crate::output::remark(format_args!("{}", unreadable.render(color)));
        return Err(Failure::usage("not all files could be read"));
    }
    if files.is_empty() {
        say!("no scenario found");
        return Ok(Exit::NothingRan);
    }
    let (mut differ, mut wrong) = (0, 0);
    for file in files {
        let path = file.path.display().to_string();
        if !file.differences.is_empty() {
            differ += 1;
            let count = file.differences.len();
            remark!("{}", Diagnostics(file.differences).render(color));
            say!("{path}: {count} {} from Wokwi", if count == 1 { "difference" } else { "differences" });
            continue;
        }
        let errors = load(&[file.path]).errors;
        if !errors.is_empty() {
            wrong += 1;
            remark!("{}", errors.render(color));
            say!("{path}: nothing that Wokwi lacks, but wrong for hil");
            continue;
        }
        let ignored = match file.ignored.as_slice() {
            [] => String::new(),
            keys => format!(" (Wokwi ignores {}, which changes nothing)", keys.join(", ")),
        };
        say!("{path}: runs in hil and in Wokwi{ignored}");
    }
    Ok(match (differ, wrong) {
        (0, 0) => crate::cmd::DONE,
        (0, _) => Exit::Usage,
        _ => Exit::Failed,
    })
}
