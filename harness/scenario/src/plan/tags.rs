//! `--tag`: scenarios by tag.

use super::FilterError;

/// What `--tag` selects. Without any, everything.
///
/// One flag is a list that must hold as a whole: `--tag blink,!slow` wants `blink` and not `slow`. Several flags are
/// alternatives: `--tag blink --tag fade` selects what has either.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagFilter {
    alternatives: Vec<Vec<Term>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    tag: String,
    wanted: bool,
}

impl TagFilter {
    /// The filter of all `--tag` flags together.
    pub fn new<S: AsRef<str>>(flags: &[S]) -> Result<Self, FilterError> {
        let alternatives = flags.iter().map(|flag| alternative(flag.as_ref())).collect::<Result<_, _>>()?;
        Ok(Self { alternatives })
    }

    /// Whether a scenario with these tags is selected.
    pub fn matches<S: AsRef<str>>(&self, tags: &[S]) -> bool {
        let holds = |term: &Term| tags.iter().any(|t| t.as_ref() == term.tag) == term.wanted;
        self.alternatives.is_empty() || self.alternatives.iter().any(|terms| terms.iter().all(holds))
    }
}

fn alternative(flag: &str) -> Result<Vec<Term>, FilterError> {
    flag.split(',')
        .map(|term| {
            let term = term.trim();
            let (wanted, tag) = match term.strip_prefix('!') {
                Some(tag) => (false, tag.trim()),
                None => (true, term),
            };
            if tag.is_empty() {
                return Err(FilterError::EmptyTag { given: flag.to_owned() });
            }
            Ok(Term { tag: tag.to_owned(), wanted })
        })
        .collect()
}
