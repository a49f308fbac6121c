//! The device's TCP connections: what the machine's network terminates goes on through the harness's wire to the broker, or over
//! a network of this machine to the hosts that it may reach. Those that come to the device from a computer beside it are the same but
//! for who opens them.

use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use hil_targets::clock::{DueGuard, wall_timeout};
use hil_targets::wire::ConnectRefused;
use simulator::net::{ConnectionId, Destination, Event};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::AbortHandle;

use super::driver::Driver;
use super::hosts::Way;

/// Bytes that may wait for the device before the broker has to.
const MOST_WAITING: usize = 64 * 1024;
const CHUNK: usize = 16 * 1024;
/// Longest wait for a host to accept a connection, in wall time.
const CONNECT_BOUND: Duration = Duration::from_secs(5);
/// How long scenario time waits for a host to answer, in wall time.
const ANSWER_BOUND: Duration = Duration::from_secs(2);

/// A connection of the device.
#[derive(Default)]
pub(super) struct Connection {
    /// What the broker has sent and the device's network has had no room for yet.
    waiting: VecDeque<u8>,
    /// How the broker's side has ended, once `waiting` is delivered.
    ended: Option<Ended>,
    /// There is room in `waiting`.
    room: Rc<Notify>,
    /// To the task that writes to the peer; `None` after the device's FIN.
    to_peer: Option<mpsc::UnboundedSender<Vec<u8>>>,
    /// A host that is not the broker.
    outside: Option<Outside>,
    /// Who waits for a connection to the device to be established.
    opened: Option<oneshot::Sender<()>>,
    tasks: Vec<AbortHandle>,
}

/// A host of a network of this machine.
struct Outside {
    host: String,
    /// It was sent something, and has not answered yet.
    answer: Option<DueGuard>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    Orderly,
    Reset,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

impl Driver {
    /// Sees to everything that the machine's network has to tell.
    pub(super) fn serve_network(self: &Rc<Self>) {
        loop {
            let event = self.machine.borrow_mut().network().take_event();
            match event {
                None => return,
                Some(Event::Opened { id, to, .. }) => self.open(id, &to),
                Some(Event::Readable(id)) => self.read_from_device(id),
                Some(Event::Writable(id)) => {
                    self.tell_opened(id);
                    self.write_to_device(id);
                }
                Some(Event::Finished(id)) => {
                    if let Some(connection) = self.connections.borrow_mut().get_mut(&id) {
                        connection.to_peer = None;
                    }
                }
                Some(Event::Closed { id, .. }) => {
                    self.connections.borrow_mut().remove(&id);
                }
            }
        }
    }

    /// The device wants to connect: to the hosts that it may reach, and to no other.
    fn open(self: &Rc<Self>, id: ConnectionId, to: &Destination) {
        let driver = Rc::clone(self);
        let (task, host) = match self.hosts.way(to).cloned() {
            None => {
                self.journal.note(format!("the device tried to connect to {to}, which it may not reach: refused"));
                let now = self.machine.borrow().now();
                self.machine.borrow_mut().network().refuse(now, id);
                return;
            }
            Some(Way::Broker) => {
                let connect = async move {
                    match driver.wire.connect().await {
                        Ok(end) => driver.established(id, end),
                        Err(refused) => driver.not_established(id, refused),
                    }
                };
                (tokio::task::spawn_local(connect), None)
            }
            Some(Way::Outside((host, port))) => {
                let name = format!("{host}:{port}");
                self.journal.note(format!("the device connects to {to}, which is {name}"));
                (tokio::task::spawn_local(driver.connect_outside(id, host, port)), Some(name))
            }
        };
        let outside = host.map(|host| Outside { host, answer: None });
        let mut connection = Connection::default();
        (connection.outside, connection.tasks) = (outside, vec![task.abort_handle()]);
        self.connections.borrow_mut().insert(id, connection);
    }

    /// Takes over a connection to the device that has just been asked for, with this end of a stream as its other side. Who waits is
    /// told when it is established, and dropped if it is refused.
    pub(super) fn carry<S: AsyncRead + AsyncWrite + 'static>(
        self: &Rc<Self>,
        id: ConnectionId,
        end: S,
    ) -> oneshot::Receiver<()> {
        let (opened, established) = oneshot::channel();
        let mut connection = Connection::default();
        connection.opened = Some(opened);
        self.join(id, &mut connection, end);
        self.connections.borrow_mut().insert(id, connection);
        established
    }

    fn tell_opened(&self, id: ConnectionId) {
        if let Some(opened) = self.connections.borrow_mut().get_mut(&id).and_then(|it| it.opened.take()) {
            // Nobody waits any more: the limit is over.
            let _ = opened.send(());
        }
    }

    /// Lets bytes pass between a connection and the peer's end of it.
    fn join<S: AsyncRead + AsyncWrite + 'static>(
        self: &Rc<Self>,
        id: ConnectionId,
        connection: &mut Connection,
        end: S,
    ) {
        let (from_peer, to_peer) = tokio::io::split(end);
        let (sender, receiver) = mpsc::unbounded_channel();
        connection.to_peer = Some(sender);
        let reader = read_from_peer(Rc::clone(self), id, Rc::clone(&connection.room), from_peer);
        connection.tasks = vec![
            tokio::task::spawn_local(reader).abort_handle(),
            tokio::task::spawn_local(write_to_peer(receiver, to_peer)).abort_handle(),
        ];
    }

    /// Scenario time waits for the host, as long as it is likely to answer.
    async fn connect_outside(self: Rc<Self>, id: ConnectionId, host: String, port: u16) {
        let due = self.wire.hold(format!("the connection to {host}:{port}"), CONNECT_BOUND);
        let connected = wall_timeout(CONNECT_BOUND, TcpStream::connect((host.as_str(), port))).await;
        drop(due);
        let why = match connected {
            Some(Ok(stream)) => return self.established(id, stream),
            Some(Err(error)) => error.to_string(),
            None => "it does not answer".to_owned(),
        };
        self.journal.note(format!("{host}:{port} cannot be reached: {why}"));
        self.not_established(id, ConnectRefused::Refused);
    }

    fn not_established(self: &Rc<Self>, id: ConnectionId, refused: ConnectRefused) {
        self.act(|machine| {
            let now = machine.now();
            match refused {
                ConnectRefused::Link => machine.network().ignore(id),
                _ => machine.network().refuse(now, id),
            }
        });
        self.connections.borrow_mut().remove(&id);
    }

    fn established<S: AsyncRead + AsyncWrite + 'static>(self: &Rc<Self>, id: ConnectionId, end: S) {
        self.catch_up();
        let mut connections = self.connections.borrow_mut();
        // It may have been given up meanwhile.
        let Some(connection) = connections.get_mut(&id) else { return };
        self.join(id, connection, end);
        drop(connections);
        self.act(|machine| {
            let now = machine.now();
            machine.network().accept(now, id);
        });
    }

    /// Takes what the broker has sent. Says whether that was its last, and whether it has to wait for the device now;
    /// nothing if the connection is no more.
    fn received(&self, id: ConnectionId, read: io::Result<&[u8]>) -> Option<(bool, bool)> {
        let mut connections = self.connections.borrow_mut();
        let connection = connections.get_mut(&id)?;
        if let Some(outside) = &mut connection.outside {
            outside.answer = None;
        }
        match read {
            Ok([]) => connection.ended = Some(Ended::Orderly),
            Ok(bytes) => connection.waiting.extend(bytes),
            Err(_) => connection.ended = Some(Ended::Reset),
        }
        Some((connection.ended.is_some(), connection.waiting.len() >= MOST_WAITING))
    }

    fn read_from_device(self: &Rc<Self>, id: ConnectionId) {
        let mut machine = self.machine.borrow_mut();
        let now = machine.now();
        let mut buffer = [0; CHUNK];
        loop {
            let count = machine.network().read(now, id, &mut buffer);
            if count == 0 {
                return;
            }
            let mut connections = self.connections.borrow_mut();
            let Some(connection) = connections.get_mut(&id) else { continue };
            if let Some(outside) = &mut connection.outside {
                outside.answer = self.wire.hold(format!("an answer of {}", outside.host), ANSWER_BOUND);
            }
            if let Some(sender) = &connection.to_peer {
                // A broker that is gone no longer listens.
                let _ = sender.send(buffer[..count].to_vec());
            }
        }
    }

    /// Gives the device what waits for it, as far as there is room.
    fn write_to_device(self: &Rc<Self>, id: ConnectionId) {
        let mut machine = self.machine.borrow_mut();
        let mut connections = self.connections.borrow_mut();
        let Some(connection) = connections.get_mut(&id) else { return };
        let now = machine.now();
        while !connection.waiting.is_empty() {
            let (first, _) = connection.waiting.as_slices();
            let accepted = machine.network().write(now, id, first);
            if accepted == 0 {
                return;
            }
            connection.waiting.drain(..accepted);
        }
        connection.room.notify_one();
        match connection.ended {
            None => {}
            Some(Ended::Orderly) => machine.network().close(now, id),
            Some(Ended::Reset) => {
                machine.network().abort(now, id);
                connections.remove(&id);
            }
        }
    }

    /// Nobody wants this connection any more.
    pub(super) fn give_up(&self, id: ConnectionId) {
        self.connections.borrow_mut().remove(&id);
        let mut machine = self.machine.borrow_mut();
        let now = machine.now();
        machine.network().abort(now, id);
    }

    /// The device is gone: so are its connections. The broker sees them closed.
    pub(super) fn drop_connections(self: &Rc<Self>) {
        let mut machine = self.machine.borrow_mut();
        let now = machine.now();
        for (id, _) in std::mem::take(&mut *self.connections.borrow_mut()) {
            machine.network().abort(now, id);
        }
    }
}

async fn read_from_peer<S: AsyncRead>(driver: Rc<Driver>, id: ConnectionId, room: Rc<Notify>, mut from: ReadHalf<S>) {
    let mut buffer = vec![0; CHUNK];
    loop {
        let read = from.read(&mut buffer).await;
        driver.catch_up();
        let Some((over, full)) = driver.received(id, read.map(|count| &buffer[..count])) else { return };
        driver.write_to_device(id);
        driver.changed();
        if over {
            return;
        }
        if full {
            room.notified().await;
        }
    }
}

async fn write_to_peer<S: AsyncWrite>(mut chunks: mpsc::UnboundedReceiver<Vec<u8>>, mut to: WriteHalf<S>) {
    while let Some(chunk) = chunks.recv().await {
        if to.write_all(&chunk).await.is_err() {
            return;
        }
    }
    // The device has said its last.
    let _ = to.shutdown().await;
}
