//! The device's TCP connections, carried to real hosts. Only to those that are allowed: everything else is refused, and
//! no other name resolves.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpStream, ToSocketAddrs as _};
use std::str::FromStr;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::time::Duration;

use simulator::machine::Machine;
use simulator::net::{ConnectionId, Destination, Event};

/// Longest wait for a host to accept a connection, for each of its addresses.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// Bytes that are moved at once.
const CHUNK: usize = 16 * 1024;

/// A host and port that the device may connect to, and what is really there: `broker.example:1883`,
/// `broker.hil:1883=127.0.0.1:18830`.
///
/// The gateway's address, 10.0.2.2, stands for this machine, as in QEMU.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Allowed {
    host: String,
    port: u16,
    real: (String, u16),
}

/// Why a text is no [`Allowed`].
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0:?} is not HOST:PORT; for example: broker.example:1883, 10.0.2.2:1883, broker.hil:1883=127.0.0.1:18830")]
pub struct AllowedError(String);

const GATEWAY: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 2);

impl FromStr for Allowed {
    type Err = AllowedError;

    fn from_str(text: &str) -> Result<Self, AllowedError> {
        let wrong = || AllowedError(text.to_owned());
        let parse = |text: &str| -> Result<(String, u16), AllowedError> {
            let (host, port) = text.rsplit_once(':').ok_or_else(wrong)?;
            let port = port.parse().ok().filter(|port| *port > 0).ok_or_else(wrong)?;
            let is_host = !host.is_empty() && !host.contains(['/', ':', '=', ' ']);
            if is_host { Ok((host.to_ascii_lowercase(), port)) } else { Err(wrong()) }
        };
        let (seen, real) = text.split_once('=').map_or((text, None), |(seen, real)| (seen, Some(real)));
        let (host, port) = parse(seen)?;
        let real = match real {
            Some(real) => parse(real)?,
            None if host == GATEWAY.to_string() => (Ipv4Addr::LOCALHOST.to_string(), port),
            None => (host.clone(), port),
        };
        Ok(Self { host, port, real })
    }
}

impl Allowed {
    fn covers(&self, to: &Destination) -> bool {
        let host_is = |host: &str| self.host == host;
        to.address.port() == self.port
            && (to.name.as_deref().is_some_and(host_is) || host_is(&to.address.ip().to_string()))
    }
}

/// Something about a connection that a user may want to know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Notice {
    /// It was opened, to this real host.
    Connected {
        /// Where the device connects to.
        to: String,
        /// The host and port that it is carried to.
        real: String,
    },
    /// It is not allowed.
    NotAllowed(String),
    /// The host could not be reached.
    Unreachable {
        /// Where the device connects to.
        to: String,
        /// Why.
        why: String,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected { to, real } if to == real => write!(f, "the device connects to {to}"),
            Self::Connected { to, real } => write!(f, "the device connects to {to}, which is {real}"),
            Self::NotAllowed(to) => {
                write!(f, "the device may not connect to {to}: refused; --allow {to} would let it")
            }
            Self::Unreachable { to, why } => write!(f, "the device connects to {to}: refused: {why}"),
        }
    }
}

enum Connection {
    Connecting { to: String, real: String, result: Receiver<io::Result<TcpStream>> },
    Open(Open),
}

struct Open {
    stream: TcpStream,
    to_host: Vec<u8>,
    to_device: Vec<u8>,
    device_has_finished: bool,
    host_has_finished: bool,
}

/// All connections of a device.
#[derive(Default)]
pub struct Connections {
    allowed: Vec<Allowed>,
    open: BTreeMap<ConnectionId, Connection>,
}

impl Connections {
    /// Lets the device connect to these, and resolve their names.
    pub fn new(machine: &mut Machine, allowed: Vec<Allowed>) -> Self {
        for Allowed { host, .. } in allowed.iter().filter(|it| it.host.parse::<Ipv4Addr>().is_err()) {
            // None: there is no address left. Then the name does not resolve, and the device says so.
            let _ = machine.network().allow(host);
        }
        Self { allowed, open: BTreeMap::new() }
    }

    /// Does what has come up on either side. Never waits.
    pub fn serve(&mut self, machine: &mut Machine) -> Vec<Notice> {
        let mut notices = Vec::new();
        while let Some(event) = machine.network().take_event() {
            match event {
                Event::Opened { id, to, .. } => notices.extend(self.opened(machine, id, &to)),
                Event::Finished(id) => {
                    if let Some(Connection::Open(open)) = self.open.get_mut(&id) {
                        open.device_has_finished = true;
                    }
                }
                Event::Closed { id, .. } => {
                    if let Some(Connection::Open(mut open)) = self.open.remove(&id) {
                        // What is left goes out if the host takes it at once.
                        let _ = open.stream.write_all(&open.to_host);
                    }
                }
                Event::Readable(_) | Event::Writable(_) => {}
            }
        }
        let ids: Vec<_> = self.open.keys().copied().collect();
        for id in ids {
            let Some(connection) = self.open.get_mut(&id) else { continue };
            let goes_on = match connection {
                Connection::Connecting { to, real, result } => match result.try_recv() {
                    Err(TryRecvError::Empty) => true,
                    Ok(Ok(stream)) => {
                        let (to, real) = (std::mem::take(to), std::mem::take(real));
                        notices.push(Notice::Connected { to, real });
                        let now = machine.now();
                        machine.network().accept(now, id);
                        let (to_host, to_device) = (Vec::new(), Vec::new());
                        let open =
                            Open { stream, to_host, to_device, device_has_finished: false, host_has_finished: false };
                        *connection = Connection::Open(open);
                        true
                    }
                    Ok(Err(error)) => {
                        notices.push(Notice::Unreachable { to: std::mem::take(to), why: error.to_string() });
                        let now = machine.now();
                        machine.network().refuse(now, id);
                        false
                    }
                    Err(TryRecvError::Disconnected) => false,
                },
                Connection::Open(open) => {
                    let result = open.pump(machine, id);
                    if result.is_err() {
                        let now = machine.now();
                        machine.network().abort(now, id);
                    }
                    result.is_ok()
                }
            };
            if !goes_on {
                self.open.remove(&id);
            }
        }
        notices
    }

    /// Whether a host may say something at any moment.
    pub fn is_any_open(&self) -> bool {
        !self.open.is_empty()
    }

    fn opened(&mut self, machine: &mut Machine, id: ConnectionId, to: &Destination) -> Option<Notice> {
        let Some(allowed) = self.allowed.iter().find(|it| it.covers(to)) else {
            let now = machine.now();
            machine.network().refuse(now, id);
            return Some(Notice::NotAllowed(to.to_string()));
        };
        let (host, port) = allowed.real.clone();
        let (send, result) = mpsc::channel();
        let (to, real) = (to.to_string(), format!("{host}:{port}"));
        // Names can take long to resolve, and hosts to answer.
        std::thread::spawn(move || {
            // Nobody waits any more: the run has ended.
            let _ = send.send(connect(&host, port));
        });
        self.open.insert(id, Connection::Connecting { to, real, result });
        None
    }
}

fn connect(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut last = io::Error::new(ErrorKind::NotFound, format!("{host} has no address"));
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT_LIMIT) {
            Ok(stream) => {
                stream.set_nonblocking(true)?;
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

impl Open {
    /// Moves what can be moved.
    fn pump(&mut self, machine: &mut Machine, id: ConnectionId) -> io::Result<()> {
        let mut buffer = [0; CHUNK];
        loop {
            if self.to_host.is_empty() {
                let now = machine.now();
                let n = machine.network().read(now, id, &mut buffer);
                self.to_host.extend(&buffer[..n]);
            }
            if self.to_host.is_empty() {
                break;
            }
            match self.stream.write(&self.to_host) {
                Ok(n) => drop(self.to_host.drain(..n)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        if self.device_has_finished && self.to_host.is_empty() {
            self.device_has_finished = false;
            self.stream.shutdown(Shutdown::Write)?;
        }
        while !self.host_has_finished {
            if self.to_device.is_empty() {
                match self.stream.read(&mut buffer) {
                    Ok(0) => {
                        self.host_has_finished = true;
                        let now = machine.now();
                        machine.network().close(now, id);
                        break;
                    }
                    Ok(n) => self.to_device.extend(&buffer[..n]),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) => return Err(error),
                }
            }
            let now = machine.now();
            let n = machine.network().write(now, id, &self.to_device);
            self.to_device.drain(..n);
            if !self.to_device.is_empty() {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_itself_and_the_gateway_is_this_machine() {
        let real = |text: &str| text.parse::<Allowed>().map(|it| format!("{}:{}", it.real.0, it.real.1));
        assert_eq!(real("Broker.example:1883").as_deref(), Ok("broker.example:1883"));
        assert_eq!(real("10.0.2.2:1883").as_deref(), Ok("127.0.0.1:1883"));
        assert_eq!(real("broker.hil:1883=localhost:18830").as_deref(), Ok("localhost:18830"));
        for wrong in ["", "broker", "broker:", "broker:0", "broker:70000", ":1883", "mqtt://broker:1883", "a:1=b"] {
            assert!(real(wrong).is_err(), "{wrong}");
        }
    }
}
