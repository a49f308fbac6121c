//! Workflow commands: `::error file=..,line=..,col=..,title=..::message`.

use std::path::Path;

use crate::board;
use crate::groups::Group;
use crate::text::clean;
use hil_model::event::{BoardFault, Failure, ScenarioReport};
use hil_model::verdict::Verdict;

/// The annotations of one scenario, a line each; empty if it passed or was skipped.
///
/// GitHub shows ten errors and ten warnings of a step; the others stay in its log.
pub(super) fn of(scenario: &ScenarioReport) -> String {
    let failures =
        |attempt: Option<&hil_model::event::Attempt>| attempt.map(|a| a.failures.clone()).unwrap_or_default();
    let (level, failures) = match scenario.verdict {
        Verdict::Passed | Verdict::Skipped => return String::new(),
        Verdict::Flaky => ("warning", failures(scenario.attempts.first())),
        _ => ("error", failures(scenario.attempts.last())),
    };
    if failures.is_empty() {
        let message = scenario.reason.as_deref().unwrap_or("did not end");
        return command(level, &scenario.file, (scenario.line, None), &title(scenario), message);
    }
    failures.iter().map(|failure| annotation(level, scenario, failure)).collect()
}

/// Scenarios for which no board was left, at the place of the first.
pub(super) fn of_group(group: &Group<'_>) -> String {
    let Some(first) = group.scenarios.first() else { return String::new() };
    let title = format!("{}: {}", first.verdict, group.names(1));
    command("error", &first.file, (first.line, None), &title, &group.reason)
}

/// A fault of a board: a warning, as it does not by itself make the run fail.
pub(super) fn of_fault(id: &str, fault: &BoardFault) -> String {
    let mut message = vec![board::fault(fault)];
    message.extend(board::consequence(fault).map(str::to_owned));
    if !fault.help.is_empty() {
        message.push(format!("help: {}", fault.help));
    }
    message.extend(board::serial(fault).into_iter().map(|line| format!("| {line}")));
    without_place("warning", &format!("board {id}"), &message.join("\n"))
}

/// Fewer boards than were wanted.
pub(super) fn of_shortfall(message: &str) -> String {
    without_place("error", "too few boards", message)
}

fn title(scenario: &ScenarioReport) -> String {
    format!("{}: {}", scenario.verdict, scenario.id)
}

fn annotation(level: &str, scenario: &ScenarioReport, failure: &Failure) -> String {
    let mut message = failure.title.clone();
    let fields = [("expected", &failure.expected), ("actual", &failure.actual), ("help", &failure.help)];
    for (name, value) in fields {
        if let Some(value) = value {
            message.push_str(&format!("\n{name}: {value}"));
        }
    }
    let title = title(scenario);
    match &failure.place {
        Some(p) => {
            command(level, &p.file, (p.line, Some((p.column, p.column + p.length.max(1) - 1))), &title, &message)
        }
        None => command(level, &scenario.file, (scenario.line, None), &title, &message),
    }
}

type Columns = Option<(usize, usize)>;

fn command(level: &str, file: &Path, (line, columns): (usize, Columns), title: &str, message: &str) -> String {
    // GitHub matches the path with those of the repository: relative, with slashes.
    let file = file.display().to_string().replace('\\', "/");
    let file = property(file.strip_prefix("./").unwrap_or(&file));
    let columns = columns.map_or_else(String::new, |(from, to)| format!(",col={from},endColumn={to}"));
    format!("::{level} file={file},line={line}{columns},title={}::{}\n", property(title), lines(message))
}

fn without_place(level: &str, title: &str, message: &str) -> String {
    format!("::{level} title={}::{}\n", property(title), lines(message))
}

/// A message, line by line fit to print.
fn lines(message: &str) -> String {
    data(&message.split('\n').map(clean).collect::<Vec<_>>().join("\n"))
}

/// As `@actions/core` escapes the message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// As `@actions/core` escapes a property of a command.
fn property(text: &str) -> String {
    data(&clean(text)).replace(':', "%3A").replace(',', "%2C")
}
