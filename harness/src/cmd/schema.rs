//! `hil schema`: the JSON Schema of scenario files.

use harness::verdict::Exit;

use super::error::Failure;

/// Print the JSON Schema of scenario files
///
/// With it, editors complete keys and show their meaning. In VS Code (extension "YAML"), put this line at the top of a
/// scenario:  # yaml-language-server: $schema=../docs/scenario.schema.json
#[derive(clap::Args)]
#[command(after_help = "\
Example:
  hil schema > docs/scenario.schema.json")]
pub(super) struct Args {}

pub(super) fn run(_args: &Args) -> Result<Exit, Failure> {
    println!("{:#}", harness::scenario::schema());
    Ok(super::DONE)
}
