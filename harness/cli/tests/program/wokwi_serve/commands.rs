//! Each command, and what is answered where it is wrong.

use serde_json::json;

use crate::wokwi_serve::echo;
use crate::wokwi_serve::server::Server;

#[test]
fn the_console_goes_both_ways() {
    let server = Server::start(&[]);
    let mut client = server.echo();
    let text = client.run_until("ready\n");
    assert!(text.starts_with("ESP-ROM:esp32c3") && text.ends_with("\nready\n"), "{text}");
    client.ok("serial-monitor:write", &json!({ "bytes": b"hi!" }));
    assert_eq!(client.run_until("!"), "hi!");
}

#[test]
fn without_listen_nothing_is_told() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.upload_text("diagram.json", echo::DIAGRAM);
    client.upload("echo.elf", &std::fs::read(server.path("echo.elf")).unwrap());
    client.ok("sim:start", &json!({ "firmware": "echo.elf", "pause": true }));
    assert_eq!(client.run_until("ready"), "");
    client.ok("serial-monitor:listen", &json!(null));
    client.run_for(1_000_000);
    assert_eq!(client.serial(), "\n");
}

#[test]
fn a_button_is_pressed_and_pins_are_read_and_listened_to() {
    let server = Server::start(&[]);
    let mut client = server.echo();
    client.run_until("ready\n");
    let pin = |part: &str, pin: serde_json::Value| json!({ "part": part, "pin": pin });
    let read = client.ok("pin:read", &pin("esp", json!("4")));
    let pulled_up = json!({
        "pin": "4", "direction": "input", "value": true, "voltage": 3.3, "pullUp": true, "pullDown": false
    });
    assert_eq!(read, pulled_up);
    // Other names of the same net: a number, as `gpio:list` has it, the button's pin.
    for other in [pin("esp", json!(4)), pin("esp", json!("GPIO4")), pin("btn1", json!("1.r"))] {
        assert_eq!(client.ok("pin:read", &other)["value"], true, "{other}");
    }
    assert_eq!(client.ok("pin:read", &pin("esp", json!("GND.3")))["value"], false);
    client.ok("pin:listen", &json!({ "part": "esp", "pin": "5", "listen": true }));
    client.ok("control:set", &json!({ "part": "btn1", "control": "pressed", "value": 1 }));
    assert_eq!(client.run_until("v"), "v");
    let change = client.event("pin:change");
    assert_eq!((&change["payload"]["part"], &change["payload"]["pin"]), (&json!("esp"), &json!("5")));
    assert_eq!((&change["payload"]["value"], &change["payload"]["direction"]), (&json!(true), &json!("output")));
    assert!(change["nanos"].as_u64().unwrap() > 0 && change["paused"] == false, "{change}");
    assert_eq!(client.ok("pin:read", &pin("btn1", json!("1.l")))["value"], false);
    client.ok("pin:listen", &json!({ "part": "esp", "pin": "5", "listen": false }));
    client.ok("control:set", &json!({ "part": "btn1", "control": "pressed", "value": 0.0 }));
    assert_eq!(client.run_until("^"), "^");
    let pins = client.ok("gpio:list", &json!({}));
    let pins: Vec<_> = pins["pins"].as_array().unwrap().iter().filter_map(|pin| pin.as_str()).collect();
    assert_eq!((pins.len(), pins[0], pins[14]), (15, "esp:GPIO0", "esp:GPIO21"));
}

#[test]
fn a_restart_begins_again_at_zero() {
    let server = Server::start(&[]);
    let mut client = server.echo();
    client.run_until("ready\n");
    assert!(client.nanos() > 1_000_000);
    client.ok("sim:restart", &json!({ "pause": true }));
    assert_eq!(client.event("sim:pause")["nanos"], 0);
    assert_eq!(client.ok("sim:status", &json!({})), json!({ "running": false, "nanos": 0 }));
    assert!(client.run_until("ready\n").starts_with("ESP-ROM"));
    client.ok("sim:restart", &json!({}));
    assert_eq!(client.ok("sim:status", &json!({}))["running"], true);
}

#[test]
fn several_clients_have_a_machine_each() {
    let server = Server::start(&[]);
    let mut clients: Vec<_> = (0..3).map(|_| server.echo()).collect();
    for (index, client) in clients.iter_mut().enumerate() {
        let bytes = [b'0' + index as u8];
        client.ok("serial-monitor:write", &json!({ "bytes": bytes }));
    }
    for (index, client) in clients.iter_mut().enumerate() {
        client.run_until("ready\n");
        assert_eq!(client.run_until(&index.to_string()), index.to_string());
    }
}

#[test]
fn wrong_commands_are_answered_with_what_to_do() {
    let server = Server::start(&[]);
    let mut client = server.client();
    let early = [
        ("sim:resume", json!({})),
        ("pin:read", json!({ "part": "esp", "pin": "8" })),
        ("sim:start", json!({})),
        ("sim:start", json!({ "firmware": "echo.elf" })),
        ("sim:fly", json!({})),
        ("file:upload", json!({ "name": "a" })),
        ("file:upload", json!({ "name": "a", "binary": "!" })),
        ("file:upload", json!({ "text": "no name" })),
    ];
    let mut shown = String::new();
    let mut show = |command: &str, params: &serde_json::Value, (code, message): (u64, String)| {
        shown += &format!("{command} {params}\n  {code} {message}\n");
    };
    for (command, params) in early {
        let error = client.error(command, &params);
        show(command, &params, error);
    }
    drop(client);
    let mut client = server.echo();
    client.upload_text("text.txt", "text");
    client.upload("bad.elf", b"\x7FELF");
    let wrong_diagram = echo::DIAGRAM.replace("btn1:1.l", "btn1:1.x");
    for (command, params) in [
        ("pause-point:add", json!({ "id": "p", "type": "time-absolute" })),
        ("pause-point:add", json!({ "id": "p", "type": "time-absolute", "nanos": -1 })),
        ("pause-point:add", json!({ "id": "p", "type": "serial-bytes", "bytes": [] })),
        ("pause-point:add", json!({ "id": "p", "type": "serial-bytes", "bytes": [256] })),
        ("pause-point:add", json!({ "id": "p", "type": "lunch" })),
        ("pause-point:remove", json!({ "id": "never" })),
        ("sim:resume", json!({ "pauseAfter": -5 })),
        ("serial-monitor:write", json!({ "bytes": "text" })),
        ("serial-monitor:write", json!({ "bytes": vec![65; 70_000] })),
        ("pin:read", json!({ "part": "pes", "pin": "8" })),
        ("pin:read", json!({ "part": "esp", "pin": "88" })),
        ("pin:read", json!({ "part": "led1", "pin": "DOUT" })),
        ("pin:listen", json!({ "part": "esp", "pin": [] })),
        ("control:set", json!({ "part": "led1", "control": "pressed", "value": 1 })),
        ("control:set", json!({ "part": "btn1", "control": "pushed", "value": 1 })),
        ("control:set", json!({ "part": "btn1", "control": "pressed", "value": "yes" })),
        ("touch:event", json!({ "part": "led1", "x": 1, "y": 2, "event": "press", "releaseAfter": 50 })),
        ("touch:event", json!({ "part": "lcd1", "x": 1, "y": 2, "event": "release" })),
        ("touch:event", json!({ "part": "led1", "x": 1, "y": 2, "event": "poke" })),
        ("framebuffer:read", json!({ "id": "lcd1" })),
        ("framebuffer:read", json!({ "id": "btn1" })),
        ("sdcard:export", json!({ "format": "image" })),
        ("file:download", json!({ "name": "firmware.bin" })),
        ("sim:start", json!({ "firmware": "missing.elf" })),
        ("sim:start", json!({ "firmware": "text.txt" })),
        ("sim:start", json!({ "firmware": "bad.elf" })),
        ("sim:start", json!({ "firmware": 5 })),
        ("sim:start", json!({ "firmware": [] })),
        ("sim:start", json!({ "firmware": [{ "offset": 0x3F_FFFF, "file": "text.txt" }] })),
        ("sim:start", json!({ "firmware": "echo.elf", "flashSize": "5MB" })),
        ("sim:start", json!({ "firmware": "echo.elf", "chips": ["inverter"] })),
    ] {
        let error = client.error(command, &params);
        let params = if params.to_string().len() > 200 { json!("long") } else { params };
        show(command, &params, error);
    }
    client.upload_text("diagram.json", &wrong_diagram);
    let error = client.error("sim:start", &json!({ "firmware": "echo.elf" }));
    show("sim:start", &json!("a wrong diagram"), error);
    insta::assert_snapshot!(shown);
    // It is still there.
    client.upload_text("diagram.json", echo::DIAGRAM);
    client.ok("sim:start", &json!({ "firmware": "echo.elf", "pause": true }));
    client.run_until("ready");
}

#[test]
fn what_is_no_command_gets_an_error_and_the_connection_stays() {
    let server = Server::start(&[]);
    let mut client = server.client();
    for (text, expected) in [
        ("{", "no command"),
        ("[1, 2]", "no command"),
        (r#"{ "type": "event", "command": "sim:start" }"#, "of type \"event\""),
        (r#"{ "type": "command" }"#, "clients send commands"),
        (r#"{ "type": "command", "command": "sim:status", "id": {} }"#, "no command"),
    ] {
        client.send_text(text);
        let answer = client.read();
        assert_eq!(answer["type"], "error");
        assert!(answer["message"].as_str().unwrap().contains(expected), "{text}: {answer}");
    }
    // A command without id and params is one.
    client.send_text(r#"{ "type": "command", "command": "sim:status" }"#);
    let answer = client.read();
    assert_eq!((&answer["type"], &answer["error"]), (&json!("response"), &json!(false)));
}

#[test]
fn missing_wires_to_the_console_are_told_to_both_sides() {
    let server = Server::start(&[]);
    let mut client = server.client();
    let bare = r#"{ "version": 1, "parts": [{ "type": "board-esp32-c3-devkitm-1", "id": "esp" }] }"#;
    client.upload_text("diagram.json", bare);
    client.upload("echo.elf", &std::fs::read(server.path("echo.elf")).unwrap());
    client.ok("serial-monitor:listen", &json!({}));
    client.ok("sim:start", &json!({ "firmware": "echo.elf", "pause": true }));
    let log = client.event("chips:log");
    assert_eq!(log["payload"]["chip"], "hil");
    assert!(log["payload"]["message"].as_str().unwrap().contains("$serialMonitor:RX"), "{log}");
    client.run_for(20_000_000);
    assert_eq!(client.serial(), "");
    server.wait_for("warning: client 1: there will be no serial output");
}
