//! Reading diagrams, and what follows from their wires.

use std::path::Path;

use hil_sim_parts::diagram::{Diagram, Display, LedPart, Newline, PinRef, Position};
use proptest::prelude::*;

fn every_part() -> Diagram {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/every-part.json");
    Diagram::read(&path).expect("a faultless diagram")
}

/// A diagram with the board, LED parts with these ids and one LED each, and these wires.
fn wired(ids: &[&str], wires: &[(&str, &str)]) -> Diagram {
    let parts: String = ids.iter().map(|id| format!(r#", {{ "type": "wokwi-neopixel", "id": "{id}" }}"#)).collect();
    let wires: Vec<String> = wires.iter().map(|(from, to)| format!(r#"["{from}", "{to}"]"#)).collect();
    let text = format!(
        r#"{{ "parts": [{{ "type": "board-esp32-c3-devkitm-1", "id": "esp" }}{parts}], "connections": [{}] }}"#,
        wires.join(",")
    );
    Diagram::parse("diagram.json", &text).expect("a faultless diagram")
}

fn names(pins: &[&PinRef]) -> Vec<String> {
    pins.iter().map(|pin| pin.to_string()).collect()
}

fn led<'a>(leds: &'a [LedPart], id: &str) -> &'a LedPart {
    leds.iter().find(|part| part.id == id).expect("an LED part")
}

#[test]
fn parts_keep_their_place_attributes_and_sizes() {
    let diagram = every_part();
    let led1 = diagram.part("led1").expect("led1");
    assert_eq!(led1.type_name, "wokwi-neopixel");
    assert_eq!(led1.position, Position { top: -40.0, left: 160.0 });
    assert_eq!((led1.rotate, led1.hide), (90.0, true));
    assert_eq!(diagram.board().attrs["cpuFrequency"], "auto");
    assert_eq!(diagram.part("button").expect("button").attrs["bounce"], "false");
    let lights = ["led1", "ring", "strip", "matrix", "button"].map(|id| diagram.part(id).expect(id).lights());
    assert_eq!(lights, [Some(1), Some(12), Some(8), Some(20), None]);
}

#[test]
fn wires_keep_their_colour_and_route_where_given() {
    let diagram = every_part();
    assert_eq!(diagram.connections[2].path, ["v10", "h5", "*", "v-15"]);
    assert_eq!(diagram.connections[2].color, "green");
    assert_eq!(diagram.connections[3].path, [""; 0]);
    assert_eq!(diagram.connections[4].color, "");
}

#[test]
fn console_settings_and_dependencies_are_read() {
    let diagram = every_part();
    assert_eq!(diagram.serial_monitor.display, Display::Terminal);
    assert_eq!(diagram.serial_monitor.newline, Newline::CrLf);
    assert_eq!(diagram.dependencies["chip-inverter"], "github:example/inverter@1.0.0");
}

#[test]
fn parts_on_a_gpio_include_the_led_on_the_board() {
    let diagram = every_part();
    assert_eq!(names(&diagram.netlist().parts_on_gpio(8)), ["esp.rgb1:DIN", "la1:D0", "led1:DIN"]);
    assert_eq!(names(&diagram.netlist().parts_on_gpio(21)), ["$serialMonitor:RX"]);
    assert_eq!(names(&diagram.netlist().parts_on_gpio(3)), [""; 0]);
    assert_eq!(names(&diagram.netlist().parts_on_gpio(99)), [""; 0]);
}

#[test]
fn a_gpio_reaches_through_the_joined_pins_of_a_button_but_not_through_the_button() {
    let diagram = every_part();
    let netlist = diagram.netlist();
    assert_eq!(names(&netlist.parts_on_gpio(9)), ["button:1.l", "button:1.r", "esp.boot:1.l", "esp.boot:1.r"]);
    let ground = PinRef::new("esp", "GND.1");
    assert!(netlist.is_joined(&ground, &PinRef::new("button", "2.l")));
    assert!(netlist.is_joined(&ground, &PinRef::new("la1", "GND")));
    assert!(!netlist.is_joined(&ground, &PinRef::new("button", "1.l")));
}

#[test]
fn two_gpios_that_are_joined_are_no_parts_of_each_other() {
    let diagram = wired(&["a"], &[("esp:4", "esp:5"), ("esp:5", "a:DIN")]);
    assert_eq!(names(&diagram.netlist().parts_on_gpio(4)), ["a:DIN"]);
}

#[test]
fn led_parts_know_their_gpio_and_place_in_the_chain() {
    let diagram = every_part();
    let leds = diagram.netlist().leds();
    let summary: Vec<_> = leds.iter().map(|part| (part.id.as_str(), part.leds, part.gpio, part.first_led)).collect();
    assert_eq!(
        summary,
        [
            ("esp.rgb1", 1, Some(8), 0),
            ("led1", 1, Some(8), 0),
            ("ring", 12, Some(8), 1),
            ("strip", 8, Some(8), 13),
            ("matrix", 20, Some(10), 0),
            ("loose", 1, None, 0),
        ]
    );
    assert_eq!(led(&leds, "strip").after, ["led1", "ring"]);
}

#[test]
fn each_input_on_a_gpio_begins_a_chain_of_its_own() {
    let diagram = every_part();
    let chains = diagram.netlist().led_chains();
    let summary: Vec<_> = chains.iter().map(|chain| (chain.gpio, chain.leds(), chain.parts.len())).collect();
    assert_eq!(summary, [(8, 1, 1), (8, 21, 3), (10, 20, 1)]);
}

#[test]
fn where_data_forks_both_branches_are_chains() {
    let diagram = wired(&["a", "b", "c"], &[("esp:4", "a:DIN"), ("a:DOUT", "b:DIN"), ("c:DIN", "b:DIN")]);
    let chains = diagram.netlist().led_chains();
    let ids: Vec<Vec<&str>> =
        chains.iter().map(|chain| chain.parts.iter().map(|part| part.id.as_str()).collect()).collect();
    assert_eq!(ids, [vec!["esp.rgb1"], vec!["a", "b"], vec!["a", "c"]]);
}

#[test]
fn a_circle_of_leds_is_driven_by_nothing() {
    let diagram = wired(&["a", "b", "c"], &[("a:DOUT", "b:DIN"), ("b:DOUT", "a:DIN"), ("c:DOUT", "c:DIN")]);
    let netlist = diagram.netlist();
    assert!(netlist.leds().iter().skip(1).all(|part| part.gpio.is_none()));
    assert_eq!(netlist.led_chains().len(), 1, "only the LED on the board");
}

#[test]
fn a_gpio_goes_before_an_led_that_drives_the_same_input() {
    let diagram = wired(&["a", "b"], &[("a:DOUT", "b:DIN"), ("esp:5", "b:DIN"), ("esp:4", "b:DIN")]);
    let leds = diagram.netlist().leds();
    assert_eq!((led(&leds, "b").gpio, led(&leds, "b").after.len()), (Some(4), 0));
}

#[test]
fn unknown_keys_unlike_any_known_one_pass() {
    let text = r#"{ "comment": "x", "parts": [{ "type": "board-esp32-c3-devkitm-1", "id": "esp", "locked": true }] }"#;
    assert!(Diagram::parse("diagram.json", text).is_ok());
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,200}") {
        let _ = Diagram::parse("diagram.json", &text);
    }

    #[test]
    fn no_damage_to_a_good_file_makes_the_reader_panic(cut in 0_usize..2_000, gap in 0_usize..40, filler in "[\\[\\]{}\":,0-9a-zü]{0,4}") {
        let good = include_str!("../fixtures/every-part.json");
        let from = cut.min(good.len());
        let to = (from + gap).min(good.len());
        let text = format!("{}{filler}{}", &good[..from], &good[to..]);
        if let Err(error) = Diagram::parse("diagram.json", &text) {
            prop_assert!(error.location().is_some());
        }
    }

    #[test]
    fn no_wiring_makes_the_netlist_panic_or_lose_an_led(
        wires in prop::collection::vec((0_usize..9, 0_usize..9), 0..20)
    ) {
        let pins = ["esp:4", "esp:8", "esp:TX", "a:DIN", "a:DOUT", "b:DIN", "b:DOUT", "c:DIN", "c:DOUT"];
        let wires: Vec<(&str, &str)> = wires.iter().map(|(from, to)| (pins[*from], pins[*to])).collect();
        let diagram = wired(&["a", "b", "c"], &wires);
        let netlist = diagram.netlist();
        let leds = netlist.leds();
        prop_assert_eq!(leds.len(), 4);
        let chains = netlist.led_chains();
        for part in leds {
            let in_a_chain = chains.iter().any(|chain| chain.parts.contains(&part));
            prop_assert_eq!(in_a_chain, part.gpio.is_some());
            prop_assert_eq!(part.first_led, part.after.len());
        }
    }
}
