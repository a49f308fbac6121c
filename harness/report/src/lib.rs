//! Reports: consumers of the one event stream that a run emits.
//!
//! The runner knows nothing of reports. It hands each [`RunEvent`](hil_model::event::RunEvent) to a [`Reporter`], usually a
//! [`FanOut`] over several:
//!
//! | report | for | module |
//! |---|---|---|
//! | [`Terminal`] | who waits for the run | [`terminal`] |
//! | [`Junit`] | CI systems | [`junit`] |
//! | [`JsonLines`] | programs, and `hil report merge`: the stream itself | [`jsonl`] |
//! | [`Html`] | who looks for the cause: one page with time axes | [`html`] |
//! | [`GitHub`] | annotations and job summary of GitHub Actions | [`github`] |
//!
//! Since the JSON lines report is the stream itself, every other report can be made from it later: read it with
//! [`jsonl::read_run`] and replay it with [`replay`]. [`merge`] joins the streams of several machines into one first.
//!
//! What devices, brokers and scenario files say is data of strangers here: it is escaped for the medium that it is written
//! to, and what is too much is left out with a note that says so.

mod board;
mod campaign;
mod excerpt;
mod failure_text;
pub mod github;
mod groups;
pub mod html;
pub mod jsonl;
pub mod junit;
mod lines;
pub mod merge;
mod reporter;
mod rerun;
mod summary;
pub mod terminal;
mod text;
mod theme;

pub use github::GitHub;
pub use html::Html;
pub use jsonl::JsonLines;
pub use junit::Junit;
pub use reporter::{FanOut, Reporter, replay};
pub use rerun::{rerun_command, soak_command};
pub use summary::{add_boards, exit, summarize};
pub use terminal::Terminal;
pub use theme::Theme;

pub use text::{clean, clean_lines};
