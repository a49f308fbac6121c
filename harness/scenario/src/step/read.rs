//! From a step in a file to a [`Step`].

use std::sync::Arc;

use super::{CommandKind, Step, StepNode};
use crate::decode::{Cx, did_you_mean, list, plain_text};
use crate::error::{Code, Diagnostic, Diagnostics};
use crate::variables::Variables;
use crate::yaml::{Node, NodeKind};
use crate::{Source, SourcedStep, Span, Spanned};

impl SourcedStep {
    /// Reads the step with all variables that are set by now.
    ///
    /// # Errors
    /// All that is wrong with it. Steps inside it are not looked at.
    pub fn decode(&self, vars: &Variables) -> Result<Step, Diagnostics> {
        Step::from_node(Cx::running(&self.source, vars), &self.step, vars)
    }

    /// Reads the step before the scenario runs: captured variables may have no value yet.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn check(&self, vars: &Variables) -> Result<Step, Diagnostics> {
        Step::check(&self.source, &self.step, vars)
    }

    /// A step inside this one (of a group).
    #[must_use]
    pub fn child(&self, step: &StepNode) -> Self {
        Self { source: Arc::clone(&self.source), step: step.clone() }
    }
}

impl Step {
    /// As [`SourcedStep::decode`].
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn decode(step: &SourcedStep, vars: &Variables) -> Result<Self, Diagnostics> {
        step.decode(vars)
    }

    /// Reads a step whose captured variables may have no value yet.
    pub fn check(source: &Arc<Source>, step: &StepNode, vars: &Variables) -> Result<Self, Diagnostics> {
        Self::from_node(Cx::new(source, vars), step, vars)
    }

    fn from_node(mut cx: Cx<'_>, step: &StepNode, vars: &Variables) -> Result<Self, Diagnostics> {
        let step = Self::read(&mut cx, &step.node, step.span);
        let errors = cx.into_errors();
        match step {
            Some(step) if errors.is_empty() => Ok(Self { title: step.command.redacted_title(vars), ..step }),
            _ => Err(Diagnostics(errors)),
        }
    }

    fn read(cx: &mut Cx<'_>, node: &Node, span: Span) -> Option<Self> {
        let entries = match &node.kind {
            NodeKind::Mapping(entries) => entries,
            NodeKind::Scalar { text, .. } if !node.is_null() => return Self::bare(cx, node, text),
            _ => {
                cx.wrong_type(node, "a step such as `delay: 500ms`");
                return None;
            }
        };
        let name = node.get("name").and_then(|name| plain_text(cx, name));
        let mut command: Option<(&'static CommandKind, &Node, &Node)> = None;
        let mut unknown = false;
        for (key, value) in entries.iter().filter(|(key, _)| key.as_text() != Some("name")) {
            let Some(text) = key.as_text() else { continue };
            match (CommandKind::find(text), command) {
                (None, _) => {
                    unknown = true;
                    unknown_command(cx, key, text);
                }
                (Some(kind), None) => command = Some((kind, key, value)),
                (Some(kind), Some((first, first_key, _))) => {
                    let source = Arc::clone(cx.source());
                    cx.push(
                        Diagnostic::new(
                            Code::TwoCommands,
                            format!("a step with two commands, `{}` and `{}`", first.key.key, kind.key.key),
                        )
                        .at(&source, key.span, "this one is too much")
                        .and(&source, first_key.span, "the step's command")
                        .help(format!("begin a step of its own: - {}: ..", kind.key.key)),
                    );
                }
            }
        }
        let Some((kind, key, value)) = command else {
            if !unknown {
                let help = format!("the commands are {}", list(CommandKind::keys()));
                cx.error_with_help(Code::NoCommand, span, "a step without a command", "nothing to do here", help);
            }
            return None;
        };
        let command = kind.decode(cx, value)?;
        Some(Self { name, span, key: Spanned::new(kind.key.key, key.span), title: String::new(), command })
    }

    /// `- reset`
    fn bare(cx: &mut Cx<'_>, node: &Node, text: &str) -> Option<Self> {
        match CommandKind::find(text) {
            Some(kind) if kind.key.bare => {
                let null = Node { span: node.span, kind: NodeKind::Scalar { text: String::new(), quoted: false } };
                let command = kind.decode(cx, &null)?;
                let key = Spanned::new(kind.key.key, node.span);
                Some(Self { name: None, span: node.span, key, title: String::new(), command })
            }
            Some(kind) => {
                let title = format!("the command `{}` needs a value", kind.key.key);
                cx.error(Code::MissingKey, node.span, title, format!("expected `{}: ..`", kind.key.key));
                None
            }
            None => {
                unknown_command(cx, node, text);
                None
            }
        }
    }
}

fn unknown_command(cx: &mut Cx<'_>, key: &Node, text: &str) {
    let title = format!("unknown command `{}`", text.escape_debug());
    if matches!(text, "within" | "timeout") {
        let help = "a limit stands inside the command: expect-message: { topic: .., within: 1s }";
        cx.error_with_help(Code::UnknownCommand, key.span, title, "this is no command", help);
        return;
    }
    let guess = did_you_mean(text, CommandKind::keys().chain(["name"]));
    match guess {
        Some(guess) => cx.error(Code::UnknownCommand, key.span, title, guess),
        None => {
            let help = format!("the commands are {}", list(CommandKind::keys()));
            cx.error_with_help(Code::UnknownCommand, key.span, title, "", help);
        }
    }
}
