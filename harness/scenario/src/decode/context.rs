//! What decoding a node needs, and where its errors go.

use std::ops::Range;
use std::sync::Arc;

use super::suggest::{did_you_mean, list};
use crate::error::{Code, Diagnostic};
use crate::variables::{Alone, Problem, ProblemKind, Variables, function_names, interpolate};
use crate::yaml::{Node, NodeKind, source_offset};
use crate::{Source, Span};

/// The file, the variables, and the errors so far.
#[derive(Debug)]
pub struct Cx<'a> {
    source: &'a Arc<Source>,
    /// `None`: `${` has no meaning here.
    vars: Option<&'a Variables>,
    running: bool,
    errors: Vec<Diagnostic>,
}

/// A scalar with its variables put in.
#[derive(Debug, Clone)]
pub struct Text<'n> {
    /// The text. While a file is checked, variables that are set later stay as `${name}`.
    pub value: String,
    /// The text without those variables.
    pub known_part: String,
    /// Whether the whole text is known: otherwise only its kind can be checked.
    pub known: bool,
    /// What the text is, where it is one `${..}` and nothing else.
    pub alone: Option<Alone>,
    /// Whether it is the node's own text.
    verbatim: bool,
    /// The scalar.
    pub node: &'n Node,
}

impl<'a> Cx<'a> {
    /// Decodes values of `source` with `vars`.
    pub const fn new(source: &'a Arc<Source>, vars: &'a Variables) -> Self {
        Self { source, vars: Some(vars), running: false, errors: Vec::new() }
    }

    /// The scenario runs: each variable should have a value by now.
    pub const fn running(source: &'a Arc<Source>, vars: &'a Variables) -> Self {
        Self { source, vars: Some(vars), running: true, errors: Vec::new() }
    }

    /// Decodes values in which `${` is just text.
    pub const fn literal(source: &'a Arc<Source>) -> Self {
        Self { source, vars: None, running: false, errors: Vec::new() }
    }

    /// The file.
    pub const fn source(&self) -> &Arc<Source> {
        self.source
    }

    /// The errors, in the order in which they were found.
    pub fn into_errors(self) -> Vec<Diagnostic> {
        self.errors
    }

    /// Records an error, without the values of environment variables.
    pub fn push(&mut self, mut error: Diagnostic) {
        if let Some(vars) = self.vars {
            let labels = error.labels.iter_mut().map(|label| &mut label.text);
            for text in labels.chain(&mut error.notes).chain(&mut error.help).chain([&mut error.title]) {
                *text = vars.redact(text).into_owned();
            }
        }
        self.errors.push(error);
    }

    /// Records an error at `span`.
    pub fn error(&mut self, code: Code, span: Span, title: impl Into<String>, label: impl Into<String>) {
        self.push(Diagnostic::new(code, title).at(self.source, span, label));
    }

    /// Records an error at `span`, with help.
    pub fn error_with_help(
        &mut self,
        code: Code,
        span: Span,
        title: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.push(Diagnostic::new(code, title).at(self.source, span, label).help(help));
    }

    /// Records that `expected` (`a whole number`) is something else.
    pub fn wrong_type(&mut self, node: &Node, expected: &str) {
        let found = node.describe();
        self.error(Code::WrongType, node.span, format!("expected {expected}, found {found}"), "");
    }

    /// Records that a scalar, its variables put in, is not what was `expected`.
    pub fn wrong_text(&mut self, text: &Text<'_>, expected: &str) {
        if text.verbatim {
            self.wrong_type(text.node, expected);
        } else {
            let title = format!("expected {expected}, found `{}`", text.value.escape_debug());
            self.error(Code::WrongType, text.node.span, title, "");
        }
    }

    /// Whether all variables in a value are known by now.
    pub fn is_known(&self, node: &Node) -> bool {
        let mut all = true;
        if let Some(vars) = self.vars {
            node.for_each_scalar(&mut |scalar| {
                let text = scalar.as_text().unwrap_or_default();
                all &= interpolate(text, vars).is_ok_and(|done| done.known);
            });
        }
        all
    }

    /// A scalar with its variables put in; `expected` names it in errors: `a duration such as 2s`.
    pub fn text<'n>(&mut self, node: &'n Node, expected: &str) -> Option<Text<'n>> {
        if node.is_null() {
            self.null(node, expected, false);
            return None;
        }
        self.scalar(node, expected)
    }

    /// As [`Cx::text`], where any text will do, an empty one too.
    pub fn any_text<'n>(&mut self, node: &'n Node, expected: &str) -> Option<Text<'n>> {
        if node.is_null() {
            self.null(node, expected, true);
            return None;
        }
        self.scalar(node, expected)
    }

    /// As [`Cx::text`], but a missing value is an empty text.
    pub fn scalar<'n>(&mut self, node: &'n Node, expected: &str) -> Option<Text<'n>> {
        let NodeKind::Scalar { text, .. } = &node.kind else {
            self.wrong_type(node, expected);
            return None;
        };
        let Some(vars) = self.vars else {
            let (value, known_part) = (text.clone(), text.clone());
            return Some(Text { value, known_part, known: true, alone: None, verbatim: true, node });
        };
        match interpolate(text, vars) {
            Ok(done) => Some(Text {
                value: done.text,
                known_part: done.known_part,
                known: done.known,
                alone: done.alone,
                verbatim: !done.changed,
                node,
            }),
            Err(problems) => {
                for problem in problems {
                    self.problem(node, vars, problem);
                }
                None
            }
        }
    }

    /// The place of a part of a text; of the whole text where the part does not stand in the file as it is.
    pub fn part(&self, text: &Text<'_>, range: Range<usize>) -> Span {
        if text.verbatim { self.locate(text.node, range) } else { text.node.span }
    }

    fn locate(&self, node: &Node, range: Range<usize>) -> Span {
        let source = self.source.text.get(node.span.start..node.span.end);
        let offset =
            source.zip(node.as_text()).and_then(|(source, text)| source_offset(source, text, range.start, range.end));
        offset.map_or(node.span, |part| Span { start: node.span.start + part.start, end: node.span.start + part.end })
    }

    fn null(&mut self, node: &Node, expected: &str, is_any: bool) {
        let written = node.as_text().unwrap_or_default();
        let title = format!("expected {expected}, found {}", if written.is_empty() { "nothing" } else { "null" });
        let line = self.source.text.get(node.span.end..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let help = if !written.is_empty() {
            format!("for the text, write \"{written}\" in quotes")
        } else if line.trim_start().starts_with('#') {
            "a `#` after a blank begins a comment: put the value into quotes".into()
        } else if is_any {
            "an empty text is written \"\"".into()
        } else {
            return self.error(Code::WrongType, node.span, title, "a value is missing");
        };
        self.error_with_help(Code::WrongType, node.span, title, "", help);
    }

    fn problem(&mut self, node: &Node, vars: &Variables, problem: Problem) {
        let span = self.locate(node, problem.range);
        match problem.kind {
            ProblemKind::Undefined(name) => {
                let title = format!("undefined variable `{name}`");
                let names = vars.names();
                if self.running {
                    self.error_with_help(
                        Code::UnsetVariable,
                        span,
                        format!("the variable `{name}` has no value"),
                        "used here",
                        "the step that sets it has not run, or did not find a value",
                    );
                } else {
                    let guess = did_you_mean(&name, names.iter().copied());
                    let help = if name == "iteration" {
                        "`iteration` is defined inside `repeat`, `for` and `retry` only".to_owned()
                    } else if names.is_empty() {
                        "no variable is defined here; `$${` stands for the text `${`".to_owned()
                    } else {
                        format!("defined here: {}; `$${{` stands for the text `${{`", list(names.iter().copied()))
                    };
                    self.error_with_help(Code::UndefinedVariable, span, title, guess.unwrap_or_default(), help);
                }
            }
            ProblemKind::Environment(name) => self.error_with_help(
                Code::Environment,
                span,
                format!("the environment variable `{name}` is not set"),
                "",
                format!("set it before the run: {name}=... hil run"),
            ),
            ProblemKind::Unclosed => {
                self.error_with_help(
                    Code::BadVariable,
                    span,
                    "a `${` without its `}`",
                    "",
                    "`$${` stands for the text `${`",
                );
            }
            ProblemKind::BadExpression { text, problem } => {
                let title = format!("`{}` is neither a variable nor a calculation", text.escape_debug());
                let help = format!(
                    "a name is a letter or `_`, then letters, digits, `_` and `-`; a calculation is written ${{a + 1}}, with \
                     + - * / % and {}; `$${{` stands for the text `${{`",
                    list(function_names())
                );
                self.error_with_help(Code::BadVariable, span, title, problem, help);
            }
            ProblemKind::NoResult(problem) => {
                self.error(Code::BadVariable, span, "a calculation without a result", problem);
            }
            ProblemKind::TooLong => self.error(Code::Limit, span, "the text grows over 1 MiB with its variables", ""),
        }
    }
}
