//! "Did you mean", and lists of what there is.

/// Bytes of what can be a slip of the pen.
const LONGEST: usize = 64;

/// What other tools, or Wokwi's own pages, call a key.
const SYNONYMS: [(&str, &str); 4] =
    [("timeout", "within"), ("expected", "value"), ("message", "payload"), ("regex", "matches")];

/// ``did you mean `topic`?`` if one of `known` is near enough.
pub fn did_you_mean<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let plain =
        |s: &str| s.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect::<String>();
    if wrong.len() > LONGEST {
        return None;
    }
    let synonym = SYNONYMS.iter().find(|(other, _)| *other == wrong).map(|(_, name)| *name);
    let wrong = plain(wrong);
    known
        .into_iter()
        .filter_map(|name| {
            let candidate = plain(name);
            if synonym == Some(name) {
                return Some((0, name));
            }
            let distance = strsim::damerau_levenshtein(&wrong, &candidate);
            let limit = candidate.chars().count().max(wrong.chars().count()) / 4;
            (distance <= limit.max(1) && distance < wrong.chars().count().max(1)).then_some((distance, name))
        })
        .min()
        .map(|(_, name)| format!("did you mean `{name}`?"))
}

/// `` `a`, `b` and `c` ``
pub fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => "none".into(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
}
