//! The task behind one connection of the device: forwards packets, applies the network's conditions.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream, ReadBuf};
use tokio::time::Instant;

use super::conditions::Conditions;
use crate::disturb::{Client, Cutter, Disturbed};

use super::{FrameSplitter, Packet, Shared, Wire};
use hil_model::observation::{Direction, Observation};

/// Bytes that each end holds before its writer has to wait.
const BUFFER: usize = 64 * 1024;

/// Why there is no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConnectRefused {
    /// The link is down.
    #[error("the link is down")]
    Link,
    /// Connection refused, by the broker or by a `network` step.
    #[error("connection refused")]
    Refused,
}

/// The device's end of a connection. After a reset or a lost link its operations fail; after an orderly end it reads as
/// closed.
#[derive(Debug)]
pub struct DeviceEnd {
    stream: DuplexStream,
    fate: Arc<OnceLock<io::ErrorKind>>,
    /// Cuts what the device reads, if that is wanted.
    cutter: Option<Cutter>,
}

impl Wire {
    /// Connects the device to the broker. In a black hole it waits for as long as the hole lasts.
    ///
    /// # Errors
    /// See [`ConnectRefused`].
    pub async fn connect(&self) -> Result<DeviceEnd, ConnectRefused> {
        loop {
            let (now, version) = self.shared.conditions.get();
            if !now.link {
                return Err(ConnectRefused::Link);
            }
            if now.refuse {
                return Err(ConnectRefused::Refused);
            }
            if !now.black_hole {
                break;
            }
            self.shared.conditions.changed_since(version).await;
        }
        let broker = self.shared.broker.connect().await.map_err(|_| ConnectRefused::Refused)?;
        let broker = self.disturbed(broker, Client::Device);
        let (stream, harness_end) = tokio::io::duplex(BUFFER);
        let fate = Arc::new(OnceLock::new());
        let born = self.shared.conditions.get().0.cut;
        let pump = Pump { shared: Rc::clone(&self.shared), born, fate: Arc::clone(&fate) };
        tokio::task::spawn_local(pump.run(harness_end, broker));
        let cutter = self.shared.disturbed.get().and_then(Disturbed::cutter);
        Ok(DeviceEnd { stream, fate, cutter })
    }
}

struct Pump {
    shared: Rc<Shared>,
    /// The network's cut count when the connection was made.
    born: u64,
    fate: Arc<OnceLock<io::ErrorKind>>,
}

/// How a connection ended.
enum End {
    /// One side closed, or failed.
    Closed,
    /// The network cut it; the device is told by this error, if any.
    Cut(Option<io::ErrorKind>),
    /// The link is gone: the device notices, the broker does not.
    LinkLost,
}

/// One direction: bytes that were read and are not yet delivered.
struct Lane {
    direction: Direction,
    splitter: FrameSplitter,
    queue: VecDeque<(Instant, Vec<u8>)>,
    /// The sender has closed: what is queued is still delivered.
    closed: bool,
}

impl Lane {
    fn new(direction: Direction) -> Self {
        Self { direction, splitter: FrameSplitter::default(), queue: VecDeque::new(), closed: false }
    }

    fn next_due(&self, conditions: &Conditions) -> Option<Instant> {
        if conditions.black_hole { None } else { self.queue.front().map(|(at, _)| *at) }
    }

    fn push(&mut self, bytes: &[u8], conditions: &Conditions) {
        let at = Instant::now() + conditions.latency;
        self.queue.extend(self.splitter.push(bytes).into_iter().map(|frame| (at, frame)));
    }

    fn is_drained(&self) -> bool {
        self.closed && self.queue.is_empty()
    }
}

impl Pump {
    async fn run(self, device: DuplexStream, broker: crate::stream::Stream) {
        let (mut device_read, mut device_write) = tokio::io::split(device);
        let (mut broker_read, mut broker_write) = tokio::io::split(broker);
        let (mut up, mut down) = (Lane::new(Direction::ToBroker), Lane::new(Direction::ToDevice));
        let (mut up_buffer, mut down_buffer) = (vec![0; BUFFER], vec![0; BUFFER]);
        let end = loop {
            let (conditions, version) = self.shared.conditions.get();
            if conditions.cut > self.born {
                break End::Cut(conditions.cut_is_reset.then_some(io::ErrorKind::ConnectionReset));
            }
            if !conditions.link {
                break End::LinkLost;
            }
            if up.is_drained() || down.is_drained() {
                break End::Closed;
            }
            tokio::select! {
                biased;
                () = self.shared.conditions.changed_since(version) => {}
                () = sleep_until(up.next_due(&conditions)) => {
                    if let Some(end) = self.deliver(&mut up, &mut broker_write).await { break end }
                }
                () = sleep_until(down.next_due(&conditions)) => {
                    if let Some(end) = self.deliver(&mut down, &mut device_write).await { break end }
                }
                read = device_read.read(&mut up_buffer), if !up.closed => match read {
                    Ok(0) | Err(_) => up.closed = true,
                    Ok(n) => up.push(&up_buffer[..n], &conditions),
                },
                read = broker_read.read(&mut down_buffer), if !down.closed => match read {
                    Ok(0) | Err(_) => down.closed = true,
                    Ok(n) => down.push(&down_buffer[..n], &conditions),
                },
            }
        };
        self.shared.tracker.borrow_mut().disconnected(!matches!(end, End::LinkLost));
        match end {
            End::Closed => {}
            End::Cut(None) => {}
            End::Cut(Some(error)) => self.tell_device(error),
            End::LinkLost => {
                // The radio's driver knows first, its sockets afterwards: otherwise it is chance (the order in which
                // `watch` wakes its receivers) which of the two the device learns first.
                tokio::task::yield_now().await;
                self.tell_device(io::ErrorKind::NetworkDown);
                drop((device_read, device_write));
                // The broker is not told: its end stays open, what it sends is lost, until it gives up by itself.
                loop {
                    let (conditions, version) = self.shared.conditions.get();
                    if conditions.over {
                        break;
                    }
                    tokio::select! {
                        biased;
                        () = self.shared.conditions.changed_since(version) => {}
                        read = broker_read.read(&mut down_buffer) => if !matches!(read, Ok(n) if n > 0) { break },
                    }
                }
            }
        }
    }

    fn tell_device(&self, error: io::ErrorKind) {
        // Set once: a pump ends once.
        let _ = self.fate.set(error);
    }

    /// Hands the first queued packet of a lane to its receiver.
    async fn deliver(&self, lane: &mut Lane, to: &mut (impl AsyncWrite + Unpin)) -> Option<End> {
        let (_, frame) = lane.queue.pop_front()?;
        let packet = Packet::read(&frame);
        let cut = self.shared.conditions.get().0.drop_at.filter(|d| d.to == lane.direction && packet.is(d.packet));
        let length = cut.map_or(frame.len(), |d| (d.after_bytes as usize).min(frame.len()));
        let summary = packet.summary(&self.shared.topic_root);
        let written = async {
            to.write_all(&frame[..length]).await?;
            to.flush().await
        }
        .await;
        if cut.is_some() {
            self.shared.conditions.modify(|c| c.drop_at = None);
            let what = format!("connection dropped after {length} of {} bytes of {summary}", frame.len());
            self.shared.journal.record(Observation::Fault { what });
            return Some(End::Cut(None));
        }
        if written.is_err() {
            return Some(End::Closed);
        }
        self.shared.tracker.borrow_mut().passed(lane.direction, &packet);
        self.shared.journal.record(Observation::Packet { direction: lane.direction, summary });
        None
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        // No timer for what is due already: it must not cost a tick of the clock.
        Some(at) if at <= Instant::now() => {}
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

impl DeviceEnd {
    fn fate(&self) -> Option<io::Error> {
        self.fate.get().map(|kind| (*kind).into())
    }
}

impl AsyncRead for DeviceEnd {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let Self { stream, cutter, .. } = &mut *self;
        let polled = match cutter {
            Some(cutter) => cutter.poll_read(stream, cx, buf),
            None => Pin::new(stream).poll_read(cx, buf),
        };
        match polled {
            // End of stream: orderly, or with an error?
            Poll::Ready(Ok(())) if buf.filled().len() == before => Poll::Ready(self.fate().map_or(Ok(()), Err)),
            other => other,
        }
    }
}

impl AsyncWrite for DeviceEnd {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if let Some(error) = self.fate() {
            return Poll::Ready(Err(error));
        }
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
