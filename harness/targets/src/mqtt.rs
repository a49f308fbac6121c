//! The `mqtt` target: a device that is already on a broker, seen over MQTT alone.

use async_trait::async_trait;

use super::{Bench, BenchError, BrokerKind, Device, Target};
use crate::clock::Pace;
use hil_scenario::Capability;

/// Attaches to a device that is on the broker already. All it can do is what MQTT can.
#[derive(Debug, Clone, Default)]
pub struct MqttTarget {
    /// Its client identifier, if it is known.
    pub client_id: Option<String>,
}

impl Target for MqttTarget {
    fn name(&self) -> &'static str {
        "mqtt"
    }

    fn capabilities(&self, _broker: BrokerKind) -> Vec<Capability> {
        let known = self.client_id.is_some().then_some(Capability::ClientId);
        [Capability::Mqtt].into_iter().chain(known).collect()
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
        Ok(Box::new(Attached))
    }
}

/// The device is none of our business but over MQTT.
struct Attached;

#[async_trait(?Send)]
impl Device for Attached {
    async fn start(&mut self) -> Result<(), BenchError> {
        Ok(())
    }

    async fn stop(&mut self) {}
}
