//! "Did you mean": the known name that a misspelled one is nearest to.

/// The candidate that `word` is most probably a misspelling of, if any is near enough.
///
/// Near is: the same but for case; the first of a numbered row (`GND` for `GND.1`); or at most one wrong letter in four (one in a shorter name).
pub(super) fn closest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase();
    let row = format!("{word}.");
    let find = |near: &dyn Fn(&str) -> bool| candidates.iter().copied().find(|name| near(&name.to_lowercase()));
    find(&|name| name == word)
        .or_else(|| find(&|name| name.starts_with(&row)))
        .or_else(|| misspelled(&word, candidates))
}

fn misspelled<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let limit = (word.chars().count() / 4).max(1);
    candidates
        .iter()
        .map(|name| (strsim::damerau_levenshtein(word, &name.to_lowercase()), *name))
        // A name of one letter is one letter away from every other.
        .filter(|(distance, name)| *distance <= limit && *distance < name.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The words of a help line for a name that is not known: a suggestion if there is one, then all names.
pub(super) fn help(word: &str, what: &str, candidates: &[&str]) -> String {
    let known = format!("{what}: {}", candidates.join(", "));
    match closest(word, candidates) {
        Some(name) => format!("did you mean `{name}`? {known}"),
        None => known,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transposed_and_missing_letters_are_found() {
        assert_eq!(closest("wokwi-neopixle", &["wokwi-led-ring", "wokwi-neopixel"]), Some("wokwi-neopixel"));
        assert_eq!(closest("DN", &["VDD", "DOUT", "DIN"]), Some("DIN"));
    }

    #[test]
    fn case_and_numbered_rows_come_first() {
        assert_eq!(closest("din", &["DI", "DIN"]), Some("DIN"));
        assert_eq!(closest("GND", &["VDD", "GND.1", "GND.2"]), Some("GND.1"));
    }

    #[test]
    fn a_word_unlike_all_others_has_no_suggestion() {
        assert_eq!(closest("wokwi-servo", &["wokwi-neopixel", "wokwi-led-ring"]), None);
        assert_eq!(closest("7", &["0", "1"]), None);
        assert_eq!(closest("", &["0", "DIN"]), None);
    }
}
