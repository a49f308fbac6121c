//! Variables that are defined outside of scenario files.

use std::sync::Arc;

use hil_model::event::Place;

use crate::variables::Definition;
use crate::yaml::{Node, NodeKind};
use crate::{Source, Span};

/// A variable that all scenarios have, unless a scenario file or one that it includes defines it, too.
#[derive(Debug, Clone, PartialEq)]
pub struct OuterVariable {
    /// Its name.
    pub name: String,
    /// Its value; other variables in it are put in.
    pub value: String,
    /// Where it is defined, for errors.
    pub place: Place,
}

impl OuterVariable {
    /// The definition, as if it stood in a scenario file.
    pub(super) fn definition(&self) -> Definition {
        let Self { value, place, .. } = self;
        // Only its line is known of its file; the lines before it count.
        let before = "\n".repeat(place.line.saturating_sub(1));
        let column = place.text.char_indices().nth(place.column.saturating_sub(1));
        let start = before.len() + column.map_or(place.text.len(), |(at, _)| at);
        let length: usize = place.text[start - before.len()..].chars().take(place.length).map(char::len_utf8).sum();
        let text = format!("{before}{}", place.text);
        let source = Arc::new(Source { path: place.file.clone(), text: text.into() });
        let span = Span { start, end: start + length };
        let value = Node { span, kind: NodeKind::Scalar { text: value.clone(), quoted: true } };
        Definition { source, value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_stands_where_the_variable_does() {
        let place = Place { file: "hil.toml".into(), line: 3, column: 6, length: 4, text: "é = \"ab\"".to_owned() };
        let outer = OuterVariable { name: "é".to_owned(), value: "ab".to_owned(), place };
        let definition = outer.definition();
        let found = definition.source.place(definition.value.span);
        assert_eq!((found.line, found.column, found.length, found.text), (3, 6, 3, "é = \"ab\"".to_owned()));
    }
}
