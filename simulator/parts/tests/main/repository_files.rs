//! The drawing and the project file in the root of this repository, which Wokwi and this crate share.

use std::fs;
use std::path::{Path, PathBuf};

use hil_sim_parts::diagram::{Diagram, PinRef};
use hil_sim_parts::{Registry, parts_page};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn the_diagram_has_one_external_led_on_gpio8() {
    let diagram = Diagram::read(&root().join("diagram.json")).expect("a faultless diagram");
    assert_eq!(diagram.board().id, "esp");
    let leds = diagram.netlist().leds();
    let summary: Vec<_> = leds.iter().map(|part| (part.id.as_str(), part.leds, part.gpio)).collect();
    assert_eq!(summary, [("esp.rgb1", 1, Some(8)), ("led1", 1, Some(8))]);
}

#[test]
fn the_page_of_parts_is_that_of_the_registry() {
    let page = fs::read_to_string(root().join("docs/parts.md")).expect("docs/parts.md");
    let made = parts_page(&Registry::standard());
    assert!(page == made, "it is stale: cargo run -q -p hil-sim-parts --example parts_page > docs/parts.md");
}

#[test]
fn every_part_says_what_it_does_and_by_which_data_sheet() {
    for part in Registry::standard().kinds().filter_map(|kind| kind.part()) {
        assert!(part.about.ends_with('.') && !part.source.is_empty(), "{}", part.name);
        assert!(!part.about.contains("  "), "{}", part.name);
    }
}

#[test]
fn the_serial_console_is_wired_both_ways() {
    // Without these two wires Wokwi shows no serial output at all.
    let diagram = Diagram::read(&root().join("diagram.json")).expect("a faultless diagram");
    let netlist = diagram.netlist();
    for (board, console) in [("TX", "RX"), ("RX", "TX")] {
        let console = PinRef::new(PinRef::SERIAL_MONITOR, console);
        assert!(netlist.is_joined(&PinRef::new("esp", board), &console), "{board} to {console}");
    }
}

#[test]
fn the_led_is_powered() {
    let diagram = Diagram::read(&root().join("diagram.json")).expect("a faultless diagram");
    let netlist = diagram.netlist();
    assert!(netlist.is_joined(&PinRef::new("esp", "5V.1"), &PinRef::new("led1", "VDD")));
    assert!(netlist.is_joined(&PinRef::new("esp", "GND.1"), &PinRef::new("led1", "VSS")));
}

#[test]
fn wokwi_runs_the_build_of_the_light_for_the_chip() {
    let text = fs::read_to_string(root().join("wokwi.toml")).expect("wokwi.toml");
    let project: toml::Table = text.parse().expect("TOML");
    let wokwi = &project["wokwi"];
    assert_eq!(wokwi["version"].as_integer(), Some(1));
    let elf = "target/riscv32imc-unknown-none-elf/firmware/light";
    assert_eq!((wokwi["firmware"].as_str(), wokwi["elf"].as_str()), (Some(elf), Some(elf)));
    assert_eq!(wokwi["rfc2217ServerPort"].as_integer(), Some(4_000));
}
