//! A serial port on the network: one client at a time, others are told so and let go.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};

use super::cable::{Cable, Input, Waiting};
use super::rfc2217::Port;

const BAUD: u32 = 115_200;
/// Bytes that are read at once.
const CHUNK: usize = 4096;

/// The server of one port.
pub struct NetworkPort {
    listener: Option<TcpListener>,
    address: SocketAddr,
    client: Option<Client>,
}

struct Client {
    stream: TcpStream,
    port: Port,
    waiting: Waiting,
}

impl NetworkPort {
    /// Listens.
    ///
    /// # Errors
    /// If the address cannot be had.
    pub fn new(address: SocketAddr) -> io::Result<Self> {
        let listener = listen(address)?;
        let address = listener.local_addr()?;
        Ok(Self { listener: Some(listener), address, client: None })
    }

    /// The client is gone. The lines are let go with the port, both at once.
    fn let_go(&mut self, inputs: &mut Vec<Input>) {
        self.client = None;
        inputs.extend([Input::Lines { dtr: false, rts: false }, Input::Baud(BAUD), Input::Closed]);
    }

    fn accept(&mut self, inputs: &mut Vec<Input>) {
        while let Some(Ok((mut stream, from))) = self.listener.as_ref().map(TcpListener::accept) {
            // The one before may have left a moment ago, with some last words.
            if self.client.as_mut().is_some_and(|client| !client.receive(CHUNK, inputs)) {
                self.let_go(inputs);
            }
            if let Some(client) = &self.client {
                let by = client.stream.peer_addr().map_or_else(|_| "another program".to_owned(), |it| it.to_string());
                // It is let go whether it hears this or not.
                let _ = stream.write_all(format!("hil: this port is in use by {by}\r\n").as_bytes());
                inputs.push(Input::Refused(from.to_string()));
                continue;
            }
            if stream.set_nonblocking(true).and_then(|()| stream.set_nodelay(true)).is_ok() {
                inputs.push(Input::Opened(from.to_string()));
                self.client = Some(Client { stream, port: Port::new(BAUD), waiting: Waiting::default() });
            }
        }
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

impl Client {
    /// Takes what has come; `false` at the end.
    fn receive(&mut self, room: usize, inputs: &mut Vec<Input>) -> bool {
        let mut buffer = [0; CHUNK];
        let mut received = 0;
        while received < room {
            match self.stream.read(&mut buffer[..CHUNK.min(room - received)]) {
                Ok(0) => return false,
                Ok(count) => {
                    received += count;
                    inputs.extend(self.port.receive(&buffer[..count]));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
        self.flush()
    }

    fn flush(&mut self) -> bool {
        self.waiting.push(&self.port.take_output());
        let Self { stream, waiting, .. } = self;
        waiting.write_to(|bytes| stream.write(bytes)).is_ok()
    }
}

impl Cable for NetworkPort {
    fn receive(&mut self, room: usize) -> io::Result<Vec<Input>> {
        let mut inputs = Vec::new();
        if let Some(client) = &mut self.client
            && !client.receive(room, &mut inputs)
        {
            self.let_go(&mut inputs);
        }
        self.accept(&mut inputs);
        Ok(inputs)
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        // Without a client, what the chip sends is lost, as with a real board.
        if let Some(client) = &mut self.client {
            if !client.port.is_suspended() {
                client.port.send(bytes);
            }
            // That it is gone is seen when it is next read from.
            client.flush();
        }
        Ok(())
    }

    fn has_lines(&self) -> bool {
        true
    }

    fn address(&self) -> String {
        format!("rfc2217://{}", self.address)
    }

    fn unplug(&mut self) {
        (self.listener, self.client) = (None, None);
    }

    fn plug(&mut self) -> io::Result<()> {
        if self.listener.is_none() {
            self.listener = Some(listen(self.address)?);
        }
        Ok(())
    }

    #[cfg(unix)]
    fn descriptors(&self) -> Vec<std::os::fd::BorrowedFd<'_>> {
        use std::os::fd::AsFd as _;
        let listener = self.listener.iter().map(|it| it.as_fd());
        listener.chain(self.client.iter().map(|it| it.stream.as_fd())).collect()
    }
}
