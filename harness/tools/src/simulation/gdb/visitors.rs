//! Who has connected to gdb's port and has not said yet that it is gdb: port scanners, browsers, and scripts that wait for the port come
//! and go, and disturb nobody.

use std::io::{self, ErrorKind};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Bytes that a first packet may have.
const LONGEST: usize = 4096;
/// So long a visitor may take to say its first packet, in wall time.
const PATIENCE: Duration = Duration::from_secs(30);
/// More are not kept: the oldest goes.
const MOST: usize = 16;

/// Connections that may become gdb's.
#[derive(Debug, Default)]
pub(super) struct Visitors(Vec<(TcpStream, Instant)>);

/// What the first bytes of a connection say.
#[derive(Debug, PartialEq, Eq)]
enum Greeting {
    Gdb,
    NotYet,
    Other,
}

impl Visitors {
    /// Another one.
    ///
    /// # Errors
    /// The operating system refuses to ask it without waiting.
    pub(super) fn add(&mut self, stream: TcpStream) -> io::Result<()> {
        stream.set_nonblocking(true)?;
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push((stream, Instant::now()));
        Ok(())
    }

    /// The first that has said a packet of gdb's protocol; its bytes are still to be read. Those that have gone or have said something
    /// else are let go.
    pub(super) fn gdb(&mut self) -> Option<TcpStream> {
        let mut at = 0;
        while let Some((stream, since)) = self.0.get(at) {
            match greeting(stream) {
                Greeting::Gdb => {
                    let (stream, _) = self.0.remove(at);
                    self.0.clear();
                    return Some(stream);
                }
                Greeting::NotYet if since.elapsed() < PATIENCE => at += 1,
                Greeting::NotYet | Greeting::Other => drop(self.0.remove(at)),
            }
        }
        None
    }
}

fn greeting(stream: &TcpStream) -> Greeting {
    let mut bytes = [0; LONGEST];
    match stream.peek(&mut bytes) {
        Ok(0) => Greeting::Other,
        Ok(length) => read(&bytes[..length]),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Greeting::NotYet,
        Err(_) => Greeting::Other,
    }
}

/// Acknowledgements, then `$`, the packet, `#`, and the sum of its bytes in two digits.
fn read(bytes: &[u8]) -> Greeting {
    let Some(begin) = bytes.iter().position(|byte| *byte != b'+') else { return Greeting::NotYet };
    let Some(packet) = bytes[begin..].strip_prefix(b"$") else { return Greeting::Other };
    let Some(end) = packet.iter().position(|byte| *byte == b'#') else {
        return if bytes.len() < LONGEST { Greeting::NotYet } else { Greeting::Other };
    };
    let Some(digits) = packet.get(end + 1..end + 3) else { return Greeting::NotYet };
    let sum = packet[..end].iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte));
    let said = std::str::from_utf8(digits).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok());
    if said == Some(sum) { Greeting::Gdb } else { Greeting::Other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gdb_is_known_by_its_first_packet() {
        for (said, greeting) in [
            (&b""[..], Greeting::NotYet),
            (b"+", Greeting::NotYet),
            (b"+$qSupported:multiprocess", Greeting::NotYet),
            (b"$?#3", Greeting::NotYet),
            (b"$?#3f", Greeting::Gdb),
            (b"++$?#3f+", Greeting::Gdb),
            (b"$?#00", Greeting::Other),
            (b"GET / HTTP/1.1\r\n", Greeting::Other),
            (b"\x16\x03\x01", Greeting::Other),
        ] {
            assert_eq!(read(said), greeting, "{}", String::from_utf8_lossy(said));
        }
        assert_eq!(read(&[b'$'; LONGEST]), Greeting::Other);
    }
}
