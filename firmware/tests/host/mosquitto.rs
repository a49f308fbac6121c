//! The session with a real broker, on real time.

use std::{
    cell::RefCell,
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
    rc::Rc,
};

use crate::common::{
    board::{Lfsr, PausedClock, Recorder, RecordingStrip},
    flash::RamFlash,
    packet::{Publish, frame},
};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use firmware::{
    config::{BrokerUri, Config, Secret},
    device::{self, Shared},
    platform::{Board, Network, NetworkError},
    rules::Contract,
    store::Store,
    time::Duration,
};
use hil_testing::process::Running;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A broker of its own, with a user and a password.
struct Mosquitto {
    _process: Running,
    port: u16,
    folder: PathBuf,
}

impl Mosquitto {
    /// `None` if there is no such program.
    fn start(name: &str) -> Option<Self> {
        let program = hil_testing::tool::MOSQUITTO.find()?;
        let folder = std::env::temp_dir().join(format!("firmware-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let port = hil_testing::process::free_port();
        let config = folder.join("mosquitto.conf");
        let mut file = std::fs::File::create(&config).unwrap();
        writeln!(file, "listener {port} 127.0.0.1\nallow_anonymous true").unwrap();
        let mut command = Command::new(program);
        command.arg("-c").arg(&config).stdin(Stdio::null());
        Some(Self { _process: Running::start(command), port, folder })
    }

    fn config(&self) -> Config {
        let broker = format!("mqtt://127.0.0.1:{}", self.port).parse().unwrap();
        Config { broker, user: Some("ann".into()), password: Some(Secret::from("pw")), ..Config::default() }
    }

    /// Runs a device until `script` is done, then drops its connection without a word.
    async fn device<T>(&self, flash: &RamFlash, script: impl AsyncFnOnce(&Recorder, &Tcp) -> T) -> T {
        let config = self.config();
        let console = Recorder::default();
        let board = Board { clock: PausedClock::boot(), console: console.clone() };
        let mut store = Store::new(flash.clone(), 0..flash.len()).unwrap();
        let shared: Shared<NoopRawMutex> = device::restore(&board, &config, &mut store, Contract).await;
        let (network, mut random) = (Tcp::default(), Lfsr(1));
        let mut strip = RecordingStrip::default().started(board.clock);
        tokio::select! {
            _ = device::run_mqtt(&shared, &config, &board, &mut store, &network, &mut random) => unreachable!(),
            _ = device::run_light(&shared, &config, &board, &mut strip) => unreachable!(),
            result = script(&console, &network) => result,
        }
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The host's network. The link is always up.
#[derive(Default)]
struct Tcp {
    drop_now: Rc<tokio::sync::Notify>,
    refuse: Rc<RefCell<bool>>,
}

impl Network for Tcp {
    type Transport<'a> = Socket;

    async fn link_up(&self) -> Result<(), NetworkError> {
        Ok(())
    }

    async fn link_down(&self) {
        std::future::pending().await
    }

    async fn connect(&self, broker: &BrokerUri) -> Result<Socket, NetworkError> {
        if *self.refuse.borrow() {
            return Err(NetworkError::Refused);
        }
        let stream = TcpStream::connect((broker.host.as_str(), broker.port)).await;
        Ok(Socket(stream.map_err(|_| NetworkError::Refused)?, self.drop_now.clone()))
    }
}

struct Socket(TcpStream, Rc<tokio::sync::Notify>);

impl ErrorType for Socket {
    type Error = ErrorKind;
}

impl Read for Socket {
    async fn read(&mut self, bytes: &mut [u8]) -> Result<usize, ErrorKind> {
        tokio::select! {
            read = self.0.read(bytes) => read.map_err(|_| ErrorKind::Other),
            () = self.1.notified() => Err(ErrorKind::ConnectionReset),
        }
    }
}

impl Write for Socket {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        self.0.write(bytes).await.map_err(|_| ErrorKind::Other)
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

/// A user of the broker: sees what is published to `stat/#` and `answers`, and publishes commands.
struct Observer {
    stream: TcpStream,
    packet: u16,
    seen: Vec<(String, String, bool)>,
}

impl Observer {
    async fn connect(broker: &Mosquitto) -> Self {
        let mut stream = loop {
            match TcpStream::connect(("127.0.0.1", broker.port)).await {
                Ok(stream) => break stream,
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        };
        // Clean start, no properties, a client id of the broker's choice.
        stream.write_all(&frame(0x10, b"\0\x04MQTT\x05\x02\0\0\0\0\0")).await.unwrap();
        stream.write_all(&frame(0x82, b"\0\x01\0\0\x06stat/#\0\0\x07answers\0")).await.unwrap();
        Self { stream, packet: 10, seen: Vec::new() }
    }

    async fn publish(&mut self, publish: Publish) {
        self.packet += 1;
        self.stream.write_all(&publish.qos1(self.packet).encode()).await.unwrap();
    }

    /// Reads until a message is `topic`, `payload`; returns whether it was a retained one.
    async fn expect(&mut self, topic: &str, payload: &str) -> bool {
        let reading = async {
            loop {
                let found = |(seen, text, _): &(String, String, bool)| seen == topic && text == payload;
                if let Some(index) = self.seen.iter().position(found) {
                    return self.seen.remove(index).2;
                }
                self.read().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), reading).await.unwrap_or_else(|_| panic!("{topic} {payload}"))
    }

    async fn read(&mut self) {
        let (first, length) = (self.stream.read_u8().await.unwrap(), self.stream.read_u8().await.unwrap());
        assert!(length < 128);
        let mut body = vec![0; length.into()];
        self.stream.read_exact(&mut body).await.unwrap();
        if first >> 4 == 3 {
            // QoS 0, as subscribed: topic, properties, payload.
            let (topic, rest) = body[2..].split_at(usize::from(body[1]));
            let payload = &rest[1 + usize::from(rest[0])..];
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            self.seen.push((text(topic), text(payload), first & 1 == 1));
        }
    }
}

#[tokio::test]
async fn the_will_says_offline_after_a_hard_drop_and_commands_wait_for_the_return() {
    let Some(broker) = Mosquitto::start("will") else { return };
    let flash = RamFlash::new(2);
    let mut observer = Observer::connect(&broker).await;
    broker
        .device(&flash, async |console: &Recorder, _: &Tcp| {
            console.wait_for("mqtt: connected, session present 0").await;
            observer.expect("stat/led/online", "online").await;
            observer.expect("stat/led/mode", "hue_rainbow,normal").await;
            observer.publish(Publish::new("cmnd/led/mode", "blink,30,40")).await;
            observer.expect("stat/led/mode", "blink,30,40").await;
        })
        .await;
    observer.expect("stat/led/online", "offline").await;
    // The device is away; the broker keeps the command.
    observer.publish(Publish::new("cmnd/led/hsb", "10,20,30")).await;
    broker
        .device(&flash, async |console: &Recorder, _: &Tcp| {
            console.wait_for("I command: cmnd/led/hsb 10,20,30").await;
            assert!(console.contains("I light: restored on; 359,255,255; blink,30,40"));
            // What the broker has kept can come before the line that tells of the connection.
            console.wait_for("mqtt: connected, session present 1").await;
            observer.expect("stat/led/hsb", "10,20,30").await;
            let mut newcomer = Observer::connect(&broker).await;
            assert!(newcomer.expect("stat/led/hsb", "10,20,30").await, "the status is retained");
            assert!(newcomer.expect("stat/led/online", "online").await, "and so is that it is online");
        })
        .await;
}

#[tokio::test]
async fn a_dropped_connection_is_resumed_and_requests_are_answered() {
    let Some(broker) = Mosquitto::start("resume") else { return };
    let flash = RamFlash::new(2);
    let mut observer = Observer::connect(&broker).await;
    broker
        .device(&flash, async |console: &Recorder, network: &Tcp| {
            console.wait_for("mqtt: connected, session present 0").await;
            network.drop_now.notify_one();
            console.wait_for("W mqtt: connection lost, next try in").await;
            observer.publish(Publish::new("cmnd/led/power", "off")).await;
            console.wait_for("mqtt: connected, session present 1").await;
            observer.expect("stat/led/power", "off").await;
            let request = Publish { response_topic: Some("answers".into()), ..Publish::new("cmnd/led/power", "maybe") };
            observer.publish(request).await;
            observer.expect("answers", r#"error: expected "on" or "off""#).await;
        })
        .await;
}

#[tokio::test]
async fn a_retained_command_is_ignored_and_a_burst_is_served() {
    let Some(broker) = Mosquitto::start("burst") else { return };
    let flash = RamFlash::new(2);
    let mut observer = Observer::connect(&broker).await;
    observer.publish(Publish { retain: true, ..Publish::new("cmnd/led/power", "off") }).await;
    observer.publish(Publish { topic: "stat/sync".into(), ..Publish::new("", "here") }).await;
    observer.expect("stat/sync", "here").await;
    broker
        .device(&flash, async |console: &Recorder, _: &Tcp| {
            console.wait_for("W command: cmnd/led/power ignored: retained").await;
            observer.expect("stat/led/power", "on").await;
            for hue in 0..=300u16 {
                observer.publish(Publish::new("cmnd/led/hue", &hue.to_string())).await;
            }
            for hue in 0..=300u16 {
                observer.expect("stat/led/hsb", &format!("{hue},255,255")).await;
            }
            assert!(!console.contains("next try"), "{:?}", console.lines());
        })
        .await;
}
