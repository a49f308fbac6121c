//! What can be wrong with a drawing, and where.

use std::error::Error;
use std::fmt;
use std::io;

use jsonc_parser::common::Range;
use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

/// A drawing that cannot be used: the first problem found, and its place.
#[derive(Debug)]
pub struct DiagramError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    problem: Problem,
    source: NamedSource<String>,
    /// The place to point at, and an earlier one that it conflicts with; none if the file could not be read.
    labels: Vec<LabeledSpan>,
}

/// A place in the file, both counted from 1; the column counts characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// As given to [`Diagram::parse`](super::Diagram::parse).
    pub file: String,
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

impl fmt::Display for Location {
    /// `file:line:column`, which editors turn into a link.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// What is wrong. The codes are stable.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[non_exhaustive]
pub enum Problem {
    /// The file is not there, not readable or not text.
    #[error("failed to read the diagram {file}")]
    #[diagnostic(code(diagram::read), help("a project that Wokwi can run has its diagram.json beside wokwi.toml"))]
    Read {
        /// The path.
        file: String,
        /// Why.
        source: io::Error,
    },

    /// Not JSON.
    #[error("malformed JSON: {0}")]
    #[diagnostic(
        code(diagram::syntax),
        help("diagram.json is plain JSON: double quotes, commas between values, none after the last, no comments")
    )]
    Syntax(String),

    /// A version of the format that this crate cannot read.
    #[error("diagram format {0} is not supported")]
    #[diagnostic(code(diagram::version), help("this reads version 1, the only one that Wokwi has published"))]
    Version(String),

    /// A value of another JSON type.
    #[error("expected {expected}, found {found}")]
    #[diagnostic(code(diagram::wrong_type))]
    WrongType {
        /// What the value means, with its JSON type.
        expected: String,
        /// The JSON type found, or how many items.
        found: String,
        /// How it should look.
        #[help]
        help: String,
    },

    /// A required key is not there.
    #[error("`{key}` is missing")]
    #[diagnostic(code(diagram::missing_key))]
    MissingKey {
        /// The key.
        key: &'static str,
        /// How it should look.
        #[help]
        help: String,
    },

    /// The same key twice in one object.
    #[error("`{key}` is given twice")]
    #[diagnostic(code(diagram::duplicate_key), help("remove one of the two: readers differ in which one they use"))]
    DuplicateKey {
        /// The key.
        key: String,
    },

    /// A key that is nearly a known one.
    #[error("unknown key `{key}`")]
    #[diagnostic(code(diagram::misspelled_key), help("did you mean `{known}`?"))]
    MisspelledKey {
        /// The key.
        key: String,
        /// The known key.
        known: String,
    },

    /// A value that is not among those allowed.
    #[error("`{value}` is no value for `{key}`")]
    #[diagnostic(code(diagram::invalid_value))]
    InvalidValue {
        /// The key or attribute.
        key: String,
        /// Its value.
        value: String,
        /// What is allowed.
        #[help]
        help: String,
    },

    /// More than any drawing has.
    #[error("the diagram has {count} {what}")]
    #[diagnostic(code(diagram::too_large), help("a diagram may have {most}"))]
    TooLarge {
        /// What there is too much of: `parts`.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        most: usize,
    },

    /// Two parts with one id.
    #[error("the id `{id}` is used twice")]
    #[diagnostic(
        code(diagram::duplicate_id),
        help("give each part an id of its own: wires and scenarios name parts by it")
    )]
    DuplicateId {
        /// The id.
        id: String,
    },

    /// An id that would be mistaken for something else.
    #[error("`{id}` cannot be the id of a part")]
    #[diagnostic(
        code(diagram::invalid_id),
        help("an id is not empty, has no `:`, does not begin with `$`, and is not that of an LED on the board")
    )]
    InvalidId {
        /// The id.
        id: String,
    },

    /// No microcontroller.
    #[error("the diagram has no board with an ESP32-C3")]
    #[diagnostic(code(diagram::no_board))]
    NoBoard {
        /// The boards that there could be.
        #[help]
        help: String,
    },

    /// More than one microcontroller.
    #[error("the diagram has a second board")]
    #[diagnostic(
        code(diagram::second_board),
        help("one diagram is one device: put the other board in a diagram of its own")
    )]
    SecondBoard,

    /// The end of a wire that is not `part:pin`.
    #[error("`{text}` is not the end of a wire")]
    #[diagnostic(
        code(diagram::malformed_pin),
        help("write the part's id, a colon and the pin's name, such as \"esp:8\"")
    )]
    MalformedPin {
        /// What is written there.
        text: String,
    },

    /// A wire to a part that is not in the diagram.
    #[error("a wire to the unknown part `{id}`")]
    #[diagnostic(code(diagram::unknown_part))]
    UnknownPart {
        /// The id.
        id: String,
        /// The ids that there are.
        #[help]
        help: String,
    },

    /// A wire to a pin that the part does not have.
    #[error("`{part}` ({type_name}) has no pin `{pin}`")]
    #[diagnostic(code(diagram::unknown_pin))]
    UnknownPin {
        /// Id of the part.
        part: String,
        /// Its type.
        type_name: String,
        /// The pin.
        pin: String,
        /// The pins that there are.
        #[help]
        help: String,
    },
}

impl DiagramError {
    pub(super) fn new(file: &str, text: &str, range: Range, problem: Problem) -> Self {
        let source = NamedSource::new(file, text.to_owned()).with_language("json");
        let here = LabeledSpan::new_primary_with_span(Some("here".to_owned()), range.start..range.end);
        Self(Box::new(Inner { problem, source, labels: vec![here] }))
    }

    pub(super) fn unreadable(file: &str, cause: io::Error) -> Self {
        let source = NamedSource::new(file, String::new());
        let problem = Problem::Read { file: file.to_owned(), source: cause };
        Self(Box::new(Inner { problem, source, labels: Vec::new() }))
    }

    /// Points at an earlier place too, with which this one conflicts.
    pub(super) fn with_first(mut self, range: Range) -> Self {
        self.0.labels.push(LabeledSpan::at(range.start..range.end, "first here"));
        self
    }

    /// What is wrong.
    pub fn problem(&self) -> &Problem {
        &self.0.problem
    }

    /// Where; none if the file could not be read at all.
    pub fn location(&self) -> Option<Location> {
        let before = self.0.source.inner().get(..self.0.labels.first()?.offset())?;
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Some(Location {
            file: self.0.source.name().to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        })
    }
}

impl fmt::Display for DiagramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.problem.fmt(f)
    }
}

impl Error for DiagramError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.problem.source()
    }
}

impl Diagnostic for DiagramError {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0.problem.code()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0.problem.help()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.0.labels.is_empty()).then_some(&self.0.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.0.labels.iter().cloned()))
    }
}
