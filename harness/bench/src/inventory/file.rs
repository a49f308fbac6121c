//! The keys of an inventory, and what must differ from board to board.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::entry::{self, Placed, Within};
use super::{Inventory, device, merge};
use crate::Limits;
use crate::serial::PortSpec;
use hil_scenario::decode::{Cx, Map, Shape, duration};
use hil_scenario::error::{Code, Diagnostic};
use hil_scenario::load::{identity, limited, read_source, source};
use hil_scenario::yaml::{Node, NodeKind, Words, parse_file};
use hil_scenario::{Diagnostics, Source, Span};
use hil_targets::provision::Provisioner;

/// `bench.yaml`
pub(super) const INVENTORY: Shape =
    Shape { name: "an inventory", example: "boards", keys: &["version", "limits", "defaults", "boards"] };

/// `limits: {..}`
pub(super) const LIMITS: Shape =
    Shape { name: "limits", example: "lock", keys: &["lock", "flash", "provision", "boot", "release"] };

const WORDS: Words = Words {
    file: "an inventory",
    content: "an inventory",
    least: "an inventory has at least the keys `version` and `boards`",
    several: "all boards stand in one list, `boards`",
    encoding: "save the file as UTF-8",
};

pub(super) fn load(path: &Path, provisioner: &dyn Provisioner) -> Result<Inventory, Diagnostics> {
    let source = read_source(path, &WORDS).map_err(|error| named(vec![error]))?;
    of(&source, provisioner)
}

pub(super) fn load_text(path: &Path, text: Vec<u8>, provisioner: &dyn Provisioner) -> Result<Inventory, Diagnostics> {
    let source = source(path, text, &WORDS).map_err(|error| named(vec![error]))?;
    of(&source, provisioner)
}

fn of(source: &Arc<Source>, provisioner: &dyn Provisioner) -> Result<Inventory, Diagnostics> {
    let (node, mut errors) = parse_file(source, &WORDS);
    let Some(node) = node else { return Err(named(errors)) };
    let source = &hidden(source, &node);
    let folder = source.path.parent().unwrap_or(Path::new(""));
    let within = Within { folder, provisioner };
    let mut cx = Cx::literal(source);
    let inventory = inventory(&mut cx, &node, within);
    errors.extend(cx.into_errors());
    match inventory {
        Some(inventory) if errors.is_empty() => Ok(inventory),
        _ => Err(named(errors)),
    }
}

/// In file order, each once (what is wrong in `defaults` is wrong in every board), by this file's names.
fn named(mut errors: Vec<Diagnostic>) -> Diagnostics {
    let mut seen = HashSet::new();
    errors.retain(|error| seen.insert(identity(error)));
    errors.sort_by_key(|error| error.labels.first().map_or(0, |label| label.span.start));
    limited(&mut errors);
    for error in &mut errors {
        error.family = "bench";
    }
    Diagnostics(errors)
}

fn inventory(cx: &mut Cx<'_>, node: &Node, within: Within<'_>) -> Option<Inventory> {
    let mut map = Map::new(cx, node, &INVENTORY)?;
    map.required("version", version);
    let limits = map.optional("limits", limits).unwrap_or_default();
    let defaults = map.entry("defaults").map(|(_, node)| node);
    map.optional("defaults", |cx, node| entry::defaults(cx, node, within));
    let boards = map.required("boards", |cx, node| {
        let NodeKind::Sequence(items) = &node.kind else {
            cx.wrong_type(node, "a list of boards");
            return None;
        };
        if items.is_empty() {
            cx.error(Code::EmptyList, node.span, "the list of boards is empty", "at least one board is expected");
        }
        let board = |item| entry::board(cx, &merge::merged(item, defaults), within);
        Some(items.iter().filter_map(board).collect::<Vec<_>>())
    });
    let boards = boards?;
    unique(cx, &boards);
    Some(Inventory { limits, boards: boards.into_iter().map(|placed| placed.board).collect() })
}

fn version(cx: &mut Cx<'_>, node: &Node) -> Option<()> {
    if node.as_text() == Some("1") {
        return Some(());
    }
    let title = format!("unknown version: {}", node.describe());
    cx.error_with_help(Code::Version, node.span, title, "expected 1", "the version of inventories is 1: version: 1");
    None
}

fn limits(cx: &mut Cx<'_>, node: &Node) -> Option<Limits> {
    let mut map = Map::new(cx, node, &LIMITS)?;
    let default = Limits::default();
    Some(Limits {
        // Not to wait at all can be wanted.
        lock: map.optional("lock", duration).unwrap_or(default.lock),
        flash: map.optional("flash", positive).unwrap_or(default.flash),
        provision: map.optional("provision", positive).unwrap_or(default.provision),
        boot: map.optional("boot", positive).unwrap_or(default.boot),
        release: map.optional("release", positive).unwrap_or(default.release),
    })
}

fn positive(cx: &mut Cx<'_>, node: &Node) -> Option<Duration> {
    let limit = duration(cx, node)?;
    if limit.is_zero() {
        cx.error(Code::BadDuration, node.span, "a limit of 0", "expected more than 0");
        return None;
    }
    Some(limit)
}

/// Ids, ports, and what boards are told apart by at one broker. Each board is compared with the first that has the same, so that
/// many equal boards have as many errors and not the square of it.
fn unique(cx: &mut Cx<'_>, boards: &[Placed]) {
    let (mut ids, mut ports, mut clients, mut prefixes) =
        (HashMap::new(), HashMap::new(), HashMap::new(), HashMap::new());
    for this in boards {
        let id = &this.board.id;
        if let Some(other) = first(&mut ids, id, this) {
            twice(cx, format!("two boards have the id `{id}`"), other.id, this.id, "an id names one board");
        }
        if let Some(other) = first(&mut ports, port_name(&this.board.port), this) {
            let title = format!("`{}` and `{id}` have the same port", other.board.id);
            twice(cx, title, other.port, this.port, "each board has a port of its own");
        }
        let Some(device) = &this.board.device else { continue };
        let (broker, identity) = (&device.identity.broker, &device.identity);
        // Only what is written can be the same: what is left out is made of the id.
        if let Some(two) = this.client_id
            && let Some(other) = first(&mut clients, (broker, &identity.client_id), this)
            && let Some(one) = other.client_id
        {
            let title =
                format!("`{}` and `{id}` have the same client id: the broker would let in one of them", other.board.id);
            twice(cx, title, one, two, "leave `client-id` out (it is hil-ID then), or give each board its own");
        }
        // Only what is written can be the same: what is left out is made of the id.
        if let Some(two) = this.prefix
            && let Some(other) = first(&mut prefixes, (broker, &identity.prefix), this)
            && let Some(one) = other.prefix
        {
            let title =
                format!("`{}` and `{id}` have the same prefix: each would do what the other is told", other.board.id);
            twice(cx, title, one, two, "leave `prefix` out (it is hil/ID then), or give each board its own");
        }
    }
}

/// The first board with this key, if it is not this one.
fn first<'b, K: Eq + Hash>(known: &mut HashMap<K, &'b Placed>, key: K, this: &'b Placed) -> Option<&'b Placed> {
    match known.entry(key) {
        Entry::Occupied(other) => Some(other.get()),
        Entry::Vacant(free) => {
            free.insert(this);
            None
        }
    }
}

fn twice(cx: &mut Cx<'_>, title: String, first: Span, second: Span, help: &str) {
    let source = cx.source().clone();
    let error = Diagnostic::new(Code::Conflict, title).help(help);
    // From `defaults`, they are one place.
    cx.push(if first == second {
        error.at(&source, second, "both have it from here")
    } else {
        error.at(&source, second, "the second one").and(&source, first, "the first one")
    });
}

/// The port as far as it can be compared without looking at the machine.
fn port_name(port: &PortSpec) -> String {
    match port {
        PortSpec::Path(_) => port.to_string(),
        PortSpec::Usb(_) | PortSpec::Rfc2217 { .. } => port.to_string().to_ascii_lowercase(),
    }
}

/// The same text, with asterisks for passwords that should not be there: errors show lines of it.
fn hidden(source: &Arc<Source>, node: &Node) -> Arc<Source> {
    let mut spans = Vec::new();
    passwords(node, &mut spans);
    if spans.is_empty() {
        return Arc::clone(source);
    }
    let mut text = source.text.as_bytes().to_vec();
    for Span { start, end } in spans {
        let Some(value) = text.get_mut(start..end) else { continue };
        value.iter_mut().filter(|byte| !byte.is_ascii_whitespace()).for_each(|byte| *byte = b'*');
    }
    Arc::new(Source { path: source.path.clone(), text: String::from_utf8_lossy(&text).into() })
}

/// Whether a password may stand there: under its own key, a misspelt one, or where only the name of a variable should.
fn is_password(key: &str, value: &Node) -> bool {
    let key = key.to_ascii_lowercase().replace('_', "-");
    let is_name = key.ends_with("-env") && value.as_text().is_some_and(device::is_variable);
    key.contains("pass") && !key.ends_with("-file") && !is_name
}

fn passwords(node: &Node, spans: &mut Vec<Span>) {
    match &node.kind {
        NodeKind::Scalar { .. } => {}
        NodeKind::Sequence(items) => items.iter().for_each(|item| passwords(item, spans)),
        NodeKind::Mapping(entries) => {
            for (key, value) in entries {
                if key.as_text().is_some_and(|key| is_password(key, value)) {
                    spans.push(value.span);
                } else {
                    passwords(value, spans);
                }
            }
        }
    }
}
