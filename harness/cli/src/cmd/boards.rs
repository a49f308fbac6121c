//! `hil boards`: the boards of an inventory, and whether they are free.

mod table;

use std::path::{Path, PathBuf};

use hil_bench::inventory::{BoardEntry, DEFAULT_PATH, Inventory, SelectError, Selection, State, Status, status};
use hil_bench::lock::{self, Owner};
use hil_model::verdict::Exit;
use hil_report::Theme;
use serde::Serialize;

use super::DONE;
use super::error::Failure;
use super::project::{ProjectArgs, Said};
use super::run::boards;
use super::run::provision::{Telling, named};
use crate::Extensions;

/// List the boards of a bench, and whether they are free
///
/// Boards are not touched: ports are not opened, and other machines are not asked. A board is in use if a run on this machine
/// holds its lock; a stale lock is that of a run that was killed, and the next run takes it over.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  hil boards                              those of bench.yaml
  hil boards --board-tag ws2812,!slow     with the one tag and without the other
  hil boards --check && hil run --bench bench.yaml --all
  hil boards --json | jq -r '.[] | select(.state == \"in-use\") | .owner.user'

Exit codes: 0 listed, 2 wrong usage or inventory, 3 with --check if a board is not free.")]
pub(super) struct Args {
    #[command(flatten)]
    project: ProjectArgs,

    /// The inventory
    #[arg(long, value_name = "FILE", default_value = DEFAULT_PATH)]
    bench: PathBuf,

    /// Only this board; can be repeated
    #[arg(long, value_name = "ID")]
    board: Vec<String>,

    /// Only boards with these tags: `a,b` = both, `!a` = without; several --board-tag are joined by or
    #[arg(long, value_name = "TAGS")]
    board_tag: Vec<String>,

    /// As JSON
    #[arg(long)]
    json: bool,

    /// Exit code 3 if a board is in use or its port cannot be used
    #[arg(long)]
    check: bool,
}

pub(super) fn run(args: &Args, extensions: &Extensions) -> Result<Exit, Failure> {
    let project = args.project.load(Said::default(), extensions)?;
    let inventory = load(&args.bench, named(&project.settings, extensions)?.as_ref(), extensions)?;
    let (ids, tags) = (args.board.clone(), args.board_tag.clone());
    let all = ids.is_empty() && tags.is_empty();
    let boards = inventory.select(&Selection { ids, tags, all }).map_err(|e| not_selected(&e))?;
    let locks = lock::folder();
    let rows: Vec<(&BoardEntry, Status)> = boards.into_iter().map(|board| (board, status(board, &locks))).collect();
    if args.json {
        let rows: Vec<Row<'_>> = rows.iter().map(|(board, status)| Row::new(board, status)).collect();
        say!("{}", serde_json::to_string_pretty(&rows).map_err(|e| Failure::bench(&e))?);
    } else {
        crate::output::say(format_args!("{}", table::table(&rows, theme())));
    }
    let all_free = rows.iter().all(|(_, status)| status.state.is_free());
    Ok(if args.check && !all_free { Exit::Bench } else { DONE })
}

/// The inventory; its errors are printed.
fn load(path: &Path, telling: Option<&Telling>, extensions: &Extensions) -> Result<Inventory, Failure> {
    if path == Path::new(DEFAULT_PATH) && !path.exists() {
        return Err(Failure::usage(format!("there is no {DEFAULT_PATH} here"))
            .help("name one: --bench FILE; docs/bench.md says what stands in it"));
    }
    boards::load(path, telling, extensions)
}

fn not_selected(error: &SelectError) -> Failure {
    Failure::usage(error.to_string()).help(error.help())
}

fn theme() -> Theme {
    use std::io::IsTerminal as _;
    Theme::detect(std::io::stdout().is_terminal(), |name| std::env::var(name).ok())
}

/// A board in JSON.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Row<'a> {
    id: &'a str,
    chip: &'static str,
    port: String,
    node: Option<&'a str>,
    tags: &'a [String],
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a Owner>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn new(board: &'a BoardEntry, Status { node, state }: &'a Status) -> Self {
        let (owner, problem) = match state {
            State::Free => (None, None),
            State::InUse(owner) => (owner.as_ref(), None),
            State::Stale(owner) => (Some(owner), None),
            State::Port { problem, help, .. } | State::Lock { problem, help } => (None, Some((problem, help))),
        };
        Self {
            id: &board.id,
            chip: board.chip.name(),
            port: board.port.to_string(),
            node: node.as_deref(),
            tags: &board.tags,
            state: state.name(),
            owner,
            problem: problem.map(|(problem, _)| problem.as_str()),
            help: problem.map(|(_, help)| help.as_str()),
        }
    }
}
