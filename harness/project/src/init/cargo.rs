//! `Cargo.toml`: Rust, with esp-hal or on ESP-IDF.

use std::path::Path;

use toml::{Table, Value};

use super::detect::Detected;
use super::draft::{DraftFirmware, Toolkit, Unknown};
use super::files;
use crate::value::{BuildCommand, Chip};

const MANIFEST: &str = "Cargo.toml";

/// Crates that say what a package is built on.
const CRATES: [(&str, Toolkit); 3] =
    [("esp-hal", Toolkit::EspHal), ("esp-idf-svc", Toolkit::EspIdfRust), ("esp-idf-hal", Toolkit::EspIdfRust)];

pub(super) fn detect(folder: &Path, detected: &mut Detected) {
    let Some(text) = files::text(folder, MANIFEST) else { return };
    let manifest: Table = match text.parse() {
        Ok(manifest) => manifest,
        Err(error) => return detected.unreadable(MANIFEST, error.message()),
    };
    let Some((toolkit, dependency)) = toolkit(&manifest) else { return };
    if !detected.take(toolkit) {
        return;
    }
    let name = manifest.get("package").and_then(|package| package.get("name")).and_then(Value::as_str);
    let mut binaries = binaries(folder, &manifest, name);
    let chip = chip(&manifest, dependency);
    let taken = if binaries.is_empty() { name.unwrap_or("firmware").to_owned() } else { binaries.remove(0) };
    let with_chip = chip.as_deref().map_or_else(String::new, |chip| format!(" for the {chip}"));
    detected.found(MANIFEST, format!("the binary {taken}, {toolkit}{with_chip}"));
    if !binaries.is_empty() {
        let unknown = Unknown::OneOfSeveral { what: "binary", taken: taken.clone(), others: binaries };
        detected.unknown.push(unknown);
    }
    detected.chip(chip.as_deref());
    let triple = triple(folder, toolkit, chip.as_deref(), detected);
    let target = target_folder(folder);
    detected.draft.firmware = Some(DraftFirmware {
        build: Some(BuildCommand::Shell("cargo build --release".to_owned())),
        file: format!("{target}/{triple}/release/{taken}"),
    });
}

fn toolkit(manifest: &Table) -> Option<(Toolkit, &'static str)> {
    let mut all = vec![manifest.get("dependencies")];
    if let Some(targets) = manifest.get("target").and_then(Value::as_table) {
        all.extend(targets.values().map(|target| target.get("dependencies")));
    }
    let has = |name: &str| all.iter().flatten().any(|dependencies| dependencies.get(name).is_some());
    CRATES.into_iter().find(|(name, _)| has(name)).map(|(name, toolkit)| (toolkit, name))
}

/// Names of the binaries, the package's own first.
fn binaries(folder: &Path, manifest: &Table, package: Option<&str>) -> Vec<String> {
    let named = manifest.get("bin").and_then(Value::as_array).into_iter().flatten();
    let mut names: Vec<String> =
        named.filter_map(|bin| bin.get("name").and_then(Value::as_str)).map(str::to_owned).collect();
    for file in files::names(&folder.join("src/bin")) {
        let name = file.strip_suffix(".rs").unwrap_or(&file);
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    if let Some(package) = package.filter(|_| folder.join("src/main.rs").is_file())
        && !names.iter().any(|name| name == package)
    {
        names.insert(0, package.to_owned());
    }
    names
}

/// The chip is a feature of esp-hal, here or through a feature of the package.
fn chip(manifest: &Table, dependency: &str) -> Option<String> {
    let features = |dependency: &Value| -> Vec<String> {
        let features = dependency.get("features").and_then(Value::as_array).into_iter().flatten();
        features.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let own = manifest.get("dependencies").and_then(|all| all.get(dependency)).map(features).unwrap_or_default();
    let is_chip = |name: &&String| name.starts_with("esp32");
    own.iter().find(is_chip).cloned().or_else(|| {
        let of_package = manifest.get("features").and_then(Value::as_table)?;
        let names: Vec<&String> = of_package.keys().filter(|name| is_chip(name)).collect();
        match names.as_slice() {
            [only] => Some((*only).clone()),
            _ => None,
        }
    })
}

/// What the compiler calls the chip: `build.target` of cargo's settings, or the usual one.
fn triple(folder: &Path, toolkit: Toolkit, chip: Option<&str>, detected: &mut Detected) -> String {
    for name in [".cargo/config.toml", ".cargo/config"] {
        let Some(text) = files::text(folder, name) else { continue };
        match text.parse::<Table>() {
            Ok(settings) => {
                let target = settings.get("build").and_then(|build| build.get("target")).and_then(Value::as_str);
                if let Some(target) = target {
                    detected.found(name, format!("built for {target}"));
                    return target.to_owned();
                }
            }
            Err(error) => detected.unreadable(name, error.message()),
        }
    }
    let usual = match (toolkit, chip.and_then(|chip| chip.parse::<Chip>().ok())) {
        (Toolkit::EspIdfRust, _) => "riscv32imc-esp-espidf",
        (_, Some(Chip::Esp32c3) | None) => "riscv32imc-unknown-none-elf",
    };
    usual.to_owned()
}

/// Where cargo builds: in the folder of the workspace that the package is in.
fn target_folder(folder: &Path) -> String {
    let is_workspace = |folder: &Path| {
        files::text(folder, MANIFEST)
            .and_then(|text| text.parse::<Table>().ok())
            .is_some_and(|manifest| manifest.contains_key("workspace"))
    };
    // An empty path has no ancestors that lead upwards.
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    match absolute.ancestors().position(is_workspace) {
        None | Some(0) => "target".to_owned(),
        Some(levels) => format!("{}target", "../".repeat(levels)),
    }
}
