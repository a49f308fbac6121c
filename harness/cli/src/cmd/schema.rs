//! `hil schema`: the JSON Schemas of scenario files, project files, inventories and device descriptions.

use hil_model::verdict::Exit;

use super::error::Failure;

/// Print the JSON Schema of scenario files, of project files, of inventories, or of device descriptions
///
/// With it, editors complete keys and show their meaning. In VS Code (extension "YAML"), put this line at the top of a
/// scenario:  # yaml-language-server: $schema=../docs/scenario.schema.json
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hil schema > docs/scenario.schema.json
  hil schema --project > docs/hil.schema.json
  hil schema --bench > docs/bench.schema.json
  hil schema --device > docs/device.schema.json")]
pub(super) struct Args {
    /// Of project files (hil.toml)
    #[arg(long, conflicts_with_all = ["bench", "device"])]
    project: bool,

    /// Of inventories (bench.yaml)
    #[arg(long)]
    bench: bool,

    /// Of device descriptions (device.yaml)
    #[arg(long, conflicts_with = "bench")]
    device: bool,
}

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let schema = match (args.project, args.bench, args.device) {
        (true, ..) => hil_project::schema(),
        (_, true, _) => hil_bench::inventory::schema(),
        (.., true) => hil_fuzz::device::schema(),
        _ => hil_scenario::schema(),
    };
    say!("{schema:#}");
    Ok(super::DONE)
}
