//! `${name}` to its value; `$${` is a literal `${`.

use std::ops::Range;

use super::{Lookup, Variables};

/// Bytes that a text may have after its variables were put in.
const MAX_LENGTH: usize = 1 << 20;

/// A text with its variables put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpolated {
    /// The text; variables without a value yet stay as `${name}`.
    pub text: String,
    /// The text without the variables that have no value yet.
    pub known_part: String,
    /// Whether all variables have a value.
    pub known: bool,
    /// Whether there was any `$` to replace.
    pub changed: bool,
}

/// What is wrong with a `${..}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// What it is.
    pub kind: ProblemKind,
}

/// Kinds of [`Problem`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProblemKind {
    /// No such variable.
    Undefined(String),
    /// The environment variable (without `env.`) is not set.
    Environment(String),
    /// No `}`.
    Unclosed,
    /// Not a name.
    BadName(String),
    /// The result would be too long.
    TooLong,
}

/// The variable that a text is, if it is one and nothing else: `${name}`.
pub fn alone(text: &str) -> Option<&str> {
    let name = text.strip_prefix("${")?.strip_suffix('}')?;
    is_reference(name).then_some(name)
}

/// A piece of a text.
enum Piece<'t> {
    Text(&'t str),
    /// `$${`
    Escape,
    Variable(&'t str),
    Unclosed,
}

/// `text` with its variables put in, or all that is wrong with it.
pub fn interpolate(text: &str, vars: &Variables) -> Result<Interpolated, Vec<Problem>> {
    let mut result = Interpolated { text: String::new(), known_part: String::new(), known: true, changed: false };
    let mut problems = Vec::new();
    for (range, piece) in pieces(text) {
        let mut problem = |kind| problems.push(Problem { range: range.clone(), kind });
        let known = match piece {
            Piece::Text(text) => text,
            Piece::Escape => {
                result.changed = true;
                "${"
            }
            Piece::Unclosed => {
                problem(ProblemKind::Unclosed);
                continue;
            }
            Piece::Variable(name) if !is_reference(name) => {
                problem(ProblemKind::BadName(name.to_owned()));
                continue;
            }
            Piece::Variable(name) => {
                result.changed = true;
                match (vars.lookup(name), name.strip_prefix("env.")) {
                    (Lookup::Known(value), _) => value,
                    (Lookup::Later, _) => {
                        result.known = false;
                        result.text.push_str(&text[range]);
                        continue;
                    }
                    (Lookup::Undefined, Some(env)) => {
                        problem(ProblemKind::Environment(env.to_owned()));
                        continue;
                    }
                    (Lookup::Undefined, None) => {
                        problem(ProblemKind::Undefined(name.to_owned()));
                        continue;
                    }
                }
            }
        };
        if result.text.len() + known.len() > MAX_LENGTH {
            problem(ProblemKind::TooLong);
            break;
        }
        result.text.push_str(known);
        result.known_part.push_str(known);
    }
    if problems.is_empty() { Ok(result) } else { Err(problems) }
}

/// The names that `text` refers to.
pub fn references(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).filter_map(|(_, piece)| match piece {
        Piece::Variable(name) => Some(name),
        _ => None,
    })
}

/// Whether `name` can name a variable of a scenario: a letter or `_`, then letters, digits, `_` and `-`.
pub fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

fn is_reference(name: &str) -> bool {
    is_name(name.strip_prefix("env.").unwrap_or(name))
}

fn pieces(text: &str) -> impl Iterator<Item = (Range<usize>, Piece<'_>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &text[at..];
        if rest.is_empty() {
            return None;
        }
        let (length, piece) = if rest.starts_with("$${") {
            (3, Piece::Escape)
        } else if let Some(inner) = rest.strip_prefix("${") {
            match inner.find('}') {
                Some(end) => (end + 3, Piece::Variable(&inner[..end])),
                None => (rest.len(), Piece::Unclosed),
            }
        } else {
            let length = next_dollar(rest);
            (length, Piece::Text(&rest[..length]))
        };
        let range = at..at + length;
        at += length;
        Some((range, piece))
    })
}

/// Length of the text before the next `${` or `$${`; at least one character.
fn next_dollar(rest: &str) -> usize {
    let variable =
        rest.find("${").map(|found| if found > 0 && rest.as_bytes()[found - 1] == b'$' { found - 1 } else { found });
    match variable {
        Some(found) if found > 0 => found,
        // A `$` before `$${` stands for itself.
        Some(_) => 1,
        None => rest.len(),
    }
}
