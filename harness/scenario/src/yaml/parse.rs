//! Events of the parser to a tree, within limits.

use std::collections::HashMap;
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle, options};

use super::syntax;
use super::{Node, NodeKind, SCENARIO_FILE, Words};
use crate::error::{Code, Diagnostic};
use crate::{Source, Span};

/// Levels of nesting.
const MAX_DEPTH: usize = 64;
/// Bytes that aliases may add to a file, counting each node as some bytes.
const MAX_ALIASED: usize = 4 << 20;
const NODE_COST: usize = 64;

/// Reads a scenario file's text: see [`parse_file`].
pub fn parse(source: &Arc<Source>) -> (Option<Node>, Vec<Diagnostic>) {
    parse_file(source, &SCENARIO_FILE)
}

/// Reads a file's text. Without a tree there is at least one error; with one there may be some (duplicate keys).
pub fn parse_file(source: &Arc<Source>, words: &'static Words) -> (Option<Node>, Vec<Diagnostic>) {
    let mut builder = Builder {
        source,
        words,
        errors: Vec::new(),
        stack: Vec::new(),
        anchors: HashMap::new(),
        aliased: 0,
        root: None,
    };
    let options = options! {
        emit_comments: false,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
        simple_key_max_lookahead: 1024,
    };
    for event in Parser::new_from_str_with_options(&source.text, options) {
        let result = match event {
            Ok((event, span)) => builder.event(event, span_of(&span)),
            Err(error) => Err(syntax::diagnostic(source, &error, builder.open_bracket())),
        };
        if let Err(error) = result {
            builder.errors.push(error);
            return (None, builder.errors);
        }
    }
    if builder.root.is_none() && builder.errors.is_empty() {
        builder.errors.push(
            Diagnostic::new(Code::EmptyFile, "the file is empty")
                .at(source, Span::default(), format!("{} is expected here", words.content))
                .help(words.least),
        );
    }
    (builder.root, builder.errors)
}

fn span_of(span: &granit_parser::Span) -> Span {
    // Byte ranges are always known for text in memory.
    span.byte_range().map_or_else(Span::default, |range| Span { start: range.start, end: range.end })
}

struct Builder<'a> {
    source: &'a Arc<Source>,
    words: &'static Words,
    errors: Vec<Diagnostic>,
    stack: Vec<Frame>,
    /// Finished nodes with an anchor, and what a copy costs.
    anchors: HashMap<usize, (Node, usize)>,
    aliased: usize,
    root: Option<Node>,
}

/// A collection that is still open.
struct Frame {
    start: usize,
    anchor: usize,
    kind: FrameKind,
}

enum FrameKind {
    Sequence(Vec<Node>),
    Mapping { entries: Vec<(Node, Node)>, key: Option<Node>, places: HashMap<String, Span> },
}

impl Builder<'_> {
    /// The innermost `{` or `[` that is open.
    fn open_bracket(&self) -> Option<Span> {
        let start = self.stack.last()?.start;
        let is_bracket = matches!(self.source.text.as_bytes().get(start), Some(b'{' | b'['));
        is_bracket.then_some(Span { start, end: start + 1 })
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Diagnostic> {
        match event {
            Event::DocumentStart(..) if self.root.is_some() => {
                Err(Diagnostic::new(Code::Syntax, format!("{} holds one document", self.words.file))
                    .at(self.source, span, "a second document begins here")
                    .help(self.words.several))
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.tag(tag.as_deref(), span)?;
                let quoted = style != ScalarStyle::Plain || tag.is_some();
                // The parser writes a missing value as `~`.
                let missing = style == ScalarStyle::Plain && span.start == span.end;
                let text = if missing { String::new() } else { text.into_owned() };
                let span = match (missing, quoted) {
                    (true, _) => behind_colon(&self.source.text, span),
                    (false, true) => span,
                    (false, false) => trimmed(&self.source.text, span),
                };
                self.finish(Node { span, kind: NodeKind::Scalar { text, quoted } }, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.tag(tag.as_deref(), span)?;
                self.open(span, anchor, FrameKind::Sequence(Vec::new()))
            }
            Event::MappingStart(_, anchor, tag) => {
                self.tag(tag.as_deref(), span)?;
                self.open(span, anchor, FrameKind::Mapping { entries: Vec::new(), key: None, places: HashMap::new() })
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            _ => Ok(()),
        }
    }

    fn tag(&self, tag: Option<&granit_parser::Tag>, span: Span) -> Result<(), Diagnostic> {
        match tag {
            None => Ok(()),
            Some(tag) if tag.is_yaml_core_schema_tag("str") => Ok(()),
            Some(_) => Err(Diagnostic::new(Code::Syntax, "YAML tags are not supported")
                .at(self.source, span, "the value of a tag `!..`")
                .help("leave the tag out; a text that begins with `!` is written in quotes")),
        }
    }

    fn open(&mut self, span: Span, anchor: usize, kind: FrameKind) -> Result<(), Diagnostic> {
        if self.stack.len() >= MAX_DEPTH {
            return Err(Diagnostic::new(Code::Limit, format!("more than {MAX_DEPTH} levels of nesting")).at(
                self.source,
                span,
                "one level too deep",
            ));
        }
        self.stack.push(Frame { start: span.start, anchor, kind });
        Ok(())
    }

    fn close(&mut self, span: Span) -> Result<(), Diagnostic> {
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        // The end of a flow collection is its bracket; a block collection ends with its last child.
        let mut end = span.end;
        let kind = match frame.kind {
            FrameKind::Sequence(items) => {
                if let (Some(last), true) = (items.last(), span.start == span.end) {
                    end = last.span.end;
                }
                NodeKind::Sequence(items)
            }
            FrameKind::Mapping { entries, .. } => {
                if let (Some((_, last)), true) = (entries.last(), span.start == span.end) {
                    end = last.span.end;
                }
                NodeKind::Mapping(entries)
            }
        };
        // Aliases bring the places of their anchors with them: the end may lie before the start.
        let span = Span { start: frame.start, end: end.max(frame.start) };
        self.finish(Node { span, kind }, frame.anchor)
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Diagnostic> {
        let Some((node, cost)) = self.anchors.get(&anchor) else {
            return Err(Diagnostic::new(Code::Syntax, "an alias inside the value that it stands for").at(
                self.source,
                span,
                "this would never end",
            ));
        };
        self.aliased = self.aliased.saturating_add(*cost);
        if self.aliased > MAX_ALIASED || self.stack.len() + depth(node) > MAX_DEPTH {
            return Err(Diagnostic::new(Code::Limit, "the file's aliases stand for too much").at(
                self.source,
                span,
                "the limit is reached with this alias",
            ));
        }
        let node = node.clone();
        self.finish(node, 0)
    }

    fn finish(&mut self, node: Node, anchor: usize) -> Result<(), Diagnostic> {
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), cost(&node)));
        }
        match self.stack.last_mut().map(|frame| &mut frame.kind) {
            None => self.root = Some(node),
            Some(FrameKind::Sequence(items)) => items.push(node),
            Some(FrameKind::Mapping { entries, key, places }) => match key.take() {
                None => {
                    let duplicate = check_key(self.source, &node, places)?;
                    *key = Some(node);
                    self.errors.extend(duplicate);
                }
                Some(key) => entries.push((key, node)),
            },
        }
        Ok(())
    }
}

/// What is no key at all ends the reading; a duplicate is noted.
fn check_key(
    source: &Arc<Source>,
    key: &Node,
    places: &mut HashMap<String, Span>,
) -> Result<Option<Diagnostic>, Diagnostic> {
    let NodeKind::Scalar { text, quoted } = &key.kind else {
        return Err(Diagnostic::new(Code::Syntax, "a key must be a text")
            .at(source, key.span, format!("found {}", key.describe()))
            .help("a text that begins with `{` or `[` is written in quotes"));
    };
    if text == "<<" && !quoted {
        return Err(Diagnostic::new(Code::Syntax, "merge keys `<<` are not supported")
            .at(source, key.span, "")
            .help("write the keys out, repeat whole values with an alias `*name`, or use `vars` and `include`"));
    }
    let first = places.insert(text.clone(), key.span);
    Ok(first.map(|first| {
        Diagnostic::new(Code::DuplicateKey, format!("duplicate key `{}`", text.escape_debug()))
            .at(source, key.span, "given again here")
            .and(source, first, "given before")
            .help("a mapping holds each key once")
    }))
}

/// The parser puts a missing value at the colon itself.
fn behind_colon(text: &str, span: Span) -> Span {
    let at = span.start + usize::from(text.as_bytes().get(span.start) == Some(&b':'));
    Span { start: at, end: at }
}

/// Without blanks at its end (the parser's spans of plain scalars may hold them).
fn trimmed(text: &str, span: Span) -> Span {
    let slice = text.get(span.start..span.end).unwrap_or_default();
    Span { start: span.start, end: span.start + slice.trim_end().len() }
}

fn cost(node: &Node) -> usize {
    NODE_COST
        + match &node.kind {
            NodeKind::Scalar { text, .. } => text.len(),
            NodeKind::Sequence(items) => items.iter().map(cost).sum(),
            NodeKind::Mapping(entries) => entries.iter().map(|(key, value)| cost(key) + cost(value)).sum(),
        }
}

fn depth(node: &Node) -> usize {
    match &node.kind {
        NodeKind::Scalar { .. } => 0,
        NodeKind::Sequence(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        NodeKind::Mapping(entries) => 1 + entries.iter().map(|(_, value)| depth(value)).max().unwrap_or(0),
    }
}
