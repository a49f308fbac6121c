//! LEDs: their pictures, and the waveforms on their data lines.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hil_targets::picture;
use serde_json::json;
use simulator::board::ws2812::{Config, Decoder, Event, Rgb};

use crate::wokwi_serve::client::Client;
use crate::wokwi_serve::program::{self, End};
use crate::wokwi_serve::server::Server;

/// A VCD file as an analyzer's channel 0 sees it: times in nanoseconds, and levels.
pub fn edges(vcd: &str) -> Vec<(u64, bool)> {
    let mut parser = vcd::Parser::new(vcd.as_bytes());
    let header = parser.parse_header().unwrap();
    assert_eq!(header.timescale, Some((1, vcd::TimescaleUnit::NS)));
    let line = header.items.iter().find_map(|item| match item {
        vcd::ScopeItem::Scope(scope) if scope.identifier == "logic" => scope.items.iter().find_map(|item| match item {
            vcd::ScopeItem::Var(line) => Some(line.code),
            _ => None,
        }),
        _ => None,
    });
    let line = line.unwrap();
    let (mut at, mut edges) = (0, Vec::new());
    for command in parser.map(Result::unwrap) {
        match command {
            vcd::Command::Timestamp(time) => at = time,
            vcd::Command::ChangeScalar(code, value) if code == line => edges.push((at, value == vcd::Value::V1)),
            _ => {}
        }
    }
    edges
}

/// The colours that a chain of one LED shows, with the times from which they are known.
pub fn colors(vcd: &str) -> Vec<(u64, Rgb)> {
    let mut decoder = Decoder::new(Config::new(1));
    let mut events = Vec::new();
    let edges = edges(vcd);
    for (at, level) in &edges {
        events.extend(decoder.edge(*at, *level).unwrap());
    }
    events.extend(decoder.advance(edges.last().unwrap().0 + 1_000_000).unwrap());
    let frame = |event: Event| {
        let known = event.known_ns();
        match event {
            Event::Frame(frame) => Some((known, frame.leds[0])),
            _ => None,
        }
    };
    events.into_iter().filter_map(frame).collect()
}

/// The one colour of a picture of one LED.
pub fn color(png: &[u8]) -> [u8; 3] {
    let image = picture::read(png).unwrap();
    assert_eq!((image.width, image.height), (8, 8));
    let first = [image.rgba[0], image.rgba[1], image.rgba[2]];
    for pixel in image.rgba.chunks(4) {
        assert_eq!(pixel, [first[0], first[1], first[2], 255]);
    }
    first
}

/// A program that lights its LED in `#ff0005` at the beginning.
fn light(server: &Server, diagram: &str) -> Client {
    let elf = program::elf(&server.path(""), End::Count);
    let mut client = server.client();
    client.upload_text("diagram.json", diagram);
    client.upload("light.elf", &elf);
    client.ok("sim:start", &json!({ "firmware": "light.elf", "pause": true }));
    client
}

fn picture_of(client: &mut Client, part: &str) -> Vec<u8> {
    let result = client.ok("framebuffer:read", &json!({ "id": part }));
    STANDARD.decode(result["png"].as_str().unwrap()).unwrap()
}

#[test]
fn a_picture_has_the_colour_that_was_sent() {
    let server = Server::start(&[]);
    let mut client = light(&server, crate::wokwi_serve::echo::DIAGRAM);
    assert_eq!(color(&picture_of(&mut client, "led1")), [0, 0, 0]);
    client.run_for(30_000_000);
    assert_eq!(color(&picture_of(&mut client, "led1")), [0xFF, 0, 0x05]);
    // The LED on the board hangs on the same GPIO.
    assert_eq!(color(&picture_of(&mut client, "esp.rgb1")), [0xFF, 0, 0x05]);
}

#[test]
fn a_ring_is_a_row_and_a_matrix_a_rectangle_and_what_nothing_drives_is_dark() {
    let server = Server::start(&[]);
    let diagram = r#"{ "version": 1, "parts": [
        { "type": "board-esp32-c3-devkitm-1", "id": "esp" },
        { "type": "wokwi-led-ring", "id": "ring", "attrs": { "pixels": "12" } },
        { "type": "wokwi-led-matrix", "id": "matrix", "attrs": { "rows": "2", "cols": "3" } },
        { "type": "wokwi-neopixel", "id": "loose" }
    ], "connections": [["esp:8", "ring:DIN", "", []], ["ring:DOUT", "matrix:DIN", "", []]] }"#;
    let mut client = light(&server, diagram);
    client.run_for(30_000_000);
    let ring = picture::read(&picture_of(&mut client, "ring")).unwrap();
    assert_eq!((ring.width, ring.height), (12 * 8, 8));
    assert_eq!((&ring.rgba[..4], &ring.rgba[32..36]), ([0xFF, 0, 5, 255].as_slice(), [0, 0, 0, 255].as_slice()));
    let matrix = picture::read(&picture_of(&mut client, "matrix")).unwrap();
    assert_eq!((matrix.width, matrix.height), (3 * 8, 2 * 8));
    assert_eq!(color(&picture_of(&mut client, "loose")), [0, 0, 0]);
}

#[test]
fn the_analyzers_recording_decodes_to_the_colour() {
    let server = Server::start(&[]);
    let mut client = light(&server, crate::wokwi_serve::echo::DIAGRAM);
    client.run_for(30_000_000);
    let result = client.ok("sim:read-vcd", &json!({}));
    let vcd = result["vcd"].as_str().unwrap();
    assert!(vcd.contains("$var wire 1 ! LED $end\n$var wire 1 \" BUTTON $end\n$var wire 1 # D2 $end"), "{vcd}");
    assert_eq!(result["channelCount"], 8);
    // 24 bits, two edges each, and how it began.
    assert!((49..=51).contains(&result["sampleCount"].as_u64().unwrap()), "{}", result["sampleCount"]);
    let colors: Vec<Rgb> = colors(vcd).into_iter().map(|(_, color)| color).collect();
    assert_eq!(colors, [Rgb::new(0xFF, 0, 5)]);
    // Without an analyzer there is nothing to read.
    let bare = r#"{ "version": 1, "parts": [{ "type": "board-esp32-c3-devkitm-1", "id": "esp" }] }"#;
    let (code, message) = light(&server, bare).error("sim:read-vcd", &json!({}));
    assert!(code == 404 && message.contains("wokwi-logic-analyzer"), "{message}");
}
