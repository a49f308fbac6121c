//! The folder in which `hil run` would run.

use std::path::{Path, PathBuf};

use hil_model::error::chain;
use hil_scenario::load;
use hil_targets::Wiring;
use light_host::build::prebuilt::{FOLDER, Manifest};

use super::check::Check;

/// Where scenarios are looked for.
const SCENARIOS: &str = "scenarios";
/// The board drawing.
const DIAGRAM: &str = "diagram.json";
/// Where reports are written.
const REPORTS: &str = "target/hil";

/// There are scenarios, and they are right.
pub(super) fn scenarios() -> Check {
    const FOR: &str = "`hil run` without a path runs them";
    if !Path::new(SCENARIOS).is_dir() {
        let detail = format!("there is no folder {SCENARIOS}/ here");
        return Check::missing(
            "scenarios",
            FOR,
            detail,
            "hil init   # writes a first one; or go to the folder of your project",
        )
        .needed();
    }
    let loaded = load(&[PathBuf::from(SCENARIOS)]);
    let count: usize = loaded.files.iter().map(|f| f.scenarios.len()).sum();
    let files = loaded.files.len();
    match loaded.errors.0.len() {
        0 if count == 0 => Check::missing("scenarios", FOR, format!("no scenario in {SCENARIOS}/"), "hil init"),
        0 => {
            Check::ok("scenarios", FOR, format!("{SCENARIOS}/: {} in {}", many(count, "scenario"), many(files, "file")))
        }
        errors => Check::problem("scenarios", FOR, format!("{SCENARIOS}/: {}", many(errors, "error")), "hil check"),
    }
    .needed()
}

/// The drawing can be read, if there is one.
pub(super) fn drawing() -> Check {
    const FOR: &str = "which lights hang on which GPIO of the native target";
    if !Path::new(DIAGRAM).exists() {
        return Check::ok("drawing", FOR, format!("no {DIAGRAM} here: one light `led1` on GPIO8 is assumed"));
    }
    match Wiring::from_diagram(Path::new(DIAGRAM)) {
        Ok(wiring) => {
            let chains: Vec<String> = wiring
                .chains
                .iter()
                .map(|(gpio, lights)| format!("{} on GPIO{gpio}", many(lights.len(), "light")))
                .collect();
            Check::ok("drawing", FOR, format!("{DIAGRAM}: {}", chains.join(", ")))
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

/// The firmware's images that come with the sources fit them; `None` elsewhere than in hilbench's sources.
pub(super) fn prebuilt() -> Option<Check> {
    const FOR: &str = "`hil run` on the simulator without a compiler for the ESP32-C3";
    let workspace = light_host::build::workspace(&std::env::current_dir().ok()?)?;
    Some(match Manifest::check(&workspace) {
        Ok(manifest) => {
            let compiler = manifest.toolchain;
            Check::ok("prebuilt", FOR, format!("{FOLDER}/ fits the sources; built by {compiler}"))
        }
        Err(error) => Check::problem("prebuilt", FOR, chain(&error), error.help()),
    })
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
