//! Colours of the terminal report.

use anstyle::{AnsiColor, Style};

use hil_model::verdict::Verdict;

/// The styles that text is printed in; all of them plain without colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    color: bool,
}

impl Theme {
    /// With or without colour.
    pub const fn new(color: bool) -> Self {
        Self { color }
    }

    /// As the environment `env` wants it: `NO_COLOR` turns colour off, `CLICOLOR_FORCE` on; otherwise there is colour on a
    /// terminal that is not `dumb`.
    pub fn detect(is_terminal: bool, env: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| env(name).is_some_and(|value| !value.is_empty());
        let forced = set("CLICOLOR_FORCE") && env("CLICOLOR_FORCE").as_deref() != Some("0");
        let dumb = env("TERM").as_deref() == Some("dumb");
        Self::new(!set("NO_COLOR") && (forced || is_terminal && !dumb))
    }

    /// Whether there is colour.
    pub const fn has_color(self) -> bool {
        self.color
    }

    /// A verdict's word.
    pub const fn verdict(self, verdict: Verdict) -> Style {
        self.bold(match verdict {
            Verdict::Passed => AnsiColor::Green,
            Verdict::Flaky | Verdict::Skipped => AnsiColor::Yellow,
            Verdict::Failed => AnsiColor::Red,
            Verdict::Invalid | Verdict::BenchError => AnsiColor::Magenta,
            Verdict::Interrupted => AnsiColor::Cyan,
        })
    }

    /// A headline.
    pub(crate) const fn strong(self) -> Style {
        if self.color { Style::new().bold() } else { Style::new() }
    }

    /// What frames other text: rules, gutters, arrows.
    pub(crate) const fn frame(self) -> Style {
        self.bold(AnsiColor::Blue)
    }

    /// What may be overlooked.
    pub(crate) const fn dim(self) -> Style {
        if self.color { Style::new().dimmed() } else { Style::new() }
    }

    /// Identifiers.
    pub(crate) const fn id(self) -> Style {
        self.bold(AnsiColor::Cyan)
    }

    const fn bold(self, color: AnsiColor) -> Style {
        if self.color { color.on_default().bold() } else { Style::new() }
    }
}
