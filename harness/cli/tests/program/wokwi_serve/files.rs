//! Uploaded files: kept in memory under any name, within limits.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::wokwi_serve::server::Server;

#[test]
fn files_come_back_as_they_were() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.upload_text("a.txt", "grün\n\u{1F6A6}");
    assert_eq!(client.ok("file:download", &json!({ "name": "a.txt" })), json!({ "text": "grün\n\u{1F6A6}" }));
    client.upload("a.txt", &[0, 255, 10]);
    let binary = STANDARD.encode([0, 255, 10]);
    assert_eq!(client.ok("file:download", &json!({ "name": "a.txt" })), json!({ "binary": binary }));
    // What one client has is nothing to another.
    let error = server.client().error("file:download", &json!({ "name": "a.txt" }));
    assert_eq!(error, (404, "no file a.txt is uploaded; nothing is uploaded".to_owned()));
}

#[test]
fn names_are_no_paths() {
    let server = Server::start(&[]);
    std::fs::write(server.path("secret"), "secret").unwrap();
    let mut client = server.client();
    let here = server.path("secret").display().to_string();
    for name in ["secret", "./secret", &*here, "/etc/passwd", "../../../../../../etc/passwd", "diagram.json"] {
        assert_eq!(client.error("file:download", &json!({ "name": name })).0, 404, "{name}");
        assert_eq!(client.error("sim:start", &json!({ "firmware": name })).0, 404, "{name}");
    }
    for name in ["../up", "/tmp/hil-wokwi-absolute", "a/b", "C:\\x", "firmware./some/path/hilfw", "con\0", "💡"] {
        client.upload_text(name, "overwritten");
        assert_eq!(client.ok("file:download", &json!({ "name": name }))["text"], "overwritten", "{name}");
    }
    client.upload_text("secret", "overwritten");
    assert_eq!(std::fs::read_to_string(server.path("secret")).unwrap(), "secret");
    let mut names: Vec<_> = std::fs::read_dir(server.path("")).unwrap().map(|it| it.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["diagram.json", "echo.elf", "secret"]);
    assert!(!server.path("../up").exists() && !std::path::Path::new("/tmp/hil-wokwi-absolute").exists());
    for name in ["", &*"x".repeat(300)] {
        assert_eq!(client.error("file:upload", &json!({ "name": name, "text": "" })).0, 400);
    }
}

#[test]
fn files_are_limited_in_number_and_size_and_all_together() {
    let server = Server::start(&[]);
    let mut client = server.client();
    (0..64).for_each(|index| client.upload_text(&index.to_string(), "x"));
    let (code, message) = client.error("file:upload", &json!({ "name": "one more", "text": "x" }));
    assert_eq!((code, &*message), (413, "64 files are uploaded; there may not be more"));
    // One may take another's place.
    client.upload_text("0", "y");
    drop(client);

    let mut client = server.client();
    let large = "x".repeat(32 << 20);
    let (code, message) = client.error("file:upload", &json!({ "name": "a", "text": format!("{large}x") }));
    assert_eq!((code, &*message), (413, "a: 33554433 bytes; a file may have 33554432"));
    client.upload_text("a", &large);
    client.upload_text("b", &large);
    let (code, message) = client.error("file:upload", &json!({ "name": "c", "text": "x" }));
    assert_eq!((code, &*message), (413, "c: all files together may have 67108864 bytes"));
    client.upload_text("b", "");
    client.upload_text("c", "x");
}

#[test]
fn a_large_diagram_is_refused_before_it_is_read() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.upload("firmware.elf", b"\x7FELF");
    client.upload_text("diagram.json", &format!("{{{}", " ".repeat(300 << 10)));
    assert_eq!(client.error("sim:start", &json!({ "firmware": "firmware.elf" })).0, 413);
    let matrix = r#"{ "version": 1, "parts": [{ "type": "board-esp32-c3-devkitm-1", "id": "esp" },
        { "type": "wokwi-led-matrix", "id": "m", "attrs": { "rows": "1024", "cols": "1024" } }] }"#;
    client.upload_text("diagram.json", matrix);
    let (code, message) = client.error("sim:start", &json!({ "firmware": "firmware.elf" }));
    assert!(code == 413 && message.contains("1048576 LEDs"), "{code} {message}");
}
