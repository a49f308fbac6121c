//! `[fuzz]`

use std::path::PathBuf;

use hil_scenario::decode::Shape;

use super::scalar::path;
use crate::Resolved;
use crate::cx::{Cx, Value};
use crate::table::Table;

/// `[fuzz]`
pub(crate) const FUZZ: Shape = Shape { name: "[fuzz]", example: "device", keys: &["device"] };

pub(super) fn fuzz<'t>(cx: &mut Cx<'_>, value: &'t Value<'t>) -> Option<Option<Resolved<PathBuf>>> {
    Table::new(cx, value, &FUZZ).map(|mut table| table.resolved("device", path))
}
