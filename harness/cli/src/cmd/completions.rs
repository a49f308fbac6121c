//! `hil completions`: scripts for shells.

use clap_complete::Shell;
use hil_model::verdict::Exit;

use super::error::Failure;
use crate::Extensions;

/// Print a completion script for a shell, or the manual page
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hil completions bash > ~/.local/share/bash-completion/completions/hil
  hil completions zsh > ~/.zfunc/_hil
  hil completions --man > ~/.local/share/man/man1/hil.1")]
pub(super) struct Args {
    /// The shell
    #[arg(value_enum, required_unless_present = "man")]
    shell: Option<Shell>,

    /// The manual page instead
    #[arg(long)]
    man: bool,
}

pub(super) fn run(args: &Args, extensions: &Extensions) -> Result<Exit, Failure> {
    let mut command = super::command(extensions);
    let mut out = Vec::new();
    if args.man {
        clap_mangen::Man::new(command).render(&mut out).map_err(|e| Failure::io("the manual page", &e))?;
    } else if let Some(shell) = args.shell {
        clap_complete::generate(shell, &mut command, "hil", &mut out);
    }
    crate::output::say(format_args!("{}", String::from_utf8_lossy(&out)));
    Ok(super::DONE)
}
