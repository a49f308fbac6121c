//! `hil config`: what holds, and where it is from.

use hil_model::verdict::Exit;
use hil_project::{Entry, Project};
use unicode_width::UnicodeWidthStr as _;

use super::error::Failure;
use super::project::{ProjectArgs, Said};
use super::run::{broker::BrokerArgs, target::TargetArgs};
use super::selection::Selection;
use crate::Extensions;

/// Say what holds for this project, and where each value comes from
///
/// The command line goes before the environment, that before a profile, that before the project file (hil.toml), that before
/// wokwi.toml (its firmware only), that before defaults. Takes the options of `hil run`, to show what they change.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hil config                        what `hil run` would take
  hil config --profile bench        with the profile [profile.bench]
  hil config --json | jq '.settings[] | select(.key == \"firmware.file\")'

Exit codes: 0 shown, 2 wrong usage, or the project file is wrong.")]
pub(super) struct Args {
    #[command(flatten)]
    project: ProjectArgs,

    #[command(flatten)]
    selection: Selection,

    #[command(flatten)]
    target: TargetArgs,

    #[command(flatten)]
    broker: BrokerArgs,

    /// As JSON: {"version", "file", "profile", "settings": [{"key", "value", "origin": {"kind", ...}}]}
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, extensions: &Extensions) -> Result<Exit, Failure> {
    let mut said = Said::default();
    args.selection.say(&mut said);
    args.target.say(&mut said);
    args.broker.say(&mut said);
    let project = args.project.load(said, extensions)?;
    let text = if args.json { as_json(&project) } else { as_text(&project) };
    crate::output::say(format_args!("{text}"));
    Ok(super::DONE)
}

fn as_json(project: &Project) -> String {
    let settings: Vec<serde_json::Value> = project
        .settings
        .entries()
        .into_iter()
        .map(|Entry { key, value, origin }| serde_json::json!({ "key": key, "value": value, "origin": origin.to_json() }))
        .collect();
    let report = serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"),
        "file": project.file,
        "profile": project.profile,
        "settings": settings,
    });
    format!("{report:#}\n")
}

fn as_text(project: &Project) -> String {
    let mut text = match (&project.file, &project.profile) {
        (Some(file), Some(profile)) => format!("project file {}, profile {profile}\n\n", file.display()),
        (Some(file), None) => format!("project file {}\n\n", file.display()),
        (None, _) => "no project file (hil.toml) here or above; `hil init` writes one\n\n".to_owned(),
    };
    let rows: Vec<(String, String, String)> = project
        .settings
        .entries()
        .into_iter()
        .map(|entry| (entry.key, shown(&entry.value), entry.origin.to_string()))
        .collect();
    let width = |of: fn(&(String, String, String)) -> &str| rows.iter().map(|row| of(row).width()).max().unwrap_or(0);
    let (keys, values) = (width(|row| &row.0), width(|row| &row.1).min(MAX_VALUE));
    for (key, value, origin) in &rows {
        let pad = |text: &str, to: usize| " ".repeat(to.saturating_sub(text.width()));
        text += &format!("{key}{}  {value}{}  {origin}\n", pad(key, keys), pad(value, values));
    }
    text
}

/// Columns of a value behind which the origins do not stand in line any more.
const MAX_VALUE: usize = 60;

/// A value as it is typed: a text without quotes, a list with commas.
fn shown(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.escape_debug().to_string(),
        serde_json::Value::Array(items) if items.iter().all(serde_json::Value::is_string) => {
            items.iter().map(shown).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}
