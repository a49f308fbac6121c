//! The device's connection to its broker, with the harness on it: records packets, injects faults, knows what is due.
//!
//! A target that lets the harness sit on the connection asks [`Wire::connect`] for a stream; behind it, a pump forwards
//! whole MQTT packets to the broker and back.

mod frames;
mod packet;
mod pump;
mod tracker;

pub use frames::FrameSplitter;
pub use packet::{Packet, kind_name};
pub use pump::{ConnectRefused, DeviceEnd};

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::watch;

use crate::broker::Broker;
use crate::clock::{Due, DueGuard};
use crate::journal::{Journal, Observation};
use crate::scenario::step::{DropPacket, Link, NetworkAction};
use tracker::Tracker;

/// The network between one device and its broker. Clones are the same network.
#[derive(Clone)]
pub struct Wire {
    shared: Rc<Shared>,
}

struct Shared {
    broker: Broker,
    journal: Journal,
    conditions: watch::Sender<Conditions>,
    tracker: RefCell<Tracker>,
    /// Prefix of the run on a shared broker (`hil-7f3a/12/`), stripped from topics in the journal.
    topic_root: String,
}

/// State of the network.
#[derive(Debug, Clone, PartialEq)]
struct Conditions {
    link: bool,
    latency: Duration,
    black_hole: bool,
    refuse: bool,
    /// Counts `drop` and `reset`: connections older than the count end.
    cut: u64,
    /// Whether the last cut was a reset (RST), not an orderly end (FIN).
    cut_is_reset: bool,
    drop_at: Option<DropPacket>,
}

impl Wire {
    /// A network that works. `due` is used where the broker is outside the runtime.
    pub fn new(broker: Broker, journal: Journal, due: Option<Due>, topic_root: String) -> Self {
        let conditions = Conditions {
            link: true,
            latency: Duration::ZERO,
            black_hole: false,
            refuse: false,
            cut: 0,
            cut_is_reset: false,
            drop_at: None,
        };
        Self {
            shared: Rc::new(Shared {
                broker,
                journal,
                conditions: watch::Sender::new(conditions),
                tracker: RefCell::new(Tracker::new(due)),
                topic_root,
            }),
        }
    }

    /// Changes the network as a `network` step says.
    pub fn apply(&self, action: &NetworkAction) {
        self.shared.journal.record(Observation::Fault { what: action.to_string() });
        self.shared.conditions.send_modify(|c| match action {
            NetworkAction::Link(link) => c.link = *link == Link::Up,
            NetworkAction::Latency(latency) => c.latency = *latency,
            NetworkAction::BlackHole(on) => c.black_hole = *on,
            NetworkAction::Refuse(on) => c.refuse = *on,
            NetworkAction::DropAt(at) => c.drop_at = Some(*at),
            NetworkAction::Drop | NetworkAction::Reset => {
                c.cut += 1;
                c.cut_is_reset = *action == NetworkAction::Reset;
            }
        });
    }

    /// Whether the link is up.
    pub fn link_is_up(&self) -> bool {
        self.shared.conditions.borrow().link
    }

    /// Waits until the link is up (`true`) or down.
    pub async fn link(&self, up: bool) {
        let mut conditions = self.shared.conditions.subscribe();
        // The sender lives as long as `self`.
        let _ = conditions.wait_for(|c| c.link == up).await;
    }

    /// Holds scenario time to the wall clock while the result lives: `what` is awaited from outside, for at most `bound`
    /// of wall time. `None` where nothing is outside, or time is the wall clock anyway.
    pub fn hold(&self, what: impl Into<String>, bound: Duration) -> Option<DueGuard> {
        self.shared.tracker.borrow().due().map(|due| due.expect(what, bound))
    }

    /// Tells the tracker that the harness publishes `topic` now: if the device is there to receive it, its delivery is
    /// due.
    pub fn command_published(&self, topic: &str, payload: &[u8]) {
        self.shared.tracker.borrow_mut().command_published(topic, payload);
    }

    /// Tells the tracker what the observer subscribes to.
    pub fn observer_subscribed(&self, filter: &str) {
        self.shared.tracker.borrow_mut().observes(filter);
    }

    /// Tells the tracker that the observer has received a message.
    pub fn observer_received(&self, topic: &str, payload: &[u8]) {
        self.shared.tracker.borrow_mut().observer_received(topic, payload);
    }
}
