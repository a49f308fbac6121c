//! Verdicts on brokers of others: what a broker does late, grants less of, or does not do at all.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use hil_model::observation::{Message, Payload};
use hil_targets::broker::{BrokerUrl, Client, ClientOptions, open};
use hil_testing::process::{Running, free_port, output, text};
use hil_testing::tool::MOSQUITTO;
use tempfile::TempDir;

use crate::support::{hil, listening};

const LIMIT: Duration = Duration::from_secs(20);

/// mosquitto with a configuration of its own.
pub struct Mosquitto {
    _running: Running,
    pub port: u16,
    folder: TempDir,
}

impl Mosquitto {
    /// `None`, with the reason printed, if it is not installed.
    pub fn start(settings: &str) -> Option<Self> {
        let program = MOSQUITTO.find()?;
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let file = folder.path().join("mosquitto.conf");
        std::fs::write(&file, format!("listener {port} 127.0.0.1\nallow_anonymous true\n{settings}\n")).unwrap();
        let mut command = Command::new(program);
        command.arg("-c").arg(file);
        let running = Running::start(command);
        let until = Instant::now() + LIMIT;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "{:?}", running.lines());
            std::thread::sleep(Duration::from_millis(10));
        }
        Some(Self { _running: running, port, folder })
    }

    pub fn url(&self) -> String {
        format!("mqtt://127.0.0.1:{}", self.port)
    }

    /// Both outputs of a run of one scenario, and its exit code.
    fn judge(&self, port: u16, scenario: &str) -> (String, Option<i32>) {
        judge(self.folder.path(), port, scenario)
    }

    /// A device: whatever comes on `from` is said again on `to`.
    fn device(&self, from: &'static str, answers: &'static [(&'static str, &'static str)], qos: u8) {
        let url: BrokerUrl = self.url().parse().unwrap();
        let (ready, is_ready) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            tokio::task::LocalSet::new().block_on(&runtime, async {
                let (client, mut heard) = listening(&url, from, qos).await;
                ready.send(()).unwrap();
                while heard.recv().await.is_some() {
                    for (topic, payload) in answers {
                        let payload = Payload::from(*payload);
                        let answer = Message { topic: (*topic).to_owned(), payload, qos, ..Message::default() };
                        if client.publish(&answer).await.is_err() {
                            return;
                        }
                    }
                }
            });
        });
        is_ready.recv_timeout(LIMIT).unwrap();
    }

    fn retain(&self, topic: &str, payload: &str) {
        let url: BrokerUrl = self.url().parse().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        tokio::task::LocalSet::new().block_on(&runtime, async {
            let client = Client::connect(open(&url).await.unwrap(), &ClientOptions::default(), |_| {}).await.unwrap();
            let (topic, payload) = (topic.to_owned(), Payload::from(payload));
            client.publish(&Message { topic, payload, qos: 1, retain: true, ..Message::default() }).await.unwrap();
            client.disconnect().await;
        });
    }
}

fn judge(folder: &Path, port: u16, scenario: &str) -> (String, Option<i32>) {
    let file = folder.join("scenario.yaml");
    std::fs::write(&file, format!("name: A verdict\nversion: 1\n{scenario}")).unwrap();
    let broker = format!("mqtt://127.0.0.1:{port}");
    let run = output(hil(folder, &["run", "--target", "mqtt", "--broker", &broker, "scenario.yaml"]));
    (text(&run), run.status.code())
}

/// What the broker publishes comes so much later; everything else at once.
fn late_messages(broker: u16, delay: Duration) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let server = TcpStream::connect(("127.0.0.1", broker)).unwrap();
            let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut from, &mut to));
            std::thread::spawn(move || forward(server, client, delay));
        }
    });
    port
}

/// Packet by packet, until either side ends.
fn forward(mut from: TcpStream, mut to: TcpStream, delay: Duration) -> std::io::Result<()> {
    loop {
        let mut packet = vec![0];
        from.read_exact(&mut packet)?;
        let (mut length, mut shift) = (0_usize, 0);
        loop {
            let mut byte = [0];
            from.read_exact(&mut byte)?;
            packet.push(byte[0]);
            length |= usize::from(byte[0] & 0x7F) << shift;
            shift += 7;
            if byte[0] < 0x80 {
                break;
            }
        }
        let head = packet.len();
        packet.resize(head + length, 0);
        from.read_exact(&mut packet[head..])?;
        // PUBLISH
        if packet[0] >> 4 == 3 {
            std::thread::sleep(delay);
        }
        to.write_all(&packet)?;
    }
}

#[test]
fn a_topic_that_is_known_only_later_is_listened_to_from_the_start() {
    let Some(broker) = Mosquitto::start("") else { return };
    broker.device("announce", &[("where", "state/attic/fan"), ("state/attic/fan", "on")], 1);
    let captured = "steps:\n  - publish: { topic: announce, payload: x }\n  - capture: { name: topic, topic: where }\n";
    let arrives = format!("{captured}  - expect-message: {{ topic: \"${{topic}}\", payload: \"on\", within: 2s }}\n");
    let (shown, code) = broker.judge(broker.port, &arrives);
    assert_eq!(code, Some(0), "{shown}");
    let silent = format!(
        "{captured}  - publish: {{ topic: announce, payload: x }}\n  - expect-nothing: {{ topic: \"${{topic}}\", for: 1s }}\n"
    );
    let (shown, code) = broker.judge(broker.port, &silent);
    assert_eq!(code, Some(1), "it comes: {shown}");
}

#[test]
fn a_retained_message_may_come_late() {
    let Some(broker) = Mosquitto::start("") else { return };
    broker.retain("state/slow", "1");
    let port = late_messages(broker.port, Duration::from_millis(700));
    let there = "steps: [{ expect-retained: { topic: state/slow, payload: \"1\", within: 3s } }]\n";
    let (shown, code) = broker.judge(port, there);
    assert_eq!(code, Some(0), "{shown}");
    let absent = "steps: [{ expect-retained: { topic: state/slow, absent: true, within: 3s } }]\n";
    let (shown, code) = broker.judge(port, absent);
    assert_eq!(code, Some(1), "it is there: {shown}");
    let among = |form: &str| {
        let retained = format!("expect-retained: {{ topic: state/slow, {form}, within: 3s }}");
        let steps = format!("steps: [{{ any-of: [{retained}, expect-message: {{ topic: never, within: 3s }}] }}]\n");
        broker.judge(port, &steps)
    };
    let (shown, code) = among("absent: true");
    assert_eq!(code, Some(1), "it is there: {shown}");
    let other = "steps: [{ expect-retained: { topic: state/none, absent: true, within: 1s } }]\n";
    let (shown, code) = broker.judge(port, other);
    assert_eq!(code, Some(0), "{shown}");
}

#[test]
fn a_retained_message_that_goes_meanwhile_is_gone_also_on_a_slow_broker() {
    let Some(broker) = Mosquitto::start("") else { return };
    broker.retain("state/going", "1");
    let port = late_messages(broker.port, Duration::from_millis(600));
    let gone = "steps: [{ expect-retained: { topic: state/going, absent: true, within: 2s } }]\n";
    let (shown, code) = std::thread::scope(|scope| {
        let run = scope.spawn(|| broker.judge(port, gone));
        std::thread::sleep(Duration::from_millis(1200));
        broker.retain("state/going", "");
        run.join().unwrap()
    });
    assert_eq!(code, Some(0), "{shown}");
}

#[test]
fn quality_of_service_2_is_seen() {
    let Some(broker) = Mosquitto::start("") else { return };
    broker.device("set", &[("state", "on")], 2);
    for (qos, wanted) in [(2, Some(0)), (1, Some(1))] {
        let steps = format!(
            "steps:\n  - publish: {{ topic: set, payload: x, qos: 2 }}\n  - expect-message: {{ topic: state, qos: {qos}, within: 2s }}\n"
        );
        let (shown, code) = broker.judge(broker.port, &steps);
        assert_eq!(code, wanted, "{shown}");
    }
}

#[test]
fn what_a_broker_cannot_do_is_no_verdict_on_the_device() {
    let Some(keeps_nothing) = Mosquitto::start("retain_available false") else { return };
    for step in [
        "expect-retained: { topic: state, payload: \"1\", within: 1s }",
        "expect-retained: { topic: state, absent: true, within: 1s }",
        "publish: { topic: set, payload: x, retain: true }",
    ] {
        let (shown, code) = keeps_nothing.judge(keeps_nothing.port, &format!("steps: [{{ {step} }}]\n"));
        assert_eq!(code, Some(3), "{shown}");
        assert!(shown.contains("Retain Available 0"), "{shown}");
    }
    let Some(low) = Mosquitto::start("max_qos 1") else { return };
    let (shown, code) = low.judge(low.port, "steps: [{ publish: { topic: set, payload: x, qos: 2 } }]\n");
    assert_eq!(code, Some(3), "{shown}");
    assert!(shown.contains("Maximum QoS 1"), "{shown}");
    let (shown, code) = low.judge(low.port, "steps: [{ expect-message: { topic: state, qos: 2, within: 1s } }]\n");
    assert_eq!(code, Some(3), "{shown}");
    assert!(shown.contains("grants QoS 1"), "{shown}");
}

/// A request to the light through a broker with these access rules: what was said, and the exit code.
fn asked_among(rules: &str, more: &str) -> Option<(String, Option<i32>)> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rules");
    std::fs::write(&file, rules).unwrap();
    let broker = Mosquitto::start(&format!("acl_file {}", file.display()))?;
    let steps = format!(
        "name: Asks\nversion: 1\nsetup: [{{ wait-serial: \"mqtt: connected\" }}]\nsteps: \
         [{{ request: {{ topic: cmnd/led/hue, payload: 36, response: ok{more} }} }}]\n"
    );
    std::fs::write(broker.folder.path().join("ask.yaml"), steps).unwrap();
    std::fs::write(broker.folder.path().join("hil.toml"), "native = \"light\"\n").unwrap();
    let output =
        output(hil(broker.folder.path(), &["run", "ask.yaml", "--target", "native", "--broker", &broker.url()]));
    Some((text(&output), output.status.code()))
}

#[test]
fn answers_come_on_a_topic_that_the_brokers_rules_allow() {
    let forbidden = "topic readwrite #\ntopic deny +/+/hil/r/#\n";
    let Some((shown, code)) = asked_among(forbidden, ", response-topic: bench/answers") else { return };
    assert_eq!(code, Some(0), "{shown}");
    // hil finds out what is forbidden before a firmware is blamed, also where the broker says nothing of what it keeps back.
    let in_silence = "topic readwrite +/+/cmnd/#\ntopic readwrite +/+/stat/#\ntopic write +/+/hil/r/#\n";
    for (rules, why) in [(forbidden, "0x87 NotAuthorized"), (in_silence, "hands it to nobody who has subscribed")] {
        let Some((shown, code)) = asked_among(rules, ", within: 500ms") else { return };
        assert_eq!(code, Some(3), "{shown}");
        assert!(shown.contains("/hil/r/0") && shown.contains(why), "{shown}");
    }
}
