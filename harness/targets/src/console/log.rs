//! What loggers put before a message.

/// The message of a log line that may tell of a death: without its logger's prefix, if that says `error`. A line without a prefix
/// is a message as it is; one of another level has none, because it is only talk.
pub(super) fn error_message(line: &str) -> Option<&str> {
    match prefix(line) {
        Some((true, message)) => Some(message),
        Some((false, _)) => None,
        None => Some(line),
    }
}

/// What stands behind a log line that was cut off by an error of ESP-IDF's form: `I (3) app: counE (4) panic: boom`. A firmware can die
/// while it prints.
pub(super) fn interrupting_error(line: &str) -> Option<&str> {
    let at = line.rmatch_indices("E (").map(|(at, _)| at).find(|at| *at > 0 && esp_idf(&line[*at..]).is_some())?;
    esp_idf(&line[at..]).filter(|(is_error, _)| *is_error).map(|(_, message)| message)
}

/// Whether a log line is of level `error` or has none, and its message. `None` for a line that no logger has written.
fn prefix(line: &str) -> Option<(bool, &str)> {
    esp_idf(line).or_else(|| arduino(line)).or_else(|| bracketed(line)).or_else(|| leveled(line))
}

/// ESP-IDF: `E (1234) tag: message`, or a time of day in the parentheses.
fn esp_idf(line: &str) -> Option<(bool, &str)> {
    let level = line.chars().next().filter(|level| "EWIDV".contains(*level))?;
    let (_, rest) = line[1..].strip_prefix(" (")?.split_once(") ")?;
    let (_, message) = rest.split_once(": ")?;
    Some((level == 'E', message))
}

/// Arduino: `[  1234][E][file.cpp:12] function(): message`.
fn arduino(line: &str) -> Option<(bool, &str)> {
    let (_, rest) = line.strip_prefix('[')?.split_once("][")?;
    let (level, rest) = rest.split_once("][")?;
    let (_, rest) = rest.split_once("] ")?;
    let (_, message) = rest.split_once("(): ")?;
    Some((level == "E", message))
}

/// Zephyr: `[00:00:01.000,000] <err> os: message`; NuttX: `[    1.230000] message`.
fn bracketed(line: &str) -> Option<(bool, &str)> {
    let (time, rest) = line.strip_prefix('[')?.split_once("] ")?;
    if time.is_empty() || !time.chars().all(|c| c.is_ascii_digit() || " :.,".contains(c)) {
        return None;
    }
    let Some(rest) = rest.trim_start().strip_prefix('<') else { return Some((true, rest)) };
    let (level, rest) = rest.split_once("> ")?;
    let (_, message) = rest.split_once(": ")?;
    Some((level == "err", message))
}

/// Rust's loggers and defmt: `ERROR - message`, `[ERROR] message`, `0.123 ERROR message`.
fn leveled(line: &str) -> Option<(bool, &str)> {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').trim_start();
    let word = rest.strip_prefix('[').unwrap_or(rest);
    let level = ["ERROR", "WARN", "INFO", "DEBUG", "TRACE"].into_iter().find(|level| word.starts_with(level))?;
    let message = word[level.len()..].strip_prefix(']').unwrap_or(&word[level.len()..]);
    let message = message.strip_prefix(" - ").or_else(|| message.strip_prefix(": ")).unwrap_or(message);
    Some((level == "ERROR", message.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_all_loggers_and_lines_of_none_are_messages() {
        for line in [
            "E (5) panic: boom",
            "E (12:00:00.123) panic: boom",
            "[  1234][E][main.cpp:12] setup(): boom",
            "[00:00:01.000,000] <err> os: boom",
            "[    1.230000] boom",
            "ERROR - boom",
            "[ERROR] boom",
            "0.123 ERROR boom",
            "boom",
        ] {
            assert_eq!(error_message(line), Some("boom"), "{line}");
        }
    }

    #[test]
    fn other_levels_only_talk() {
        for line in [
            "I (5) history: boom",
            "[  1234][I][main.cpp:12] setup(): boom",
            "[00:00:01.000,000] <inf> os: boom",
            "INFO - boom",
            "0.123 WARN boom",
        ] {
            assert_eq!(error_message(line), None, "{line}");
        }
    }
}
