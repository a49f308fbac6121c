//! The device's TCP connections, carried to real hosts. Only to those that are allowed: everything else is refused, and
//! no other name resolves. And those of this machine to the device, by ports that are forwarded.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs as _};
use std::str::FromStr;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::time::Duration;

use simulator::machine::Machine;
use simulator::net::{Beside, ConnectionId, Destination, Event, Remote};

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

/// A port of this machine that leads to one of the device's: `8080:80`, `0.0.0.0:8080:80`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Forward {
    /// Where this machine listens; port 0 is any that is free.
    pub listen: SocketAddr,
    /// The device's port.
    pub port: u16,
}

/// Why a text is no [`Forward`].
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "{0:?} is not [ADDRESS:]PORT:DEVICE-PORT; for example: 8080:80, which lets http://localhost:8080 show the device's page"
)]
pub struct ForwardError(String);

impl FromStr for Forward {
    type Err = ForwardError;

    fn from_str(text: &str) -> Result<Self, ForwardError> {
        let wrong = || ForwardError(text.to_owned());
        let (listen, port) = text.rsplit_once(':').ok_or_else(wrong)?;
        let port = port.parse().ok().filter(|port| *port > 0).ok_or_else(wrong)?;
        let local = |own: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, own));
        let listen = listen.parse().map(local).or_else(|_| listen.parse()).map_err(|_| wrong())?;
        Ok(Self { listen, port })
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
    /// Somebody has connected to a port that is forwarded to this one of the device.
    Forwarded(u16),
    /// The device does not take it: this port, and why.
    NotTaken(u16, String),
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
            Self::Forwarded(port) => write!(f, "a connection goes to the device's port {port}"),
            Self::NotTaken(port, why) => write!(f, "no connection to the device's port {port}: {why}"),
            Self::Unreachable { to, why } => write!(f, "the device connects to {to}: refused: {why}"),
        }
    }
}

enum Connection {
    Connecting { to: String, real: String, result: Receiver<io::Result<TcpStream>> },
    Open(Open),
}

struct Open {
    /// The device's port, if it was not the device that opened it, until it is established.
    forwarded: Option<u16>,
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
    listeners: Vec<(TcpListener, u16)>,
    beside: Option<Beside>,
}

impl Connections {
    /// Lets the device connect to these, and resolve their names.
    pub fn new(machine: &mut Machine, allowed: Vec<Allowed>) -> Self {
        for Allowed { host, .. } in allowed.iter().filter(|it| it.host.parse::<Ipv4Addr>().is_err()) {
            // None: there is no address left. Then the name does not resolve, and the device says so.
            let _ = machine.network().allow(host);
        }
        Self { allowed, ..Self::default() }
    }

    /// Lets this machine connect to the device by a port; gives the address on which it listens.
    ///
    /// # Errors
    /// If it cannot be listened to.
    pub fn forward(&mut self, forward: Forward, beside: Beside) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind(forward.listen)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        self.listeners.push((listener, forward.port));
        self.beside = Some(beside);
        Ok(address)
    }

    /// Takes those who have connected to a port that is forwarded.
    fn accept(&mut self, machine: &mut Machine) -> Vec<Notice> {
        let Some(beside) = self.beside else { return Vec::new() };
        let mut notices = Vec::new();
        for (listener, port) in &self.listeners {
            // Those that cannot be taken now can be later; others have gone meanwhile.
            while let Ok((stream, _)) = listener.accept() {
                let now = machine.now();
                let is_ready = stream.set_nonblocking(true).and_then(|()| stream.set_nodelay(true));
                let id = machine.network().connect(now, beside, Remote::Device(*port));
                let (Ok(()), Some(id)) = (is_ready, id) else {
                    notices.push(Notice::NotTaken(*port, "there are too many".to_owned()));
                    continue;
                };
                self.open.insert(id, Connection::Open(Open::new(stream, Some(*port))));
            }
        }
        notices
    }

    /// Does what has come up on either side. Never waits.
    pub fn serve(&mut self, machine: &mut Machine) -> Vec<Notice> {
        let mut notices = self.accept(machine);
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
                        let refused = open.forwarded.map(|port| Notice::NotTaken(port, "refused".to_owned()));
                        notices.extend(refused);
                        // What is left goes out if the host takes it at once.
                        let _ = open.stream.write_all(&open.to_host);
                    }
                }
                Event::Writable(id) => {
                    if let Some(Connection::Open(open)) = self.open.get_mut(&id) {
                        notices.extend(open.forwarded.take().map(Notice::Forwarded));
                    }
                }
                Event::Readable(_) => {}
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
                        *connection = Connection::Open(Open::new(stream, None));
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
        !self.open.is_empty() || !self.listeners.is_empty()
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
    fn new(stream: TcpStream, forwarded: Option<u16>) -> Self {
        let (to_host, to_device) = (Vec::new(), Vec::new());
        Self { forwarded, stream, to_host, to_device, device_has_finished: false, host_has_finished: false }
    }

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
    fn a_port_is_forwarded_from_this_machine_alone_unless_another_address_is_named() {
        let listen = |text: &str| text.parse::<Forward>().map(|it| format!("{} {}", it.listen, it.port));
        assert_eq!(listen("8080:80").as_deref(), Ok("127.0.0.1:8080 80"));
        assert_eq!(listen("0.0.0.0:8080:80").as_deref(), Ok("0.0.0.0:8080 80"));
        assert_eq!(listen("[::1]:8080:80").as_deref(), Ok("[::1]:8080 80"));
        for wrong in ["", "80", "80:", "80:0", ":80", "host:80:80", "80:70000", "8080:80:"] {
            assert!(listen(wrong).is_err(), "{wrong}");
        }
    }

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
