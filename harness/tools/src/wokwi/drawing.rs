//! The board drawing that `wokwi-cli` is given: the user's, with what is needed to hear and see the chip where it has none.

use serde_json::{Value, json};
use simulator::board::diagram::{Diagram, Part, PinRef};
use simulator::parts::{PinUse, Registry};

use super::light::Channel;
use hil_targets::{LightPosition, Wiring};

/// A board with one light on GPIO8.
const DEFAULT: &str = r#"{ "version": 1, "author": "hil", "editor": "wokwi",
  "parts": [
    { "type": "board-esp32-c3-devkitm-1", "id": "esp", "top": 0, "left": 0, "attrs": { "cpuFrequency": "max" } },
    { "type": "wokwi-neopixel", "id": "led1", "top": -40, "left": 160, "attrs": {} } ],
  "connections": [
    ["esp:TX", "$serialMonitor:RX", "", []], ["esp:RX", "$serialMonitor:TX", "", []],
    ["esp:8", "led1:DIN", "green", []], ["esp:5V.1", "led1:VDD", "red", []], ["esp:GND.1", "led1:VSS", "black", []] ],
  "serialMonitor": { "display": "terminal", "newline": "lf" }, "dependencies": {} }"#;
/// Wokwi's name for the part that it records data lines with.
const ANALYZER_TYPE: &str = "wokwi-logic-analyzer";
/// Id of the analyzer that is added.
const ANALYZER: &str = "hilAnalyzer";
/// Inputs of an analyzer.
const INPUTS: [&str; 8] = ["D0", "D1", "D2", "D3", "D4", "D5", "D6", "D7"];
/// A drawing that is complete.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// `diagram.json`.
    pub(super) text: String,
    /// The GPIO of each channel of the analyzer with lights behind it; none if the lights are not known.
    pub(super) channels: Vec<(u8, Channel)>,
    /// What was added, or why the lights are not seen.
    pub remarks: Vec<String>,
}

impl Drawing {
    /// Completes a drawing, or the usual one.
    ///
    /// # Errors
    /// It is no JSON, or no drawing; or its analyzer has no input left.
    pub fn new(text: Option<&str>) -> Result<Self, String> {
        let text = text.unwrap_or(DEFAULT);
        let mut root: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|e| e.to_string())?;
        let mut remarks = Vec::new();
        add_console(&mut root, &mut remarks)?;
        let channels = match Diagram::parse("diagram.json", &root.to_string()) {
            Ok(diagram) => add_analyzer(&mut root, &diagram, &mut remarks)?,
            Err(error) => {
                // Wokwi has boards that we do not know.
                remarks.push(format!("its lights are not seen: {error}"));
                Vec::new()
            }
        };
        let text = serde_json::to_string_pretty(&root).map_err(|e| e.to_string())?;
        Ok(Self { text, channels, remarks })
    }

    /// Whether the lights' data lines are recorded.
    pub const fn sees_lights(&self) -> bool {
        !self.channels.is_empty()
    }

    /// The channels, with the lights that the wiring of one device has there.
    pub(super) fn channels(&self, wiring: &Wiring) -> Vec<Channel> {
        let lights = |gpio: u8| {
            let chains = wiring.chains.iter().filter(move |(at, _)| *at == gpio);
            chains.map(|(_, lights)| lights.clone()).collect::<Vec<Vec<LightPosition>>>()
        };
        let of = |(gpio, channel): &(u8, Channel)| {
            lights(*gpio).into_iter().map(|lights| Channel { lights, ..channel.clone() }).collect::<Vec<_>>()
        };
        self.channels.iter().flat_map(of).collect()
    }
}

fn list<'v>(root: &'v mut Value, key: &str) -> Result<&'v mut Vec<Value>, String> {
    root.get_mut(key).and_then(Value::as_array_mut).ok_or_else(|| format!("it has no list {key:?}"))
}

/// Without the two wires there is no serial output.
fn add_console(root: &mut Value, remarks: &mut Vec<String>) -> Result<(), String> {
    let parts = list(root, "parts")?;
    let text = |part: &Value, key: &str| part.get(key).and_then(Value::as_str).map(str::to_owned);
    let registry = Registry::standard();
    let board = parts.iter().find_map(|part| {
        let board = registry.find(&text(part, "type")?)?.board()?;
        let (tx, rx) = (board.pin(PinUse::Gpio(21))?, board.pin(PinUse::Gpio(20))?);
        let interface = part.pointer("/attrs/serialInterface").and_then(Value::as_str);
        let by_usb = interface.map_or(board.has_usb_console, |it| it == "USB_SERIAL_JTAG");
        Some((text(part, "id")?, tx, rx)).filter(|_| !by_usb)
    });
    let Some((board, tx, rx)) = board else { return Ok(()) };
    let connections = list(root, "connections")?;
    for (pin, monitor) in [(tx, "$serialMonitor:RX"), (rx, "$serialMonitor:TX")] {
        let is_end = |wire: &Value| wire.as_array().is_some_and(|ends| ends.iter().take(2).any(|end| end == monitor));
        if !connections.iter().any(is_end) {
            connections.push(json!([format!("{board}:{pin}"), monitor, "", []]));
            remarks.push(format!("added the wire {board}:{pin} - {monitor}"));
        }
    }
    Ok(())
}

/// An input of a logic analyzer for each data line of lights.
fn add_analyzer(root: &mut Value, diagram: &Diagram, remarks: &mut Vec<String>) -> Result<Vec<(u8, Channel)>, String> {
    let (netlist, board) = (diagram.netlist(), diagram.board());
    let mut gpios: Vec<u8> = netlist.led_chains().iter().map(|chain| chain.gpio).collect();
    gpios.sort_unstable();
    gpios.dedup();
    if gpios.is_empty() {
        remarks.push("no light in it is wired to a GPIO".to_owned());
        return Ok(Vec::new());
    }
    let pin_of = |gpio: u8| {
        let pin = diagram.board_type().pin(PinUse::Gpio(gpio));
        pin.map(|pin| PinRef::new(&board.id, pin))
    };
    let analyzer = diagram.parts.iter().find(|part| part.type_name == ANALYZER_TYPE);
    let id = analyzer.map_or(ANALYZER, |part| part.id.as_str()).to_owned();
    let is_wired = |input: &str| {
        let pin = PinRef::new(&id, input);
        diagram.connections.iter().any(|wire| wire.from == pin || wire.to == pin)
    };
    let mut free =
        (0..INPUTS.len()).filter(|number| analyzer.is_none() || !is_wired(INPUTS[*number])).collect::<Vec<_>>();
    let mut wires = Vec::new();
    let mut channels = Vec::new();
    for gpio in gpios {
        let Some(pin) = pin_of(gpio) else { continue };
        let there = (0..INPUTS.len()).find(|number| netlist.is_joined(&pin, &PinRef::new(&id, INPUTS[*number])));
        let number = match there.filter(|_| analyzer.is_some()) {
            Some(number) => number,
            None if free.is_empty() => return Err(format!("the logic analyzer {id} has no input left for GPIO{gpio}")),
            None => {
                let number = free.remove(0);
                wires.push(json!([pin.to_string(), format!("{id}:{}", INPUTS[number]), "gold", []]));
                remarks.push(format!("added the wire {pin} - {id}:{}", INPUTS[number]));
                number
            }
        };
        let name = analyzer.and_then(|part| channel_name(part, number));
        channels.push((gpio, Channel { number, name, lights: Vec::new() }));
    }
    if analyzer.is_none() {
        let part = json!({ "type": ANALYZER_TYPE, "id": ANALYZER, "top": 200, "left": 200, "attrs": {} });
        list(root, "parts")?.push(part);
        if board.kind.pins().contains(&"GND.1") {
            wires.push(json!([format!("{}:GND.1", board.id), format!("{ANALYZER}:GND"), "black", []]));
        }
        remarks.push(format!("added a logic analyzer, {ANALYZER}"));
    }
    list(root, "connections")?.extend(wires);
    Ok(channels)
}

/// `channelNames` of an analyzer: `CLK,DATA`.
fn channel_name(analyzer: &Part, number: usize) -> Option<String> {
    let name = analyzer.attrs.get("channelNames")?.split(',').nth(number)?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(parts: &str, connections: &str) -> Result<Drawing, String> {
        Drawing::new(Some(&format!(
            r#"{{ "version": 1, "parts": [{{ "type": "board-esp32-c3-devkitm-1", "id": "esp" }}{parts}], "connections": [{connections}] }}"#
        )))
    }

    const MONITOR: &str = r#"["esp:TX", "$serialMonitor:RX"], ["$serialMonitor:TX", "esp:RX"]"#;

    #[test]
    fn a_drawing_without_analyzer_and_console_gets_them() {
        let drawing = with("", "").expect("a drawing");
        let root: Value = serde_json::from_str(&drawing.text).expect("JSON");
        insta::assert_snapshot!(drawing.remarks.join("\n"), @r"
        added the wire esp:TX - $serialMonitor:RX
        added the wire esp:RX - $serialMonitor:TX
        added the wire esp:8 - hilAnalyzer:D0
        added a logic analyzer, hilAnalyzer
        ");
        insta::assert_snapshot!(root["connections"].to_string(), @r#"[["esp:TX","$serialMonitor:RX","",[]],["esp:RX","$serialMonitor:TX","",[]],["esp:8","hilAnalyzer:D0","gold",[]],["esp:GND.1","hilAnalyzer:GND","black",[]]]"#);
        let channels: Vec<_> = drawing.channels.iter().map(|(gpio, channel)| (*gpio, channel.number)).collect();
        assert_eq!(channels, [(8, 0)], "the light on the board itself");
    }

    #[test]
    fn a_drawing_that_has_all_stays_as_it_is() {
        let analyzer = r#", { "type": "wokwi-logic-analyzer", "id": "la", "attrs": { "channelNames": "CLK,, DATA" } }"#;
        let wires = format!(r#"{MONITOR}, ["la:D2", "esp:8"]"#);
        let drawing = with(analyzer, &wires).expect("a drawing");
        assert_eq!(drawing.remarks, [""; 0]);
        let (_, channel) = &drawing.channels[0];
        assert_eq!((channel.number, channel.name.as_deref()), (2, Some("DATA")));
    }

    #[test]
    fn an_analyzer_that_looks_elsewhere_gets_a_wire() {
        let analyzer = r#", { "type": "wokwi-logic-analyzer", "id": "la" }"#;
        let drawing = with(analyzer, &format!(r#"{MONITOR}, ["la:D0", "esp:4"]"#)).expect("a drawing");
        assert_eq!(drawing.remarks, ["added the wire esp:8 - la:D1"]);
        let full: Vec<String> = (0..8).map(|n| format!(r#"["la:D{n}", "esp:4"]"#)).collect();
        let error = with(analyzer, &format!("{MONITOR}, {}", full.join(","))).expect_err("no input left");
        assert_eq!(error, "the logic analyzer la has no input left for GPIO8");
    }

    #[test]
    fn parts_that_only_wokwi_knows_are_left_to_it() {
        let drawing = with(r#", { "type": "wokwi-tv", "id": "s" }"#, MONITOR).expect("Wokwi knows it");
        assert!(drawing.sees_lights() && drawing.text.contains("wokwi-tv"), "{drawing:?}");
        let other_board =
            r#"{ "version": 1, "connections": [], "parts": [{ "type": "board-esp32-c6-devkitc-1", "id": "esp" }] }"#;
        let drawing = Drawing::new(Some(other_board)).expect("Wokwi knows it");
        assert!(!drawing.sees_lights() && drawing.remarks[0].starts_with("its lights are not seen"), "{drawing:?}");
    }

    #[test]
    fn a_board_whose_console_is_usb_gets_no_wires() {
        let text = r#"{ "version": 1, "connections": [], "parts": [{ "type": "board-esp32-c3-devkitm-1", "id": "esp",
            "attrs": { "serialInterface": "USB_SERIAL_JTAG" } }] }"#;
        let drawing = Drawing::new(Some(text)).expect("a drawing");
        assert!(!drawing.text.contains("$serialMonitor"), "{}", drawing.text);
    }

    #[test]
    fn the_usual_drawing_needs_no_more_than_the_analyzer() {
        let drawing = Drawing::new(None).expect("ours");
        assert_eq!(drawing.remarks, ["added the wire esp:8 - hilAnalyzer:D0", "added a logic analyzer, hilAnalyzer"]);
    }
}
