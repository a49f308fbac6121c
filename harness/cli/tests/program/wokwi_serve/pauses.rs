//! Pause points: exact in simulated time and in the bytes of the console.

use serde_json::{Value, json};

use crate::wokwi_serve::server::Server;

/// The last instruction before a pause can end so much later.
const INSTRUCTION_NS: u64 = 1_000;

fn assert_at(event: &Value, nanos: u64) {
    let at = event["nanos"].as_u64().unwrap();
    assert!((nanos..nanos + INSTRUCTION_NS).contains(&at), "{at} is not {nanos}: {event}");
    assert_eq!(event["paused"], true);
}

#[test]
fn the_console_is_cut_at_the_text_that_is_waited_for() {
    let server = Server::start(&[]);
    let mut client = server.echo();
    assert!(client.run_until("rea").ends_with("\nrea"));
    let at = client.nanos();
    // 115,200 baud: 86.8 us a byte.
    assert_eq!(client.run_until("dy"), "dy");
    let passed = client.nanos() - at;
    assert!((170_000..177_000).contains(&passed), "{passed}");
    // Nothing was lost, and nothing comes twice.
    client.run_for(1_000_000);
    assert_eq!(client.serial(), "\n");
}

#[test]
fn moments_are_met_also_those_that_were_added_before_the_start() {
    let server = Server::start(&[]);
    let mut client = server.client();
    let add = |id: &str, kind: &str, nanos: u64| json!({ "id": id, "type": kind, "nanos": nanos });
    client.ok("pause-point:add", &add("end", "time-absolute", 50_000_000));
    client.upload_text("diagram.json", crate::wokwi_serve::echo::DIAGRAM);
    client.upload("firmware.elf", &std::fs::read(server.path("echo.elf")).unwrap());
    client.ok("sim:start", &json!({ "firmware": "firmware.elf", "elf": "firmware.elf", "chips": [], "pause": true }));
    client.ok("pause-point:add", &add("step", "time-relative", 12_345_678));
    client.ok("pause-point:add", &add("gone", "time-absolute", 20_000_000));
    client.ok("pause-point:remove", &json!({ "id": "gone" }));
    // As wokwi-cli does: not waiting for the answers.
    client.ok("sim:resume", &json!({}));
    let pause = client.event("sim:pause");
    assert_eq!(pause["payload"], json!({ "pausePoint": "step", "pausePointInfo": { "nanos": 12_345_678 } }));
    assert_at(&pause, 12_345_678);
    client.ok("sim:resume", &json!({ "pauseAfter": null }));
    let pause = client.event("sim:pause");
    assert_eq!(pause["payload"]["pausePoint"], "end");
    assert_at(&pause, 50_000_000);
    let from = client.nanos();
    client.ok("sim:resume", &json!({ "pauseAfter": 7_000_000 }));
    assert_at(&client.event("sim:pause"), from + 7_000_000);
}

#[test]
fn a_moment_in_the_past_pauses_at_once_and_two_at_one_moment_pause_twice() {
    let server = Server::start(&[]);
    let mut client = server.echo();
    client.run_for(30_000_000);
    for id in ["a", "b"] {
        client.ok("pause-point:add", &json!({ "id": id, "type": "time-absolute", "nanos": 10_000_000 }));
    }
    for id in ["a", "b"] {
        client.ok("sim:resume", &json!({}));
        let pause = client.event("sim:pause");
        assert_eq!(pause["payload"]["pausePoint"], id);
        assert_at(&pause, 30_000_000);
    }
}

#[test]
fn a_pause_on_demand_is_told_before_it_is_answered() {
    let server = Server::start(&[]);
    let mut client = server.echo();
    client.ok("sim:resume", &json!({}));
    let id = client.send("sim:pause", &json!({}));
    let mut last = Value::Null;
    loop {
        let message = client.read();
        if message["type"] == "response" && message["id"] == json!(id) {
            break;
        }
        last = message;
    }
    assert_eq!((&last["event"], &last["paused"]), (&json!("sim:pause"), &json!(true)));
    let status = client.ok("sim:status", &json!({}));
    assert_eq!((&status["running"], &status["nanos"]), (&json!(false), &last["nanos"]));
}

#[test]
fn the_same_run_is_the_same_to_the_nanosecond() {
    let server = Server::start(&[]);
    let mut runs = (0..2).map(|_| {
        let mut client = server.echo();
        let text = client.run_until("ready\n");
        client.ok("serial-monitor:write", &json!({ "bytes": b"abc" }));
        (text, client.run_until("c"), client.nanos())
    });
    assert_eq!(runs.next(), runs.next());
}

#[test]
fn in_real_time_a_tenth_of_a_second_takes_one() {
    let server = Server::start(&["--speed", "realtime"]);
    let mut client = server.echo();
    let began = std::time::Instant::now();
    client.run_for(100_000_000);
    let took = began.elapsed();
    assert!(took.as_millis() >= 95, "{took:?}");
}
