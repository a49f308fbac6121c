//! `--filter`: scenarios by id or title.

use super::FilterError;

/// What `--filter` selects. Without any, everything.
///
/// - `hue`: the id or the title contains it. Everything is literal, so that `reject/hue[361]` finds that case.
/// - `reject/*[36?]`: with `*` (any text) or `?` (any one character), the whole id or the whole title matches.
/// - `=reject/hue`: the id is exactly this.
/// - `!slow`, `!*/slow*`, `!=reject/hue`: leaves those out.
///
/// Several patterns without `!` select what any of them selects; then everything that any pattern with `!` names is left
/// out, whatever the order of the flags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    include: Vec<Pattern>,
    exclude: Vec<Pattern>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Pattern {
    Part(String),
    Whole(Vec<char>),
    Id(String),
}

impl Filter {
    /// The filter of all `--filter` flags together.
    pub fn new<S: AsRef<str>>(patterns: &[S]) -> Result<Self, FilterError> {
        let mut filter = Self::default();
        for given in patterns.iter().map(AsRef::as_ref) {
            let (list, text) = match given.strip_prefix('!') {
                Some(rest) => (&mut filter.exclude, rest),
                None => (&mut filter.include, given),
            };
            list.push(Pattern::new(text).ok_or_else(|| FilterError::EmptyPattern { given: given.to_owned() })?);
        }
        Ok(filter)
    }

    /// The pattern that selects the scenario `id` and no other.
    pub fn exactly(id: &str) -> String {
        format!("={id}")
    }

    /// Whether the scenario is selected.
    pub fn matches(&self, id: &str, title: &str) -> bool {
        let any = |patterns: &[Pattern]| patterns.iter().any(|p| p.matches(id, title));
        (self.include.is_empty() || any(&self.include)) && !any(&self.exclude)
    }
}

impl Pattern {
    fn new(text: &str) -> Option<Self> {
        Some(match text.strip_prefix('=') {
            _ if text.is_empty() => return None,
            Some("") => return None,
            Some(id) => Self::Id(id.to_owned()),
            None if text.contains(['*', '?']) => Self::Whole(text.chars().collect()),
            None => Self::Part(text.to_owned()),
        })
    }

    fn matches(&self, id: &str, title: &str) -> bool {
        match self {
            Self::Part(part) => id.contains(part) || title.contains(part),
            Self::Whole(glob) => glob_matches(glob, id) || glob_matches(glob, title),
            Self::Id(exact) => id == exact,
        }
    }
}

/// Whether `glob` matches the whole of `text`: `*` is any text, `?` any one character.
///
/// Linear memory and at most `glob * text` steps: on a mismatch only the last `*` takes one character more.
fn glob_matches(glob: &[char], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut g, mut t) = (0, 0);
    let mut last_star = None;
    while t < text.len() {
        match glob.get(g) {
            Some('*') => {
                last_star = Some((g, t));
                g += 1;
            }
            Some(&c) if c == '?' || c == text[t] => {
                g += 1;
                t += 1;
            }
            _ => {
                let Some((star, taken)) = last_star else { return false };
                last_star = Some((star, taken + 1));
                g = star + 1;
                t = taken + 1;
            }
        }
    }
    glob[g..].iter().all(|&c| c == '*')
}
