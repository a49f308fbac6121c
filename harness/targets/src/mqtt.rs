//! The `mqtt` target: a device that is already on a broker, seen over MQTT, and over HTTP where it has a server.

use async_trait::async_trait;

use super::{Bench, BenchError, BrokerKind, Device, Reach, Target};
use crate::clock::Pace;
use crate::sockets::Sockets;
use hil_scenario::Capability;

/// Attaches to a device that is on the broker already. All it can do is what MQTT can, and this computer's
/// network.
#[derive(Debug, Clone, Default)]
pub struct MqttTarget {
    /// Its client identifier, if it is known.
    pub client_id: Option<String>,
    /// The way to its HTTP server.
    pub sockets: Sockets,
}

impl Target for MqttTarget {
    fn name(&self) -> &'static str {
        "mqtt"
    }

    fn capabilities(&self, _broker: BrokerKind) -> Vec<Capability> {
        let known = self.client_id.is_some().then_some(Capability::ClientId);
        [Capability::Mqtt].into_iter().chain(known).chain(self.sockets.capabilities()).collect()
    }

    fn pace(&self, _broker: BrokerKind) -> Pace {
        Pace::WallClock
    }

    fn devices(&self) -> Option<usize> {
        Some(1)
    }

    fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    fn open(&self, _bench: Bench) -> Result<Box<dyn Device>, BenchError> {
        Ok(Box::new(Attached { sockets: self.sockets.clone() }))
    }
}

/// The device is none of our business but over the network.
struct Attached {
    sockets: Sockets,
}

#[async_trait(?Send)]
impl Device for Attached {
    async fn start(&mut self) -> Result<(), BenchError> {
        Ok(())
    }

    async fn stop(&mut self) {}

    fn reach(&mut self) -> Option<&mut dyn Reach> {
        Some(&mut self.sockets)
    }
}
