//! How far flashing is: a line for each part, and on a terminal a bar while it is written.

use std::io::{IsTerminal as _, stderr};

use hil_bench::flash::{Part, Progress};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Widest name of a part.
const WIDTH: usize = 15;

pub(in crate::cmd) struct Lines {
    bar: ProgressBar,
}

impl Lines {
    pub(in crate::cmd) fn new() -> Self {
        let shows = stderr().is_terminal() && std::env::var_os("CI").is_none();
        let target = if shows { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self { bar: ProgressBar::with_draw_target(None, target) }
    }
}

impl Progress for Lines {
    fn begins(&mut self, part: &Part, steps: usize) {
        let style = ProgressStyle::with_template("{msg} {bar:30} {percent:>3} %").expect("a valid template");
        self.bar.set_style(style);
        self.bar.set_message(format!("{:WIDTH$}", part.name));
        self.bar.set_length(steps as u64);
        self.bar.set_position(0);
    }

    fn advances(&mut self, steps: usize) {
        self.bar.set_position(steps as u64);
    }

    fn verifies(&mut self, part: &Part) {
        self.bar.set_message(format!("{:WIDTH$} is read back", part.name));
    }

    fn ends(&mut self, part: &Part, was_there: bool) {
        let Part { name, address, bytes } = part;
        let what = if was_there { "is there already" } else { "written and verified" };
        self.bar.suspend(|| say!("{name:WIDTH$} {address:#08x} {:8} bytes  {what}", bytes.len()));
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
