//! Broker, device and screen, from start to Ctrl-C.

use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use hil_model::verdict::Exit;
use hil_runner::BrokerChoice;
use hil_scenario::{DeviceConfig, Secrets};
use hil_targets::broker::{
    Broker, BrokerServer, BrokerUrl, Client, ClientOptions, RetainHandling, Scheme, ServerOptions, Subscription,
};
use hil_targets::clock::{self, Pace};
use hil_targets::console::Deaths;
use hil_targets::journal::{Journal, Position};
use hil_targets::wire::Wire;
use hil_targets::{Bench, BenchError, Credentials, Target, Watch};
use tokio::sync::Notify;

use super::hints;
use super::journal_view::JournalView;
use super::screen::Screen;
use crate::Demo;
use crate::cmd::error::Failure;

/// MQTT's port.
const MQTT_PORT: u16 = 1883;
/// Longest wait for the broker to publish the device's will.
const WILL_LIMIT: Duration = Duration::from_secs(2);
/// The status line is renewed at least this often.
const REFRESH: Duration = Duration::from_secs(1);

/// What to bring up.
pub(super) struct Plan {
    pub(super) broker: BrokerChoice,
    /// What is not shown.
    pub(super) secrets: Secrets,
    /// Port of an own broker.
    pub(super) port: Option<u16>,
    pub(super) target: Arc<dyn Target>,
    /// What the device is, in words.
    pub(super) what: String,
    /// It is the device that `hil demo` shows: its topics are known.
    pub(super) demo: Option<Demo>,
    /// Before every topic, without a slash at its end; may be empty.
    pub(super) prefix: String,
    pub(super) client_id: String,
    /// What on its console counts as the end of its firmware.
    pub(super) deaths: Deaths,
}

impl Plan {
    fn topic(&self, topic: &str) -> String {
        if self.prefix.is_empty() { topic.to_owned() } else { format!("{}/{topic}", self.prefix) }
    }
}

/// Runs until Ctrl-C.
pub(super) fn run(plan: &Plan) -> Result<Exit, Failure> {
    let runtime = clock::runtime(Pace::WallClock).map_err(|e| Failure::io("the runtime does not start", &e))?;
    let local = tokio::task::LocalSet::new();
    let result = local.block_on(&runtime, bring_up(plan));
    drop(local);
    runtime.shutdown_background();
    result
}

async fn bring_up(plan: &Plan) -> Result<Exit, Failure> {
    // Heard from the start: what is half up is taken down, too.
    let end = Rc::new(Notify::new());
    listen_for_end(&end)?;
    let screen = Screen::detect();
    let (server, url, remark) = match &plan.broker {
        BrokerChoice::External(url) => (None, url.clone(), None),
        BrokerChoice::Embedded => {
            let (server, remark) = own_broker(plan.port).await?;
            let url = BrokerUrl {
                scheme: Scheme::Mqtt,
                host: server.address.ip().to_string(),
                port: server.address.port(),
                path: String::new(),
                query: None,
                user: None,
                password: None,
                ca: None,
            };
            (Some(server), url, remark)
        }
    };
    let result = attach(plan, &url, remark, &screen, &end).await;
    if let Some(server) = server {
        server.stop().await;
    }
    result
}

/// The device, on the broker at `url`.
async fn attach(
    plan: &Plan,
    url: &BrokerUrl,
    remark: Option<String>,
    screen: &Screen,
    end: &Notify,
) -> Result<Exit, Failure> {
    let broken = |e: &BenchError| Failure::bench(e).help(e.help());
    let journal = Journal::new();
    let broker = Broker::External(Rc::new(url.clone()));
    let watch = Watch::default();
    end_with_device(&watch).map_err(|e| Failure::io("no thread can be started", &e))?;
    // Without one there is nothing to tell the device, which may be one that cannot be told.
    let prefix = Some(plan.prefix.clone()).filter(|prefix| !prefix.is_empty());
    let bench = Bench {
        journal: journal.clone(),
        wire: Wire::new(broker.clone(), journal.clone(), None, String::new()),
        config: DeviceConfig { prefix, ..DeviceConfig::default() },
        topic_root: String::new(),
        client_id: plan.client_id.clone(),
        credentials: broker.credentials(),
        seed: u64::from(std::process::id()),
        deaths: plan.deaths.clone(),
        watch,
    };
    let mut device = plan.target.open(bench).map_err(|e| match e {
        BenchError::Provisioner(problem) => Failure::usage(format!("the device cannot be set up so: {problem}"))
            .help("see --prefix, --topic-root and --client-id"),
        other => broken(&other),
    })?;
    // Nobody reads any more (`hil up | head`): that ends it, too.
    if screen.print(&introduction(plan, url, remark)).is_err() {
        return Ok(crate::cmd::DONE);
    }
    device.start().await.map_err(|e| broken(&e))?;
    let view = JournalView::new(screen.has_color(), !screen.has_status(), plan.secrets.clone());
    let mut shown = Shown { journal, view, screen, next: 0 };
    tokio::select! {
        biased;
        () = end.notified() => {}
        () = shown.follow(url) => {}
    }
    let will = match &plan.demo {
        Some(demo) => will_of(plan.topic(demo.will.0), demo.will.1, &broker).await,
        None => None,
    };
    device.stop().await;
    // What the end itself has to say, such as a flash that cannot be saved. Nobody may read any more.
    let _ = shown.update();
    let mut last = vec!["ended: the device is off".to_owned()];
    if let Some(will) = will
        && clock::wall_timeout(WILL_LIMIT, will.published.notified()).await.is_some()
    {
        let Will { topic, payload, .. } = &will;
        last = vec![format!("ended: the device is off, and the broker has published its will: {topic} {payload:?}")];
        will.client.disconnect().await;
    }
    let _ = screen.print(&last);
    Ok(crate::cmd::DONE)
}

/// Ends the program when the device hangs: it has the only thread, so that nothing is heard any more, not even Ctrl-C.
fn end_with_device(watch: &Watch) -> std::io::Result<()> {
    let mut looks = watch.looks();
    let look = move || loop {
        std::thread::sleep(Watch::TICK);
        if let Some(hang) = looks.look() {
            Failure::of_bench(hang.to_string()).help(hang.help()).print();
            std::process::exit(Exit::Failed as i32);
        }
    };
    std::thread::Builder::new().name("watch".to_owned()).spawn(look).map(drop)
}

/// Sets `end` at Ctrl-C or SIGTERM.
fn listen_for_end(end: &Rc<Notify>) -> Result<(), Failure> {
    let deaf = |e: std::io::Error| Failure::io("Ctrl-C cannot be heard", &e);
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        for kind in [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()] {
            let (mut signal, end) = (signal(kind).map_err(deaf)?, Rc::clone(end));
            tokio::task::spawn_local(async move {
                while signal.recv().await.is_some() {
                    end.notify_one();
                }
            });
        }
    }
    #[cfg(not(unix))]
    {
        let mut signal = tokio::signal::windows::ctrl_c().map_err(deaf)?;
        let end = Rc::clone(end);
        tokio::task::spawn_local(async move {
            while signal.recv().await.is_some() {
                end.notify_one();
            }
        });
    }
    Ok(())
}

/// A broker on loopback, and a remark if it is not where one would look for it.
async fn own_broker(port: Option<u16>) -> Result<(BrokerServer, Option<String>), Failure> {
    let options = |port| ServerOptions {
        bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
        port,
        websocket_port: None,
        tls: None,
        user: None,
        store: None,
    };
    const HELP: &str = "another program may use the port: choose one with --port (0: any free one)";
    let failed = |e| Failure::bench(&e).help(HELP);
    match BrokerServer::start(&options(port.unwrap_or(MQTT_PORT))).await {
        Ok(server) => Ok((server, None)),
        Err(_) if port.is_none() => {
            let server = BrokerServer::start(&options(0)).await.map_err(failed)?;
            Ok((server, Some(format!("port {MQTT_PORT} is taken by another program, so this is a free one"))))
        }
        // The system says it in fewer words.
        Err(error) => Err(match std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port.unwrap_or_default())) {
            Err(refused) => {
                Failure::io(format_args!("the broker cannot listen on port {}", port.unwrap_or_default()), &refused)
                    .help(HELP)
            }
            Ok(_) => failed(error),
        }),
    }
}

/// The first lines.
fn introduction(plan: &Plan, url: &BrokerUrl, remark: Option<String>) -> Vec<String> {
    let mut lines = vec![match &remark {
        Some(remark) => format!("broker on {url} ({remark})"),
        None => format!("broker on {url}"),
    }];
    lines.push(format!("device {}: {}", plan.client_id, plan.what));
    lines.push(String::new());
    lines.push("Try, in another terminal:".to_owned());
    lines.extend(hints::commands(url, &plan.prefix, plan.demo).iter().map(|command| format!("  {command}")));
    lines.push(String::new());
    lines.push(
        "Below: -> from the device to the broker, <- to the device; seconds since power on. Ctrl-C ends it.".to_owned(),
    );
    lines.push(String::new());
    lines
}

/// The journal, as far as it was shown.
struct Shown<'a> {
    journal: Journal,
    view: JournalView,
    screen: &'a Screen,
    next: Position,
}

impl Shown<'_> {
    /// Shows what happens until nobody reads any more.
    async fn follow(&mut self, url: &BrokerUrl) {
        loop {
            if self.update().is_err() {
                return;
            }
            let now = self.journal.now();
            let status = format!("{}   {url}   {} s   Ctrl-C ends", self.view.status(), now.elapsed().as_secs());
            self.screen.show(status);
            let until = self.view.next_line().unwrap_or(now + REFRESH).min(now + REFRESH);
            self.journal.wait(self.next, until, |new| (!new.is_empty()).then_some(())).await;
        }
    }

    /// Prints what is new.
    fn update(&mut self) -> std::io::Result<()> {
        let Self { journal, view, next, .. } = self;
        let mut lines = journal.read(*next, |new| {
            *next += new.len() as Position;
            new.iter().flat_map(|entry| view.take(entry)).collect::<Vec<_>>()
        });
        journal.forget(*next);
        lines.extend(view.light_lines(journal.now()));
        self.screen.print(&lines)
    }
}

/// A subscriber that hears the device's will.
struct Will {
    topic: String,
    payload: &'static str,
    client: Client,
    published: Rc<Notify>,
}

/// `None` if the broker cannot be reached now: then there is no will to wait for.
async fn will_of(topic: String, payload: &'static str, broker: &Broker) -> Option<Will> {
    let published = Rc::new(Notify::new());
    let bell = Rc::clone(&published);
    let connect = async {
        let stream = broker.connect().await.ok()?;
        let Credentials { user, password } = broker.credentials();
        let options = ClientOptions {
            client_id: String::new(),
            user: user.as_deref(),
            password: password.as_deref(),
            session: None,
        };
        let client = Client::connect(stream, &options, move |message| {
            if message.payload.0 == payload.as_bytes() {
                bell.notify_one();
            }
        })
        .await
        .ok()?;
        let filter = topic.clone();
        let subscription = Subscription {
            filter,
            qos: 1,
            retain_handling: RetainHandling::DoNotSend,
            retain_as_published: false,
            no_local: false,
        };
        client.subscribe(subscription).await.ok()?;
        Some(client)
    };
    let client = clock::wall_timeout(WILL_LIMIT, connect).await??;
    Some(Will { topic, payload, client, published })
}
