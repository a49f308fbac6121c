//! `[serial]`

use hil_scenario::decode::Shape;

use super::scalar::{integer, path, text};
use crate::SerialSettings;
use crate::cx::{Cx, Value};
use crate::table::Table;

/// `[serial]`
pub(crate) const SERIAL: Shape = Shape { name: "[serial]", example: "port", keys: &["port", "baud", "bench"] };

pub(super) fn serial<'t>(cx: &mut Cx<'_>, value: &'t Value<'t>) -> Option<SerialSettings> {
    let mut table = Table::new(cx, value, &SERIAL)?;
    table.excludes("port", "bench", "name one board by its port, or many in an inventory");
    Some(SerialSettings {
        port: table.resolved("port", port),
        baud: table.resolved("baud", |cx, value| integer(cx, value, 300..=4_000_000)),
        bench: table.resolved("bench", bench),
    })
}

/// A device node is a path, the others are not.
fn port(cx: &mut Cx<'_>, value: &Value<'_>) -> Option<String> {
    let port = text(cx, value, "a port, such as /dev/ttyUSB0, usb:SERIAL or rfc2217://HOST:PORT")?;
    let is_elsewhere = port.contains("://") || port.starts_with("usb:");
    Some(if is_elsewhere || cfg!(windows) { port } else { cx.path(&port).to_string_lossy().into_owned() })
}

/// An inventory is a file, a place of labgrid is none.
fn bench(cx: &mut Cx<'_>, value: &Value<'_>) -> Option<String> {
    let bench = text(cx, value, "an inventory, or a place of labgrid such as labgrid:chip=esp32c3")?;
    if bench.starts_with("labgrid:") {
        return Some(bench);
    }
    path(cx, value).map(|path| path.to_string_lossy().into_owned())
}
