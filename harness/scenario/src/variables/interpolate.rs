//! `${name}` and `${a + 1}` to their values; `$${` is a literal `${`.

use std::borrow::Cow;
use std::ops::Range;

use super::expression::{Evaluation, Expression, Value, evaluate, parse};
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
    /// What the text is, where it is one `${..}` and nothing else.
    pub alone: Option<Alone>,
}

/// The type of a value that a text is, and nothing else: it keeps it in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alone {
    /// A number, `true`, `false` or `null` where it looks like one.
    AsItLooks,
    /// A text whatever it looks like.
    Text,
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
    /// Neither a name nor a calculation.
    BadExpression {
        /// What stands there.
        text: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A calculation without a result.
    NoResult(String),
    /// The result would be too long.
    TooLong,
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
    let mut result =
        Interpolated { text: String::new(), known_part: String::new(), known: true, changed: false, alone: None };
    let mut problems = Vec::new();
    for (range, piece) in pieces(text) {
        let known = match piece {
            Piece::Text(text) => Ok(Some(text.into())),
            Piece::Escape => {
                result.changed = true;
                Ok(Some("${".into()))
            }
            Piece::Unclosed => Err(vec![ProblemKind::Unclosed]),
            Piece::Variable(inner) => {
                result.changed = true;
                put_in(inner, vars).map(|put| {
                    result.alone = (range == (0..text.len())).then_some(put.alone);
                    put.text
                })
            }
        };
        match known {
            Ok(Some(known)) if result.text.len() + known.len() > MAX_LENGTH => {
                problems.push(Problem { range, kind: ProblemKind::TooLong });
                break;
            }
            Ok(Some(known)) => {
                result.text.push_str(&known);
                result.known_part.push_str(&known);
            }
            Ok(None) => {
                result.known = false;
                result.text.push_str(&text[range]);
            }
            Err(kinds) => problems.extend(kinds.into_iter().map(|kind| Problem { range: range.clone(), kind })),
        }
    }
    if problems.is_empty() { Ok(result) } else { Err(problems) }
}

/// What stands for a `${..}`.
struct Put<'v> {
    /// `None`: it is known only when the scenario runs.
    text: Option<Cow<'v, str>>,
    alone: Alone,
}

fn put_in<'v>(inner: &str, vars: &'v Variables) -> Result<Put<'v>, Vec<ProblemKind>> {
    if is_reference(inner) {
        let alone = if vars.is_text(inner) { Alone::Text } else { Alone::AsItLooks };
        return match vars.lookup(inner) {
            Lookup::Known(value) => Ok(Put { text: Some(value.into()), alone }),
            Lookup::Later => Ok(Put { text: None, alone }),
            Lookup::Undefined => Err(vec![undefined(inner)]),
        };
    }
    let expression = parse(inner).map_err(|error| {
        let (text, problem) = (inner.to_owned(), error.to_string());
        vec![ProblemKind::BadExpression { text, problem }]
    })?;
    if matches!(expression, Expression::Number(_) | Expression::Text(_)) {
        let problem = "nothing is calculated".to_owned();
        return Err(vec![ProblemKind::BadExpression { text: inner.to_owned(), problem }]);
    }
    let names = variables_of(&expression);
    let missing: Vec<_> = names.iter().filter(|name| vars.lookup(name) == Lookup::Undefined).collect();
    if !missing.is_empty() {
        return Err(missing.into_iter().map(|name| undefined(name)).collect());
    }
    if names.iter().any(|name| vars.is_masked(name)) {
        return Ok(Put { text: Some(format!("${{{inner}}}").into()), alone: Alone::Text });
    }
    match evaluate(&expression, &|name| vars.get(name).map(str::to_owned), vars.now()) {
        Evaluation::Known(value) => {
            let alone = if matches!(value, Value::Text(_)) { Alone::Text } else { Alone::AsItLooks };
            Ok(Put { text: Some(value.to_string().into()), alone })
        }
        Evaluation::Later => Ok(Put { text: None, alone: Alone::AsItLooks }),
        Evaluation::Wrong(problem) => Err(vec![ProblemKind::NoResult(problem)]),
    }
}

fn undefined(name: &str) -> ProblemKind {
    match name.strip_prefix("env.") {
        Some(env) => ProblemKind::Environment(env.to_owned()),
        None => ProblemKind::Undefined(name.to_owned()),
    }
}

/// The names that `text` refers to.
pub fn references(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).flat_map(|(_, piece)| match piece {
        Piece::Variable(name) if is_reference(name) => vec![name],
        Piece::Variable(inner) => parse(inner).map(|expression| variables_of(&expression)).unwrap_or_default(),
        _ => Vec::new(),
    })
}

/// Whether anything is calculated in `text`.
pub(super) fn calculates(text: &str) -> bool {
    pieces(text).any(|(_, piece)| matches!(piece, Piece::Variable(inner) if !is_reference(inner)))
}

fn variables_of<'t>(expression: &Expression<'t>) -> Vec<&'t str> {
    let mut names = Vec::new();
    expression.for_each_variable(&mut |name| names.push(name));
    names
}

/// Whether `name` can name a variable of a scenario: a letter or `_`, then letters, digits, `_` and `-`.
pub fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

pub(super) fn is_reference(name: &str) -> bool {
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
