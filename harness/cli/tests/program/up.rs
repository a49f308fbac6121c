//! `hil up`, from outside: its broker, its device, what it prints, how it ends.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use hil_model::observation::{Message, Payload};
use hil_targets::broker::{BrokerUrl, Client, ClientOptions, RetainHandling, Subscription, open};
use hil_testing::process::Running;

/// The program while it runs.
struct Up(Running);

fn hil(folder: &tempfile::TempDir, args: &[&str]) -> Command {
    crate::light::project(folder.path());
    let mut command = Command::new(env!("CARGO_BIN_EXE_hil"));
    command.arg("up").args(args).current_dir(folder.path()).env_clear().stdin(Stdio::null());
    command
}

impl Up {
    fn start(folder: &tempfile::TempDir, args: &[&str]) -> Self {
        Self(Running::start(hil(folder, args)))
    }

    /// The next line that holds `text`.
    fn line(&mut self, text: &str) -> String {
        self.0.next_line(text)
    }

    fn url(&mut self) -> BrokerUrl {
        let first = self.line("broker on ");
        first.split_whitespace().nth(2).unwrap().parse().unwrap()
    }

    /// Sends a signal, and waits for the end.
    fn end(&mut self, signal: &str) -> ExitStatus {
        self.0.signal(signal);
        self.0.status()
    }
}

/// Publishes, as any other program would, and returns what is retained under `stat/#` afterwards.
fn talk(url: &BrokerUrl, prefix: &str, commands: &[(&str, &str)]) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        let seen = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
        let sink = std::rc::Rc::clone(&seen);
        let options = ClientOptions::default();
        let client = Client::connect(open(url).await.unwrap(), &options, move |m: Message| {
            sink.borrow_mut().push(format!("{} {}", m.topic, m.payload));
        });
        let client = client.await.unwrap();
        for (topic, payload) in commands {
            let message = Message {
                topic: format!("{prefix}{topic}"),
                payload: Payload::from(*payload),
                qos: 1,
                ..Message::default()
            };
            client.publish(&message).await.unwrap();
        }
        if commands.is_empty() {
            let filter = format!("{prefix}stat/#");
            let (retain_handling, retain_as_published) = (RetainHandling::Send, false);
            client
                .subscribe(Subscription { filter, qos: 1, retain_handling, retain_as_published, no_local: false })
                .await
                .unwrap();
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        client.disconnect().await;
        let mut seen = seen.take();
        seen.sort();
        seen
    })
}

#[test]
fn other_programs_can_play_with_the_light_until_ctrl_c() {
    let folder = tempfile::tempdir().unwrap();
    let mut up = Up::start(&folder, &["--port", "0"]);
    let url = up.url();
    up.line("mqtt: connected");
    talk(&url, "", &[("cmnd/led/mode", "blink,1000,0"), ("cmnd/led/hsb", "120,255,255")]);
    let light = up.line("led1 #00ff00");
    assert!(light.contains(" s  light    led1 #00ff00"), "{light}");
    assert!(!up.0.passed().iter().any(|l| l.contains('\u{1b}')), "escapes without a terminal");
    insta::assert_snapshot!(talk(&url, "", &[]).join("\n"), @r#"
    stat/led/hsb "120,255,255"
    stat/led/mode "blink,1000,0"
    stat/led/online "online"
    stat/led/power "on"
    "#);
    let status = up.end("-INT");
    let last = up.line("ended");
    assert_eq!(last, r#"ended: the device is off, and the broker has published its will: stat/led/online "offline""#);
    assert_eq!(status.code(), Some(0));
}

#[test]
fn passwords_that_hil_knows_are_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = hil(&folder, &["--port", "0"]);
    command.env("HIL_WIFI_PASSWORD", "correct horse");
    let mut up = Up(Running::start(command));
    let url = up.url();
    up.line("stat/led/online");
    talk(&url, "", &[("cmnd/led/mode", "correct horse")]);
    let line = up.line("mqtt <-  PUBLISH");
    assert!(line.contains("cmnd/led/mode \"(secret)\""), "{line}");
    up.end("-INT");
}

#[test]
fn the_introduction_says_what_to_type() {
    let folder = tempfile::tempdir().unwrap();
    let mut up =
        Up::start(&folder, &["--port", "0", "--prefix", "my room", "--plant-fault", "5", "--client-id", "lamp"]);
    up.line("mqtt ->  CONNECT lamp");
    let end = up.0.passed().iter().position(|l| l.contains("power on")).unwrap();
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"(127\.0\.0\.1:|-p )\d+", "${1}PORT");
    settings.bind(|| {
        insta::assert_snapshot!(up.0.passed()[..end].join("\n"), @r"
    broker on mqtt://127.0.0.1:PORT
    device lamp: the light compiled for the host, in real time; fault 5 planted: hue 360 shows magenta instead of red

    Try, in another terminal:
      mosquitto_sub -h 127.0.0.1 -p PORT -v -t 'my room/stat/#'
      mosquitto_pub -h 127.0.0.1 -p PORT -t 'my room/cmnd/led/mode' -m blink,1000,0
      mosquitto_pub -h 127.0.0.1 -p PORT -t 'my room/cmnd/led/hsb' -m 120,255,255
      mosquitto_pub -h 127.0.0.1 -p PORT -t 'my room/cmnd/led/power' -m off
    ")
    });
    assert_eq!(up.end("-TERM").code(), Some(0));
}

#[test]
fn the_state_survives_in_the_flash_file() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["--port", "0", "--flash", "light.bin", "--prefix", "a/b"];
    let mut up = Up::start(&folder, &args);
    let url = up.url();
    up.line("mqtt: connected");
    talk(&url, "a/b/", &[("cmnd/led/mode", "blink,1000,0"), ("cmnd/led/hsb", "240,255,255")]);
    up.line("led1 #0000ff");
    // The state is written after a moment of quiet.
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(up.end("-INT").code(), Some(0));
    let mut up = Up::start(&folder, &args);
    up.line("led1 #0000ff");
    assert!(!up.0.passed().iter().any(|l| l.contains("#ff0000")), "{:?}", up.0.passed());
    assert_eq!(up.end("-INT").code(), Some(0));
}

#[test]
fn a_broker_that_goes_away_is_the_devices_affair() {
    let folder = tempfile::tempdir().unwrap();
    let mut owner = Up::start(&folder, &["--port", "0", "--prefix", "owner"]);
    let url = owner.url().to_string();
    let mut guest = Up::start(&folder, &["--broker", &url, "--topic-root", "lab/3/"]);
    guest.line("lab/3/stat/led/online");
    guest.line("mqtt: connected");
    assert_eq!(owner.end("-INT").code(), Some(0));
    guest.line("serial   W");
    assert_eq!(guest.end("-INT").code(), Some(0));
    assert_eq!(guest.line("ended"), "ended: the device is off");
}

#[test]
fn it_ends_when_nobody_reads_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = hil(&folder, &["--port", "0"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn what_cannot_work_is_said_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let rows: [&[&str]; 6] = [
        &["--port", &port],
        &["--broker", "mqtt://127.0.0.1:1"],
        &["--broker", "mqtt://127.0.0.1:1", "--port", "1"],
        &["--prefix", "a/#", "--port", "0"],
        &["--flash", "no/such/folder/f.bin"],
        &["--diagram", "none.json"],
    ];
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(&port, "PORT");
    settings.add_filter(r"\(os error \d+\)", "(os error)");
    let text: Vec<String> = rows
        .iter()
        .map(|args| {
            let output = hil(&folder, args).output().unwrap();
            let error = String::from_utf8_lossy(&output.stderr).into_owned();
            format!("$ hil up {}\n{error}exit {}\n", args.join(" "), output.status.code().unwrap())
        })
        .collect();
    settings.bind(|| insta::assert_snapshot!(text.join("\n"), @r"
    $ hil up --port PORT
    error: the broker cannot listen on port PORT: Address already in use (os error)
      help: another program may use the port: choose one with --port (0: any free one)
    exit 3

    $ hil up --broker mqtt://127.0.0.1:1
    error: cannot connect to 127.0.0.1:1: Connection refused (os error)
      help: is the broker at mqtt://127.0.0.1:1 running, and are user and password right? Without --broker none is needed
    exit 3

    $ hil up --broker mqtt://127.0.0.1:1 --port 1
    error: the argument '--broker <URL>' cannot be used with '--port <PORT>'

    Usage: hil up --broker <URL>

    For more information, try '--help'.
    exit 2

    $ hil up --prefix a/# --port 0
    error: the device cannot be set up so: prefix cannot be this: wildcards, control characters and slashes at either end are not allowed
      help: see --prefix, --topic-root and --client-id
    exit 2

    $ hil up --flash no/such/folder/f.bin
    error: the flash file no/such/folder/f.bin cannot be written: No such file or directory (os error)
      help: name a file in a folder that exists and that you may write to
    exit 3

    $ hil up --diagram none.json
    error: none.json: failed to read the diagram none.json
      help: name a board drawing (Wokwi's diagram.json) with --diagram, or correct this one
    exit 2
    "));
}
