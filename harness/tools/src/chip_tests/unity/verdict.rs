//! What Unity prints of a test: `FILE:LINE:NAME:PASS`, and in the end how many.

use super::super::outcome::{Failure, Outcome};

/// The outcome, once the last line is there: `1 Tests 0 Failures 0 Ignored`. Lines before it say where and why.
pub(super) fn verdict(lines: &[String], summary: &str) -> Option<Outcome> {
    let [tests, failures, ignored] = counts(summary)?;
    let told = |word: &str| lines.iter().rev().find_map(|line| result(line, word));
    Some(match (tests, failures, ignored) {
        (0, ..) => Outcome::Failed(Failure::NotSimulated("the firmware ran no test of this number".to_owned())),
        (_, 0, 0) => Outcome::Passed,
        (_, 0, _) => Outcome::Ignored,
        _ => {
            let (place, message) = told("FAIL").unwrap_or_default();
            Outcome::Failed(Failure::Assertion { place, message })
        }
    })
}

/// The numbers of `1 Tests 0 Failures 0 Ignored`.
fn counts(line: &str) -> Option<[u32; 3]> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [tests, "Tests", failures, "Failures", ignored, "Ignored"] = words[..] else { return None };
    Some([tests.parse().ok()?, failures.parse().ok()?, ignored.parse().ok()?])
}

/// Place and message of `main/test.c:12:name:FAIL: Expected 1 Was 2`.
fn result(line: &str, word: &str) -> Option<(String, String)> {
    let (before, after) = line.split_once(&format!(":{word}"))?;
    let mut parts = before.splitn(3, ':');
    let (file, number) = (parts.next()?, parts.next()?);
    number.parse::<u32>().ok()?;
    Some((format!("{file}:{number}"), after.trim_start_matches(':').trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_decides_and_a_failure_has_its_place() {
        let failed = ["main/a.c:12:adds:FAIL: Expected 1 Was 2".to_owned(), "-----------------------".to_owned()];
        let (place, message) = ("main/a.c:12".to_owned(), "Expected 1 Was 2".to_owned());
        assert_eq!(
            verdict(&failed, "1 Tests 1 Failures 0 Ignored "),
            Some(Outcome::Failed(Failure::Assertion { place, message }))
        );
        let passed = ["main/a.c:12:adds:PASS".to_owned()];
        assert_eq!(verdict(&passed, "1 Tests 0 Failures 0 Ignored"), Some(Outcome::Passed));
        assert_eq!(verdict(&[], "1 Tests 0 Failures 1 Ignored"), Some(Outcome::Ignored));
        assert!(matches!(
            verdict(&passed, "0 Tests 0 Failures 0 Ignored"),
            Some(Outcome::Failed(Failure::NotSimulated(_)))
        ));
        assert_eq!(verdict(&passed, "I (12) app: 1 Tests 0 Failures"), None);
    }
}
