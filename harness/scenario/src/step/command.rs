//! The commands by name, and the step around a command.

use std::sync::Arc;

use super::group::expectations;
use super::{
    BrokerAction, Capture, Command, ExpectFlash, ExpectLed, ExpectMessage, ExpectNothing, ExpectPin, ExpectRetained,
    ExpectSerial, NetworkAction, PowerAction, Publish, Repeat, Request, SetControl, Step, StepNode, TakeScreenshot,
    Touch, WaitSerial, WriteSerial,
};
use crate::decode::{Cx, did_you_mean, duration, list, plain_text, spanned_text};
use crate::error::{Code, Diagnostic, Diagnostics};
use crate::variables::Variables;
use crate::yaml::{Node, NodeKind};
use crate::{Source, SourcedStep, Span, Spanned};

/// A command: its key, and how its value is read.
pub(crate) struct CommandKind {
    /// `expect-message`
    pub key: &'static str,
    /// Whether a group such as `all-of` may hold it.
    pub expectation: bool,
    /// Whether it may stand without a value.
    pub bare: bool,
    decode: fn(&mut Cx<'_>, &Node) -> Option<Command>,
}

const fn stimulus(key: &'static str, decode: fn(&mut Cx<'_>, &Node) -> Option<Command>) -> CommandKind {
    CommandKind { key, expectation: false, bare: false, decode }
}

const fn expectation(key: &'static str, decode: fn(&mut Cx<'_>, &Node) -> Option<Command>) -> CommandKind {
    CommandKind { key, expectation: true, bare: false, decode }
}

impl CommandKind {
    /// All commands, in the order of the documentation.
    pub const ALL: [Self; 30] = [
        stimulus("delay", |cx, node| duration(cx, node).map(Command::Delay)),
        stimulus("log", |cx, node| plain_text(cx, node).map(Command::Log)),
        stimulus("mark", |cx, node| spanned_text(cx, node).map(Command::Mark)),
        stimulus("publish", |cx, node| Publish::decode(cx, node).map(Command::Publish)),
        expectation("expect-message", |cx, node| ExpectMessage::decode(cx, node).map(Command::ExpectMessage)),
        expectation("expect-retained", |cx, node| ExpectRetained::decode(cx, node).map(Command::ExpectRetained)),
        expectation("expect-nothing", |cx, node| ExpectNothing::decode(cx, node).map(Command::ExpectNothing)),
        stimulus("request", |cx, node| Request::decode(cx, node).map(Command::Request)),
        expectation("capture", |cx, node| Capture::decode(cx, node).map(Command::Capture)),
        expectation("wait-serial", |cx, node| WaitSerial::decode(cx, node).map(Command::WaitSerial)),
        stimulus("write-serial", |cx, node| WriteSerial::decode(cx, node).map(Command::WriteSerial)),
        expectation("expect-serial", |cx, node| ExpectSerial::decode(cx, node).map(Command::ExpectSerial)),
        expectation("expect-led", |cx, node| ExpectLed::decode(cx, node).map(Command::ExpectLed)),
        expectation("expect-flash", |cx, node| ExpectFlash::decode(cx, node).map(Command::ExpectFlash)),
        CommandKind {
            key: "reset",
            expectation: false,
            bare: true,
            decode: |cx, node| nothing(cx, node, Command::Reset),
        },
        stimulus("power", |cx, node| PowerAction::decode(cx, node).map(Command::Power)),
        stimulus("network", |cx, node| NetworkAction::decode(cx, node).map(Command::Network)),
        stimulus("broker", |cx, node| BrokerAction::decode(cx, node).map(Command::Broker)),
        expectation("expect-pin", |cx, node| ExpectPin::decode(cx, node).map(Command::ExpectPin)),
        stimulus("set-control", |cx, node| SetControl::decode(cx, node).map(Command::SetControl)),
        stimulus("take-screenshot", |cx, node| TakeScreenshot::decode(cx, node).map(Command::TakeScreenshot)),
        expectation("expect-chip-output", |cx, node| {
            spanned_text(cx, node).map(|text| Command::ExpectChipOutput(text.value))
        }),
        stimulus("touch", |cx, node| Touch::decode(cx, node).map(Command::Touch)),
        stimulus("touch-press", |cx, node| Touch::decode_press(cx, node).map(Command::Touch)),
        stimulus("touch-move", |cx, node| Touch::decode_move(cx, node).map(Command::Touch)),
        stimulus("touch-release", |cx, node| Touch::decode_release(cx, node).map(Command::Touch)),
        expectation("all-of", |cx, node| expectations(cx, node).map(Command::AllOf)),
        expectation("any-of", |cx, node| expectations(cx, node).map(Command::AnyOf)),
        expectation("in-order", |cx, node| expectations(cx, node).map(Command::InOrder)),
        stimulus("repeat", |cx, node| Repeat::decode(cx, node).map(Command::Repeat)),
    ];

    /// Wokwi's commands, in the order in which it looks for them in a step: of two, it carries out the first one of this list.
    pub const WOKWI: [&'static str; 11] = [
        "delay",
        "expect-chip-output",
        "expect-pin",
        "set-control",
        "wait-serial",
        "write-serial",
        "take-screenshot",
        "touch",
        "touch-press",
        "touch-release",
        "touch-move",
    ];

    /// The command named `key`.
    pub fn find(key: &str) -> Option<&'static Self> {
        const ALL: &[CommandKind] = &CommandKind::ALL;
        ALL.iter().find(|kind| kind.key == key)
    }

    fn keys() -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().map(|kind| kind.key).collect::<Vec<_>>().into_iter()
    }
}

/// A command that takes no value: `reset:` or `reset: {}`.
fn nothing(cx: &mut Cx<'_>, node: &Node, command: Command) -> Option<Command> {
    let is_nothing = node.is_null() || matches!(&node.kind, NodeKind::Mapping(entries) if entries.is_empty());
    if !is_nothing {
        cx.wrong_type(node, "nothing: the command takes no value");
    }
    is_nothing.then_some(command)
}

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
                            format!("a step with two commands, `{}` and `{}`", first.key, kind.key),
                        )
                        .at(&source, key.span, "this one is too much")
                        .and(&source, first_key.span, "the step's command")
                        .help(format!("begin a step of its own: - {}: ..", kind.key)),
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
        let command = (kind.decode)(cx, value)?;
        Some(Self { name, span, key: Spanned::new(kind.key, key.span), title: String::new(), command })
    }

    /// `- reset`
    fn bare(cx: &mut Cx<'_>, node: &Node, text: &str) -> Option<Self> {
        match CommandKind::find(text) {
            Some(kind) if kind.bare => {
                let null = Node { span: node.span, kind: NodeKind::Scalar { text: String::new(), quoted: false } };
                let command = (kind.decode)(cx, &null)?;
                let key = Spanned::new(kind.key, node.span);
                Some(Self { name: None, span: node.span, key, title: String::new(), command })
            }
            Some(kind) => {
                let title = format!("the command `{}` needs a value", kind.key);
                cx.error(Code::MissingKey, node.span, title, format!("expected `{}: ..`", kind.key));
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
