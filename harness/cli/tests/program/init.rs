//! `hil init`, from outside: what it writes passes `hil check`, and runs.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::mpsc::channel;
use std::thread::JoinHandle;
use std::time::Duration;

use hil_model::observation::{Message, Payload};
use hil_scenario::Loader;
use hil_targets::broker::{BrokerServer, BrokerUrl, Client, ClientOptions, ServerOptions, open};

fn hil(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hil")).args(args).current_dir(folder).env_clear().output().unwrap()
}

fn text(output: &Output) -> String {
    format!(
        "{}{}exit {}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        output.status.code().unwrap()
    )
}

/// A broker with retained messages, and with some that come again and again. Ends with the value.
struct Busy {
    url: String,
    end: tokio::sync::watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Busy {
    fn start(retained: Vec<(&str, &[u8])>, live: &[(&str, &[&str])]) -> Self {
        Self::start_with(retained, live, Duration::from_millis(100))
    }

    /// The live messages come so long after one another.
    fn start_with(retained: Vec<(&str, &[u8])>, live: &[(&str, &[&str])], pause: Duration) -> Self {
        let owned = |(topic, payloads): &(&str, &[&str])| {
            (String::from(*topic), payloads.iter().map(|payload| String::from(*payload)).collect::<Vec<_>>())
        };
        let live: Vec<(String, Vec<String>)> = live.iter().map(owned).collect();
        let message = |topic: &str, payload: &[u8], retain: bool| {
            let (topic, payload) = (topic.to_owned(), Payload(payload.to_vec()));
            Message { topic, payload, qos: 1, retain, ..Message::default() }
        };
        let retained: Vec<Message> = retained.into_iter().map(|(t, p)| message(t, p, true)).collect();
        let (end, mut ended) = tokio::sync::watch::channel(false);
        let (ready, url) = channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let local = tokio::task::LocalSet::new();
            local.block_on(&runtime, async {
                let options = ServerOptions {
                    bind: [127, 0, 0, 1].into(),
                    port: 0,
                    websocket_port: None,
                    tls: None,
                    user: Some(("dev".to_owned(), "s3cret".to_owned())),
                    store: None,
                };
                let server = BrokerServer::start(&options).await.unwrap();
                let url = format!("mqtt://dev@{}", server.address);
                let stream = open(&url.parse::<BrokerUrl>().unwrap()).await.unwrap();
                let options = ClientOptions {
                    client_id: "dev".to_owned(),
                    user: Some("dev"),
                    password: Some("s3cret"),
                    session: None,
                };
                let client = Client::connect(stream, &options, |_| {}).await.unwrap();
                for message in &retained {
                    client.publish(message).await.unwrap();
                }
                ready.send(url).unwrap();
                for round in 0.. {
                    for (topic, payloads) in &live {
                        let payload = payloads[round % payloads.len()].as_bytes();
                        client.publish(&message(topic, payload, false)).await.unwrap();
                    }
                    tokio::select! {
                        _ = ended.wait_for(|e| *e) => break,
                        () = tokio::time::sleep(pause) => {}
                    }
                }
                server.stop().await;
            });
        });
        Self { url: url.recv_timeout(Duration::from_secs(20)).unwrap(), end, thread: Some(thread) }
    }

    fn init(&self, folder: &Path, more: &[&str]) -> Output {
        let args = [&["init", "--broker", &self.url, "--seconds", "1", "--topic", "stat/#"], more].concat();
        self.hil(folder, &args)
    }

    fn hil(&self, folder: &Path, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hil"));
        command.args(args).current_dir(folder).env_clear();
        command.env("HIL_BROKER_PASSWORD", "s3cret").output().unwrap()
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.end.send_replace(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[test]
fn without_a_broker_the_scenario_is_for_the_example_light_and_can_fail() {
    let folder = tempfile::tempdir().unwrap();
    crate::light::project(folder.path());
    let output = hil(folder.path(), &["init"]);
    insta::assert_snapshot!(text(&output), @r"
    hil.toml stays as it is
    wrote scenarios/first.yaml
    then:
      hil config
      hil run scenarios/first.yaml
      mkdir -p docs && hil schema > docs/scenario.schema.json   # editors then complete the keys
    exit 0
    ");
    for args in [&["check"][..], &["run"], &["run", "--seed", "7"]] {
        let output = hil(folder.path(), args);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", text(&output));
    }
    let output = hil(folder.path(), &["run", "--plant-fault", "5"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
}

#[test]
fn a_file_is_never_lost() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("scenarios/first.yaml");
    std::fs::create_dir(folder.path().join("scenarios")).unwrap();
    std::fs::write(&file, "mine").unwrap();
    // Said before anybody waits for the broker.
    insta::assert_snapshot!(text(&hil(folder.path(), &["init", "--broker", "mqtt://127.0.0.1:1"])), @r"
    error: scenarios/first.yaml exists already
      help: name another file with --output, or overwrite this one with --force
    exit 2
    ");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    assert_eq!(hil(folder.path(), &["init", "--force"]).status.code(), Some(0));
    assert!(std::fs::read_to_string(&file).unwrap().contains("version: 1"));
}

#[test]
fn what_the_device_shows_becomes_expectations() {
    let busy = Busy::start(
        vec![
            ("stat/led/power", b"on"),
            ("stat/led/hsb", b"359,255,255"),
            ("stat/temperature", b"23.5"),
            ("stat/state", br#"{"state":"ON","hue":120,"wifi":{"ssid":"lab","password":"hidden"}}"#),
            ("stat/login", b"user dev, password s3cret"),
            ("stat/blob", b"\xff\x00"),
            ("tele/other", b"not asked for"),
        ],
        &[("stat/uptime", &["up 1 s", "up 2 s", "up 3 s"]), ("stat/tick", &["tick"])],
    );
    let folder = tempfile::tempdir().unwrap();
    let output = busy.init(folder.path(), &["-o", "a/b.yaml"]);
    let file = std::fs::read_to_string(folder.path().join("a/b.yaml")).unwrap_or_else(|_| panic!("{}", text(&output)));
    assert!(!file.contains("s3cret") && !file.contains("hidden") && !text(&output).contains("s3cret"));
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT");
    settings.add_filter(r"\d+ messages", "N messages");
    settings.bind(|| {
        insta::assert_snapshot!(format!("{}\n\n{file}", text(&output)), @r#"
        8 topics: 6 with a retained message, 2 without
        wrote hil.toml
          not known: which firmware: nothing here says it; name the file, or the command that makes it
          not known: which hosts the device connects to: put them under [hosts]
        wrote a/b.yaml
        then:
          hil check a/b.yaml
          hil run --target mqtt --broker mqtt://dev@127.0.0.1:PORT a/b.yaml
          mkdir -p docs && hil schema > docs/scenario.schema.json   # editors then complete the keys
        listening to stat/# on mqtt://dev:***@127.0.0.1:PORT for 1 s
        exit 0

        # yaml-language-server: $schema=../docs/scenario.schema.json
        #
        # What the device showed on "stat/#" within 1 s. Read it, and keep what it must always do.
        name: The device shows its state
        version: 1
        tags: [first]
        timeout: 47s

        steps:
          # Retained by the broker; not text.
          - expect-retained: { topic: stat/blob, payload-hex: "ff00", qos: 1 }

          # Retained by the broker.
          - expect-retained: { topic: stat/led/hsb, payload: "359,255,255", qos: 1 }

          # Retained by the broker.
          - expect-retained: { topic: stat/led/power, payload: "on", qos: 1 }

          # Retained by the broker; the payload may be a secret: left out.
          - expect-retained: { topic: stat/login, qos: 1 }

          # Retained by the broker; members left out: 1 that may be a secret.
          - expect-retained:
              topic: stat/state
              where:
                /state: "ON"
                /hue: { type: number }  # it was 120
                /wifi/ssid: "lab"
              qos: 1

          # Retained by the broker; a number: it may vary.
          - expect-retained: { topic: stat/temperature, matches: '^-?\d+(\.\d+)?([eE][+-]?\d+)?$', qos: 1 }

          # Not retained: N messages came in 1 s.
          - expect-message: { topic: stat/tick, payload: "tick", qos: 1, within: 2s }

          # Not retained: N messages came in 1 s; varies.
          - expect-message: { topic: stat/uptime, matches: '^up \d+ s$', qos: 1, within: 2s }

          # Then make it do something, and say what must follow (with the device's own topic and payload):
          # - publish: { topic: cmnd/led/power, payload: "on" }
          # - expect-message: { topic: stat/led/power, within: 2s }
        "#)
    });

    let mut run = Command::new(env!("CARGO_BIN_EXE_hil"));
    run.args(["run", "--target", "mqtt", "--broker", &busy.url, "a/b.yaml"]).current_dir(folder.path()).env_clear();
    let output = run.env("HIL_BROKER_PASSWORD", "s3cret").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
}

/// What a thermostat says of itself: every payload another one.
fn thermostat(pause: Duration) -> Busy {
    let telemetry = |n: u64| {
        format!(
            r#"{{"seq":{n},"t":{}.25,"at":"2026-03-01T12:00:{:02}Z","mode":"{}","unit":"C"}}"#,
            19 + n % 3,
            n % 60,
            ["heat", "idle"][n as usize % 2]
        )
    };
    let all: Vec<String> = (0..500).map(telemetry).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let state = br#"{"setpoint":21.5,"mode":"heat","window":{"open":false},"token":"t0p"}"#;
    Busy::start_with(vec![("home/thermo/1/state", state)], &[("home/thermo/1/telemetry", &all)], pause)
}

#[test]
fn a_device_is_found_by_itself_and_what_is_written_holds_again() {
    let busy = thermostat(Duration::from_millis(600));
    let folder = tempfile::tempdir().unwrap();
    let output = busy.hil(folder.path(), &["init", "--broker", &busy.url, "--seconds", "5"]);
    let path = folder.path().join("scenarios/first.yaml");
    let file = std::fs::read_to_string(path).unwrap_or_else(|_| panic!("{}", text(&output)));
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT");
    settings.add_filter(r"\d{3}ms", "600ms");
    settings.add_filter(r"for: [0-9.]+s", "for: 2.4s");
    settings.add_filter(r"off by \d+ %", "off by N %");
    settings.add_filter(r"tolerance: \d+%", "tolerance: N%");
    settings.bind(|| {
        insta::assert_snapshot!(format!("{}\n\n{file}", text(&output)), @r#"
    2 topics: 1 with a retained message, 1 without
    one device: home/thermo/1/# (2 topics, 1 retained, JSON, one every 600ms)
    wrote hil.toml
      found: scenarios/: scenarios
      not known: which firmware: nothing here says it; name the file, or the command that makes it
      not known: which hosts the device connects to: put them under [hosts]
    wrote scenarios/first.yaml
    then:
      hil check scenarios/first.yaml
      hil run --target mqtt --broker mqtt://dev@127.0.0.1:PORT scenarios/first.yaml
      mkdir -p docs && hil schema > docs/scenario.schema.json   # editors then complete the keys
    listening to # on mqtt://dev:***@127.0.0.1:PORT for 5 s
    exit 0

    # yaml-language-server: $schema=../docs/scenario.schema.json
    #
    # What the device showed on "home/thermo/1/#" within 5 s. Read it, and keep what it must always do.
    name: The device shows its state
    version: 1
    tags: [first]
    timeout: 35s

    steps:
      # Retained by the broker; members left out: 1 that may be a secret.
      - expect-retained:
          topic: home/thermo/1/state
          where:
            /setpoint: { type: number }  # it was 21.5
            /mode: "heat"
            /window/open: false
          qos: 1

      # One came every 600ms, off by N % at most.
      - expect-stream:
          topic: home/thermo/1/telemetry
          every: 600ms
          tolerance: N%
          for: 2.4s
          each:
            /seq: { type: integer }  # it counts
            /t: { type: number }  # it was 19.25 to 21.25
            /at: { date-time: true }
            /mode: { one-of: ["heat", "idle"] }
            /unit: "C"
          change: { /seq: 1 }

      # Then make it do something, and say what must follow (with the device's own topic and payload):
      # - publish: { topic: home/thermo/1/set, payload: "on" }
      # - expect-message: { topic: home/thermo/1/state, within: 2s }
    "#)
    });
    for _ in 0..2 {
        let run = busy.hil(folder.path(), &["run", "--target", "mqtt", "--broker", &busy.url, "scenarios"]);
        assert_eq!(run.status.code(), Some(0), "{}\n{file}", text(&run));
    }
}

#[test]
fn several_devices_are_listed_and_the_project_names_the_broker() {
    let retained: Vec<(&str, &[u8])> = vec![
        ("plugs/7/relay/0", b"on"),
        ("plugs/7/temperature", b"31"),
        ("plugs/8/temperature", b"30"),
        ("homeassistant/sensor/7/config", b"{}"),
        ("stat/led/power", b"on"),
        ("tele/led/uptime", b"7"),
        ("cmnd/led/power", b"on"),
    ];
    let busy = Busy::start(retained, &[]);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("hil.toml"), format!("broker = \"{}\"\n", busy.url)).unwrap();
    let listed = busy.hil(folder.path(), &["init", "--seconds", "1"]);
    assert!(!folder.path().join("scenarios").exists());
    let one = busy.hil(folder.path(), &["init", "--seconds", "1", "--topic", "plugs/8/#"]);
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT");
    settings.bind(|| insta::assert_snapshot!(format!("{}\n\n{}", text(&listed), text(&one)), @"
    7 topics: 7 with a retained message, 0 without
      --topic 'cmnd/led/#' --topic 'stat/led/#' --topic 'tele/led/#'  3 topics, 3 retained
      --topic 'plugs/7/#'                                             2 topics, 2 retained
      --topic 'plugs/8/#'                                             1 topic, 1 retained
    listening to # on mqtt://dev:***@127.0.0.1:PORT for 1 s
    error: 3 devices: which is yours? Nothing was written
      help: name its topics, such as: hil init --broker mqtt://dev@127.0.0.1:PORT --topic 'cmnd/led/#' --topic 'stat/led/#' --topic 'tele/led/#' --seconds 1
    exit 2

    1 topic: 1 with a retained message, 0 without
    hil.toml stays as it is
    wrote scenarios/first.yaml
    then:
      hil check scenarios/first.yaml
      hil run --target mqtt --broker mqtt://dev@127.0.0.1:PORT scenarios/first.yaml
      mkdir -p docs && hil schema > docs/scenario.schema.json   # editors then complete the keys
    listening to plugs/8/# on mqtt://dev:***@127.0.0.1:PORT for 1 s
    exit 0
    "));
}

#[test]
fn hostile_topics_and_payloads_make_a_valid_file_that_means_them() {
    let long = "x".repeat(5000);
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let long_key = format!(r#"{{"{}":true,"b":false}}"#, "k".repeat(3000));
    let payloads: [&str; 19] = [
        "\"quoted\" 'twice' \\ back",
        "line 1\nline 2\r\n\ttabbed\n",
        "${undefined} $${x} $ ${ ${env.HOME} $$${",
        "nul \0 esc \x1b[2J del \x7f nel \u{85} bom \u{feff} bidi \u{202e}",
        "# no comment: - [x] {y} & *z !t | > % @ `",
        "on",
        "null",
        "~",
        "1e3",
        "-0",
        "007",
        "{}",
        "[]",
        r#"{"<<":1,"${x}":"${y}","a: b":["\u0000\ud83d\ude00",{}],"c":1.10}"#,
        r#"["${x}",{"a":"'"}]"#,
        &long,
        &deep,
        &long_key,
        "💡 世界",
    ];
    let mut retained: Vec<(String, Vec<u8>)> =
        payloads.iter().enumerate().map(|(i, p)| (format!("stat/{i}"), p.as_bytes().to_vec())).collect();
    for (i, topic) in
        ["a\"b", "a'b", "${x}", "a b: c", "tab\tand\nline", "-", "#x", "\u{202e}", "{", "$x"].iter().enumerate()
    {
        if !topic.contains(['#', '+']) {
            retained.push((format!("stat/{topic}/{i}"), b"\xfe\xff".to_vec()));
        }
    }
    let busy = Busy::start(retained.iter().map(|(t, p)| (t.as_str(), p.as_slice())).collect(), &[]);
    let folder = tempfile::tempdir().unwrap();
    let output = busy.init(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let path = folder.path().join("scenarios/first.yaml");
    let file = std::fs::read_to_string(&path).unwrap();
    assert!(file.chars().all(|c| c == '\n' || !c.is_control()), "{file:?}");
    let loaded = Loader::with_env(|_| None).load(std::slice::from_ref(&path));
    assert!(loaded.errors.0.is_empty(), "{}\n{file}", loaded.errors.render(false));
    assert_eq!(loaded.files[0].scenarios[0].steps.len(), retained.len());

    // Every expectation holds for what it was made of.
    let mut run = Command::new(env!("CARGO_BIN_EXE_hil"));
    run.args(["run", "--target", "mqtt", "--broker", &busy.url]).current_dir(folder.path()).env_clear();
    let output = run.env("HIL_BROKER_PASSWORD", "s3cret").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}\n{file}", text(&output));
}

#[test]
fn what_cannot_work_is_said() {
    let busy = Busy::start(vec![("tele/x", b"1")], &[]);
    let folder = tempfile::tempdir().unwrap();
    let none = busy.init(folder.path(), &[]);
    assert!(!folder.path().join("scenarios").exists());
    let wrong = hil(folder.path(), &["init", "--broker", &busy.url]);
    let all = [
        none,
        wrong,
        hil(folder.path(), &["init", "--broker", "mqtt://127.0.0.1:1"]),
        hil(folder.path(), &["init", "-o", "x.txt"]),
        hil(folder.path(), &["init", "-o", "_x.yaml"]),
        hil(folder.path(), &["init", "--seconds", "0"]),
    ];
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"127\.0\.0\.1:\d{2,}", "127.0.0.1:PORT");
    settings.add_filter(r"\(os error \d+\)", "(os error)");
    settings.bind(|| insta::assert_snapshot!(all.iter().map(text).collect::<Vec<_>>().join("\n\n"), @r#"
    listening to stat/# on mqtt://dev:***@127.0.0.1:PORT for 1 s
    error: no message on stat/# within 1 s; nothing was written
      help: is the device on and connected to this broker, and are these its topics? --topic '#' listens to all that the broker lets you read, --seconds 60 waits for one that reports once a minute
    exit 3

    listening to # on mqtt://dev@127.0.0.1:PORT for 10 s
    error: the broker refused the connection: 0x86 BadUserNameOrPassword: "Authentication failed"
      help: is the broker at mqtt://dev@127.0.0.1:PORT running, and are user and password (HIL_BROKER_PASSWORD) right?
    exit 3

    listening to # on mqtt://127.0.0.1:1 for 10 s
    error: cannot connect to 127.0.0.1:1: Connection refused (os error)
      help: is the broker at mqtt://127.0.0.1:1 running, and are user and password (HIL_BROKER_PASSWORD) right?
    exit 3

    error: x.txt does not end in .yaml
      help: `hil run` looks for *.yaml and *.yml in folders
    exit 2

    error: the name of _x.yaml begins with `_`
      help: such files are for `include` only: name it otherwise
    exit 2

    error: invalid value '0' for '--seconds <N>': 0 is not in 1..=3600

    For more information, try '--help'.
    exit 2
    "#));
}
