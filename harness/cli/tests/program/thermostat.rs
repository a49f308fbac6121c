//! A device that speaks JSON, as most do: judged on its values, sound and with faults.

use std::path::Path;
use std::time::Duration;

use hil_model::observation::{Message, Payload};
use hil_scenario::Json;
use hil_targets::broker::BrokerUrl;
use hil_testing::process::{output, text};

use crate::support::{Broker, hil, listening};

/// A command is taken as it is, also beyond the ends of the range.
const CLAMPS: &str = "\
name: The setpoint stays within its range
version: 1
cases:
  - { asked: 4, taken: 5 }
  - { asked: 5, taken: 5 }
  - { asked: 17.5, taken: 17.5 }
  - { asked: 31, taken: 30 }
steps:
  - publish: { topic: home/thermo/1/set, payload: '{\"setpoint\":${asked}}' }
  - expect-message: { topic: home/thermo/1/state, where: { /setpoint: '${taken}', /mode: { one-of: [heat, idle] } } }
  - expect-retained: { topic: home/thermo/1/state, where: { /setpoint: '${taken}' } }
";

const REFUSES: &str = "\
name: What is no number changes nothing
version: 1
cases: [{ asked: '{\"setpoint\":NaN}' }, { asked: '{\"setpoint\":\"warm\"}' }, { asked: '[' }]
steps:
  - publish: { topic: home/thermo/1/set, payload: '${asked}' }
  - expect-nothing: { topic: home/thermo/1/state, for: 300ms }
";

const REPORTS: &str = "\
name: Telemetry comes with a time and a plausible temperature
version: 1
steps:
  - expect-message:
      topic: home/thermo/1/telemetry
      count: 3
      within: 5s
      where: { /t: { between: [-10, 50] }, /at: { date-time: true }, /seq: { type: integer } }
";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// The upper end of the range is one too high.
    Clamp,
    /// What is no number is taken for 5.
    NoNumber,
    /// The state is not retained.
    Retained,
    /// The time of telemetry is none.
    Time,
}

/// Starts the device; returns when it listens.
fn thermostat(broker: &Broker, fault: Fault) {
    let url: BrokerUrl = broker.url.parse().unwrap();
    let (ready, is_ready) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        tokio::task::LocalSet::new().block_on(&runtime, async {
            let (client, mut heard) = listening(&url, "home/thermo/1/set", 1).await;
            ready.send(()).unwrap();
            let (mut seq, mut ticks) = (0, tokio::time::interval(Duration::from_millis(200)));
            loop {
                let (topic, payload, retain) = tokio::select! {
                    _ = ticks.tick() => {
                        seq += 1;
                        let at = if fault == Fault::Time { "soon" } else { "2026-03-01T12:00:00Z" };
                        ("telemetry", format!(r#"{{"t":{}.25,"at":"{at}","seq":{seq}}}"#, 19 + seq % 3), false)
                    }
                    Some(message) = heard.recv() => {
                        let Some(state) = state(&message.payload.0, fault) else { continue };
                        ("state", state, fault != Fault::Retained)
                    }
                };
                let (topic, payload) = (format!("home/thermo/1/{topic}"), Payload::from(payload.as_str()));
                if client.publish(&Message { topic, payload, qos: 1, retain, ..Message::default() }).await.is_err() {
                    return;
                }
            }
        });
    });
    is_ready.recv().unwrap();
}

/// What it says to a command.
fn state(command: &[u8], fault: Fault) -> Option<String> {
    let asked = Json::parse(command).ok().and_then(|json| match json.member("setpoint") {
        Some(Json::Number(number)) => Some(number.to_f64()),
        _ => None,
    });
    let asked = asked.or_else(|| (fault == Fault::NoNumber).then_some(5.0))?;
    let highest = if fault == Fault::Clamp { 31.0 } else { 30.0 };
    Some(format!(r#"{{"setpoint":{:.1},"mode":"heat"}}"#, asked.clamp(5.0, highest)))
}

/// Exit code and output of all three scenarios.
fn judged(folder: &Path, fault: Fault) -> (Option<i32>, String) {
    let broker = Broker::start();
    thermostat(&broker, fault);
    for (name, scenario) in [("clamps", CLAMPS), ("refuses", REFUSES), ("reports", REPORTS)] {
        std::fs::write(folder.join(format!("{name}.yaml")), scenario).unwrap();
    }
    let run = output(hil(folder, &["run", "--target", "mqtt", "--broker", &broker.url, "."]));
    (run.status.code(), text(&run))
}

#[test]
fn a_device_that_speaks_json_is_judged_on_its_values() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = judged(folder.path(), Fault::None);
    assert_eq!(code, Some(0), "{said}");
    for (fault, told) in [
        (Fault::Clamp, "/setpoint: 31.0, not 30"),
        (Fault::NoNumber, "a message on home/thermo/1/state where none should be"),
        (Fault::Retained, "nothing is retained on home/thermo/1/state"),
        (Fault::Time, "/at: \"soon\", not a date and time of RFC 3339"),
    ] {
        let (code, said) = judged(folder.path(), fault);
        assert_eq!(code, Some(1), "{told}: {said}");
        assert!(said.contains(told), "{told}: {said}");
    }
}
