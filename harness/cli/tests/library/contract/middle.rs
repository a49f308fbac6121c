//! The one in the middle: on the connection between a sound device and its broker, so that what comes out of both together is a
//! device with one thing wrong.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use hil_targets::wire::FrameSplitter;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

use super::packet::{Packet, Publish};

/// Packet Identifiers from here on are those of the one in the middle; the device begins at 1.
const OWN: u16 = 60_000;

/// What goes on, in place of what came.
#[derive(Default)]
pub(super) struct On {
    pub(super) broker: Vec<Packet>,
    pub(super) device: Vec<Packet>,
    /// The connection ends, as that of a device that resets.
    pub(super) cut: bool,
}

impl On {
    /// A message of the device is sent as it is here.
    pub(super) fn say(&mut self, message: Publish) {
        self.broker.push(Packet::Publish(message));
    }

    /// A message of the device is not sent, and the device takes it for sent.
    pub(super) fn hush(&mut self, message: &Publish) {
        self.device.push(message.acknowledgement());
    }

    /// A message of the device is sent again, as another one.
    pub(super) fn say_again(&mut self, message: &Publish) {
        self.say(Publish { id: OWN + message.id, dup: false, ..message.clone() });
    }

    /// A message reaches the device as it is here.
    pub(super) fn hear(&mut self, message: Publish) {
        self.device.push(Packet::Publish(message));
    }
}

/// What is wrong with the device.
pub(super) trait Wrong {
    /// The device has sent this.
    fn sent(&mut self, packet: Packet, on: &mut On) {
        on.broker.push(packet);
    }

    /// The broker has sent this.
    fn received(&mut self, packet: Packet, on: &mut On) {
        on.device.push(packet);
    }
}

/// Nothing is.
pub(super) struct Nothing;

impl Wrong for Nothing {}

/// What the device says is not as it should be.
pub(super) struct Says<F>(pub(super) F);

impl<F: FnMut(Publish, &mut On)> Wrong for Says<F> {
    fn sent(&mut self, packet: Packet, on: &mut On) {
        match packet {
            Packet::Publish(message) => (self.0)(message, on),
            other => on.broker.push(other),
        }
    }
}

/// What the device hears is not taken as it should be.
pub(super) struct Hears<F>(pub(super) F);

impl<F: FnMut(Publish, &mut On)> Wrong for Hears<F> {
    fn received(&mut self, packet: Packet, on: &mut On) {
        match packet {
            Packet::Publish(message) => (self.0)(message, on),
            other => on.device.push(other),
        }
    }
}

/// Accepts connections of the device and passes them on to the broker at this port, for ever.
pub(super) async fn between(device: TcpListener, broker: u16, wrong: Rc<RefCell<dyn Wrong>>) {
    while let Ok((device, _)) = device.accept().await {
        let Ok(broker) = TcpStream::connect(("127.0.0.1", broker)).await else { continue };
        // The device's next connection is accepted meanwhile.
        tokio::task::spawn_local(pass(device, broker, Rc::clone(&wrong)));
    }
}

/// Passes packets until either side ends the connection.
async fn pass(device: TcpStream, broker: TcpStream, wrong: Rc<RefCell<dyn Wrong>>) {
    for stream in [&device, &broker] {
        stream.set_nodelay(true).unwrap();
    }
    let ((from_device, mut to_device), (from_broker, mut to_broker)) = (device.into_split(), broker.into_split());
    let (mut from_device, mut from_broker) = (Packets::new(from_device), Packets::new(from_broker));
    loop {
        let mut on = On::default();
        tokio::select! {
            packet = from_device.next() => match packet {
                Some(packet) => wrong.borrow_mut().sent(packet, &mut on),
                None => break,
            },
            packet = from_broker.next() => match packet {
                // Answers to what the device never sent.
                Some(packet) if packet.acknowledges().is_some_and(|id| id >= OWN) => {}
                Some(packet) => wrong.borrow_mut().received(packet, &mut on),
                None => break,
            },
        }
        if write(&mut to_broker, &on.broker).await.is_err()
            || write(&mut to_device, &on.device).await.is_err()
            || on.cut
        {
            break;
        }
    }
}

async fn write(to: &mut OwnedWriteHalf, packets: &[Packet]) -> std::io::Result<()> {
    for packet in packets {
        to.write_all(&packet.bytes()).await?;
    }
    Ok(())
}

/// Whole packets of a stream.
struct Packets {
    stream: OwnedReadHalf,
    splitter: FrameSplitter,
    whole: VecDeque<Vec<u8>>,
}

impl Packets {
    fn new(stream: OwnedReadHalf) -> Self {
        Self { stream, splitter: FrameSplitter::default(), whole: VecDeque::new() }
    }

    /// `None` at the stream's end. Nothing is lost if this is given up in the middle.
    async fn next(&mut self) -> Option<Packet> {
        loop {
            if let Some(frame) = self.whole.pop_front() {
                return Some(Packet::read(&frame));
            }
            let mut bytes = [0; 4096];
            let count = self.stream.read(&mut bytes).await.ok().filter(|count| *count > 0)?;
            self.whole.extend(self.splitter.push(&bytes[..count]));
        }
    }
}
