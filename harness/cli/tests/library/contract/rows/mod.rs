//! The rules that MQTT alone can prove, each with the scenario that proves it and a device that breaks nothing else.

mod behaviour;
mod connection;
mod payloads;
mod refusals;
mod requests;
mod statuses;

use std::cell::RefCell;
use std::rc::Rc;

use super::middle::{Hears, On, Says, Wrong};
use super::packet::{Connect, Packet, Publish};
use super::rig::Device;

/// A rule, and how it is seen that its scenario proves it.
pub(super) struct Row {
    /// In words, as in docs/faults.md.
    pub(super) rule: &'static str,
    /// A file under `scenarios/`, without its extension.
    pub(super) scenario: &'static str,
    /// The one of its cases; `None`: it has none.
    pub(super) case: Option<&'static str>,
    /// What the broken device does, in words.
    pub(super) broken: &'static str,
    pub(super) device: Device,
    /// A part of what is said of the broken device.
    pub(super) told: &'static str,
    /// It takes minutes on a device that keeps the rule, in real time: seen on simulated time only.
    pub(super) takes_minutes: bool,
}

impl Row {
    const fn new(rule: &'static str, scenario: &'static str, broken: &'static str, device: Device) -> Self {
        Self { rule, scenario, case: None, broken, device, told: "", takes_minutes: false }
    }

    const fn case(self, case: &'static str) -> Self {
        Self { case: Some(case), ..self }
    }

    const fn told(self, told: &'static str) -> Self {
        Self { told, ..self }
    }

    const fn takes_minutes(self) -> Self {
        Self { takes_minutes: true, ..self }
    }
}

/// All of them, in the order of the table.
pub(super) fn all() -> impl Iterator<Item = &'static Row> {
    [statuses::ROWS, requests::ROWS, payloads::ROWS, refusals::ROWS, behaviour::ROWS, connection::ROWS]
        .into_iter()
        .flatten()
}

/// A device that says things wrongly.
fn says(how: impl FnMut(Publish, &mut On) + 'static) -> Rc<RefCell<dyn Wrong>> {
    Rc::new(RefCell::new(Says(how)))
}

/// A device that takes wrongly what it hears.
fn hears(how: impl FnMut(Publish, &mut On) + 'static) -> Rc<RefCell<dyn Wrong>> {
    Rc::new(RefCell::new(Hears(how)))
}

/// Whether this is a status, and not an answer.
fn is_status(message: &Publish) -> bool {
    message.topic.starts_with("stat/")
}

/// Whether this answers a command that was refused.
fn is_refusal(message: &Publish) -> bool {
    !is_status(message) && message.text().starts_with("error")
}

/// Says it at QoS 0. The device waits for an acknowledgement, which then nobody else gives.
fn say_at_qos_0(message: Publish, on: &mut On) {
    on.hush(&message);
    on.say(Publish { qos: 0, id: 0, ..message });
}

/// A device that does so because of what it has heard before.
fn both<M: 'static>(
    memory: M,
    says: fn(&mut M, Publish, &mut On),
    hears: fn(&mut M, Publish, &mut On),
) -> Rc<RefCell<dyn Wrong>> {
    Rc::new(RefCell::new(Both { memory, says, hears }))
}

struct Both<M> {
    memory: M,
    says: fn(&mut M, Publish, &mut On),
    hears: fn(&mut M, Publish, &mut On),
}

impl<M> Wrong for Both<M> {
    fn sent(&mut self, packet: Packet, on: &mut On) {
        match packet {
            Packet::Publish(message) => (self.says)(&mut self.memory, message, on),
            other => on.broker.push(other),
        }
    }

    fn received(&mut self, packet: Packet, on: &mut On) {
        match packet {
            Packet::Publish(message) => (self.hears)(&mut self.memory, message, on),
            other => on.device.push(other),
        }
    }
}

/// A device that connects wrongly.
fn connects(how: fn(&mut Connect)) -> Rc<RefCell<dyn Wrong>> {
    Rc::new(RefCell::new(Connects(how)))
}

struct Connects(fn(&mut Connect));

impl Wrong for Connects {
    fn sent(&mut self, mut packet: Packet, on: &mut On) {
        if let Packet::Connect(connect) = &mut packet {
            (self.0)(connect);
        }
        on.broker.push(packet);
    }
}
