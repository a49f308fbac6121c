//! Files that people write, and reports that are read back.

use std::path::Path;

use hil_bench::inventory::Inventory;
use hil_fuzz::device::DeviceDescription;
use hil_hostile::{Parser, drive};
use hil_project::{Names, Project, Request};
use hil_report::{jsonl, merge};
use hil_scenario::{Json, Loader};
use hil_targets::broker::BrokerUrl;
use hil_targets::provision::{NvsCsv, Untouched};
use simulator::board::diagram::Diagram;
use simulator::image::PartitionTable;

use crate::{file, files};

#[test]
fn scenario() {
    let words = &[
        "setup", "cases", "repeat", "times", "within", "matches", "in-order", "include", "${", "&a", "*a", "<<",
        "!!str",
    ];
    let seeds = [files("scenarios", "yaml"), files("harness/cli/tests/fixtures/cli", "yaml")].concat();
    drive(Parser { name: "scenario", seeds, words }, |input| {
        // The parsed form holds the source, so that its errors are rendered too.
        if let Err(errors) = Loader::new().load_text(Path::new("a.yaml"), input) {
            drop(errors.render(false));
        }
    });
}

#[test]
fn project() {
    let words = &["[broker]", "[[", "\"\"\"", "firmware", "build", "profile", "deaths", "hosts", "= {", "1979-05-27"];
    let seeds = vec![file("hil.toml"), file("harness/cli/hil.toml")];
    drive(Parser { name: "project", seeds, words }, |input| {
        if let Err(errors) = hil_project::parse(Path::new("hil.toml"), input.to_vec(), &Names::default()) {
            drop(errors.render(false));
        }
    });
}

#[test]
fn wokwi_toml() {
    let folder = hil_testing_folder("wokwi");
    let words = &["[wokwi]", "[[net.forward]]", "firmware", "elf", "version = 1", "from", "[[chip]]"];
    drive(Parser { name: "wokwi-toml", seeds: vec![file("wokwi.toml")], words }, move |input| {
        std::fs::write(folder.join("wokwi.toml"), input).expect("it can be written");
        drop(Project::load(&folder, Request::default()));
    });
}

/// A folder of its own for files that are read from a disk only.
fn hil_testing_folder(name: &str) -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn device_description() {
    let words = &["commands", "status", "payload", "matches", "model", "integer", "min", "max", "one-of", "${value}"];
    let seeds = vec![
        file("scenarios/device.yaml"),
        file("harness/cli/tests/program/fuzz/heater.device.yaml"),
        file("harness/cli/tests/fixtures/bench/wrong/device.yaml"),
    ];
    drive(Parser { name: "device", seeds, words }, |input| {
        if let Err(errors) = DeviceDescription::load_text(Path::new("device.yaml"), input, &[]) {
            drop(errors.render(false));
        }
    });
}

#[test]
fn bench() {
    let words = &["boards", "defaults", "port", "baud", "id", "power-command", "place", "topic-root", "chip"];
    let seeds = files("harness/cli/tests/fixtures/bench", "yaml");
    drive(Parser { name: "bench", seeds, words }, |input| {
        if let Err(errors) = Inventory::load_text(Path::new("bench.yaml"), input, &Untouched) {
            drop(errors.render(false));
        }
    });
}

#[test]
fn diagram() {
    let words = &["parts", "connections", "wokwi-led", "\"attrs\"", "esp:8", "$serialMonitor:TX", "1e308", "\\ud800"];
    let seeds = [files("simulator/parts/tests/fixtures", "json"), vec![file("diagram.json")]].concat();
    drive(Parser { name: "diagram", seeds, words }, |input| {
        let text = String::from_utf8_lossy(input);
        match Diagram::parse("diagram.json", &text) {
            Ok(diagram) => drop(diagram.build()),
            Err(error) => drop(error.to_string()),
        }
    });
}

#[test]
fn partition_csv() {
    let words = &["nvs", "ota_0", "0x10000", "1M", "K", "encrypted", "data", "app", "factory", ","];
    let seeds = vec![file("firmware/partitions.csv"), b"nvs,data,nvs,0x9000,24K\nfactory,app,factory,,1M\n".to_vec()];
    drive(Parser { name: "partition-csv", seeds, words }, |input| {
        if let Ok(table) = PartitionTable::from_csv(&String::from_utf8_lossy(input)) {
            drop(table.to_bytes());
        }
    });
}

#[test]
fn nvs_csv() {
    let words = &["namespace", "data", "u8", "i64", "hex2bin", "base64", "string", "binary", "${broker.host}", "\""];
    let seeds = vec![
        b"key,type,encoding,value\nled,namespace,,\nhost,data,string,${broker.host}\nport,data,u16,1883\nid,data,hex2bin,00ff\n"
            .to_vec(),
    ];
    drive(Parser { name: "nvs-csv", seeds, words }, |input| {
        drop(NvsCsv::parse(Path::new("nvs.csv"), &String::from_utf8_lossy(input), None));
    });
}

#[test]
fn report() {
    let words =
        &["run-started", "scenario-finished", "\"verdict\"", "\"seq\"", "\"partition\"", "null", "\"format\":2"];
    let seeds = vec![
        br#"{"event":"run-started","version":"0.1.0","format":2,"target":"native","target-reason":"x","broker":"embedded","seed":0,"started-at":"2026-11-20T12:00:00Z","plan":"0","partition":{"kind":"slice","index":1,"total":1},"plan-total":1,"total":1}
{"event":"scenario-finished","id":"a","title":"a","file":"a.yaml","line":1,"tags":[],"verdict":"passed","attempts":[{"verdict":"passed","device-time":1,"wall-time":{"secs":1,"nanos":0},"steps":[],"failures":[],"journal":[]}]}
{"event":"run-finished","counts":{"passed":1},"wall-time":{"secs":1,"nanos":0},"device-time":{"secs":1,"nanos":0},"interrupted":false,"exit-code":0}
"#
        .to_vec(),
    ];
    let path = Path::new("1.jsonl");
    // A seed that is refused would fuzz nothing but the refusal.
    assert!(jsonl::read_from(path, seeds[0].as_slice()).is_ok_and(|events| events.len() == 3));
    drive(Parser { name: "report", seeds, words }, move |input| {
        let Ok(events) = jsonl::read_from(path, input) else { return };
        let Ok(merged) = merge::merge(vec![(path.to_owned(), events)]) else { return };
        let mut all = hil_report::FanOut::new()
            .with(hil_report::Junit::new(std::io::sink()))
            .with(hil_report::Html::new(std::io::sink()))
            .with(hil_report::JsonLines::new(std::io::sink()));
        drop(hil_report::replay(&merged, &mut all));
    });
}

#[test]
fn json_payload() {
    let words = &["null", "1e400", "-0", "\\u0000", "\\ud800\\udc00", "{\"a\":1,\"a\":2}", "NaN", "[]"];
    let seeds =
        vec![br#"{"on":true,"bri":254,"hsb":[1,2.5,-3e2],"name":"a\u00fcb","nested":{"x":{"y":null}}}"#.to_vec()];
    drive(Parser { name: "json", seeds, words }, |input| {
        if let Ok(json) = Json::parse(input) {
            std::hint::black_box(json.contains(&json));
            std::hint::black_box(json.pointer("/nested/x"));
        }
    });
}

#[test]
fn broker_url() {
    let words = &["mqtts://", "ws://", "@", ":", "%40", "[::1]", "?token=", "/mqtt", "#"];
    let seeds = vec![b"mqtt://user:secret@broker.example:1883".to_vec(), b"wss://[::1]:8084/mqtt?a=b".to_vec()];
    drive(Parser { name: "url", seeds, words }, |input| {
        if let Ok(url) = String::from_utf8_lossy(input).parse::<BrokerUrl>() {
            drop((url.to_string(), url.secrets()));
        }
    });
}
