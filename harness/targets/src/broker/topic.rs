//! Topic filters (MQTT 5, section 4.7).

/// Whether `filter` (with `+` and `#`) matches topic name `topic`. Topics that begin with `$` match no filter that
/// begins with a wildcard (section 4.7.2).
pub fn filter_matches(filter: &str, topic: &str) -> bool {
    if topic.starts_with('$') && filter.starts_with(['+', '#']) {
        return false;
    }
    let (mut filter, mut topic) = (filter.split('/'), topic.split('/'));
    loop {
        match (filter.next(), topic.next()) {
            (Some("#"), _) | (None, None) => return true,
            (Some("+"), Some(_)) => {}
            (Some(f), Some(t)) if f == t => {}
            _ => return false,
        }
    }
}

/// Filters that match at least what `filters` match, and no topic twice: brokers are free to deliver one copy of a message
/// for each subscription that matches, or one for all (MQTT 5, section 3.3.4), so that overlapping ones cannot be counted
/// on.
pub fn without_overlaps(filters: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut apart: Vec<String> = Vec::new();
    for mut filter in filters {
        while let Some(i) = apart.iter().position(|other| overlap(other, &filter)) {
            filter = common(&apart.swap_remove(i), &filter);
        }
        apart.push(filter);
    }
    apart.sort();
    apart
}

/// Whether there is a topic that both filters match.
fn overlap(one: &str, other: &str) -> bool {
    let (wild, dollar) = (|f: &str| f.starts_with(['+', '#']), |f: &str| f.starts_with('$'));
    if wild(one) && dollar(other) || dollar(one) && wild(other) {
        return false;
    }
    let (mut one, mut other) = (one.split('/'), other.split('/'));
    loop {
        match (one.next(), other.next()) {
            (Some("#"), _) | (_, Some("#")) | (None, None) => return true,
            (Some(a), Some(b)) if a == b || a == "+" || b == "+" => {}
            _ => return false,
        }
    }
}

/// The narrowest filter that matches what either filter matches.
fn common(one: &str, other: &str) -> String {
    let (mut one, mut other) = (one.split('/'), other.split('/'));
    let mut levels = Vec::new();
    loop {
        match (one.next(), other.next()) {
            (None, None) => break,
            (Some("#") | None, _) | (_, Some("#") | None) => {
                levels.push("#");
                break;
            }
            (Some(a), Some(b)) => levels.push(if a == b { a } else { "+" }),
        }
    }
    levels.join("/")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{filter_matches, without_overlaps};

    fn apart(filters: &[&str]) -> Vec<String> {
        without_overlaps(filters.iter().map(|f| (*f).to_owned()))
    }

    #[test]
    fn overlapping_filters_become_one() {
        assert_eq!(apart(&["stat/led/hsb", "stat/#", "hil/r/+"]), ["hil/r/+", "stat/#"]);
        assert_eq!(apart(&["a/+", "+/b"]), ["+/+"]);
        assert_eq!(apart(&["a", "a/#", "a/b/c"]), ["a/#"]);
        assert_eq!(apart(&["a/b", "a/c", "a/b"]), ["a/b", "a/c"]);
        assert_eq!(apart(&["#", "$SYS/x", "a"]), ["#", "$SYS/x"]);
    }

    fn filter() -> impl Strategy<Value = String> {
        (prop::collection::vec(prop::sample::select(vec!["a", "b", "+"]), 1..4), any::<bool>()).prop_map(
            |(levels, hash)| {
                let text = levels.join("/");
                if hash { format!("{text}/#") } else { text }
            },
        )
    }

    proptest! {
        #[test]
        fn every_topic_that_was_matched_is_matched_exactly_once(
            filters in prop::collection::vec(filter(), 1..6),
            topic in prop::collection::vec(prop::sample::select(vec!["a", "b", "c"]), 1..5),
        ) {
            let topic = topic.join("/");
            let found = without_overlaps(filters.clone()).iter().filter(|f| filter_matches(f, &topic)).count();
            prop_assert!(found <= 1);
            if filters.iter().any(|f| filter_matches(f, &topic)) {
                prop_assert_eq!(found, 1);
            }
        }
    }

    #[test]
    fn filters_match_as_the_specification_says() {
        // The examples of section 4.7.1.
        for (filter, topic) in [
            ("sport/tennis/player1/#", "sport/tennis/player1"),
            ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon"),
            ("sport/#", "sport"),
            ("#", "a/b"),
            ("sport/+", "sport/"),
            ("+/+", "/finance"),
            ("/+", "/finance"),
            ("$SYS/#", "$SYS/monitor"),
        ] {
            assert!(filter_matches(filter, topic), "{filter} should match {topic}");
        }
        for (filter, topic) in [
            ("sport/tennis/+", "sport/tennis/player1/ranking"),
            ("sport/+", "sport"),
            ("+", "/finance"),
            ("#", "$SYS/monitor"),
            ("+/monitor", "$SYS/monitor"),
            ("a/b", "a/b/c"),
            ("a/b/c", "a/b"),
        ] {
            assert!(!filter_matches(filter, topic), "{filter} should not match {topic}");
        }
    }
}
