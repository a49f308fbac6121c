//! Programs on the PATH.

use std::ffi::OsString;

use hil_project::{Project, Settings};
use hil_targets::program::{first_line, on_path};
use hil_tools::rom::find;
use hil_tools::wokwi;

use super::check::Check;

/// All of them.
pub(super) fn all() -> Vec<Check> {
    let rustc = version("rustc");
    vec![rust(rustc.as_deref(), version("cargo").as_deref()), mosquitto(), wokwi()]
}

fn rust(rustc: Option<&str>, cargo: Option<&str>) -> Check {
    const FOR: &str = "building hil itself, or a target of your own; not for `hil run`";
    const REMEDY: &str = "https://rustup.rs, then: rustup default stable";
    match (rustc, cargo) {
        (Some(rustc), Some(cargo)) => Check::ok("rust", FOR, format!("{rustc}; {cargo}")),
        (None, None) => Check::missing("rust", FOR, "neither rustc nor cargo is on the PATH", REMEDY),
        (None, _) => Check::missing("rust", FOR, "rustc is not on the PATH, or does not work", REMEDY),
        (_, None) => Check::missing("rust", FOR, "cargo is not on the PATH, or does not work", REMEDY),
    }
}

fn mosquitto() -> Check {
    const FOR: &str = "handy beside `hil up` and `hil broker run`: mosquitto_pub and mosquitto_sub";
    let missing: Vec<&str> = ["mosquitto_pub", "mosquitto_sub"].into_iter().filter(|p| !is_on_path(p)).collect();
    if missing.is_empty() {
        return Check::ok("mosquitto", FOR, "mosquitto_pub and mosquitto_sub are installed");
    }
    let detail = format!("not on the PATH: {}", missing.join(", "));
    let remedy = if cfg!(target_os = "macos") {
        "brew install mosquitto"
    } else {
        "apt install mosquitto-clients   # or any other MQTT client"
    };
    Check::missing("mosquitto", FOR, detail, remedy)
}

/// Program and token.
fn wokwi() -> Check {
    const FOR: &str = "`hil run --target wokwi`: simulations on Wokwi, or on `hil wokwi serve`";
    let program = match wokwi::find_program() {
        Ok(program) => program,
        Err(missing) => return Check::missing("wokwi", FOR, missing.to_string(), missing.help()),
    };
    let Some(version) = first_line(&program, &["--short-version"]) else {
        let detail = format!("{} does not say its version", program.display());
        return Check::problem("wokwi", FOR, detail, "curl -L https://wokwi.com/ci/install.sh | sh");
    };
    match wokwi::find() {
        Ok(_) => Check::ok("wokwi", FOR, format!("wokwi-cli {version}; {} is set", wokwi::TOKEN)),
        Err(missing) => Check::missing("wokwi", FOR, format!("wokwi-cli {version}, but {missing}"), missing.help()),
    }
}

/// Espressif's mask ROM.
pub(super) fn rom(project: Option<&Project>) -> Check {
    const FOR: &str =
        "`--target sim` with firmware of ESP-IDF, Arduino or MicroPython, and with Wi-Fi; esp-hal's works without";
    const REMEDY: &str = "hil rom   # says how to get it";
    let settings = Settings::default();
    let wanted = super::super::rom::wanted(project.map_or(&settings, |it| &it.settings));
    match find(&wanted, |name| std::env::var(name).ok()) {
        Ok(Some(found)) => Check::ok("rom", FOR, format!("{}, from {}", found.path.display(), found.place)),
        Ok(None) => Check::missing("rom", FOR, "no mask ROM of the ESP32-C3", REMEDY),
        Err(error) => Check::problem("rom", FOR, error.to_string(), REMEDY),
    }
}

fn path() -> OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

fn is_on_path(program: &str) -> bool {
    !on_path(&path(), program).is_empty()
}

/// First line of `program --version`.
fn version(program: &str) -> Option<String> {
    on_path(&path(), program).first().and_then(|program| first_line(program, &["--version"]))
}
