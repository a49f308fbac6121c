//! Programs on the PATH.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::check::Check;

/// The target of the ESP32-C3.
const CHIP: &str = "riscv32imc-unknown-none-elf";
/// Longest wait for a program that is asked for its version.
const LIMIT: Duration = Duration::from_secs(10);

/// All of them.
pub(super) fn all() -> Vec<Check> {
    let rustc = version("rustc");
    vec![rust(rustc.as_deref(), version("cargo").as_deref()), chip(rustc.is_some()), mosquitto()]
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

/// The standard library for the chip, from rustup; or Debian's packages to build it.
fn chip(has_rustc: bool) -> Check {
    const FOR: &str =
        "building the firmware for the ESP32-C3: not needed yet, this version has only the targets native and mqtt";
    let sysroot = |rustc: &str| output(rustc, &["--print", "sysroot"]);
    let installed = |root: &str| Path::new(root).join("lib/rustlib").join(CHIP).join("lib").is_dir();
    if has_rustc && sysroot("rustc").is_some_and(|root| installed(&root)) {
        return Check::ok("esp32-c3", FOR, format!("the target {CHIP} is installed"));
    }
    let sources = |root: &str| Path::new(root).join("lib/rustlib/src/rust/library").exists();
    let web = version("rustc-web");
    match (web, version("cargo-web"), sysroot("rustc-web").is_some_and(|root| sources(&root))) {
        (Some(rustc), Some(_), true) => {
            Check::ok("esp32-c3", FOR, format!("Debian's {rustc}, cargo-web and rust-web-src (for -Zbuild-std)"))
        }
        (web, _, _) => {
            let remedy = if version("rustup").is_none() && (web.is_some() || has_rustc) {
                "apt install rustc-web cargo-web rust-web-src   # or, with rustup: rustup target add riscv32imc-unknown-none-elf"
            } else {
                "rustup target add riscv32imc-unknown-none-elf   # or, on Debian: apt install rustc-web cargo-web rust-web-src"
            };
            Check::missing("esp32-c3", FOR, format!("the target {CHIP} is not installed"), remedy)
        }
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

fn is_on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path).any(|folder| folder.join(&file).is_file())
}

/// First line of `program --version`.
fn version(program: &str) -> Option<String> {
    output(program, &["--version"])
}

/// First line of a program's output; `None` if it is not there, fails, or takes too long.
fn output(program: &str, arguments: &[&str]) -> Option<String> {
    if !is_on_path(program) {
        return None;
    }
    let mut child = Command::new(program)
        .args(arguments)
        // A proxy of rustup must not begin to download.
        .env("RUSTUP_AUTO_INSTALL", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    // Read beside, so that a program that says much does not wait for us, nor we for what it leaves behind.
    let (said, heard) = std::sync::mpsc::channel();
    let pipe = child.stdout.take()?;
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if pipe.take(4096).read_to_end(&mut bytes).is_ok() {
            // Nobody waits any more: it took too long.
            let _ = said.send(bytes);
        }
    });
    let began = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if began.elapsed() < LIMIT => std::thread::sleep(Duration::from_millis(5)),
            _ => {
                // It is gone already, or will be.
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    };
    let bytes = heard.recv_timeout(LIMIT.saturating_sub(began.elapsed())).ok()?;
    let line = String::from_utf8_lossy(&bytes).lines().next().unwrap_or_default().trim().to_owned();
    (status.success() && !line.is_empty()).then_some(line)
}
