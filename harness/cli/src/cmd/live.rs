//! How far a command is that takes long: a line that is renewed in a terminal, one each 10 s in a log.

use std::fmt::Display;
use std::io::{IsTerminal as _, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Time between two lines in a log.
const LOG_EACH: Duration = Duration::from_secs(10);

/// The line.
pub(in crate::cmd) struct Live {
    /// In a terminal.
    bar: Option<ProgressBar>,
    logged: Instant,
}

impl Live {
    pub(in crate::cmd) fn new() -> Self {
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            bar.set_style(ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar
        });
        Self { bar, logged: Instant::now() }
    }

    pub(in crate::cmd) fn show(&mut self, statistics: &dyn Display) {
        match &self.bar {
            Some(bar) => {
                bar.set_message(statistics.to_string());
                bar.tick();
            }
            None if self.logged.elapsed() >= LOG_EACH => {
                remark!("{statistics}");
                self.logged = Instant::now();
            }
            None => {}
        }
    }

    /// Prints something else meanwhile.
    pub(in crate::cmd) fn aside(&self, print: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    pub(in crate::cmd) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
