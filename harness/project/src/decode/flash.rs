//! `[flash]`

use std::collections::BTreeMap;
use std::path::PathBuf;

use hil_scenario::Span;
use hil_scenario::decode::Shape;
use hil_scenario::error::Code;

use super::scalar::{parsed, path};
use crate::cx::{Cx, Value, span};
use crate::table::Table;
use crate::value::{At, Provision};
use crate::{FlashSettings, Resolved};

/// `[flash]`
pub(crate) const FLASH: Shape =
    Shape { name: "[flash]", example: "partitions", keys: &["size", "partitions", "nvs", "images"] };

/// What `[flash]` says.
#[derive(Debug, Default)]
pub(super) struct Flash {
    pub(super) settings: FlashSettings,
    /// `nvs` is short for two kinds of `[provision]`.
    pub(super) nvs: Option<Resolved<Provision>>,
    /// Where it stands.
    pub(super) nvs_span: Option<Span>,
}

pub(super) fn flash<'t>(cx: &mut Cx<'_>, value: &'t Value<'t>) -> Option<Flash> {
    let mut table = Table::new(cx, value, &FLASH)?;
    let nvs = table.resolved("nvs", |cx, value| path(cx, value).map(Provision::of_file));
    let nvs_span = table.entry("nvs").map(|(key, _)| span(key));
    let settings = FlashSettings {
        size: table.resolved("size", |cx, value| {
            parsed(
                cx,
                value,
                "a size such as \"4MB\"",
                "a flash chip has \"1MB\", \"2MB\", \"4MB\", \"8MB\" or \"16MB\"",
            )
        }),
        partitions: table.resolved("partitions", path),
        images: table.optional("images", images).unwrap_or_default(),
    };
    Some(Flash { settings, nvs, nvs_span })
}

fn images<'t>(cx: &mut Cx<'_>, value: &'t Value<'t>) -> Option<BTreeMap<At, Resolved<PathBuf>>> {
    let table = Table::of_any(cx, value, "{ \"0x210000\" = \"storage.bin\" }")?;
    let mut images = BTreeMap::new();
    let mut places = BTreeMap::new();
    for (key, value) in table {
        let image = path(cx, value).map(|path| cx.resolved(path, span(value)));
        let at: At = match key.get_ref().parse() {
            Ok(at) => at,
            Err(error) => {
                let help = "write an offset such as \"0x210000\", or the label of a partition";
                let error: crate::value::OffsetError = error;
                cx.error(Code::BadValue, span(key), error.to_string(), "", help);
                continue;
            }
        };
        if let Some(first) = places.insert(at.clone(), span(key)) {
            cx.conflict(format!("two images at {at}"), first, span(key), "0x10000 and 65536 are the same offset");
        }
        images.extend(image.map(|image| (at, image)));
    }
    Some(images)
}
