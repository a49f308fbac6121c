//! `hil schema`: the JSON Schemas of scenario files and inventories.

use harness::verdict::Exit;

use super::error::Failure;

/// Print the JSON Schema of scenario files, or of inventories
///
/// With it, editors complete keys and show their meaning. In VS Code (extension "YAML"), put this line at the top of a
/// scenario:  # yaml-language-server: $schema=../docs/scenario.schema.json
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hil schema > docs/scenario.schema.json
  hil schema --bench > docs/bench.schema.json")]
pub(super) struct Args {
    /// Of inventories (bench.yaml)
    #[arg(long)]
    bench: bool,
}

pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let schema = if args.bench { harness::bench::inventory::schema() } else { harness::scenario::schema() };
    println!("{schema:#}");
    Ok(super::DONE)
}
