//! The keys of the file, and of a profile, which are the same.

use std::collections::BTreeMap;
use std::path::PathBuf;

use hil_scenario::Span;
use hil_scenario::decode::Shape;
use hil_scenario::error::Code;

use super::scalar::{keyword, parsed, path, path_or_none, texts};
use super::{broker, console, firmware, flash, fuzz, hosts, provision, serial, vars, wifi};
use crate::Resolved;
use crate::cx::{Cx, Value, quoted, span};
use crate::settings::Settings;
use crate::table::Table;
use crate::value::{Chip, Provision};

/// A profile.
pub(crate) const PROFILE: Shape = Shape {
    name: "a profile",
    example: "firmware",
    keys: &[
        "scenarios",
        "target",
        "native",
        "chip",
        "firmware",
        "diagram",
        "rom",
        "flash",
        "broker",
        "serial",
        "console",
        "wifi",
        "provision",
        "hosts",
        "vars",
        "fuzz",
    ],
};

/// The file: a profile, and the profiles.
pub(crate) const FILE: Shape = Shape {
    name: "hil.toml",
    example: "firmware",
    keys: &[
        "scenarios",
        "target",
        "native",
        "chip",
        "firmware",
        "diagram",
        "rom",
        "flash",
        "broker",
        "serial",
        "console",
        "wifi",
        "provision",
        "hosts",
        "vars",
        "fuzz",
        "profile",
    ],
};

/// The settings of a profile, or of the file itself.
pub(crate) fn settings<'t>(cx: &mut Cx<'_>, value: &'t Value<'t>, shape: &'static Shape) -> Settings {
    let Some(mut table) = Table::new(cx, value, shape) else { return Settings::default() };
    let names = table.cx.names();
    let targets: Vec<&str> = names.targets.iter().map(String::as_str).collect();
    let devices: Vec<&str> = names.devices.iter().map(String::as_str).collect();
    let flash = table.optional("flash", flash::flash).unwrap_or_default();
    let provision = table.resolved("provision", provision::provision);
    let spans = (flash.nvs_span, table.entry("provision").map(|(key, _)| span(key)));
    let provision = provisioned(table.cx, flash.nvs, provision, spans);
    Settings {
        scenarios: table.resolved("scenarios", scenarios),
        target: table.resolved("target", |cx, value| keyword(cx, value, "target", &targets)),
        native: table.resolved("native", |cx, value| keyword(cx, value, "device", &devices)),
        chip: table.resolved("chip", chip),
        firmware: table.resolved("firmware", firmware::firmware),
        diagram: table.resolved("diagram", path),
        rom: table.resolved("rom", path_or_none),
        flash: flash.settings,
        broker: table.optional("broker", broker::broker).unwrap_or_default(),
        serial: table.optional("serial", serial::serial).unwrap_or_default(),
        console: table.optional("console", console::console).unwrap_or_default(),
        wifi: table.optional("wifi", wifi::wifi).unwrap_or_default(),
        provision,
        hosts: table.optional("hosts", hosts::hosts).unwrap_or_default(),
        vars: table.optional("vars", vars::vars).unwrap_or_default(),
        fuzz_device: table.optional("fuzz", fuzz::fuzz).flatten(),
    }
}

/// `[profile.NAME]`
pub(crate) fn profiles<'t>(cx: &mut Cx<'_>, value: &'t Value<'t>) -> BTreeMap<String, Settings> {
    let Some(table) = Table::of_any(cx, value, "[profile.bench]") else { return BTreeMap::new() };
    let mut profiles = BTreeMap::new();
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        if name.is_empty() || !name.chars().all(is_part) {
            let title = format!("{} cannot be the name of a profile", quoted(name));
            cx.error(Code::BadValue, span(key), title, "", "a name has letters, digits, `_`, `-` and `.`");
            continue;
        }
        cx.enter_profile(name);
        profiles.insert(name.to_owned(), settings(cx, value, &PROFILE));
    }
    profiles
}

fn scenarios(cx: &mut Cx<'_>, value: &Value<'_>) -> Option<Vec<PathBuf>> {
    let paths = texts(cx, value, "a path, or an array of paths")?;
    Some(paths.iter().map(|path| cx.path(path)).collect())
}

fn chip(cx: &mut Cx<'_>, value: &Value<'_>) -> Option<Chip> {
    let known: Vec<&str> = Chip::ALL.into_iter().map(Chip::name).collect();
    let help = format!("the simulator has models of {}", known.join(", "));
    parsed(cx, value, "the name of a chip", &help)
}

/// `nvs` of `[flash]` is short for two kinds of `[provision]`.
fn provisioned(
    cx: &mut Cx<'_>,
    nvs: Option<Resolved<Provision>>,
    provision: Option<Resolved<Provision>>,
    spans: (Option<Span>, Option<Span>),
) -> Option<Resolved<Provision>> {
    if let (Some(nvs), Some(provision)) = spans {
        let help = "`nvs` is short for [provision] with kind = \"nvs\" (a CSV file) or \"image\"; what else belongs into the flash \
            stands in [flash.images]";
        cx.conflict("`nvs` of [flash] and [provision] exclude each other", nvs, provision, help);
    }
    provision.or(nvs)
}
