//! The file.

use std::fmt::Write as _;
use std::time::Duration;

use super::seen::{Seen, Status, Told};
use super::shapes::{conditions, grammar, quoted};
use super::variables::{Variable, leaves, variables};
use hil_model::time::display;

/// Why there is nothing to describe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    /// No message at all.
    #[error("nothing came")]
    Silence,
    /// Nobody has told the device anything.
    #[error("nobody told the device anything: {0} topics were seen, and none of a command")]
    Commands(usize),
}

/// Times that a device is given at least, and at most.
const SETTLE: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(2));
/// Words for a device that is there.
const ONLINE: [&str; 5] = ["online", "1", "true", "connected", "alive"];

/// The description of what was `seen`; `named` are topics that are commands whatever they are called.
///
/// # Errors
/// There is nothing to describe.
pub fn describe(seen: &Seen, named: &[String]) -> Result<String, Unknown> {
    let seen = &seen.without_secrets();
    if seen.messages.is_empty() && seen.retained.is_empty() {
        return Err(Unknown::Silence);
    }
    let commands = seen.commands(named);
    let told: Vec<Told<'_>> =
        seen.told(&commands).into_iter().filter(|told| !told.message.payload.is_empty()).collect();
    let statuses = seen.statuses(&commands, &told);
    if told.is_empty() {
        return Err(Unknown::Commands(statuses.len()));
    }
    let variables = variables(&told);
    let mut out = head(seen, &statuses);
    for status in statuses.iter().filter(|status| is_online(seen, status)).take(1) {
        let payload = seen.retained.get(status.topic).map(|payload| String::from_utf8_lossy(payload));
        let _ = writeln!(
            out,
            "# A guess, by its name and what is retained there; if it has a will, say which: offline: \"...\"\n\
             online: {{ topic: {}, payload: {}, statuses: false }}",
            quoted(status.topic),
            quoted(&payload.unwrap_or_default())
        );
    }
    let described: Vec<&Status<'_>> = statuses
        .iter()
        .filter(|status| !is_online(seen, status) && (status.is_caused || status.every.is_some()))
        .collect();
    if !described.is_empty() {
        out += "statuses:\n";
    }
    described.iter().for_each(|status| self::status(&mut out, status, &variables));
    let others = statuses.iter().filter(|status| !status.is_caused && status.every.is_none());
    for status in others.filter(|status| !is_online(seen, status)) {
        let _ = writeln!(out, "# Retained, and nothing new came on it: {}", one_line(status.topic));
    }
    self::commands(&mut out, &told, &described, &variables);
    start(&mut out, &told, &variables);
    Ok(out)
}

fn head(seen: &Seen, statuses: &[Status<'_>]) -> String {
    let lag = statuses.iter().map(|status| status.lag).max().unwrap_or_default();
    let settle = (3 * lag).clamp(SETTLE.0, SETTLE.1);
    let settle = Duration::from_millis(50 * (settle.as_millis() as u64).div_ceil(50));
    format!(
        "# What was seen of a device within {} (`hil fuzz --learn`). All of it is a guess: read it, and say what is so.\n\
         version: 1\nname: the device\nsettle: {}\n\
         # Its MQTT client identifier, if you know it: then its connection is taken over too, to see how it comes back.\n\
         # client-id: ...\n",
        display(Duration::from_secs(seen.time.as_secs().max(1))),
        display(settle)
    )
}

fn status(out: &mut String, status: &Status<'_>, variables: &[Variable]) {
    let (conditions, mut remarks) = conditions(status.topic, &status.payloads, variables);
    if let Some(every) = status.every {
        remarks.push(format!("comes by itself, about every {}", display(every)));
    }
    for remark in remarks {
        let _ = writeln!(out, "  # {}", one_line(&remark));
    }
    let every = status.every.map_or_else(String::new, |every| format!(", every: {}", display(every)));
    let retained = match (status.is_retained, status.every.is_some()) {
        (true, true) => ", retained: true",
        (false, false) => ", retained: false",
        _ => "",
    };
    let once = if status.is_once { ", once: true" } else { "" };
    let _ = writeln!(out, "  - {{ topic: {}{conditions}{retained}{every}{once} }}", quoted(status.topic));
}

fn commands(out: &mut String, told: &[Told<'_>], statuses: &[&Status<'_>], variables: &[Variable]) {
    out.push_str("commands:\n");
    for topic in topics(told) {
        // What nothing has followed may have been refused.
        let followed: Vec<&Told<'_>> = of_topic(told, topic).filter(|told| !told.followed.is_empty()).collect();
        let all: Vec<&Told<'_>> = if followed.is_empty() { of_topic(told, topic).collect() } else { followed };
        let payloads: Vec<&[u8]> = all.iter().map(|told| told.message.payload.as_slice()).collect();
        let (grammar, remarks) = grammar(topic, &payloads, variables);
        let caused = statuses.iter().filter(|status| {
            let follows = |told: &Told<'_>| told.followed.iter().any(|message| message.topic == status.topic);
            status.is_caused && all.iter().all(|told| follows(told))
        });
        let caused: Vec<String> = caused.map(|status| quoted(status.topic)).collect();
        let times = if payloads.len() == 1 { "once".to_owned() } else { format!("{} times", payloads.len()) };
        let _ = writeln!(
            out,
            "  # Given {times} while it was listened; by others than these values nothing is known of it."
        );
        for remark in remarks {
            let _ = writeln!(out, "  # {}", one_line(&remark));
        }
        let _ = writeln!(
            out,
            "  - topic: {}\n    payload: {grammar}\n    statuses: [{}]\n    guessed: true",
            quoted(topic),
            caused.join(", ")
        );
    }
}

fn topics<'s>(told: &'s [Told<'_>]) -> Vec<&'s str> {
    let mut topics: Vec<&str> = told.iter().map(|told| told.message.topic.as_str()).collect();
    topics.sort_unstable();
    topics.dedup();
    topics
}

fn of_topic<'t, 's>(told: &'t [Told<'s>], topic: &'t str) -> impl Iterator<Item = &'t Told<'s>> {
    told.iter().filter(move |told| told.message.topic == topic)
}

/// Commands that set all variables, each the one that sets most of those that are left.
fn start(out: &mut String, told: &[Told<'_>], variables: &[Variable]) {
    let mut left: Vec<&Variable> = variables.iter().collect();
    let mut chosen: Vec<&Told<'_>> = Vec::new();
    let sets = |told: &Told<'_>, variable: &Variable| {
        told.message.topic == variable.command && leaves(&told.message.payload).contains_key(&variable.from)
    };
    let answered: Vec<&Told<'_>> = told.iter().filter(|told| !told.followed.is_empty()).collect();
    while !left.is_empty() {
        let count = |told: &&&Told<'_>| left.iter().filter(|variable| sets(told, variable)).count();
        let Some(best) = answered.iter().rev().max_by_key(count).filter(|told| count(told) > 0) else { break };
        left.retain(|variable| !sets(best, variable));
        chosen.push(best);
    }
    if chosen.is_empty() {
        chosen.extend(answered.last().copied().or(told.last()));
    }
    out.push_str("start:\n");
    for told in chosen {
        let payload = String::from_utf8_lossy(&told.message.payload);
        let _ = writeln!(out, "  - {{ topic: {}, payload: {} }}", quoted(&told.message.topic), quoted(&payload));
    }
}

/// Whether a topic says that the device is there.
fn is_online(seen: &Seen, status: &Status<'_>) -> bool {
    let last = status.topic.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let is_named = ["online", "lwt", "availability", "connected", "status", "connection"].contains(&last.as_str());
    let payload = seen.retained.get(status.topic).map(|payload| String::from_utf8_lossy(payload).to_ascii_lowercase());
    is_named && !status.is_caused && payload.is_some_and(|payload| ONLINE.contains(&payload.as_str()))
}

/// What others have sent, in a comment.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
