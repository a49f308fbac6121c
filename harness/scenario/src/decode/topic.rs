//! Topic names and topic filters (MQTT 5, section 4.7).

use std::ops::Range;

use super::{Cx, Text};
use crate::Spanned;
use crate::error::Code;
use crate::yaml::Node;

/// Bytes that a topic may have.
const MAX_LENGTH: usize = 65_535;

/// What is wrong with a topic, and where in it.
struct Wrong {
    title: &'static str,
    range: Range<usize>,
    help: &'static str,
}

/// A topic name: no wildcards.
pub fn topic_name(cx: &mut Cx<'_>, node: &Node) -> Option<Spanned<String>> {
    checked(cx, node, "a topic name", |topic| {
        check_text(topic, "topic name")?;
        match topic.find(['#', '+']) {
            Some(at) => Err(Wrong {
                title: "a wildcard in a topic name",
                range: at..at + 1,
                help: "`+` and `#` can stand only in the topic filters of expect-message, expect-nothing and capture",
            }),
            None => Ok(()),
        }
    })
}

/// A topic filter: `+` for one level, `#` for all that follow.
pub fn topic_filter(cx: &mut Cx<'_>, node: &Node) -> Option<Spanned<String>> {
    checked(cx, node, "a topic filter", |filter| {
        check_text(filter, "topic filter")?;
        if filter == "$share" || filter.starts_with("$share/") {
            return Err(Wrong {
                title: "shared subscriptions are not supported",
                range: 0..6,
                help: "an expectation must see every message: write the filter without `$share/<group>/`",
            });
        }
        let mut at = 0;
        for level in filter.split('/') {
            let end = at + level.len();
            if let Some(found) = level.find(['#', '+'])
                && level.len() > 1
            {
                return Err(Wrong {
                    title: "a wildcard takes a whole level of a topic filter",
                    range: at + found..at + found + 1,
                    help: "levels are separated by `/`: `stat/+/power`, `stat/#`",
                });
            }
            if level == "#" && end != filter.len() {
                return Err(Wrong {
                    title: "`#` must be the last level of a topic filter",
                    range: at..end,
                    help: "`#` stands for all levels that follow; `+` stands for one level",
                });
            }
            at = end + 1;
        }
        Ok(())
    })
}

fn check_text(topic: &str, what: &'static str) -> Result<(), Wrong> {
    let wrong = |title, range| Err(Wrong { title, range, help: "MQTT 5, section 4.7.3" });
    if topic.is_empty() {
        return wrong(if what == "topic name" { "the topic name is empty" } else { "the topic filter is empty" }, 0..0);
    }
    if let Some(at) = topic.find('\0') {
        return wrong("a NUL character in a topic", at..at + 1);
    }
    if topic.len() > MAX_LENGTH {
        return wrong("a topic over 65535 bytes", 0..topic.len());
    }
    Ok(())
}

fn checked(
    cx: &mut Cx<'_>,
    node: &Node,
    expected: &str,
    check: impl FnOnce(&str) -> Result<(), Wrong>,
) -> Option<Spanned<String>> {
    let text: Text<'_> = cx.text(node, expected)?;
    if text.known
        && let Err(wrong) = check(&text.value)
    {
        let span = cx.part(&text, wrong.range);
        let label = if text.value == node.as_text().unwrap_or_default() {
            String::new()
        } else {
            format!("this is {:?}", text.value)
        };
        cx.error_with_help(Code::BadTopic, span, wrong.title, label, wrong.help);
        return None;
    }
    Some(Spanned::new(text.value, node.span))
}
