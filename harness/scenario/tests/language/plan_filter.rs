//! `--filter` and `--tag`.

use hil_scenario::plan::{Filter, TagFilter};
use proptest::prelude::*;

const PLAN: [(&str, &str); 6] = [
    ("blink/basic", "Blink shows its times"),
    ("fade/slow", "Fade takes an hour"),
    ("reject/hue[360]", "Rejects a hue out of range: 360"),
    ("reject/hue[361]", "Rejects a hue out of range: 361"),
    ("session/blink", "Keeps blinking over an outage"),
    ("session/slow", "Slow reconnect"),
];

fn selected(patterns: &[&str]) -> Vec<&'static str> {
    let filter = Filter::new(patterns).expect("a filter");
    PLAN.iter().filter(|(id, title)| filter.matches(id, title)).map(|(id, _)| *id).collect()
}

#[test]
fn without_a_filter_everything_is_selected() {
    assert_eq!(selected(&[]).len(), PLAN.len());
}

#[test]
fn a_pattern_is_a_part_of_the_id_or_the_title() {
    assert_eq!(selected(&["blink"]), ["blink/basic", "session/blink"]);
    assert_eq!(selected(&["an hour"]), ["fade/slow"]);
    assert_eq!(selected(&["Blink"]), ["blink/basic"], "case matters");
}

#[test]
fn brackets_are_literal() {
    assert_eq!(selected(&["reject/hue[361]"]), ["reject/hue[361]"]);
}

#[test]
fn globs_match_the_whole_id_or_title() {
    assert_eq!(selected(&["*/slow"]), ["fade/slow", "session/slow"]);
    assert_eq!(selected(&["reject/hue[36?]"]), ["reject/hue[360]", "reject/hue[361]"]);
    assert_eq!(selected(&["*hour"]), ["fade/slow"]);
    assert_eq!(selected(&["s*b*k"]), ["session/blink"]);
    assert_eq!(selected(&["?"]), [""; 0]);
}

#[test]
fn an_equals_sign_wants_the_id_exactly() {
    assert_eq!(selected(&["=fade/slow"]), ["fade/slow"]);
    assert_eq!(selected(&["=slow"]), [""; 0]);
    assert_eq!(selected(&[&Filter::exactly("reject/hue[361]")]), ["reject/hue[361]"]);
}

#[test]
fn several_patterns_are_alternatives_and_exclusions_count_last() {
    assert_eq!(selected(&["fade", "blink/"]), ["blink/basic", "fade/slow"]);
    assert_eq!(selected(&["!slow", "session"]), ["session/blink"]);
    assert_eq!(selected(&["!reject/*", "!*/slow"]), ["blink/basic", "session/blink"]);
    assert_eq!(selected(&["!=reject/hue[360]", "reject"]), ["reject/hue[361]"]);
}

#[test]
fn empty_patterns_are_errors() {
    for given in ["", "!", "=", "!="] {
        insta::allow_duplicates! {
            let message = Filter::new(&[given]).unwrap_err().to_string().replace(&format!("{given:?}"), "GIVEN");
            insta::assert_snapshot!(message, @"GIVEN is an empty pattern: write a part of the id or title, a pattern with * or ?, or =id");
        }
    }
}

fn tagged(flags: &[&str], tags: &[&str]) -> bool {
    TagFilter::new(flags).expect("a filter").matches(tags)
}

#[test]
fn one_tag_flag_must_hold_as_a_whole_and_several_are_alternatives() {
    assert!(tagged(&[], &[]));
    assert!(tagged(&["blink"], &["blink", "slow"]));
    assert!(!tagged(&["blink"], &["blinking"]));
    assert!(!tagged(&["blink,!slow"], &["blink", "slow"]));
    assert!(tagged(&["blink, !slow"], &["blink"]));
    assert!(tagged(&["!slow"], &[]));
    assert!(tagged(&["fade", "blink"], &["blink"]));
    assert!(!tagged(&["fade", "blink,smoke"], &["blink"]));
}

#[test]
fn empty_tags_are_errors() {
    for given in ["", "!", "a,", ",a", "a,!"] {
        let error = TagFilter::new(&[given]).unwrap_err().to_string();
        assert!(error.contains("has an empty tag"), "{error}");
    }
}

/// The definition of a glob, written for clarity alone.
fn glob(pattern: &[char], text: &[char]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        (['*', rest @ ..], _) => glob(rest, text) || (!text.is_empty() && glob(pattern, &text[1..])),
        (['?', p @ ..], [_, t @ ..]) => glob(p, t),
        ([c, p @ ..], [d, t @ ..]) => c == d && glob(p, t),
        _ => false,
    }
}

proptest! {
    #[test]
    fn globs_match_as_defined(pattern in "[ab*?]{0,7}[*?]", text in "[ab]{0,9}") {
        let expected = glob(&pattern.chars().collect::<Vec<_>>(), &text.chars().collect::<Vec<_>>());
        prop_assert_eq!(Filter::new(&[&pattern]).unwrap().matches(&text, &text), expected);
    }

    #[test]
    fn the_exact_pattern_selects_its_id_and_no_other(id in ".{1,12}", other in ".{1,12}") {
        let filter = Filter::new(&[Filter::exactly(&id)]).unwrap();
        prop_assert!(filter.matches(&id, ""));
        prop_assert_eq!(filter.matches(&other, &other), id == other);
    }

    #[test]
    fn exclusion_is_the_complement(pattern in "[a-z/*?=]{2,5}", id in "[a-z/]{0,8}") {
        prop_assume!(pattern != "=");
        let (Ok(with), Ok(without)) = (Filter::new(&[&pattern]), Filter::new(&[format!("!{pattern}")])) else { return Ok(()) };
        prop_assert_ne!(with.matches(&id, &id), without.matches(&id, &id));
    }
}
