//! The harness's own MQTT 5 client, over any byte stream: the observer, the publisher, and fresh subscriptions.
//!
//! It is a different implementation than the device's client, so that a fault in one cannot hide behind the same fault in
//! the other.

mod connection;
mod message;
mod offers;
mod redelivered;

pub(crate) use message::from_packet as message_of;
pub use offers::Offers;

use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};

use crate::stream::Stream;
use hil_model::observation::Message;

/// Longest wait for an answer of the broker.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// A connected client. Dropping it ends the connection without DISCONNECT.
#[derive(Debug)]
pub struct Client {
    commands: mpsc::UnboundedSender<Command>,
    waits: WaitsIn,
    closed: watch::Receiver<Option<String>>,
    /// Session Present of CONNACK.
    pub session_present: bool,
    /// What the broker says that it can do.
    pub offers: Offers,
}

/// How to connect.
#[derive(Debug, Clone, Default)]
pub struct ClientOptions<'a> {
    /// Client identifier; empty: the broker assigns one.
    pub client_id: String,
    /// User name.
    pub user: Option<&'a str>,
    /// Password.
    pub password: Option<&'a str>,
    /// Goes on with the session of this client identifier (Clean Start 0), and leaves it for so many seconds when the
    /// connection has ended (Session Expiry Interval). `None`: a session of its own, which ends with the connection.
    pub session: Option<u32>,
}

/// Whose time the limit of a wait for the broker's answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitsIn {
    /// The wall clock's: the broker is outside the runtime, and a clock that jumps stands still meanwhile.
    WallTime,
    /// The runtime's: the broker is inside it, and so is whatever holds its answer up.
    ScenarioTime,
}

/// A subscription.
#[derive(Debug, Clone)]
pub struct Subscription {
    /// Topic filter.
    pub filter: String,
    /// Maximum QoS.
    pub qos: u8,
    /// Which retained messages to send.
    pub retain_handling: RetainHandling,
    /// Keep the RETAIN flag as the publisher set it (MQTT 5, section 3.8.3.1).
    pub retain_as_published: bool,
    /// Do not receive what this client itself publishes.
    pub no_local: bool,
}

/// Retain Handling (MQTT 5, section 3.8.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetainHandling {
    /// 0: send retained messages.
    Send,
    /// 2: do not.
    DoNotSend,
}

/// Why the broker did not do as asked.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// CONNACK with an error.
    #[error("the broker refused the connection: {0}")]
    Refused(String),
    /// A broker of MQTT 3.1.1 or older.
    #[error("the broker speaks MQTT 3.1.1 and not MQTT 5")]
    OldVersion,
    /// The connection ended.
    #[error("the connection to the broker ended: {0}")]
    Closed(String),
    /// SUBACK with an error.
    #[error("the broker refused to subscribe to {filter:?}: {reason}")]
    Subscribe {
        /// Topic filter.
        filter: String,
        /// Reason code.
        reason: String,
    },
    /// PUBACK or PUBREC with an error.
    #[error("the broker refused the message on {topic:?}: {reason}")]
    Publish {
        /// Topic name.
        topic: String,
        /// Reason code.
        reason: String,
    },
    /// The message cannot be expressed in MQTT.
    #[error("not a valid MQTT packet: {0}")]
    Invalid(String),
    /// No answer.
    #[error("the broker did not answer {what} within {} s", ANSWER_LIMIT.as_secs())]
    Silent {
        /// `CONNECT`, `SUBSCRIBE`, `PUBLISH`.
        what: &'static str,
    },
}

impl ClientError {
    /// What to do about it, where that is more than to look whether the broker runs.
    pub const fn help(&self) -> Option<&'static str> {
        match self {
            Self::OldVersion => Some(
                "hil needs a broker that speaks MQTT 5 (mosquitto does from 1.6 on), or MQTT 5 switched on in this one; the device may speak \
                 3.1.1 with it. Without --broker none is needed",
            ),
            _ => None,
        }
    }
}

/// What the broker says of a packet: of SUBSCRIBE, the QoS that it grants; of the others 0.
type Answer = oneshot::Sender<Result<u8, ClientError>>;

/// What the broker says of CONNECT: Session Present, and what it offers.
type Connected = Result<(bool, Offers), ClientError>;

enum Command {
    Publish(Box<Message>, Answer),
    Subscribe(Subscription, Answer),
    Disconnect(oneshot::Sender<()>),
}

impl Client {
    /// Connects over `stream`, unless `options` say otherwise with Clean Start 1, and hands every received message to `inbox`. Must run inside a
    /// [`tokio::task::LocalSet`].
    ///
    /// # Errors
    /// The broker refuses, closes, or does not answer within ten seconds.
    pub async fn connect(
        stream: Stream,
        options: &ClientOptions<'_>,
        inbox: impl FnMut(Message) + 'static,
    ) -> Result<Self, ClientError> {
        Self::connect_waiting(stream, options, WaitsIn::WallTime, inbox).await
    }

    /// The same, with the limit of all waits for answers in this time.
    ///
    /// # Errors
    /// As [`Client::connect`].
    pub async fn connect_waiting(
        stream: Stream,
        options: &ClientOptions<'_>,
        waits: WaitsIn,
        inbox: impl FnMut(Message) + 'static,
    ) -> Result<Self, ClientError> {
        let connect = connection::connect_packet(options)?;
        let (commands, requests) = mpsc::unbounded_channel();
        let (ready, connected) = oneshot::channel();
        let (closing, closed) = watch::channel(None);
        tokio::task::spawn_local(connection::run(stream, connect, requests, ready, closing, waits, inbox));
        let (session_present, offers) = answered("CONNECT", waits, connected, &closed).await?;
        Ok(Self { commands, waits, closed, session_present, offers })
    }

    /// Publishes and waits for the broker's acknowledgement (QoS 0: until it is on its way).
    ///
    /// # Errors
    /// The broker refuses the message, or the connection ends.
    pub async fn publish(&self, message: &Message) -> Result<(), ClientError> {
        self.command("PUBLISH", |answer| Command::Publish(Box::new(message.clone()), answer)).await.map(drop)
    }

    /// Subscribes and waits for SUBACK. Returns the QoS that the broker grants, which may be lower than what was asked for.
    ///
    /// # Errors
    /// The broker refuses the filter, or the connection ends.
    pub async fn subscribe(&self, subscription: Subscription) -> Result<u8, ClientError> {
        self.command("SUBSCRIBE", |answer| Command::Subscribe(subscription, answer)).await
    }

    /// Sends DISCONNECT and closes.
    pub async fn disconnect(&self) {
        let (done, closed) = oneshot::channel();
        if self.commands.send(Command::Disconnect(done)).is_ok() {
            // Closed already is as good.
            let _ = closed.await;
        }
    }

    /// Waits until the connection has ended; says why.
    pub async fn closed(&self) -> String {
        let mut closed = self.closed.clone();
        let reason = closed.wait_for(Option::is_some).await;
        reason.ok().and_then(|r| r.clone()).unwrap_or_else(|| "closed".to_owned())
    }

    async fn command(&self, what: &'static str, make: impl FnOnce(Answer) -> Command) -> Result<u8, ClientError> {
        let (answer, result) = oneshot::channel();
        if self.commands.send(make(answer)).is_err() {
            return Err(ClientError::Closed(self.closed().await));
        }
        answered(what, self.waits, result, &self.closed).await
    }
}

async fn answered<T>(
    what: &'static str,
    waits: WaitsIn,
    answer: oneshot::Receiver<Result<T, ClientError>>,
    closed: &watch::Receiver<Option<String>>,
) -> Result<T, ClientError> {
    let answer = match waits {
        WaitsIn::WallTime => crate::clock::wall_timeout(ANSWER_LIMIT, answer).await,
        WaitsIn::ScenarioTime => tokio::time::timeout(ANSWER_LIMIT, answer).await.ok(),
    };
    match answer {
        None => Err(ClientError::Silent { what }),
        Some(Err(_)) => Err(ClientError::Closed(closed.borrow().clone().unwrap_or_default())),
        Some(Ok(result)) => result,
    }
}
