//! `defaults` under a board: the board's own keys go before; `device` is joined key by key.

use hil_scenario::yaml::{Node, NodeKind};

/// The key whose values are joined.
const JOINED: &str = "device";

/// `own` with the keys of `defaults` that it lacks; all of them keep their places.
pub(super) fn merged(own: &Node, defaults: Option<&Node>) -> Node {
    join(own, defaults, true)
}

fn join(own: &Node, defaults: Option<&Node>, is_board: bool) -> Node {
    let (NodeKind::Mapping(entries), Some(NodeKind::Mapping(more))) = (&own.kind, defaults.map(|node| &node.kind))
    else {
        return own.clone();
    };
    let mut entries = entries.clone();
    for (key, value) in more {
        let Some(name) = key.as_text() else { continue };
        match entries.iter_mut().find(|(own, _)| own.as_text() == Some(name)) {
            None => entries.push((key.clone(), value.clone())),
            Some((_, own)) if is_board && name == JOINED => *own = join(own, Some(value), false),
            Some(_) => {}
        }
    }
    Node { span: own.span, kind: NodeKind::Mapping(entries) }
}
