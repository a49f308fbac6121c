//! One thing that was looked at.

use serde::Serialize;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Check {
    /// `scenarios`, `rust`: stable, for scripts.
    pub(super) name: &'static str,
    /// How it is.
    pub(super) state: State,
    /// Whether `hil run` does not work without it.
    pub(super) needed: bool,
    /// What exactly was found.
    pub(super) detail: String,
    /// What it is for.
    pub(super) needed_for: &'static str,
    /// The command, or the deed, that helps.
    pub(super) remedy: Option<String>,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// As it should be.
    Ok,
    /// Not there.
    Missing,
    /// There, and wrong.
    Problem,
}

impl Check {
    pub(super) fn ok(name: &'static str, needed_for: &'static str, detail: impl Into<String>) -> Self {
        Self { name, state: State::Ok, needed: false, detail: detail.into(), needed_for, remedy: None }
    }

    pub(super) fn missing(
        name: &'static str,
        needed_for: &'static str,
        detail: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { state: State::Missing, remedy: Some(remedy.into()), ..Self::ok(name, needed_for, detail) }
    }

    pub(super) fn problem(
        name: &'static str,
        needed_for: &'static str,
        detail: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { state: State::Problem, remedy: Some(remedy.into()), ..Self::ok(name, needed_for, detail) }
    }

    /// `hil run` does not work without it.
    pub(super) fn needed(self) -> Self {
        Self { needed: true, ..self }
    }

    /// Two lines; a third one for the remedy.
    pub(super) fn to_text(&self, color: bool) -> String {
        let (word, style) = match self.state {
            State::Ok => ("ok", "\x1b[1;32m"),
            State::Missing if self.needed => ("missing", "\x1b[1;31m"),
            State::Problem if self.needed => ("problem", "\x1b[1;31m"),
            State::Missing => ("missing", "\x1b[1;33m"),
            State::Problem => ("problem", "\x1b[1;33m"),
        };
        let mark = if self.needed && self.state != State::Ok { '!' } else { ' ' };
        let (style, dim, help, reset) =
            if color { (style, "\x1b[2m", "\x1b[1;36m", "\x1b[0m") } else { ("", "", "", "") };
        let mut text = format!("{mark} {style}{word:<7}{reset}  {:<10}  {}\n", self.name, clean(&self.detail));
        text += &format!("{:23}{dim}{}{reset}\n", "", self.needed_for);
        if let Some(remedy) = &self.remedy {
            text += &format!("{:23}{help}help{reset}: {}\n", "", clean(remedy));
        }
        text
    }
}

/// What programs and brokers say, fit for a terminal.
fn clean(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect::<Vec<_>>() } else { vec![c] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_check_says_what_it_is_for_and_what_helps() {
        let all = [
            Check::ok("scenarios", "`hil run`", "scenarios/: 3 scenarios").needed(),
            Check::missing("rust", "building things", "no cargo", "curl it"),
            Check::problem("reports", "the reports", "not writable\x1b[2J", "chmod u+w target/hil").needed(),
        ];
        let text: String = all.iter().map(|c| c.to_text(false)).collect();
        insta::assert_snapshot!(text, @r"
          ok       scenarios   scenarios/: 3 scenarios
                               `hil run`
          missing  rust        no cargo
                               building things
                               help: curl it
        ! problem  reports     not writable\u{1b}[2J
                               the reports
                               help: chmod u+w target/hil
        ");
        let json = serde_json::to_string(&all[1]).expect("plain data");
        insta::assert_snapshot!(json, @r#"
        {"name":"rust","state":"missing","needed":false,"detail":"no cargo","needed_for":"building things","remedy":"curl it"}
        "#);
        assert!(all[2].to_text(true).starts_with("! \x1b[1;31mproblem\x1b[0m"));
    }
}
