//! The menu.

use std::time::Duration;

use super::super::suite::{How, Test};

/// How long a test may take that has no tag `[timeout=..]`; as pytest-embedded has it.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// The tests of a menu, in its order:
///
/// ```text
/// (1)  "adds" [numbers]
/// (2)  "survives a reset" [store][timeout=10][multi_stage]
///   (1)  "writes"
///   (2)  "reads"
/// ```
///
/// A test's name is its first tag and what the menu calls it: `numbers::adds`. One that needs several boards is ignored.
pub fn tests(menu: &str) -> Vec<Test> {
    let mut tests: Vec<Test> = Vec::new();
    for line in menu.lines() {
        let is_stage = line.starts_with(['\t', ' ']);
        let Some((number, name, tags)) = entry(line) else { continue };
        if is_stage {
            if let Some(How::Menu { stages, .. }) = tests.last_mut().map(|test| &mut test.how) {
                *stages += 1;
            }
            continue;
        }
        let tags: Vec<&str> = tags.split(['[', ']']).map(str::trim).filter(|tag| !tag.is_empty()).collect();
        let group = tags.iter().find(|tag| !tag.contains('='));
        let timeout = tags.iter().find_map(|tag| tag.strip_prefix("timeout=")?.parse().ok().map(Duration::from_secs));
        tests.push(Test {
            name: group.map_or_else(|| name.to_owned(), |group| format!("{group}::{name}")),
            how: How::Menu { number, stages: 0 },
            ignored: tags.iter().any(|tag| ["ignore", "multi_device"].contains(tag)),
            should_panic: false,
            timeout: timeout.unwrap_or(DEFAULT_TIMEOUT),
        });
    }
    tests
}

/// Number, name and what follows of `(1)  "name" [tags]`.
fn entry(line: &str) -> Option<(u32, &str, &str)> {
    let (number, rest) = line.trim_start().strip_prefix('(')?.split_once(')')?;
    let (name, tags) = rest.trim_start().strip_prefix('"')?.rsplit_once('"')?;
    Some((number.parse().ok()?, name, tags))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_menu_has_names_groups_limits_and_stages() {
        let menu = "Here's the test menu, pick your combo:\n(1)\t\"adds \"two\" numbers\" [numbers]\n(2)\t\"waits\" [timeout=10][slow]\n\
                    (3)\t\"in stages\" [store][multi_stage]\n\t(1)\t\"writes\"\n\t(2)\t\"reads\"\n(4)\t\"two boards\" [net][multi_device]\n\
                    (5)\t\"bare\" \nI (3) main: (6) \"no test\"\n\nEnter test for running.\n";
        let told: Vec<String> = tests(menu)
            .iter()
            .map(|test| {
                format!(
                    "{} {:?} {}s{}",
                    test.name,
                    test.how,
                    test.timeout.as_secs(),
                    if test.ignored { " ignored" } else { "" }
                )
            })
            .collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        numbers::adds "two" numbers Menu { number: 1, stages: 0 } 60s
        slow::waits Menu { number: 2, stages: 0 } 10s
        store::in stages Menu { number: 3, stages: 2 } 60s
        net::two boards Menu { number: 4, stages: 0 } 60s ignored
        bare Menu { number: 5, stages: 0 } 60s
        "#);
    }
}
