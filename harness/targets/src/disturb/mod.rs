//! What happens to a scenario's connections and to its thread and must not change its verdict: the disturbances of `hil soak`.
//!
//! A [`Disturbance`] says what may happen in a run. [`Disturbed`] is that for one attempt: a `link` stands between a client of the
//! broker (the observer, or the device where the harness has its connection) and the broker itself. It takes the stream apart into
//! packets, and each direction is a `lane` that decides when, in which order and how often they are passed on. The same seed makes
//! the same decisions; each of them is a note in the journal.

mod kind;
mod lane;
mod link;
mod pieces;

pub use kind::Kind;
pub(crate) use pieces::Cutter;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::time::Duration;

use fastrand::Rng;

use crate::clock::Due;
use crate::journal::Journal;
use crate::stream::Stream;
use hil_model::hash::fnv1a;
use hil_scenario::Scenario;
use link::Link;

/// What may disturb the attempts of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disturbance {
    /// The kinds, of which an attempt has each with three chances in four ([`Disturbance::of`]).
    pub kinds: BTreeSet<Kind>,
    /// The same seed disturbs the same scenario in the same way.
    pub seed: u64,
    /// How much later than it would a packet may come on its way through one connection, whole milliseconds.
    pub latest: Duration,
    /// Whether commands may come late too, and not only what the device says. A fault that shows only when two commands come within 10 ms
    /// of each other does not show when one of them is late: the device does nothing wrong then, and a verdict that turns green is right.
    pub late_commands: bool,
}

impl Disturbance {
    /// What this scenario is disturbed by: of each kind it is chance, by the seed. All threads share the processors, so that none is
    /// spared where they are starved; and the order of messages of several topics, which a broker may change, is not changed where the
    /// scenario judges it.
    pub fn of(&self, scenario: &Scenario) -> BTreeSet<Kind> {
        let mut rng = Rng::with_seed(self.seed_of(scenario));
        let mut is_meant = |kind: &Kind| {
            let chance = rng.u8(..4) > 0;
            match kind {
                Kind::StarvedCpu => true,
                Kind::Reordered => chance && !scenario.judges_order,
                _ => chance,
            }
        };
        self.kinds.iter().copied().filter(|kind| is_meant(kind)).collect()
    }

    /// Not of the id: that holds the path, and the same scenario is to run alike wherever it lies.
    fn seed_of(&self, scenario: &Scenario) -> u64 {
        self.seed ^ fnv1a(scenario.title.bytes())
    }
}

/// Whose connection it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// The harness's own.
    Observer,
    /// The device's, which lives in the harness.
    Device,
}

/// The disturbances of one attempt.
#[derive(Debug)]
pub struct Disturbed {
    kinds: BTreeSet<Kind>,
    seed: u64,
    latest: Duration,
    late_commands: bool,
    /// Connections so far: each has random numbers of its own, so that what one does changes nothing for the others.
    connections: Cell<u64>,
    journal: Journal,
    topic_root: String,
    /// Where a broker outside the runtime holds the clock: so that it goes on while a packet waits.
    due: Option<Due>,
}

impl Disturbed {
    /// Those of this scenario; `topic_root` is stripped from the topics in its journal.
    pub fn new(what: &Disturbance, scenario: &Scenario, journal: Journal, topic_root: String) -> Self {
        let (kinds, seed) = (what.of(scenario), what.seed_of(scenario));
        journal.note(format!("disturbed by {}", Kind::names(&kinds)));
        Self {
            kinds,
            seed,
            latest: what.latest,
            late_commands: what.late_commands,
            connections: Cell::new(0),
            journal,
            topic_root,
            due: None,
        }
    }

    /// The same, where the clock jumps only when nothing is due.
    pub(crate) fn holding(self, due: Option<Due>) -> Self {
        Self { due, ..self }
    }

    /// A client's end of a connection that is disturbed; `stream` is the undisturbed one to the broker. Must run inside a
    /// [`tokio::task::LocalSet`].
    pub fn connection(&self, stream: Stream, client: Client) -> Stream {
        let (near, far) = tokio::io::duplex(link::BUFFER);
        let link = Link::new(self, client, self.journal.clone(), self.topic_root.clone());
        tokio::task::spawn_local(link.run(far, stream));
        Box::new(near)
    }

    /// What cuts the device's bytes, if they are cut: the harness hands it whole packets.
    pub(crate) fn cutter(&self) -> Option<Cutter> {
        self.has(Kind::Pieces).then(|| Cutter::new(self.rng()))
    }

    /// How long an answer that the broker gives at once may take on one connection: there and back.
    pub fn longest_answer(&self) -> Duration {
        if self.holds_packets() { 2 * self.latest } else { Duration::ZERO }
    }

    fn has(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    /// Whether packets wait for others to overtake them, or for no reason.
    fn holds_packets(&self) -> bool {
        [Kind::Late, Kind::Reordered, Kind::Doubled].iter().any(|kind| self.has(*kind))
    }

    /// Random numbers of a new connection, or of what else is to have its own.
    fn rng(&self) -> Rng {
        let number = self.connections.replace(self.connections.get() + 1);
        Rng::with_seed(fnv1a(self.seed.to_le_bytes().into_iter().chain(number.to_le_bytes())))
    }
}
