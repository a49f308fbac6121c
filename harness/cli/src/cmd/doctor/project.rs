//! The folder in which `hil run` would run.

use std::path::Path;

use hil_project::value::FirmwareImage;
use hil_project::{Project, Resolved, Settings};
use hil_scenario::Loader;
use hil_targets::Wiring;
use hil_targets::own::{Look, LookState};

use crate::Extensions;

use super::check::Check;
use crate::cmd::project::{ProjectArgs, Said};
use crate::cmd::selection::{scenario_paths, variables};

/// Where reports are written.
const REPORTS: &str = "target/hil";

/// There is a project file, and it is right.
pub(super) fn project(args: &ProjectArgs, said: Said, extensions: &Extensions) -> (Check, Option<Project>) {
    const FOR: &str = "what `hil run` runs, without being told";
    match args.read(said, extensions) {
        Ok(project) => (of_file(&project, FOR), Some(project)),
        Err(errors) => {
            let file = args.project.as_deref().unwrap_or(Path::new(hil_project::FILE));
            let detail = format!("{}: {}", file.display(), many(errors.0.len(), "error"));
            (Check::problem("project", FOR, detail, "hil check").needed(), None)
        }
    }
}

fn of_file(project: &Project, needed_for: &'static str) -> Check {
    match (&project.file, &project.profile) {
        (Some(file), None) => Check::ok("project", needed_for, file.display().to_string()),
        (Some(file), Some(profile)) => {
            Check::ok("project", needed_for, format!("{}, profile {profile}", file.display()))
        }
        (None, _) => {
            let detail = format!("there is no {} here or above", hil_project::FILE);
            Check::missing("project", needed_for, detail, "hil init   # writes one from what lies here")
        }
    }
}

/// The firmware is named, and there or can be built.
pub(super) fn firmware(project: &Project) -> Check {
    const FOR: &str = "what the simulator runs; a device on a broker or a board has its own";
    let Some(Resolved { value: firmware, origin }) = &project.settings.firmware else {
        let detail = "none is named".to_owned();
        return Check::missing(
            "firmware",
            FOR,
            detail,
            "hil run --firmware FILE, or name it in the project file: hil init",
        );
    };
    match &firmware.image {
        FirmwareImage::Built(_) => Check::ok("firmware", FOR, format!("built before each run, as {origin} says")),
        FirmwareImage::File(path) if path.is_file() => Check::ok("firmware", FOR, path.display().to_string()),
        FirmwareImage::File(path) => {
            let detail = format!("there is no {}, which {origin} names", path.display());
            Check::problem(
                "firmware",
                FOR,
                detail,
                "build it; or name the command that builds it: `build` of [firmware]",
            )
        }
    }
}

/// There are scenarios, and they are right.
pub(super) fn scenarios(project: &Project) -> Check {
    const FOR: &str = "`hil run` without a path runs them";
    const INIT: &str = "hil init   # writes a first one; or go to the folder of your project";
    let Ok(paths) = scenario_paths(project) else {
        let named = project.settings.scenarios.iter().flat_map(|it| &it.value);
        let missing: Vec<String> = named.map(|path| format!("{}/", path.display())).collect();
        let detail = format!("there is no folder {} here", missing.join(", "));
        return Check::missing("scenarios", FOR, detail, INIT).needed();
    };
    let shown = paths.iter().map(|path| format!("{}/", path.display())).collect::<Vec<_>>().join(", ");
    let loaded = Loader::new().with_vars(variables(project)).load(&paths);
    let count: usize = loaded.files.iter().map(|f| f.scenarios.len()).sum();
    let files = loaded.files.len();
    match loaded.errors.0.len() {
        0 if count == 0 => Check::missing("scenarios", FOR, format!("no scenario in {shown}"), "hil init"),
        0 => Check::ok("scenarios", FOR, format!("{shown}: {} in {}", many(count, "scenario"), many(files, "file"))),
        errors => Check::problem("scenarios", FOR, format!("{shown}: {}", many(errors, "error")), "hil check"),
    }
    .needed()
}

/// The drawing can be read, if there is one.
pub(super) fn drawing(project: &Project) -> Check {
    const FOR: &str = "which lights hang on which GPIO of the native target";
    let Some(path) = &project.settings.diagram else {
        return Check::ok(
            "drawing",
            FOR,
            format!("no {} here: one light `led1` on GPIO8 is assumed", Settings::DIAGRAM),
        );
    };
    match Wiring::from_diagram(&path.value) {
        Ok(wiring) => {
            let chains: Vec<String> = wiring
                .chains
                .iter()
                .map(|(gpio, lights)| format!("{} on GPIO{gpio}", many(lights.len(), "light")))
                .collect();
            Check::ok("drawing", FOR, format!("{}: {}", path.value.display(), chains.join(", ")))
        }
        Err(error) => Check::problem(
            "drawing",
            FOR,
            error.to_string(),
            "correct it, or name another one with `hil run --diagram`",
        ),
    }
    .needed()
}

/// What is to be known of the firmware that comes with the program.
pub(super) fn own_firmware(extensions: &Extensions) -> Vec<Check> {
    let Some(firmware) = &extensions.firmware else { return Vec::new() };
    let Ok(here) = std::env::current_dir() else { return Vec::new() };
    let check = |Look { name, needed_for, detail, state }| match state {
        LookState::Ok => Check::ok(name, needed_for, detail),
        LookState::Missing(help) => Check::missing(name, needed_for, detail, help),
        LookState::Wrong(help) => Check::problem(name, needed_for, detail, help),
    };
    firmware.looks(&here).into_iter().map(check).collect()
}

/// Reports can be written.
pub(super) fn reports() -> Check {
    const FOR: &str = "the reports of `hil run`: JUnit, JSON lines, HTML";
    let tried = std::fs::create_dir_all(REPORTS).and_then(|()| {
        let file = Path::new(REPORTS).join(format!(".doctor-{}", std::process::id()));
        std::fs::write(&file, b"")?;
        std::fs::remove_file(&file)
    });
    match tried {
        Ok(()) => Check::ok("reports", FOR, format!("{REPORTS}/ can be written")),
        Err(e) => Check::problem(
            "reports",
            FOR,
            format!("{REPORTS}/ cannot be written: {e}"),
            format!("make {REPORTS}/ writable, or put the reports elsewhere with --junit, --json and --html"),
        ),
    }
    .needed()
}

fn many(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}
