//! The client's connection.

use std::collections::VecDeque;
use std::io::{self, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use super::protocol::Protocol;
use crate::rfc2217::telnet::escaped;
use crate::serial::{ControlLines, Link, PortError, PortSpec};

/// Longest wait for a connection, of each address.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);
/// Longest wait for an answer of the server.
const ANSWER_LIMIT: Duration = Duration::from_secs(3);
/// Longest wait for the answer to DTR and RTS at the beginning: some servers have none.
const PROBE_LIMIT: Duration = Duration::from_secs(1);
/// Longest wait until the server takes data again.
const WRITE_LIMIT: Duration = Duration::from_secs(1);

/// A port behind an RFC 2217 server.
pub(in crate::serial) struct Client {
    stream: TcpStream,
    protocol: Protocol,
    /// Data that came while something else was waited for.
    inbox: VecDeque<u8>,
    lines: ControlLines,
    has_control_lines: bool,
    place: String,
}

impl Client {
    pub(in crate::serial) fn connect(spec: &PortSpec, host: &str, port: u16, baud: u32) -> Result<Self, PortError> {
        let not_reached = |source| PortError::NotReached { port: spec.to_string(), source };
        let stream = reach(host, port).map_err(not_reached)?;
        let mut client = Self {
            stream,
            protocol: Protocol::new(),
            inbox: VecDeque::new(),
            // Some servers assert both when they open the port.
            lines: ControlLines { dtr: true, rts: true },
            has_control_lines: true,
            place: format!("{host}:{port}"),
        };
        let wrong = |problem: &str| PortError::NotRfc2217 { port: spec.to_string(), problem: problem.to_owned() };
        let io = |source| PortError::Io { port: spec.to_string(), source };
        client
            .stream
            .set_nodelay(true)
            .and_then(|()| client.stream.set_write_timeout(Some(WRITE_LIMIT)))
            .map_err(io)?;
        if let Err(error) = client.exchange(ANSWER_LIMIT, |p| p.agreed.is_some()) {
            return Err(client.refused(spec, &error));
        }
        match client.protocol.agreed {
            Some(true) => {}
            Some(false) => return Err(wrong("it refuses COM-PORT-OPTION")),
            None => return Err(wrong("it does not answer to COM-PORT-OPTION")),
        }
        client.protocol.set_format(baud);
        if !client.exchange(ANSWER_LIMIT, |p| p.baud.is_some()).map_err(io)? {
            return Err(wrong("it does not answer to SET-BAUDRATE"));
        }
        client.has_control_lines = match client.apply(ControlLines::default(), PROBE_LIMIT) {
            Ok(()) => true,
            Err(e) if e.kind() == io::ErrorKind::TimedOut => false,
            Err(e) => return Err(io(e)),
        };
        Ok(client)
    }

    /// Why the server has closed the connection at once: perhaps it has said so.
    fn refused(&self, spec: &PortSpec, error: &io::Error) -> PortError {
        let said: Vec<u8> = self.inbox.iter().copied().take(200).collect();
        let said = String::from_utf8_lossy(&said).trim().escape_debug().to_string();
        let port = spec.to_string();
        // `hil sim serve`, ser2net ("Port already in use"), esp_rfc2217_server.
        if said.to_lowercase().contains("in use") {
            return PortError::Busy { port };
        }
        let problem = if said.is_empty() { error.to_string() } else { format!("it says {said:?} and {error}") };
        PortError::NotRfc2217 { port, problem }
    }

    /// Sends what is to be sent, and reads until `done` or the limit. Whether it is done.
    fn exchange(&mut self, limit: Duration, done: impl Fn(&Protocol) -> bool) -> io::Result<bool> {
        let until = Instant::now() + limit;
        loop {
            self.send()?;
            if done(&self.protocol) {
                return Ok(true);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(false);
            }
            self.receive(left)?;
        }
    }

    fn send(&mut self) -> io::Result<()> {
        let out = std::mem::take(&mut self.protocol.out);
        if out.is_empty() { Ok(()) } else { self.stream.write_all(&out) }
    }

    /// Reads once.
    fn receive(&mut self, limit: Duration) -> io::Result<()> {
        // Zero would be for ever.
        self.stream.set_read_timeout(Some(limit.max(Duration::from_micros(100))))?;
        let mut buffer = [0; 4096];
        match self.stream.read(&mut buffer) {
            Ok(0) => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server has closed the connection")),
            Ok(count) => {
                self.protocol.receive(&buffer[..count], &mut self.inbox);
                Ok(())
            }
            Err(e) if is_timeout(&e) || e.kind() == io::ErrorKind::Interrupted => Ok(()),
            Err(e) => Err(e),
        }
    }

    fn apply(&mut self, lines: ControlLines, limit: Duration) -> io::Result<()> {
        self.protocol.set_control_lines(lines, self.lines);
        self.lines = lines;
        if self.exchange(limit, |p| p.dtr == Some(lines.dtr) && p.rts == Some(lines.rts))? {
            Ok(())
        } else {
            Err(io::Error::new(io::ErrorKind::TimedOut, "the server does not confirm DTR and RTS"))
        }
    }
}

impl Link for Client {
    fn read(&mut self, buffer: &mut [u8], limit: Duration) -> io::Result<usize> {
        self.send()?;
        if self.inbox.is_empty() {
            self.receive(limit)?;
            self.send()?;
        }
        let count = self.inbox.len().min(buffer.len());
        self.inbox.drain(..count).zip(buffer).for_each(|(byte, place)| *place = byte);
        Ok(count)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if !self.exchange(WRITE_LIMIT, |p| !p.is_suspended)? {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "the server takes no data"));
        }
        self.stream
            .write_all(&escaped(bytes))
            .map_err(|e| if is_timeout(&e) { io::ErrorKind::TimedOut.into() } else { e })
    }

    fn has_control_lines(&self) -> bool {
        self.has_control_lines
    }

    fn set_control_lines(&mut self, lines: ControlLines) -> io::Result<()> {
        self.apply(lines, ANSWER_LIMIT)
    }

    fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        self.protocol.set_baud(baud);
        if self.exchange(ANSWER_LIMIT, |p| p.baud.is_some())? {
            Ok(())
        } else {
            Err(io::Error::new(io::ErrorKind::TimedOut, "the server does not answer to SET-BAUDRATE"))
        }
    }

    fn place(&self) -> &str {
        &self.place
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

fn reach(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT_LIMIT) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}
