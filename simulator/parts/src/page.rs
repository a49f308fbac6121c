//! The page docs/parts.md, made from the registry.

use super::{Joins, Kind, PinUse, Registry};
use hil_sim_core::circuit::Rail;
use hil_sim_core::part::{ControlKind, PartType};
use std::fmt::Write;

const HEAD: &str = "\
# Parts

What a board drawing (Wokwi's `diagram.json`) can have, and what of it is simulated. This page is made from the registry of parts by
`cargo run -q -p hil-sim-parts --example parts_page > docs/parts.md`; a test compares the two.

Every drawing with one of the boards below loads. What is not on this page does nothing, is told of once by name, and is an error only
where a step speaks to it; `hil run --strict` and `hil sim run --strict` refuse it. Wires to a part that is not simulated are wires all
the same. A part that is wired so that it could do nothing is not there.

Controls are those of `set-control`; what a part shows is what `expect-part`, `expect-led` and `take-screenshot` look at
([scenarios.md](scenarios.md)). Voltages and levels: a GPIO sees a level by V_IL and V_IH of the ESP32-C3's data sheet (a quarter and
three quarters of 3.3 V) and keeps it in between; resistors divide, and the chip's pull resistors have 45 kilo-ohms. There are no currents,
capacitors or slopes.

Tests drive each part by edges and voltages at its pins. Its figures are those of the source that is named, as the author of the part knew
them: but for Wokwi's own pages, the sections were not looked up again, and no real part was compared.
";

/// The whole page.
#[must_use]
pub fn parts_page(registry: &Registry) -> String {
    let mut page = HEAD.to_owned();
    page.push_str("\n## Parts that are simulated\n");
    for part in registry.kinds().filter_map(Kind::part) {
        section(&mut page, part);
    }
    page.push_str("\n## Wires\n\n| type | what it joins |\n|---|---|\n");
    for wiring in registry.kinds().filter_map(Kind::wiring) {
        let joins = match wiring.joins {
            Joins::Nothing => "nothing: a decoration".to_owned(),
            Joins::Strips { columns, rail: 0 } => {
                format!("{columns} columns of two strips: `1t.a` to `1t.e`, `1b.f` to `1b.j`")
            }
            Joins::Strips { columns, rail } => format!(
                "{columns} columns of two strips, `1t.a` to `1t.e` and `1b.f` to `1b.j`, and the rails `tp`, `tn`, `bp` and `bn` of {rail} holes"
            ),
            Joins::All(_) => "its pin, with all that is wired to it".to_owned(),
            Joins::Ground(_) => "what is wired to it, with ground".to_owned(),
            Joins::Supply(_) => "what is wired to it, with a supply of `voltage` volts, 5 without it".to_owned(),
            Joins::Resistance(_) => "its ends, through `value` ohms (`220`, `4.7k`, `1M`), 1000 without it".to_owned(),
            Joins::Apart(_) => "nothing: no direct current flows".to_owned(),
        };
        let _ = writeln!(page, "| `{}` | {joins} |", wiring.name);
    }
    page.push_str("\n## Boards\n\nA pin is found by its name on the board, and on every board by its GPIO (`GPIO8`, `IO8`, `8` where no pin is \
                   called so otherwise), as `GND`, `3V3`, `5V`, `TX` and `RX`.\n\n| type | GPIOs | on the board | console |\n|---|---|---|---|\n");
    for board in registry.kinds().filter_map(Kind::board) {
        let mut gpios: Vec<u8> = board.gpios().map(|(_, gpio)| gpio).collect();
        gpios.sort_unstable();
        gpios.dedup();
        let gpios: Vec<String> = gpios.iter().map(ToString::to_string).collect();
        let onboard: Vec<String> =
            board.onboard.iter().map(|it| format!("`.{}` ({}) at {}", it.name, it.part.name, ends(it.pins))).collect();
        let console = if board.has_usb_console { "USB" } else { "UART0" };
        let _ = writeln!(page, "| `{}` | {} | {} | {console} |", board.name, gpios.join(" "), onboard.join(", "));
    }
    page
}

fn ends(pins: &[(&str, PinUse)]) -> String {
    let end = |(_, what): &(&str, PinUse)| match what {
        PinUse::Gpio(gpio) => format!("GPIO{gpio}"),
        PinUse::Rail(Rail::Ground) => "GND".to_owned(),
        PinUse::Rail(rail) => rail.volts().to_string(),
        PinUse::Other => "nothing".to_owned(),
    };
    pins.iter().map(end).collect::<Vec<_>>().join(" and ")
}

fn section(page: &mut String, part: &PartType) {
    let names = |names: Vec<&str>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" ");
    let _ = writeln!(page, "\n### {}\n\n{}\n", part.name, part.about);
    let _ = writeln!(page, "- pins: {}", names(part.pins.iter().map(|pin| pin.name).collect()));
    if !part.controls.is_empty() {
        let _ = writeln!(page, "- controls: {}", controls(part));
    }
    if !part.attributes.is_empty() {
        let _ = writeln!(page, "- attributes: {}", names(part.attributes.iter().map(|it| it.name).collect()));
    }
    let _ = writeln!(page, "- by: {}", part.source);
}

fn controls(part: &PartType) -> String {
    let said = |control: &hil_sim_core::part::Control| match control.kind {
        ControlKind::Range { from, to, unit } => {
            format!("`{}` {from} to {to} {unit}", control.name).trim_end().to_owned()
        }
        _ => format!("`{}` 0 or 1", control.name),
    };
    part.controls.iter().map(said).collect::<Vec<_>>().join(", ")
}
