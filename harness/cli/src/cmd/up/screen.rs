//! Where lines go: a terminal with a status line at its bottom, or any other output.

use std::io::{IsTerminal as _, Write as _, stdout};
use std::time::Duration;

use hil_report::Theme;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Redraws a second.
const FRAMES: u8 = 20;

/// Standard output.
pub(super) struct Screen {
    /// The status line, on a terminal that takes colour.
    status: Option<ProgressBar>,
    color: bool,
}

impl Screen {
    /// As terminal and environment allow.
    pub(super) fn detect() -> Self {
        let terminal = stdout().is_terminal();
        let color = Theme::detect(terminal, |name| std::env::var(name).ok()).has_color();
        Self { status: (terminal && color).then(status_line), color }
    }

    pub(super) fn has_color(&self) -> bool {
        self.color
    }

    /// Whether lights are shown in place.
    pub(super) fn has_status(&self) -> bool {
        self.status.is_some()
    }

    /// Writes lines above the status line.
    ///
    /// # Errors
    /// Nobody reads any more.
    pub(super) fn print(&self, lines: &[String]) -> std::io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let write = || {
            let mut out = stdout().lock();
            for line in lines {
                writeln!(out, "{line}")?;
            }
            out.flush()
        };
        match &self.status {
            Some(status) => status.suspend(write),
            None => write(),
        }
    }

    /// Changes the status line.
    pub(super) fn show(&self, text: String) {
        if let Some(status) = &self.status {
            status.set_message(text);
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if let Some(status) = &self.status {
            status.finish_and_clear();
        }
    }
}

fn status_line() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stdout_with_hz(FRAMES));
    let style = ProgressStyle::with_template("{msg}").expect("the template is well-formed");
    bar.set_style(style);
    // The last change of a fast row of them is drawn by the tick, if the frame rate swallowed it.
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}
