//! What a rejected command does: nothing.

use super::super::middle::On;
use super::super::packet::{Packet, Publish};
use super::super::rig::Device;
use super::{Row, both, is_refusal, is_status, says};

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "A rejected command changes nothing, also not in part.",
        "reject/state-stays",
        "takes the hue of an hsb command that it rejects",
        Device::Wire(|| both(HalfTaken::default(), HalfTaken::says, HalfTaken::hears)),
    )
    .case("saturation above its range")
    .told(r#"stat/led/hsb "10,255,255""#),
    Row::new(
        "A rejected command publishes no status.",
        "reject/hue",
        "publishes the statuses after it, too",
        Device::Wire(|| {
            let mut last = Vec::new();
            says(move |message, on| {
                if is_refusal(&message) {
                    on.say(message);
                    last.iter().for_each(|status| on.say_again(status));
                    return;
                }
                if is_status(&message) {
                    last.retain(|status: &Publish| status.topic != message.topic);
                    last.push(message.clone());
                }
                on.say(message);
            })
        }),
    )
    .case("one too large")
    .told("a message on stat/# where none should be"),
    Row::new(
        "A rejected command does not reset the device.",
        "reject/bytes",
        "loses its connection, as by a reset",
        Device::Wire(|| {
            says(|message, on| {
                on.cut = is_refusal(&message);
                on.say(message);
            })
        }),
    )
    .case("NUL bytes only")
    .told(r#"stat/led/online "offline""#),
];

/// The hue of an hsb command has been taken before the rest is looked at.
#[derive(Default)]
struct HalfTaken {
    hue: Vec<u8>,
    /// Statuses of which nobody is to know.
    hidden: usize,
}

impl HalfTaken {
    fn hears(&mut self, message: Publish, on: &mut On) {
        if message.topic == "cmnd/led/hsb" {
            self.hue = message.text().split(',').next().unwrap_or_default().into();
        }
        on.hear(message);
    }

    fn says(&mut self, message: Publish, on: &mut On) {
        if is_status(&message) && self.hidden > 0 {
            self.hidden -= 1;
            return on.hush(&message);
        }
        if is_refusal(&message) && !self.hue.is_empty() {
            let payload = std::mem::take(&mut self.hue);
            on.device.push(Packet::Publish(Publish { topic: "cmnd/led/hue".into(), payload, ..Publish::default() }));
            self.hidden = 3;
        }
        on.say(message);
    }
}
