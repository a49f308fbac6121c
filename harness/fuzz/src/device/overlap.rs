//! Several commands on one topic: each payload belongs to one of them.

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

use super::CommandRule;
use super::rules::shown;
use crate::payload::{Leaf, valid};
use hil_scenario::decode::Cx;
use hil_scenario::error::Code;
use hil_scenario::yaml::Node;

/// Right payloads of each command that are tried on the others of its topic.
const TRIED: usize = 32;

/// Tells of payloads that two commands understand, as far as trying shows them.
pub(super) fn check(cx: &mut Cx<'_>, node: &Node, commands: &[CommandRule]) -> Option<()> {
    for (index, command) in commands.iter().enumerate() {
        let others = commands.iter().enumerate().filter(|(at, other)| *at != index && other.topic == command.topic);
        let others: Vec<_> = others.collect();
        if others.is_empty() {
            continue;
        }
        let mut runner = TestRunner::deterministic();
        for _ in 0..TRIED {
            let Ok(tree) = valid(&command.payload).new_tree(&mut runner) else { continue };
            let payload: String = tree.current().into_iter().map(|Leaf { text, .. }| text).collect();
            let both =
                others.iter().find(|(at, other)| *at > index && other.payload.read(payload.as_bytes()).is_some());
            let Some((at, _)) = both else { continue };
            cx.error_with_help(
                Code::Conflict,
                node.span,
                format!("two commands on {} understand `{}`", command.topic, shown(&payload)),
                format!("number {} and number {} of the list", index + 1, at + 1),
                "each payload belongs to one command: join them by `choice`, or let a key or a word tell them apart",
            );
            return None;
        }
    }
    Some(())
}
