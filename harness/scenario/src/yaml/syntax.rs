//! The parser's errors in the words of someone who writes a scenario.

use std::sync::Arc;

use granit_parser::{ErrorKind as E, ScanError};

use crate::error::{Code, Diagnostic};
use crate::{Source, Span};

/// A syntax error with its place and, for the usual ones, what to do.
pub(super) fn diagnostic(source: &Arc<Source>, error: &ScanError, bracket: Option<Span>) -> Diagnostic {
    let at = error.marker().byte_offset().unwrap_or_default().min(source.text.len());
    let length = source.text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let (title, label, help) = words(error.kind(), &source.text, at);
    let code = if matches!(error.kind(), E::RecursionLimitExceeded) { Code::Limit } else { Code::Syntax };
    let diagnostic = Diagnostic::new(code, title).at(source, Span { start: at, end: at + length }, label);
    let diagnostic = match bracket {
        Some(bracket) if bracket.start != at => diagnostic.and(source, bracket, "this bracket is open"),
        _ => diagnostic,
    };
    match help {
        "" => diagnostic,
        help => diagnostic.help(help),
    }
}

fn words(kind: &E, text: &str, at: usize) -> (String, &'static str, &'static str) {
    let rest = text.get(at..).unwrap_or_default();
    let line_rest = rest.lines().next().unwrap_or_default();
    match kind {
        E::TabInBlockIndentation | E::TabInIndentation | E::TabNotAllowed | E::TabAtBlockScalarStart => {
            ("a tab where YAML wants blanks".into(), "this is a tab", "indent with blanks: two for each level")
        }
        E::MappingValueNotAllowed => (
            "a `:` where no key can stand".into(),
            "this `:` makes the text before it a key",
            "a text that holds `: ` is written in quotes; a key of the next level is indented by two blanks",
        ),
        E::UnclosedFlowCollection { open } => (
            format!("`{open}` is not closed"),
            "opened here",
            if line_rest.contains(": #") {
                "a `#` after a blank begins a comment: write colours in quotes, \"#rrggbb\""
            } else {
                ""
            },
        ),
        E::ExpectedFlowMappingSeparator | E::ExpectedFlowSequenceSeparator => (
            "a `,` or the closing bracket is expected".into(),
            "found this instead",
            if text.get(..at).is_some_and(|before| before.ends_with('$')) {
                "inside `{..}` and `[..]` a variable is written in quotes: \"${name}\""
            } else {
                "inside `{..}` and `[..]` a text that holds one of , { } [ ] is written in quotes"
            },
        ),
        E::UnclosedQuotedScalar | E::InvalidQuotedScalarIndent | E::DocumentIndicatorInQuotedScalar => {
            ("a text in quotes does not end".into(), "the closing quote is missing before here", "")
        }
        E::UnknownQuotedScalarEscape => (
            "unknown escape in a text in double quotes".into(),
            "in a text that begins here",
            "in single quotes a backslash is a backslash: 'level=(\\d+)'; in double quotes write \\\\",
        ),
        E::UnexpectedCharacter { character } if character.is_control() => (
            format!("the character U+{:04X} cannot stand in YAML", u32::from(*character)),
            "",
            "in double quotes an escape stands for it, such as \"\\x7f\"",
        ),
        E::UnexpectedCharacter { character } => {
            (format!("a text cannot begin with `{character}`"), "", "put the text into quotes")
        }
        E::UnknownAnchor => ("an alias without its anchor".into(), "no `&..` of that name stands before this", ""),
        E::ExpectedBlockMappingKey | E::ExpectedBlockSequenceEntry | E::InvalidIndentation => (
            "this line does not fit the lines before it".into(),
            "unexpected indentation, or a `-` too many or too few",
            "keys of one mapping, and the `-` of one list, stand in the same column",
        ),
        E::SimpleKeyExpected | E::InvalidSimpleKey => {
            ("a `:` is missing".into(), "no `key: value` can be read here", "write a blank after the colon")
        }
        E::RecursionLimitExceeded => ("more than 64 levels of nesting".into(), "one level too deep", ""),
        other => (other.to_string(), "", ""),
    }
}
