//! The device's connection to its broker, with the harness on it: records packets, injects faults, knows what is due.
//!
//! A target that lets the harness sit on the connection asks [`Wire::connect`] for a stream; behind it, a pump forwards
//! whole MQTT packets to the broker and back.

mod conditions;
mod frames;
mod packet;
mod pump;
mod tracker;

pub use frames::FrameSplitter;
pub use packet::{Packet, kind_name};
pub use pump::{ConnectRefused, DeviceEnd};

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use crate::broker::Broker;
use crate::clock::{Due, DueGuard};
use crate::disturb::{Client, Disturbed};
use crate::journal::Journal;
use crate::stream::Stream;
use conditions::Watched;
use hil_model::observation::Observation;
use hil_scenario::step::{Link, NetworkAction};
use tracker::Tracker;

/// The network between one device and its broker. Clones are the same network.
#[derive(Clone)]
pub struct Wire {
    shared: Rc<Shared>,
}

struct Shared {
    broker: Broker,
    journal: Journal,
    conditions: Watched,
    tracker: RefCell<Tracker>,
    /// Prefix of the run on a shared broker (`hil-7f3a/12/`), stripped from topics in the journal.
    topic_root: String,
    /// What happens to its connections besides.
    disturbed: OnceCell<Disturbed>,
}

impl Wire {
    /// A network that works. `due` is used where the broker is outside the runtime.
    pub fn new(broker: Broker, journal: Journal, due: Option<Due>, topic_root: String) -> Self {
        Self {
            shared: Rc::new(Shared {
                broker,
                journal,
                conditions: Watched::default(),
                tracker: RefCell::new(Tracker::new(due)),
                topic_root,
                disturbed: OnceCell::new(),
            }),
        }
    }

    /// All connections that are made from now on are disturbed, those of the harness too ([`Wire::disturbed`]). Once.
    pub fn disturb(&self, disturbed: Disturbed) {
        // A scenario has one set of disturbances.
        let due = self.shared.tracker.borrow().due().cloned();
        let _ = self.shared.disturbed.set(disturbed.holding(due));
    }

    /// A client's connection to the broker as it is on this network: disturbed, if that is wanted.
    pub fn disturbed(&self, stream: Stream, client: Client) -> Stream {
        match self.shared.disturbed.get() {
            Some(disturbed) => disturbed.connection(stream, client),
            None => stream,
        }
    }

    /// How much longer than undisturbed the broker's answer may take on one connection.
    pub fn longest_answer(&self) -> Duration {
        self.shared.disturbed.get().map_or(Duration::ZERO, Disturbed::longest_answer)
    }

    /// Changes the network as a `network` step says.
    pub fn apply(&self, action: &NetworkAction) {
        self.shared.journal.record(Observation::Fault { what: action.to_string() });
        self.shared.conditions.modify(|c| match action {
            NetworkAction::Link(link) => c.link = *link == Link::Up,
            NetworkAction::Latency(latency) => c.latency = *latency,
            NetworkAction::BlackHole(on) => c.black_hole = *on,
            NetworkAction::Refuse(on) => c.refuse = *on,
            // Of the device's own radio.
            NetworkAction::Radio(_) => {}
            NetworkAction::DropAt(at) => c.drop_at = Some(*at),
            NetworkAction::Drop | NetworkAction::Reset => {
                c.cut += 1;
                c.cut_is_reset = *action == NetworkAction::Reset;
            }
        });
    }

    /// The scenario is over: connections whose device is gone, but of which the broker was not told, end now.
    pub fn end(&self) {
        self.shared.conditions.modify(|c| c.over = true);
    }

    /// Whether the link is up.
    pub fn link_is_up(&self) -> bool {
        self.shared.conditions.get().0.link
    }

    /// Waits until the link is up (`true`) or down.
    pub async fn link(&self, up: bool) {
        loop {
            let (conditions, version) = self.shared.conditions.get();
            if conditions.link == up {
                return;
            }
            self.shared.conditions.changed_since(version).await;
        }
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
