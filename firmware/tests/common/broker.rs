//! The network of a test, and a broker that does what the script says.

use std::{cell::Cell, collections::VecDeque, rc::Rc};

use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use firmware::{
    config::BrokerUri,
    platform::{Network, NetworkError},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    sync::{mpsc, watch},
    time::timeout,
};

use super::{
    Held,
    packet::{Connect, Packet, Publish, frame, parse},
};

/// The device's link and the broker's door, as the test controls them.
#[derive(Clone)]
pub struct Link {
    up: Rc<watch::Sender<bool>>,
    /// Errors for the next attempts to bring the link up, then to connect.
    pub link_errors: Held<VecDeque<NetworkError>>,
    pub connect_errors: Held<VecDeque<NetworkError>>,
    pub link_attempts: Rc<Cell<u32>>,
    knock: mpsc::UnboundedSender<DuplexStream>,
    door: Rc<tokio::sync::Mutex<mpsc::UnboundedReceiver<DuplexStream>>>,
    /// Flushes that reached the stream, for counting packets.
    pub flushes: Rc<Cell<u32>>,
    /// Writes that reached it.
    pub writes: Rc<Cell<u32>>,
}

impl Link {
    pub fn new() -> Self {
        let (knock, door) = mpsc::unbounded_channel();
        Self {
            up: Rc::new(watch::channel(true).0),
            link_errors: Held::default(),
            connect_errors: Held::default(),
            link_attempts: Rc::default(),
            knock,
            door: Rc::new(tokio::sync::Mutex::new(door)),
            flushes: Rc::default(),
            writes: Rc::default(),
        }
    }

    pub fn set_up(&self, up: bool) {
        self.up.send_replace(up);
    }

    /// The next connection of the device, up to its CONNECT.
    pub async fn accept(&self) -> (Broker, Connect) {
        let stream = timeout(Duration::from_secs(120), self.door.lock().await.recv()).await;
        let mut broker = Broker { stream: stream.expect("the device should connect").unwrap() };
        match broker.receive().await {
            Packet::Connect(connect) => (broker, connect),
            other => panic!("first packet {other:?}"),
        }
    }

    /// The next connection, accepted and served until the device has nothing more to say at once.
    pub async fn accept_and_settle(&self, session_present: bool) -> Broker {
        let (mut broker, _) = self.accept().await;
        broker.connack(session_present).await;
        broker.settle().await;
        broker
    }
}

pub struct FakeNetwork(Link);

impl FakeNetwork {
    pub fn new(link: Link) -> Self {
        Self(link)
    }
}

impl Network for FakeNetwork {
    type Transport<'a> = Pipe;

    async fn link_up(&self) -> Result<(), NetworkError> {
        self.0.link_attempts.update(|attempts| attempts + 1);
        if let Some(error) = self.0.link_errors.borrow_mut().pop_front() {
            return Err(error);
        }
        self.0.up.subscribe().wait_for(|up| *up).await.unwrap();
        Ok(())
    }

    async fn link_down(&self) {
        self.0.up.subscribe().wait_for(|up| !*up).await.unwrap();
    }

    async fn connect(&self, _: &BrokerUri) -> Result<Pipe, NetworkError> {
        if let Some(error) = self.0.connect_errors.borrow_mut().pop_front() {
            return Err(error);
        }
        let (device, broker) = duplex(1 << 16);
        self.0.knock.send(broker).unwrap();
        Ok(Pipe { stream: device, flushes: self.0.flushes.clone(), writes: self.0.writes.clone() })
    }
}

pub struct Pipe {
    stream: DuplexStream,
    flushes: Rc<Cell<u32>>,
    writes: Rc<Cell<u32>>,
}

impl ErrorType for Pipe {
    type Error = ErrorKind;
}

impl Read for Pipe {
    async fn read(&mut self, bytes: &mut [u8]) -> Result<usize, ErrorKind> {
        self.stream.read(bytes).await.map_err(|_| ErrorKind::ConnectionReset)
    }
}

impl Write for Pipe {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        self.writes.update(|writes| writes + 1);
        self.stream.write(bytes).await.map_err(|_| ErrorKind::ConnectionReset)
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        self.flushes.update(|flushes| flushes + 1);
        Ok(())
    }
}

/// The broker's end of one connection. Dropping it drops the connection.
pub struct Broker {
    stream: DuplexStream,
}

impl Broker {
    /// The next packet; two minutes of device time at most.
    pub async fn receive(&mut self) -> Packet {
        self.receive_within(Duration::from_secs(120)).await.expect("a packet should come")
    }

    /// The next packet within `limit`; `None` if there is none. Panics if the connection ends.
    pub async fn receive_within(&mut self, limit: Duration) -> Option<Packet> {
        timeout(limit, self.next()).await.ok().map(|packet| packet.expect("the connection should hold"))
    }

    /// The next packet, or `None` when the device closes the connection.
    pub async fn next(&mut self) -> Option<Packet> {
        let first = self.stream.read_u8().await.ok()?;
        let (mut length, mut shift) = (0usize, 0);
        loop {
            let byte = self.stream.read_u8().await.ok()?;
            length |= usize::from(byte & 0x7F) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await.ok()?;
        Some(parse(first, &body))
    }

    /// Waits for the device to close the connection, and returns what it said meanwhile.
    pub async fn until_closed(&mut self, limit: Duration) -> Vec<Packet> {
        let mut said = Vec::new();
        let reading = async {
            while let Some(packet) = self.next().await {
                said.push(packet);
            }
        };
        timeout(limit, reading).await.expect("the device should close the connection");
        said
    }

    /// Listens until the device is silent for 100 ms or closes the connection; then closes it.
    pub async fn settle_or_close(mut self) {
        let mut ignored = Vec::new();
        let _ = timeout(Duration::from_millis(100), self.stream.read_to_end(&mut ignored)).await;
    }

    pub async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    pub async fn connack(&mut self, session_present: bool) {
        self.send(&frame(0x20, &[u8::from(session_present), 0, 0])).await;
    }

    pub async fn connack_with(&mut self, session_present: bool, properties: &[u8]) {
        let mut body = vec![u8::from(session_present), 0, properties.len() as u8];
        body.extend(properties);
        self.send(&frame(0x20, &body)).await;
    }

    pub async fn suback(&mut self, packet: u16, reason: u8) {
        let [high, low] = packet.to_be_bytes();
        self.send(&frame(0x90, &[high, low, 0, reason])).await;
    }

    pub async fn puback(&mut self, packet: u16) {
        self.send(&frame(0x40, &packet.to_be_bytes())).await;
    }

    pub async fn pingresp(&mut self) {
        self.send(&[0xD0, 0]).await;
    }

    pub async fn publish(&mut self, publish: &Publish) {
        self.send(&publish.encode()).await;
    }

    /// Grants and acknowledges whatever comes until the device is silent for 100 ms. Returns what came.
    pub async fn settle(&mut self) -> Vec<Packet> {
        let mut seen = Vec::new();
        while let Some(packet) = self.receive_within(Duration::from_millis(100)).await {
            match &packet {
                Packet::Subscribe { packet, .. } => self.suback(*packet, 1).await,
                Packet::Publish(publish) => self.puback(publish.packet).await,
                Packet::Pingreq => self.pingresp().await,
                _ => {}
            }
            seen.push(packet);
        }
        seen
    }
}

/// The publications among `packets`: topic and payload.
pub fn published(packets: &[Packet]) -> Vec<(&str, &str)> {
    let mut publications = Vec::new();
    for packet in packets {
        if let Packet::Publish(publish) = packet {
            publications.push((publish.topic.as_str(), publish.text()));
        }
    }
    publications
}
