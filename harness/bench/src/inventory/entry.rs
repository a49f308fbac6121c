//! The keys of a board, and of `defaults`.

use std::path::{Path, PathBuf};

use super::{BoardEntry, Chip, FirmwareSource, LightSource, device, light};
use crate::provision::Request;
use crate::serial::PortSpec;
use crate::serial_target::Command;
use hil_scenario::Span;
use hil_scenario::decode::{Cx, Map, Shape, integer, plain_text, spanned_text, topic_name};
use hil_scenario::error::Code;
use hil_scenario::load::tags;
use hil_scenario::yaml::Node;
use hil_targets::provision::{FlashBytes, Identity, LightLog, ProvisionError, Provisioner, blank_flash};

/// An item of `boards`.
pub(super) const BOARD: Shape = Shape {
    name: "a board",
    example: "id",
    keys: &[
        "id",
        "chip",
        "port",
        "tags",
        "power",
        "reset",
        "light",
        "firmware",
        "partitions",
        "baud",
        "ready",
        "topic-root",
        "device",
    ],
};

/// `defaults: {..}`
pub(super) const DEFAULTS: Shape = Shape {
    name: "defaults",
    example: "chip",
    keys: &[
        "chip",
        "tags",
        "power",
        "reset",
        "light",
        "firmware",
        "partitions",
        "baud",
        "ready",
        "topic-root",
        "device",
    ],
};

/// Bits per second while flashing.
const BAUD: u32 = crate::flash::BAUD;
/// What our own firmware prints when it can be talked to.
const READY: &str = "mqtt: connected";
/// Characters of an id: with it, a client id and a topic prefix are made.
const LONGEST_ID: usize = 48;

/// What an inventory is read with.
#[derive(Clone, Copy)]
pub(super) struct Within<'a> {
    /// What paths in it are relative to.
    pub(super) folder: &'a Path,
    /// Tells its boards what stands in `device`.
    pub(super) provisioner: &'a dyn Provisioner,
}

/// A board, and where that stands which no other board may have.
pub(super) struct Placed {
    pub(super) board: BoardEntry,
    pub(super) id: Span,
    pub(super) port: Span,
    pub(super) client_id: Option<Span>,
    pub(super) prefix: Option<Span>,
}

/// What a board shares with `defaults`.
struct Common {
    chip: Option<Option<Chip>>,
    tags: Vec<String>,
    power: Option<Command>,
    reset: Option<Command>,
    light: LightSource,
    firmware: Option<FirmwareSource>,
    partitions: Option<PathBuf>,
    baud: u32,
    ready: Option<String>,
    topic_root: Option<String>,
    device: Option<Request>,
}

/// Looks for errors in `defaults`.
pub(super) fn defaults(cx: &mut Cx<'_>, node: &Node, within: Within<'_>) -> Option<()> {
    let mut map = Map::new(cx, node, &DEFAULTS)?;
    common(&mut map, within);
    Some(())
}

/// A board, with `defaults` put in.
pub(super) fn board(cx: &mut Cx<'_>, node: &Node, within: Within<'_>) -> Option<Placed> {
    let mut map = Map::new(cx, node, &BOARD)?;
    let id = map.required("id", id);
    let port = map.required("port", |cx, node| port(cx, node, within.folder));
    map.required("chip", |_, _| Some(()));
    map.only_with(&["partitions"], "firmware");
    let Common { chip, tags, power, reset, light, firmware, partitions, baud, ready, topic_root, mut device } =
        common(&mut map, within);
    let id = id?;
    let place = |key: &str| map.entry("device").and_then(|(_, device)| device.get(key)).map(|node| node.span);
    let placed = (place("client-id"), place("prefix"));
    if let Some(request) = &mut device {
        complete(request, &id, &light);
    }
    let prefix = device.as_ref().and_then(|device| device.identity.prefix.as_deref()).map(rooted);
    same_root(&mut map, topic_root.as_deref(), prefix.as_deref());
    if let Some(request) = &device {
        follows(&mut map, request, within.provisioner);
    }
    let (id_place, port_place) = (map.entry("id")?.1.span, map.entry("port")?.1.span);
    let board = BoardEntry {
        id,
        chip: chip??,
        port: port?,
        tags,
        power,
        reset,
        light,
        firmware,
        partitions,
        baud,
        ready,
        topic_root: topic_root.or(prefix),
        device,
    };
    Some(Placed { board, id: id_place, port: port_place, client_id: placed.0, prefix: placed.1 })
}

fn common(map: &mut Map<'_, '_, '_>, within: Within<'_>) -> Common {
    let folder = within.folder;
    Common {
        chip: map.has("chip").then(|| map.optional("chip", chip)),
        tags: map.optional("tags", tags).unwrap_or_default().into_iter().map(|tag| tag.value).collect(),
        power: map.optional("power", power),
        reset: map.optional("reset", |cx, node| Some(Command::plain(&spanned_text(cx, node)?.value))),
        light: map.optional("light", light::light).unwrap_or(LightSource::None),
        firmware: map.optional("firmware", |cx, node| firmware(cx, node, folder)).flatten(),
        partitions: map.optional("partitions", |cx, node| Some(folder.join(spanned_text(cx, node)?.value))),
        baud: map.optional("baud", |cx, node| integer(cx, node, 9_600..=2_000_000)).unwrap_or(BAUD),
        ready: match map.optional("ready", plain_text) {
            None => Some(READY.to_owned()),
            Some(text) => Some(text).filter(|text| !text.is_empty()),
        },
        topic_root: map.optional("topic-root", |cx, node| {
            // An empty one is a root too: none.
            let is_empty = node.as_text() == Some("") && !node.is_null();
            if is_empty { Some(String::new()) } else { topic_name(cx, node).map(|root| rooted(&root.value)) }
        }),
        device: map.optional("device", |cx, node| device::device(cx, node, within)).flatten(),
    }
}

/// What differs from board to board, and what follows from the light.
fn complete(request: &mut Request, id: &str, light: &LightSource) {
    let identity = &mut request.identity;
    identity.prefix.get_or_insert_with(|| format!("hil/{id}"));
    identity.client_id.get_or_insert_with(|| format!("hil-{id}"));
    identity.light_log = log_of(light);
}

/// What the firmware must log for the light to be known.
fn log_of(light: &LightSource) -> Option<LightLog> {
    match light {
        LightSource::Reported => Some(LightLog::Reported),
        LightSource::Measured => Some(LightLog::Measured),
        LightSource::None | LightSource::Analyzer { .. } => None,
    }
}

/// With one slash at its end, or empty.
fn rooted(topic: &str) -> String {
    match topic.trim_end_matches('/') {
        "" => String::new(),
        topic => format!("{topic}/"),
    }
}

fn same_root(map: &mut Map<'_, '_, '_>, root: Option<&str>, prefix: Option<&str>) {
    let (Some(root), Some(prefix)) = (root, prefix) else { return };
    if root == prefix {
        return;
    }
    map.optional("topic-root", |cx, node| {
        cx.error_with_help(
            Code::Conflict,
            node.span,
            format!("the scenarios' topics would begin with `{root}`, the board's with `{prefix}`"),
            "",
            "leave `topic-root` out: it is the `prefix` of `device` then (`hil/ID` if there is none)",
        );
        None::<()>
    });
}

/// What the device must say of its light for the bench to know it can contradict a setting.
fn follows(map: &mut Map<'_, '_, '_>, device: &Request, provisioner: &dyn Provisioner) {
    if device.identity.light_log.is_none() {
        return;
    }
    let only_log = Identity {
        settings: device.identity.settings.clone(),
        light_log: device.identity.light_log,
        ..Identity::default()
    };
    let without = Identity { light_log: None, ..only_log.clone() };
    // A value that cannot be has been told where it stands.
    let Err(error) = possible(provisioner, &only_log) else { return };
    if possible(provisioner, &without).is_err() {
        return;
    }
    map.optional("light", |cx, node| {
        cx.error(Code::Conflict, node.span, error.to_string(), "");
        None::<()>
    });
}

/// Whether a device can be told this.
pub(super) fn possible(provisioner: &dyn Provisioner, identity: &Identity) -> Result<(), ProvisionError> {
    provisioner.provision(identity, &mut FlashBytes(&blank_flash(provisioner)?)).map(|_| ())
}

fn id(cx: &mut Cx<'_>, node: &Node) -> Option<String> {
    let id = spanned_text(cx, node)?.value;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    if id.chars().all(fits) && id.len() <= LONGEST_ID && !id.starts_with(['.', '-']) {
        return Some(id);
    }
    cx.error(
        Code::BadValue,
        node.span,
        format!("`{}` cannot be a board's id", id.escape_debug()),
        format!("expected a-z, 0-9, . _ -, at most {LONGEST_ID} characters, not . or - at the start"),
    );
    None
}

fn chip(cx: &mut Cx<'_>, node: &Node) -> Option<Chip> {
    let name = spanned_text(cx, node)?.value;
    if name == Chip::Esp32c3.name() {
        return Some(Chip::Esp32c3);
    }
    cx.error(
        Code::BadValue,
        node.span,
        format!("`{}` is not a chip that hil can flash and run scenarios on", name.escape_debug()),
        format!("only {} is", Chip::Esp32c3.name()),
    );
    None
}

fn port(cx: &mut Cx<'_>, node: &Node, folder: &Path) -> Option<PortSpec> {
    match spanned_text(cx, node)?.value.parse() {
        // Windows' COM3 is no path.
        Ok(PortSpec::Path(path)) if cfg!(unix) || path.components().count() > 1 => {
            Some(PortSpec::Path(folder.join(path)))
        }
        Ok(port) => Some(port),
        Err(e) => {
            let help = "a port is /dev/ttyUSB0 (or a link to it), usb:SERIAL or rfc2217://HOST:PORT";
            cx.error_with_help(Code::BadValue, node.span, format!("not a port: {e}"), "", help);
            None
        }
    }
}

fn power(cx: &mut Cx<'_>, node: &Node) -> Option<Command> {
    match Command::switch(&spanned_text(cx, node)?.value) {
        Ok(command) => Some(command),
        Err(problem) => {
            cx.error_with_help(Code::BadValue, node.span, "this command cannot switch the supply", "", problem);
            None
        }
    }
}

fn firmware(cx: &mut Cx<'_>, node: &Node, folder: &Path) -> Option<Option<FirmwareSource>> {
    Some(match spanned_text(cx, node)?.value.as_str() {
        "none" => None,
        "own" => Some(FirmwareSource::Own),
        "own-openeth" => Some(FirmwareSource::OwnOpenEth),
        path => Some(FirmwareSource::Elf(folder.join(path))),
    })
}
