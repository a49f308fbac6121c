//! The keys of commands, statuses, rejections, and of what a device begins with.

use super::expected::Conditions;
use super::grammar::{Parts, grammar, items, positive};
use super::{CommandRule, Expected, Online, Rejection, Start, StatusRule, Template};
use crate::json::Reading;
use hil_scenario::decode::{
    Cx, Map, Shape, boolean, integer, list, plain_text, spanned_text, topic_filter, topic_name,
};
use hil_scenario::error::Code;
use hil_scenario::yaml::{Node, NodeKind};
use hil_targets::reference::State;

/// An item of `commands`.
pub(super) const COMMAND: Shape =
    Shape { name: "a command", example: "topic", keys: &["topic", "payload", "statuses", "guessed"] };
/// An item of `statuses`.
pub(super) const STATUS: Shape = Shape {
    name: "a status",
    example: "topic",
    keys: &["topic", "payload", "where", "qos", "retained", "every", "once"],
};
/// `online: {..}`
pub(super) const ONLINE: Shape =
    Shape { name: "online", example: "topic", keys: &["topic", "payload", "offline", "within", "statuses"] };
/// `rejection: {..}`
pub(super) const REJECTION: Shape =
    Shape { name: "rejection", example: "answer", keys: &["answer", "log", "warnings", "silent"] };
/// An item of `start`.
pub(super) const START: Shape = Shape { name: "a command of `start`", example: "topic", keys: &["topic", "payload"] };

pub(super) fn command(cx: &mut Cx<'_>, node: &Node, parts: Parts<'_>, statuses: &[StatusRule]) -> Option<CommandRule> {
    let mut map = Map::new(cx, node, &COMMAND)?;
    let topic = map.required("topic", topic_name);
    let payload = map.required("payload", |cx, node| grammar(cx, node, parts));
    // What comes by itself is no answer to a command.
    let all = (0..statuses.len()).filter(|index| statuses[*index].every.is_none()).collect();
    let published = map.optional("statuses", |cx, node| {
        if matches!(&node.kind, NodeKind::Sequence(items) if items.is_empty()) {
            return Some(Vec::new());
        }
        items(cx, node, |cx, node| {
            let topic = plain_text(cx, node)?;
            let found = statuses.iter().position(|status| status.topic == topic);
            if found.is_none() {
                let known = list(statuses.iter().map(|status| status.topic.as_str()));
                let title = format!("`{}` is not a status", topic.escape_debug());
                cx.error_with_help(Code::BadValue, node.span, title, "", format!("the statuses are {known}"));
            }
            found
        })
    });
    let guessed = map.optional("guessed", boolean).unwrap_or(false);
    Some(CommandRule { topic: topic?.value, payload: payload?, statuses: published.unwrap_or(all), guessed })
}

pub(super) fn status(cx: &mut Cx<'_>, node: &Node) -> Option<StatusRule> {
    let mut map = Map::new(cx, node, &STATUS)?;
    let topic = map.required("topic", topic_name);
    map.one_of(&["payload", "where"], false);
    let text = map.optional("payload", plain_text).map(|text| Expected::Text(Template::parse(&text)));
    let conditions = map.optional("where", |cx, node| {
        let conditions = Conditions::new(node).map(Expected::Where);
        if conditions.is_none() {
            cx.wrong_type(node, "a mapping from paths to conditions, such as { /temperature: { between: [5, 30] } }");
        }
        conditions
    });
    let qos = map.optional("qos", |cx, node| integer(cx, node, 0..=2_u8));
    let every = map.optional("every", positive);
    // What comes again and again is seldom kept.
    let retained = map.optional("retained", boolean).unwrap_or(every.is_none());
    map.excludes("every", &["once"]);
    let once = map.optional("once", boolean).unwrap_or(false);
    let payload = text.or(conditions).unwrap_or(Expected::Any);
    Some(StatusRule { topic: topic?.value, payload, qos, retained, every, once })
}

pub(super) fn online(cx: &mut Cx<'_>, node: &Node) -> Option<Online> {
    let mut map = Map::new(cx, node, &ONLINE)?;
    let topic = map.required("topic", topic_name);
    let payload = map.required("payload", |cx, node| Some(spanned_text(cx, node)?.value));
    let offline = map.optional("offline", |cx, node| Some(spanned_text(cx, node)?.value));
    let within = map.optional("within", positive).unwrap_or(std::time::Duration::from_secs(10));
    let statuses = map.optional("statuses", boolean).unwrap_or(true);
    Some(Online { topic: topic?.value, payload: payload?, offline, within, statuses })
}

pub(super) fn rejection(cx: &mut Cx<'_>, node: &Node) -> Option<Rejection> {
    let mut map = Map::new(cx, node, &REJECTION)?;
    Some(Rejection {
        answer: map.optional("answer", expression),
        log: map.optional("log", expression),
        warnings: map.optional("warnings", expression),
        silent: map
            .optional("silent", |cx, node| {
                items(cx, node, |cx, node| topic_filter(cx, node).map(|filter| filter.value))
            })
            .unwrap_or_default(),
    })
}

/// A regular expression, in which `{topic}` is a topic.
fn expression(cx: &mut Cx<'_>, node: &Node) -> Option<String> {
    let text = spanned_text(cx, node)?.value;
    match regex::Regex::new(&for_topic(&text, "a/b")) {
        Ok(_) => Some(text),
        Err(error) => {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            cx.error(Code::BadRegex, node.span, format!("not a regular expression: {reason}"), "");
            None
        }
    }
}

/// A regular expression with its topic in it.
pub(crate) fn for_topic(expression: &str, topic: &str) -> String {
    expression.replace("{topic}", &regex::escape(topic))
}

/// A payload in a message: quotes as they are, nothing that the reader's screen would obey.
pub(super) fn shown(payload: &str) -> String {
    payload.chars().map(|c| if c.is_control() { c.escape_debug().to_string() } else { c.to_string() }).collect()
}

/// A command of `start`; what it sets is put into `state`.
pub(super) fn start(cx: &mut Cx<'_>, node: &Node, commands: &[CommandRule], state: &mut State) -> Option<Start> {
    let mut map = Map::new(cx, node, &START)?;
    let topic = map.required("topic", topic_name);
    let payload = map.required("payload", plain_text);
    let (topic, payload) = (topic?, payload?);
    let of_topic = || commands.iter().enumerate().filter(|(_, command)| command.topic == topic.value);
    if of_topic().next().is_none() {
        let known = list(commands.iter().map(|command| command.topic.as_str()));
        let title = format!("`{}` is not a command", topic.value.escape_debug());
        cx.error_with_help(Code::BadValue, topic.span, title, "", format!("the commands are {known}"));
        return None;
    }
    let taken = of_topic().find_map(|(index, command)| Some((index, command.payload.read(payload.as_bytes())?)));
    let Some((command, said)) = taken else {
        let is_refused = of_topic().all(|(_, command)| command.payload.judge(payload.as_bytes()) == Reading::Refused);
        let does = if is_refused { "would reject" } else { "may reject" };
        cx.error_with_help(
            Code::BadValue,
            node.span,
            format!("the device {does} `{}` on {}", shown(&payload), topic.value),
            "by the grammar of this command",
            "commands of `start` are accepted: correct the payload, or the grammar",
        );
        return None;
    };
    said.apply(state);
    Some(Start { command, payload })
}
