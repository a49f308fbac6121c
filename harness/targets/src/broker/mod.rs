//! Brokers: our embedded one (in memory for simulated time, or on TCP), any other by URL, and the harness's own client.
//!
//! The embedded broker is the `mqtt5` crate behind [`EmbeddedBroker`] (in memory: clients connect over in-memory streams
//! and everything runs on one clock) and [`BrokerServer`] (on loopback ports, for other programs).

mod certificate;
mod client;
mod credentials;
mod embedded;
mod memory;
mod old_version;
mod server;
mod settings;
mod tls;
mod topic;
mod transport;
mod url;

pub use certificate::CertificateProblem;
pub(crate) use client::message_of;
pub use client::{Client, ClientError, ClientOptions, Offers, RetainHandling, Subscription, WaitsIn};
pub use credentials::Credentials;
pub use embedded::{EmbeddedBroker, EmbeddedError};
pub use old_version::told_apart;
pub use server::{BrokerServer, ServerError, ServerOptions, TlsFiles};
pub use tls::{CaError, TlsError};
pub use topic::{filter_matches, without_overlaps};
pub use transport::{TransportError, open};
pub use url::{BrokerUrl, Scheme, UrlError};

use std::rc::Rc;

use crate::stream::Stream;

/// The broker of a scenario.
#[derive(Clone)]
pub enum Broker {
    /// In memory, on the scenario's clock.
    Embedded(Rc<EmbeddedBroker>),
    /// Anywhere else.
    External(Rc<BrokerUrl>),
}

impl Broker {
    /// Opens a connection to the broker.
    ///
    /// # Errors
    /// The broker is stopped, refuses, or cannot be reached.
    pub async fn connect(&self) -> Result<Stream, TransportError> {
        match self {
            Self::Embedded(broker) => Ok(Box::new(broker.connect().map_err(|_| TransportError::Refused {
                address: "the embedded broker".to_owned(),
                source: std::io::ErrorKind::ConnectionRefused.into(),
            })?)),
            Self::External(url) => open(url).await,
        }
    }

    /// User and password for it, if any.
    pub fn credentials(&self) -> Credentials {
        match self {
            Self::Embedded(_) => Credentials::default(),
            Self::External(url) => Credentials { user: url.user.clone(), password: url.password.clone() },
        }
    }
}
