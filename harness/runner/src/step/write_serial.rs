//! `write-serial`: bytes to the device.

use super::run::{At, Held, Run};
use crate::context::Context;
use hil_model::observation::{Observation, Payload, SerialStream};
use hil_scenario::Capability;
use hil_scenario::step::WriteSerial;
use hil_targets::BenchError;

impl Run for WriteSerial {
    async fn run(&self, cx: &mut Context, _at: &mut At<'_>) -> Held {
        let write = self;
        let data = Payload(write.bytes.0.clone());
        cx.journal.record(Observation::Serial { stream: SerialStream::Input, data });
        let serial = cx.device.serial().ok_or(BenchError::Capability(Capability::Serial))?;
        serial.write(&write.bytes.0).await?;
        Ok(String::new())
    }
}
