//! The terminal reporter: what is printed when.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::status::StatusLine;
use super::{boards, closing, outcome};
use crate::text::{clean, count};
use crate::{Reporter, Theme, groups};
use hil_model::event::{Attempt, RunEvent, RunInfo, ScenarioReport};
use hil_model::verdict::Verdict;

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// One status line on standard error, redrawn; lines only for scenarios that did not simply pass.
    Live,
    /// One line for each finished scenario.
    Lines,
}

impl Progress {
    /// Live on a terminal, lines in a log and in CI (`CI` set, or `TERM=dumb`).
    pub fn detect(is_terminal: bool, env: impl Fn(&str) -> Option<String>) -> Self {
        let ci = env("CI").is_some_and(|v| !v.is_empty() && v != "false");
        let dumb = env("TERM").as_deref() == Some("dumb");
        if is_terminal && !ci && !dumb { Self::Live } else { Self::Lines }
    }
}

/// Prints to a terminal or a log.
pub struct Terminal<W: Write> {
    out: W,
    theme: Theme,
    status: Option<StatusLine>,
    progress: Progress,
    info: Option<RunInfo>,
    /// All that did not simply pass.
    remarkable: Vec<ScenarioReport>,
    /// Those for which no board was left, until they are told together.
    stranded: Vec<ScenarioReport>,
    /// Ids of the boards that had a phase.
    boards: BTreeSet<String>,
    /// What the simulator does not model, and in how many scenarios that was asked for.
    unmodelled: BTreeMap<String, usize>,
}

impl<W: Write> Terminal<W> {
    /// Prints to `out`, which the status line, if any, must share its terminal with.
    pub fn new(out: W, theme: Theme, progress: Progress) -> Self {
        let (info, remarkable, stranded) = (None, vec![], vec![]);
        Self {
            out,
            theme,
            status: None,
            progress,
            info,
            remarkable,
            stranded,
            boards: BTreeSet::new(),
            unmodelled: BTreeMap::new(),
        }
    }

    /// Prints `text` above the status line.
    fn print(&mut self, text: &str) -> io::Result<()> {
        let out = &mut self.out;
        let mut write = || out.write_all(text.as_bytes()).and_then(|()| out.flush());
        match &self.status {
            Some(status) => status.suspend(write),
            None => write(),
        }
    }

    fn scenario_finished(&mut self, scenario: &ScenarioReport) -> io::Result<()> {
        let quiet = matches!(scenario.verdict, Verdict::Passed | Verdict::Skipped);
        if groups::is_stranded(scenario) {
            self.stranded.push(scenario.clone());
        } else if self.status.is_none() || !quiet {
            self.print(&outcome::line(scenario, self.boards.len() > 1, self.theme))?;
        }
        if let Some(status) = &mut self.status {
            status.finished(&scenario.id, scenario.verdict);
        }
        for what in scenario.attempts.last().map(Attempt::unmodelled).unwrap_or_default() {
            *self.unmodelled.entry(clean(what)).or_default() += 1;
        }
        if scenario.verdict != Verdict::Passed || groups::is_idle(scenario) {
            self.remarkable.push(scenario.clone());
        }
        Ok(())
    }

    /// The lines of stranded scenarios: one for each reason.
    fn tell_stranded(&mut self) -> io::Result<()> {
        let stranded = std::mem::take(&mut self.stranded);
        let lines: String = groups::stranded(&stranded).iter().map(|g| outcome::group_line(g, self.theme)).collect();
        self.print(&lines)
    }
}

impl<W: Write> Reporter for Terminal<W> {
    fn event(&mut self, event: &RunEvent) -> io::Result<()> {
        match event {
            RunEvent::RunStarted(info) => {
                self.print(&head(info, self.theme))?;
                if self.progress == Progress::Live {
                    self.status = Some(StatusLine::new(info.total));
                }
                self.info = Some(info.clone());
            }
            RunEvent::ScenarioStarted { id, attempt } => match &mut self.status {
                Some(status) => status.started(id),
                None if *attempt > 1 => self.print(&outcome::retry_line(id, *attempt, self.theme))?,
                None => {}
            },
            RunEvent::BoardPhase { board, phase } => {
                self.boards.insert(board.clone());
                if let Some(status) = &mut self.status {
                    status.board(board, *phase);
                }
            }
            RunEvent::BoardFailed { board, fault } => {
                self.boards.insert(board.clone());
                if let Some(status) = &mut self.status {
                    status.board_failed(board, fault.scenario.as_deref());
                }
                self.print(&boards::failed(board, fault, self.theme))?;
            }
            RunEvent::ScenarioFinished(scenario) => self.scenario_finished(scenario)?,
            RunEvent::RunFinished(summary) => {
                self.status = None;
                match self.progress {
                    Progress::Lines => self.tell_stranded()?,
                    // The end tells them right below.
                    Progress::Live => self.stranded.clear(),
                }
                self.remarkable.sort_by(|a, b| a.id.cmp(&b.id));
                let end = closing::render(self.info.as_ref(), &self.remarkable, &self.unmodelled, summary, self.theme);
                self.print(&end)?;
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.status = None;
        self.tell_stranded()?;
        self.out.flush()
    }
}

/// `hil 0.1.0: target sim (default: hil.toml:3), firmware app.elf (lamp 1.2, sha256 0123456789ab), broker embedded, seed 42, 57
/// scenarios`
fn head(info: &RunInfo, theme: Theme) -> String {
    let strong = theme.strong();
    let share = match &info.partition {
        Some(p) => format!(" of {} ({}:{}/{})", info.plan_total, clean(&p.kind), p.index, p.total),
        None => String::new(),
    };
    format!(
        "{strong}hil {}{strong:#}: target {strong}{}{strong:#} ({}){}, broker {}, seed {}, {}{share}\n",
        clean(&info.version),
        clean(&info.target),
        clean(&info.target_reason),
        info.firmware.as_ref().map_or_else(String::new, |it| format!(", firmware {}", clean(&it.to_string()))),
        clean(&info.broker),
        info.seed,
        count(info.total, "scenario"),
    )
}
