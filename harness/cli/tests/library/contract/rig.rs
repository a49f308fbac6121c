//! A light on a broker, as any device is that a run with `--target mqtt` meets: over TCP, in real time.

use std::cell::RefCell;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use firmware::faults::fault;
use firmware::rules::{Contract, Rules};
use hil_model::event::ScenarioReport;
use hil_runner::{BrokerChoice, Cancel, Planned, RunOptions, RunsOn, run};
use hil_scenario::{DeviceConfig, load};
use hil_targets::broker::{Broker, BrokerServer, BrokerUrl, ServerOptions};
use hil_targets::clock::{Pace, runtime};
use hil_targets::console::Deaths;
use hil_targets::journal::Journal;
use hil_targets::mqtt::MqttTarget;
use hil_targets::wire::Wire;
use hil_targets::{Bench, Credentials, Target as _, Watch, Wiring};
use light_host::native::NativeTarget;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::middle::{Nothing, Wrong, between};

/// Of the device.
const CLIENT_ID: &str = "light";

/// How a device is made that breaks one rule.
#[derive(Clone, Copy)]
pub(super) enum Device {
    /// It breaks none.
    Sound,
    /// It has one of the ten planted faults.
    Planted(u8),
    /// The firmware decides otherwise.
    Decides(&'static (dyn Rules + Sync)),
    /// Somebody in the middle changes what goes over the wire.
    Wire(fn() -> Rc<RefCell<dyn Wrong>>),
}

/// A broker with the device on it, until it is dropped.
pub(super) struct Rig {
    url: BrokerUrl,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Rig {
    pub(super) fn with(device: Device) -> Self {
        let (end, ended) = oneshot::channel();
        let (ready, is_ready) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = runtime(Pace::WallClock).unwrap();
            tokio::task::LocalSet::new().block_on(&runtime, live(device, ready, ended));
        });
        Self { url: is_ready.recv().unwrap(), end: Some(end), thread: Some(thread) }
    }

    /// What `hil run --target mqtt --broker URL` finds out.
    pub(super) fn judge(&self, plan: &[Planned]) -> Vec<ScenarioReport> {
        let options = RunOptions {
            runs_on: RunsOn::target(MqttTarget { client_id: Some(CLIENT_ID.to_owned()), ..MqttTarget::default() }),
            broker: BrokerChoice::External(self.url.clone()),
            jobs: 1,
            retries: 0,
            fail_fast: false,
            wall_limit: Duration::from_secs(60),
            seed: 0,
            deaths: Deaths::default(),
            topic_root: None,
            run_id: "test".to_owned(),
            disturbance: None,
        };
        run(plan, &options, &Cancel::default(), |_| {}).scenarios
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        // A thread that has panicked has ended; what it said is on the terminal.
        drop(self.end.take());
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(std::thread::panicking() || matches!(ended, Some(Ok(()))), "the device's thread panicked");
    }
}

/// Broker, device and the one in the middle, on one thread.
async fn live(device: Device, ready: std::sync::mpsc::Sender<BrokerUrl>, ended: oneshot::Receiver<()>) {
    let bind = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let options = ServerOptions { bind, port: 0, websocket_port: None, tls: None, user: None, store: None };
    let server = BrokerServer::start(&options).await.unwrap();
    let listener = TcpListener::bind((bind, 0)).await.unwrap();
    let middle = url(listener.local_addr().unwrap().port());
    let (rules, wrong): (&'static (dyn Rules + Sync), Rc<RefCell<dyn Wrong>>) = match device {
        Device::Sound => (&Contract, Rc::new(RefCell::new(Nothing))),
        Device::Planted(number) => {
            (fault(number).and_then(|fault| fault.rules).unwrap(), Rc::new(RefCell::new(Nothing)))
        }
        Device::Decides(rules) => (rules, Rc::new(RefCell::new(Nothing))),
        Device::Wire(wrong) => (&Contract, wrong()),
    };
    tokio::task::spawn_local(between(listener, server.address.port(), wrong));

    let journal = Journal::new();
    let broker = Broker::External(Rc::new(middle));
    let bench = Bench {
        journal: journal.clone(),
        wire: Wire::new(broker, journal, None, String::new()),
        config: DeviceConfig::default(),
        topic_root: String::new(),
        client_id: CLIENT_ID.to_owned(),
        credentials: Credentials::default(),
        seed: 0,
        deaths: Deaths::default(),
        watch: Watch::default(),
    };
    let target = NativeTarget { rules, realtime: true, ..NativeTarget::new(Wiring::default()) };
    let mut device = target.open(bench).unwrap();
    device.start().await.unwrap();
    ready.send(url(server.address.port())).unwrap();
    // Its sender is dropped with the rig.
    let _ = ended.await;
    device.stop().await;
    server.stop().await;
}

fn url(port: u16) -> BrokerUrl {
    format!("mqtt://127.0.0.1:{port}").parse().unwrap()
}

/// The scenario of a shipped file, or that of its cases which begins so: `hue=360`.
pub(super) fn scenarios(file: &str, case: Option<&str>) -> Vec<Planned> {
    let loaded = load(&[Path::new(super::SCENARIOS).join(file).with_extension("yaml")]);
    assert!(loaded.errors.is_empty(), "{}", loaded.errors.render(false));
    let is_wanted = |id: &str| {
        let row = id.split_once('[').and_then(|(_, row)| row.strip_suffix(']'));
        let rest = case.map(|case| row.and_then(|row| row.strip_prefix(case)));
        rest.is_none_or(|rest| rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(',')))
    };
    let mut plan = Vec::new();
    for file in loaded.files.into_iter().map(Arc::new) {
        let wanted = file.scenarios.iter().filter(|scenario| is_wanted(&scenario.id)).cloned();
        plan.extend(wanted.map(|scenario| Planned { file: Arc::clone(&file), scenario: Arc::new(scenario) }));
    }
    assert_eq!(plan.len(), 1, "{file} has so many scenarios that are {case:?}");
    plan
}
