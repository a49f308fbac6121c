//! Regular expressions, compiled when a file is checked.

use ::regex::{Regex, RegexBuilder};

use super::{Cx, Text};
use crate::Spanned;
use crate::error::Code;
use crate::yaml::Node;

/// Bytes of a compiled expression.
const SIZE_LIMIT: usize = 1 << 20;

/// A regular expression. While a file is checked, variables that are set later count as nothing.
pub fn regex(cx: &mut Cx<'_>, node: &Node) -> Option<Spanned<Regex>> {
    let text = cx.text(node, "a regular expression")?;
    let pattern = if text.known { &text.value } else { &text.known_part };
    match RegexBuilder::new(pattern).size_limit(SIZE_LIMIT).build() {
        Ok(regex) => Some(Spanned::new(regex, node.span)),
        // The rest may be what makes it right.
        Err(_) if !text.known => Some(Spanned::new(never(), node.span)),
        Err(error) => {
            report(cx, &text, pattern, &error);
            None
        }
    }
}

/// An expression that finds exactly a text.
pub fn escaped(cx: &mut Cx<'_>, node: &Node) -> Option<Spanned<Regex>> {
    let text = super::spanned_text(cx, node)?;
    match RegexBuilder::new(&::regex::escape(&text)).size_limit(SIZE_LIMIT).build() {
        Ok(regex) => Some(Spanned::new(regex, node.span)),
        Err(_) => {
            cx.error(Code::Limit, node.span, "the text is too long to search for", "");
            None
        }
    }
}

/// An expression that finds nothing.
fn never() -> Regex {
    Regex::new(r"[^\s\S]").expect("an empty class is a valid expression")
}

/// The names of groups in an expression that may be wrong, so that their uses are not reported as undefined too.
pub fn declared_groups(pattern: &str) -> impl Iterator<Item = &str> {
    pattern.split("(?").skip(1).filter_map(|group| {
        let name = group.strip_prefix("P<").or_else(|| group.strip_prefix('<'))?;
        name.split_once('>').map(|(name, _)| name)
    })
}

fn report(cx: &mut Cx<'_>, text: &Text<'_>, pattern: &str, error: &::regex::Error) {
    let help = "https://docs.rs/regex/latest/regex/#syntax; no look-around and no back-references";
    if matches!(error, ::regex::Error::CompiledTooBig(_)) {
        cx.error(Code::BadRegex, text.node.span, "the regular expression is too large", "over 1 MiB when compiled");
        return;
    }
    let (message, span) = match regex_syntax::Parser::new().parse(pattern) {
        Err(regex_syntax::Error::Parse(error)) => (error.kind().to_string(), Some(*error.span())),
        Err(regex_syntax::Error::Translate(error)) => (error.kind().to_string(), Some(*error.span())),
        _ => ("cannot be compiled".to_owned(), None),
    };
    let range = span.map_or(0..pattern.len(), |span| span.start.offset..span.end.offset);
    let span = cx.part(text, range);
    cx.error_with_help(Code::BadRegex, span, format!("bad regular expression: {message}"), "", help);
}
