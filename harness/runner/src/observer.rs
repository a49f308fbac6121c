//! The harness's eyes on the broker: one subscriber and publisher for a scenario, fresh subscriptions besides.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Notify;

use hil_model::observation::{Message, Observation};
use hil_targets::broker::{
    Broker, Client, ClientError, ClientOptions, Offers, RetainHandling, Subscription, WaitsIn, without_overlaps,
};
use hil_targets::journal::Journal;
use hil_targets::wire::Wire;
use hil_targets::{BenchError, Credentials, disturb};

/// Seconds for which the session of a client that was taken over is kept.
const SESSION: u32 = 3600;

/// What a fresh subscription was given.
pub(super) enum Look {
    /// The retained message.
    Retained(Message),
    /// A message that came just now: what is retained may be another from now on.
    Changing,
    /// Nothing, as long as the look lasted.
    Nothing,
}

/// Publishes, and records everything on the observed topics in the journal.
pub(super) struct Observer {
    broker: Broker,
    wire: Wire,
    journal: Journal,
    /// Prefix of all topics on the broker; scenarios and journal do not see it.
    root: String,
    client_id: String,
    filters: Vec<String>,
    /// The QoS that the broker has granted to each of the filters.
    granted: RefCell<Vec<u8>>,
    offers: Cell<Offers>,
    client: RefCell<Option<Rc<Client>>>,
    /// Topics on which a retained message may be left on the broker.
    retained: Rc<RefCell<BTreeSet<String>>>,
    fresh: Cell<u32>,
    connected: Notify,
}

impl Observer {
    /// Connects and subscribes to `filters` (as the scenario writes them).
    pub(super) async fn connect(
        broker: Broker,
        wire: Wire,
        journal: Journal,
        root: String,
        client_id: String,
        filters: Vec<String>,
    ) -> Result<Self, BenchError> {
        let observer = Self {
            broker,
            wire,
            journal,
            root,
            client_id,
            filters,
            granted: RefCell::default(),
            offers: Cell::default(),
            client: RefCell::default(),
            retained: Rc::default(),
            fresh: Cell::new(0),
            connected: Notify::new(),
        };
        for filter in &observer.filters {
            observer.wire.observer_subscribed(&format!("{}{filter}", observer.root));
        }
        observer.reconnect().await?;
        Ok(observer)
    }

    /// Connects (again, after the broker was restarted) and subscribes.
    pub(super) async fn reconnect(&self) -> Result<(), BenchError> {
        let (journal, wire, root, retained) =
            (self.journal.clone(), self.wire.clone(), self.root.clone(), Rc::clone(&self.retained));
        let client = self
            .open(&self.client_id, None, move |mut message| {
                wire.observer_received(&message.topic, &message.payload.0);
                if message.retain {
                    retained.borrow_mut().insert(message.topic.clone());
                }
                strip(&root, &mut message);
                journal.record(Observation::Received(message));
            })
            .await?;
        self.offers.set(client.offers);
        let mut granted = Vec::with_capacity(self.filters.len());
        for filter in &self.filters {
            if !client.offers.wildcards && filter.contains(['+', '#']) {
                return Err(BenchError::BrokerLimit(format!(
                    "it takes no subscription with wildcards (CONNACK: Wildcard Subscription Available 0), and the scenario \
                     needs one to {filter}"
                )));
            }
            let subscription = Subscription {
                filter: format!("{}{filter}", self.root),
                qos: 2,
                retain_handling: RetainHandling::DoNotSend,
                retain_as_published: true,
                no_local: true,
            };
            granted.push(client.subscribe(subscription).await?);
        }
        *self.granted.borrow_mut() = granted;
        *self.client.borrow_mut() = Some(Rc::new(client));
        self.connected.notify_waiters();
        Ok(())
    }

    /// Lets go of the connection, before the broker stops.
    pub(super) async fn disconnect(&self) {
        let client = self.client.take();
        if let Some(client) = client {
            client.disconnect().await;
        }
    }

    /// Publishes a message whose topics are as the scenario writes them; returns when the broker has acknowledged it.
    pub(super) async fn publish(&self, message: &Message) -> Result<(), BenchError> {
        let Offers { retain, maximum_qos, .. } = self.offers.get();
        if message.qos > maximum_qos {
            let qos = message.qos;
            return Err(BenchError::BrokerLimit(format!(
                "it takes no message of QoS {qos} (CONNACK: Maximum QoS {maximum_qos})"
            )));
        }
        if message.retain && !retain {
            return Err(keeps_nothing());
        }
        let mut sent = message.clone();
        sent.topic = format!("{}{}", self.root, sent.topic);
        sent.response_topic = sent.response_topic.map(|t| format!("{}{t}", self.root));
        if sent.retain {
            self.retained.borrow_mut().insert(sent.topic.clone());
        }
        self.journal.record(Observation::Published(message.clone()));
        self.wire.command_published(&sent.topic, &sent.payload.0);
        let client = self.client.borrow().clone();
        let client = client.ok_or_else(|| ClientError::Closed("the broker is stopped".to_owned()))?;
        Ok(client.publish(&sent).await?)
    }

    /// Looks whether the QoS of messages on these topics can be judged: the broker may have granted less than `qos`, so that none can
    /// arrive with it.
    pub(super) fn sees_qos(&self, topics: &str, qos: u8) -> Result<(), BenchError> {
        let granted = self.granted.borrow();
        let low = self.filters.iter().zip(granted.iter()).find(|(filter, granted)| {
            **granted < qos && without_overlaps([(*filter).clone(), topics.to_owned()]).len() == 1
        });
        match low {
            None => Ok(()),
            Some((filter, granted)) => Err(grants_less(filter, *granted, qos)),
        }
    }

    /// What a new subscriber to exactly `topic` is given as the retained message. MQTT says nothing of when that is: the look lasts
    /// for `patience`, or until there is an answer.
    pub(super) async fn retained(&self, topic: &str, qos: Option<u8>, patience: Duration) -> Result<Look, BenchError> {
        if !self.offers.get().retain {
            return Err(keeps_nothing());
        }
        let number = self.fresh.replace(self.fresh.get() + 1);
        let received: Rc<RefCell<Option<Look>>> = Rc::default();
        let (sink, root) = (Rc::clone(&received), self.root.clone());
        let arrived = Rc::new(tokio::sync::Notify::new());
        let bell = Rc::clone(&arrived);
        let client = self
            .open(&format!("{}f{number}", self.client_id), None, move |mut message| {
                strip(&root, &mut message);
                sink.borrow_mut().get_or_insert(if message.retain { Look::Retained(message) } else { Look::Changing });
                bell.notify_one();
            })
            .await?;
        let subscription = Subscription {
            filter: format!("{}{topic}", self.root),
            qos: 2,
            retain_handling: RetainHandling::Send,
            retain_as_published: false,
            no_local: false,
        };
        let granted = client.subscribe(subscription).await?;
        if let Some(qos) = qos.filter(|qos| *qos > granted) {
            return Err(grants_less(topic, granted, qos));
        }
        // In memory nothing is ever on its way for longer than disturbances hold it; elsewhere the broker is given wall time to send.
        match self.broker {
            Broker::Embedded(_) => {
                let patience = Duration::from_millis(1) + self.wire.longest_answer();
                drop(tokio::time::timeout(patience, arrived.notified()).await);
            }
            Broker::External(_) => {
                // Scenario time follows the wall clock meanwhile, so that looking costs both the same.
                let _due = self.wire.hold(format!("a retained message on {topic}"), 2 * patience);
                drop(tokio::time::timeout(patience, arrived.notified()).await);
            }
        }
        client.disconnect().await;
        Ok(received.take().unwrap_or(Look::Nothing))
    }

    /// Connects as another client, whose connection the broker then ends (MQTT 5, section 3.1.4). Its session stays, so that it
    /// finds its subscriptions when it comes back.
    pub(super) async fn take_over(&self, client_id: &str) -> Result<Client, BenchError> {
        self.open(client_id, Some(SESSION), drop).await
    }

    /// Resolves, with the reason, when the broker has ended the observer's connection.
    pub(super) async fn lost(&self) -> String {
        loop {
            let connected = self.connected.notified();
            let client = self.client.borrow().clone();
            match client {
                Some(client) => {
                    let reason = client.closed().await;
                    // One that the observer itself has let go of is not lost.
                    if self.client.borrow().as_ref().is_some_and(|current| Rc::ptr_eq(current, &client)) {
                        return reason;
                    }
                }
                None => connected.await,
            }
        }
    }

    /// Removes the retained messages that this run has left on a shared broker.
    pub(super) async fn clean_up(&self) {
        let client = self.client.borrow().clone();
        let Some(client) = client else { return };
        for topic in self.retained.take() {
            let empty = Message { topic, retain: true, ..Message::default() };
            if client.publish(&empty).await.is_err() {
                // The broker is gone, and what it retained with it or out of reach.
                return;
            }
        }
    }

    async fn open(
        &self,
        client_id: &str,
        session: Option<u32>,
        inbox: impl FnMut(Message) + 'static,
    ) -> Result<Client, BenchError> {
        let stream = self.wire.disturbed(self.broker.connect().await?, disturb::Client::Observer);
        let Credentials { user, password } = self.broker.credentials();
        let options = ClientOptions {
            client_id: client_id.to_owned(),
            user: user.as_deref(),
            password: password.as_deref(),
            session,
        };
        let waits = match self.broker {
            Broker::Embedded(_) => WaitsIn::ScenarioTime,
            Broker::External(_) => WaitsIn::WallTime,
        };
        Ok(Client::connect_waiting(stream, &options, waits, inbox).await?)
    }
}

fn grants_less(filter: &str, granted: u8, qos: u8) -> BenchError {
    BenchError::BrokerLimit(format!(
        "it grants QoS {granted} to a subscription to {filter}: a message of QoS {qos} cannot be told from others there"
    ))
}

fn keeps_nothing() -> BenchError {
    BenchError::BrokerLimit("it keeps no retained messages (CONNACK: Retain Available 0)".to_owned())
}

/// Takes the run's topic root off a message's topics.
fn strip(root: &str, message: &mut Message) {
    let stripped = |topic: &str| topic.strip_prefix(root).map(str::to_owned);
    if let Some(topic) = stripped(&message.topic) {
        message.topic = topic;
    }
    if let Some(topic) = message.response_topic.as_deref().and_then(stripped) {
        message.response_topic = Some(topic);
    }
}
