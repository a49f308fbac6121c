//! Whatever people draw loads; what cannot be is refused soon.

use crate::bench::drawing;
use hil_sim_core::circuit::{Joint, Rail};
use hil_sim_parts::Registry;
use hil_sim_parts::diagram::{BoardError, Diagram, PinRef, Problem};

fn parse(text: &str) -> Result<Diagram, Problem> {
    Diagram::parse("diagram.json", text).map_err(|error| match error.problem() {
        Problem::TooLarge { what, count, most } => Problem::TooLarge { what, count: *count, most: *most },
        other => panic!("{other}"),
    })
}

#[test]
fn parts_that_nobody_knows_are_told_once_and_do_nothing() {
    let diagram = drawing(
        &["wokwi-servoo servo1", "chip-inverter chip1", "board-esp32-devkit-c-v4 other"],
        &["esp:4 servo1:PWM", "chip1:IN esp:5", "other:D2 esp:6"],
    );
    assert_eq!(
        diagram.remark().as_deref(),
        Some(
            "servo1 (wokwi-servoo, did you mean wokwi-servo?), chip1 (chip-inverter), other (board-esp32-devkit-c-v4) are not \
             simulated: they do nothing"
        )
    );
    let netlist = diagram.netlist();
    assert_eq!(netlist.parts_on_gpio(4)[0].to_string(), "servo1:PWM", "its wires are wires");
    assert_eq!(diagram.build().expect("a board").parts.len(), 2, "what is on the board itself");
    assert_eq!(
        drawing(&["wokwi-tv tv"], &[]).remark().as_deref(),
        Some("tv (wokwi-tv) is not simulated: it does nothing")
    );
    assert_eq!(drawing(&["wokwi-text t text=hello"], &[]).remark(), None, "a text has nothing to do");
}

#[test]
fn wires_go_through_breadboards_junctions_and_power_symbols() {
    let diagram = drawing(
        &["wokwi-breadboard-half bb", "wokwi-junction j", "wokwi-gnd g", "wokwi-vcc v voltage=3.3", "wokwi-led led"],
        &[
            "esp:4 bb:3t.a",
            "bb:3t.e j:J",
            "j:J led:A",
            "led:C bb:bn.1",
            "bb:bn.25 g:GND",
            "v:VCC bb:tp.3",
            "esp:5 bb:tp.9",
        ],
    );
    let netlist = diagram.netlist();
    let joint = |part: &str, pin: &str| netlist.net(&PinRef::new(part, pin)).joint();
    assert_eq!((joint("led", "A"), joint("led", "C")), (Joint::Gpio(4), Joint::Rail(Rail::Ground)));
    assert_eq!(netlist.net(&PinRef::new("esp", "5")).rail(), Some(Rail::V3_3));
    assert!(!netlist.is_joined(&PinRef::new("bb", "3t.a"), &PinRef::new("bb", "3b.f")), "there is a gap in the middle");
}

#[test]
fn every_board_has_its_leds_and_its_button() {
    for board in Registry::standard().kinds().filter_map(|kind| kind.board()) {
        let text = format!(r#"{{ "parts": [{{ "type": "{}", "id": "esp" }}] }}"#, board.name);
        let diagram = Diagram::parse("diagram.json", &text).expect("a drawing");
        let mounted = diagram.build().expect("a board").parts;
        let button = mounted.iter().find(|part| part.id == "esp.boot").expect("a button");
        assert_eq!(button.joints[..2], [Joint::Gpio(9), Joint::Rail(Rail::Ground)], "{}", board.name);
        let gpios: Vec<u8> = board.gpios().map(|(_, gpio)| gpio).collect();
        assert!(
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 21].iter().all(|gpio| gpios.contains(gpio)) || gpios.len() == 11
        );
        for gpio in gpios {
            assert_eq!(
                board.find_pin(&format!("GPIO{gpio}")).and_then(|pin| board.gpio(pin)),
                Some(gpio),
                "{}",
                board.name
            );
        }
    }
}

#[test]
fn attributes_can_be_lists_and_null() {
    let text = r#"{ "parts": [{ "type": "board-esp32-c3-devkitm-1", "id": "esp" },
        { "type": "wokwi-membrane-keypad", "id": "k", "attrs": { "keys": ["1", "2"], "columns": null } }] }"#;
    let diagram = parse(text).expect("a drawing");
    assert_eq!(diagram.part("k").expect("a part").attrs["keys"], r#"["1", "2"]"#);
}

#[test]
fn a_hostile_drawing_ends_in_limits() {
    let board = r#"{ "type": "board-esp32-c3-devkitm-1", "id": "esp" }"#;
    let parts = |count: usize, kind: &str| -> String {
        (0..count).map(|id| format!(r#", {{ "type": "{kind}", "id": "p{id}" }}"#)).collect()
    };
    let with =
        |parts: &str, wires: &str| parse(&format!(r#"{{ "parts": [{board}{parts}], "connections": [{wires}] }}"#));
    let too_large = |text: Result<Diagram, Problem>| matches!(text, Err(Problem::TooLarge { .. }));
    assert!(too_large(with(&parts(10_000, "wokwi-led"), "")));
    assert!(too_large(with(&parts(1_500, "wokwi-neopixel"), "")), "lights in chains");
    assert!(too_large(parse(&format!(r#"{{ "parts": [{board}], "author": "{}" }}"#, "x".repeat(5 << 20)))));
    let wires = vec![r#"["esp:4", "esp:5"]"#; 20_001].join(",");
    assert!(too_large(with("", &wires)));
    // An attribute of a megabyte is no part of any message.
    let long = format!(r#", {{ "type": "wokwi-servo", "id": "s", "attrs": {{ "horn": "{}" }} }}"#, "x".repeat(1 << 20));
    with(&long, r#"["esp:4", "s:PWM"]"#).expect("a drawing").build().expect("a board");
    let long =
        format!(r#", {{ "type": "wokwi-dht22", "id": "d", "attrs": {{ "humidity": "{}" }} }}"#, "9".repeat(1 << 20));
    let error = with(&long, r#"["esp:4", "d:SDA"]"#).expect("a drawing").build().expect_err("no humidity");
    assert!(error.to_string().len() < 200);
}

#[test]
fn circles_and_long_chains_of_resistors_end_in_limits() {
    let chain = |count: usize| {
        let parts: Vec<String> = (0..count).map(|id| format!("wokwi-resistor r{id}")).collect();
        let wires: Vec<String> = (0..count).map(|id| format!("r{id}:2 r{}:1", (id + 1) % count)).collect();
        let wires = [&wires[..], &["esp:4 r0:1".to_owned()]].concat();
        let (parts, wires): (Vec<&str>, Vec<&str>) =
            (parts.iter().map(String::as_str).collect(), wires.iter().map(String::as_str).collect());
        drawing(&parts, &wires).build().map(|board| board.resistors.len())
    };
    assert_eq!(chain(200), Ok(200));
    assert_eq!(chain(4_000), Err(BoardError::TooLargeNetwork(4_000)));
    // A gate that is its own input: levels that do not settle are the machine's to end.
    let ring = drawing(&["wokwi-gate-not n"], &["n:OUT n:IN", "n:IN esp:4"]);
    ring.build().expect("a board");
    let lit: Vec<String> = (0..1_000).map(|id| format!("wokwi-neopixel l{id}")).collect();
    let wires: Vec<String> = (0..1_000).map(|id| format!("l{id}:DOUT l{}:DIN", (id + 1) % 1_000)).collect();
    let (lit, wires): (Vec<&str>, Vec<&str>) =
        (lit.iter().map(String::as_str).collect(), wires.iter().map(String::as_str).collect());
    drawing(&lit, &wires).build().expect("a circle of lights is dark");
}
