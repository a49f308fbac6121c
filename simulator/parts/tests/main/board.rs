//! From a drawing to what is wired to the chip.

use hil_sim_core::circuit::{Board, Joint, Rail};
use hil_sim_core::part::Shows;
use hil_sim_parts::diagram::{BoardError, Diagram};

fn build(parts: &str, wires: &str) -> Result<Board, BoardError> {
    let text = format!(
        r#"{{ "parts": [{{ "type": "board-esp32-c3-devkitm-1", "id": "esp" }}, {parts}], "connections": [{wires}] }}"#
    );
    Diagram::parse("diagram.json", &text).expect("a faultless diagram").build()
}

fn joints(board: &Board, id: &str) -> Vec<Joint> {
    board.parts.iter().find(|part| part.id == id).expect("a part").joints.clone()
}

const BUTTON: &str = r#"{ "type": "wokwi-pushbutton", "id": "btn" }"#;

#[test]
fn a_button_is_between_what_its_sides_are_joined_with() {
    let board = build(BUTTON, r#"["esp:9", "btn:1.r"], ["btn:2.l", "esp:5V.1"]"#).expect("a board");
    let joint = Joint::Rail(Rail::V5);
    assert_eq!(joints(&board, "btn"), [Joint::Gpio(9), joint, Joint::Gpio(9), joint]);
    let board = build(BUTTON, r#"["esp:9", "btn:1.r"], ["btn:2.l", "esp:4"]"#).expect("a key of a keypad");
    assert_eq!(joints(&board, "btn")[..2], [Joint::Gpio(9), Joint::Gpio(4)]);
}

#[test]
fn a_button_that_could_do_nothing_is_not_there() {
    assert!(build(BUTTON, "").expect("a board").parts.iter().all(|part| part.id != "btn"));
    assert!(build(BUTTON, r#"["esp:GND.1", "btn:2.l"]"#).expect("a board").parts.iter().all(|part| part.id != "btn"));
    for wires in [r#"["esp:9", "btn:1.l"]"#, r#"["esp:9", "btn:1.l"], ["esp:9", "btn:2.l"]"#] {
        assert!(build(BUTTON, wires).expect("a board").parts.iter().all(|part| part.id != "btn"), "{wires}");
    }
}

#[test]
fn attributes_that_a_sensor_cannot_have_are_errors() {
    let thermometer = |attribute: &str| {
        let part = format!(r#"{{ "type": "wokwi-ds18b20", "id": "t", "attrs": {{ {attribute} }} }}"#);
        build(&part, r#"["esp:4", "t:DQ"]"#).map_err(|error| error.to_string())
    };
    let knob = |value: &str| {
        let part = format!(r#"{{ "type": "wokwi-potentiometer", "id": "p", "attrs": {{ "value": "{value}" }} }}"#);
        build(&part, r#"["esp:4", "p:SIG"]"#).map_err(|error| error.to_string())
    };
    assert!(thermometer(r#""temperature": "-12.5", "deviceID": "0123456789aB""#).is_ok() && knob("1023").is_ok());
    let wrong = [
        thermometer(r#""temperature": "hot""#),
        thermometer(r#""temperature": "126""#),
        thermometer(r#""deviceID": "1234""#),
        thermometer(r#""familyCode": "+8""#),
        knob("1024"),
    ];
    let messages = [
        "DS18B20 \"t\" has the temperature \"hot\"",
        "DS18B20 \"t\" has the temperature \"126\"",
        "DS18B20 \"t\" has the deviceID \"1234\"",
        "DS18B20 \"t\" has the familyCode \"+8\"",
        "wokwi-potentiometer \"p\" has the value \"1024\"",
    ];
    assert_eq!(wrong.map(|board| board.expect_err("it cannot have that")), messages);
}

#[test]
fn a_gpio_goes_before_a_rail_and_a_short_circuit_is_an_error() {
    let analyzer = r#"{ "type": "wokwi-logic-analyzer", "id": "la" }"#;
    let board =
        build(analyzer, r#"["esp:4", "la:D0"], ["la:D0", "esp:GND.2"], ["la:D1", "esp:3V3.1"]"#).expect("a board");
    assert_eq!(joints(&board, "la")[..3], [Joint::Gpio(4), Joint::Rail(Rail::V3_3), Joint::Open]);
    assert_eq!(board.ties, [(4, false)]);
    let short = build(analyzer, r#"["esp:4", "esp:GND.2"], ["esp:4", "esp:3V3.1"]"#);
    assert!(matches!(short, Err(BoardError::ShortCircuit(4))), "{short:?}");
}

#[test]
fn leds_behind_others_hear_the_gpio_at_the_head_of_their_chain() {
    let leds = r#"{ "type": "wokwi-neopixel", "id": "a" }, { "type": "wokwi-led-ring", "id": "b", "attrs": { "pixels": "3" } }"#;
    let board = build(leds, r#"["esp:4", "a:DIN"], ["a:DOUT", "b:DIN"]"#).expect("a board");
    assert!(joints(&board, "a").contains(&Joint::Gpio(4)));
    assert!(joints(&board, "b").contains(&Joint::Behind(4)));
    let lit = board.parts.iter().filter(|part| part.id != "esp.boot");
    let shown: Vec<_> = lit.map(|part| (part.id.as_str(), part.part.shows())).collect();
    let dark = |leds| Shows::Colors(vec![Default::default(); leds]);
    assert_eq!(shown, [("esp.rgb1", dark(1)), ("a", dark(1)), ("b", dark(3))]);
}

#[test]
fn parts_that_are_joined_with_each_other_only_are_on_a_net_of_their_own() {
    let two = r#"{ "type": "wokwi-logic-analyzer", "id": "la" }, { "type": "wokwi-pushbutton", "id": "btn" }"#;
    let board = build(two, r#"["la:D0", "btn:1.l"], ["btn:2.l", "esp:3V3.1"]"#).expect("a board");
    let (Joint::Net(one), Joint::Net(other)) = (joints(&board, "la")[0], joints(&board, "btn")[0]) else {
        panic!("{board:?}")
    };
    assert_eq!(one, other);
}
