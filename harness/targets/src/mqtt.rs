//! The `mqtt` target: a device that is already on a broker, seen over MQTT alone.

use async_trait::async_trait;

use super::{Bench, BenchError, BrokerKind, Device, Target};
use crate::clock::Pace;
use hil_scenario::Capability;

/// Attaches to a device that is on the broker already. All it can do is what MQTT can.
#[derive(Debug, Clone, Copy, Default)]
pub struct MqttTarget;

impl Target for MqttTarget {
    fn name(&self) -> &'static str {
        "mqtt"
    }

    fn capabilities(&self, _broker: BrokerKind) -> Vec<Capability> {
        vec![Capability::Mqtt]
    }

    fn pace(&self, _broker: BrokerKind) -> Pace {
        Pace::WallClock
    }

    fn devices(&self) -> Option<usize> {
        Some(1)
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
