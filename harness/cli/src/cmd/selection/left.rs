//! Filters that leave nothing: which one it was, and what may have been meant.

use std::collections::BTreeSet;

use hil_runner::Planned;
use hil_scenario::decode::{did_you_mean, list};
use hil_scenario::plan::{Filter, TagFilter};

use super::Selection;

/// Tags that are named.
const NAMED: usize = 20;

impl Selection {
    /// What `-k` and `--tag` ask for and none of these scenarios has, each in one sentence.
    pub(in crate::cmd) fn unmatched(&self, loaded: &[Planned]) -> Vec<String> {
        let patterns = self.filter.iter().filter(|pattern| !pattern.starts_with('!'));
        let patterns = patterns.filter(|pattern| !any(loaded, Filter::new(&[pattern]).as_ref().ok(), None));
        let flags = self.tag.iter().filter(|flag| !any(loaded, None, TagFilter::new(&[flag]).as_ref().ok()));
        let of_patterns = patterns.map(|pattern| {
            let guess = guess(pattern.trim_start_matches('='), words(loaded));
            format!("-k {pattern}: {guess}no scenario has this in its id or title")
        });
        let of_flags = flags.map(|flag| {
            let tags = tags(loaded);
            let wanted = flag.split(',').map(str::trim).find(|tag| !tag.starts_with('!') && !tags.contains(*tag));
            match wanted {
                Some(tag) => {
                    let guess = guess(tag, tags.clone());
                    let known = list(tags.into_iter().take(NAMED));
                    format!("--tag {flag}: {guess}no scenario has the tag `{tag}`; there are {known}")
                }
                None => format!("--tag {flag}: no scenario has these tags together"),
            }
        });
        of_patterns.chain(of_flags).collect()
    }

    /// Why nothing is left of these scenarios, of which there is at least one.
    pub(in crate::cmd) fn nothing_left(&self, loaded: &[Planned]) -> String {
        let count = match loaded.len() {
            1 => "the one scenario".to_owned(),
            count => format!("{count} scenarios"),
        };
        let unmatched = self.unmatched(loaded);
        if unmatched.is_empty() {
            let filters = self.filter.iter().map(|it| format!("-k {it}"));
            let all: Vec<String> = filters.chain(self.tag.iter().map(|it| format!("--tag {it}"))).collect();
            return format!("{} together leave nothing of {count}; nothing was run", all.join(" "));
        }
        format!("nothing is left of {count}; nothing was run\n  {}", unmatched.join("\n  "))
    }
}

/// Whether a filter leaves any of them.
fn any(loaded: &[Planned], filter: Option<&Filter>, tags: Option<&TagFilter>) -> bool {
    loaded.iter().any(|Planned { file, scenario }| {
        let own: Vec<&str> = file.tags.iter().map(|tag| tag.value.as_str()).collect();
        filter.is_none_or(|filter| filter.matches(&scenario.id, &scenario.title))
            && tags.is_none_or(|tags| tags.matches(&own))
    })
}

/// `did you mean `blink`? `, or nothing.
fn guess(wrong: &str, known: BTreeSet<&str>) -> String {
    did_you_mean(wrong, known).map_or_else(String::new, |guess| format!("{guess} "))
}

/// What ids and titles are made of, and the ids as a whole.
fn words(loaded: &[Planned]) -> BTreeSet<&str> {
    let is_between = |c: char| !c.is_alphanumeric();
    let texts = loaded.iter().flat_map(|planned| [planned.scenario.id.as_str(), planned.scenario.title.as_str()]);
    let parts = texts.clone().flat_map(|text| text.split(is_between).chain(text.split(['/', ' ', '['])));
    parts.chain(loaded.iter().map(|planned| planned.scenario.id.as_str())).filter(|word| word.len() > 1).collect()
}

fn tags(loaded: &[Planned]) -> BTreeSet<&str> {
    loaded.iter().flat_map(|planned| &planned.file.tags).map(|tag| tag.value.as_str()).collect()
}
