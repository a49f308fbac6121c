//! The light, with a broker that it may reach.

use std::process::Command;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use firmware::config::{BrokerUri, Config, Scheme};
use hil_testing::tool::{MOSQUITTO_PUB, WOKWI_CLI};
use serde_json::json;

use crate::support::{Broker, workspace};
use crate::wokwi_serve::cli::run;
use crate::wokwi_serve::lights::color;
use crate::wokwi_serve::server::{LIMIT, Server};

/// A server that lets devices reach the broker, with the light's ELF file as `light.elf`.
fn served(broker: &Broker) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let uri = BrokerUri { scheme: Scheme::Mqtt, host: "broker.hil".to_owned(), port: 1883 };
    let nvs = firmware::config::write(&Config { broker: uri, ..Config::default() }, 0x6000).unwrap();
    std::fs::write(folder.path().join("nvs.bin"), nvs).unwrap();
    let partitions = workspace().join("firmware/partitions.csv").display().to_string();
    let nvs = folder.path().join("nvs.bin").display().to_string();
    let allow = format!("broker.hil:1883=127.0.0.1:{}", broker.port());
    // It has read the files when it says where it is.
    let server = Server::start(&["--partitions", &partitions, "--nvs", &nvs, "--allow", &allow]);
    std::fs::copy(workspace().join("firmware/prebuilt/light-openeth.elf"), server.path("light.elf")).unwrap();
    server
}

#[test]
fn the_light_obeys_over_mqtt_and_its_picture_shows_it() {
    let Some(publisher) = MOSQUITTO_PUB.find() else { return };
    let broker = Broker::start();
    let server = served(&broker);
    let mut client = server.client();
    client.upload_text("diagram.json", crate::wokwi_serve::echo::DIAGRAM);
    client.upload("light.elf", &std::fs::read(server.path("light.elf")).unwrap());
    client.ok("serial-monitor:listen", &json!({}));
    client.ok("sim:start", &json!({ "firmware": "light.elf", "pause": true }));
    assert!(client.run_until("mqtt: connected").contains("boot: light"));
    client.ok("sim:resume", &json!({}));
    let began = Instant::now();
    loop {
        let port = broker.port();
        // The light's first mode is a rainbow.
        for (topic, payload) in [("cmnd/led/hsb", "120,255,255"), ("cmnd/led/mode", "blink,60000,1")] {
            let publish = ["-p", port, "-t", topic, "-m", payload, "-q", "1"];
            assert!(Command::new(&publisher).args(publish).status().unwrap().success());
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
        let png = client.ok("framebuffer:read", &json!({ "id": "led1" }))["png"].clone();
        let color = color(&STANDARD.decode(png.as_str().unwrap()).unwrap());
        if color == [0, 0xFF, 0] {
            break;
        }
        assert!(began.elapsed() < LIMIT, "{color:?}");
    }
    // With a network, simulated time is not faster than the wall clock.
    let nanos = client.nanos();
    let began = Instant::now();
    client.run_for(200_000_000);
    assert!(began.elapsed().as_millis() >= 150, "{nanos}");
}

#[test]
fn wokwi_cli_sees_it_connect() {
    let Some(cli) = WOKWI_CLI.find() else { return };
    let broker = Broker::start();
    let server = served(&broker);
    let (code, text) = run(&cli, &server, "light.elf", &["--expect-text", "mqtt: connected", "--timeout", "20000"]);
    assert_eq!(code, Some(0), "{text}");
}
