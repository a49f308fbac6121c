//! The embedded broker's end of a connection in memory. It hides from the broker what that would count in wall time.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use mqtt5::broker::transport::WebSocketTransport;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

use super::settings::LOOPBACK;
use crate::wire::FrameSplitter;

const CONNECT: u8 = 1;
const DISCONNECT: u8 = 14;
/// Identifier of the property Session Expiry Interval (MQTT 5, section 3.1.2.11.2).
const SESSION_EXPIRY: u8 = 0x11;
/// An interval that never ends.
const NEVER: [u8; 4] = [0xFF; 4];

/// An in-memory stream as one of the broker's transports. (Its trait is named after WebSocket, but asks for no more than bytes.)
///
/// The broker counts sessions' expiry by the wall clock, which says nothing here: time is simulated, the host may be slow, and the clock may
/// step. Sessions that are to outlive their connection therefore never expire.
pub(super) struct MemoryStream {
    stream: DuplexStream,
    splitter: FrameSplitter,
    /// Bytes for the broker, and how many of them it has read.
    ready: Vec<u8>,
    read: usize,
}

impl MemoryStream {
    pub(super) fn new(stream: DuplexStream) -> Self {
        Self { stream, splitter: FrameSplitter::default(), ready: Vec::new(), read: 0 }
    }
}

/// Makes a session's interval, if it has one and does not end at once, endless. The length of the packet stays what it is.
fn without_expiry(frame: &mut [u8]) {
    if let Some(at) = session_expiry(frame)
        && let Some(interval) = frame.get_mut(at..at + 4)
        && *interval != [0; 4]
    {
        interval.copy_from_slice(&NEVER);
    }
}

/// Where the value of the Session Expiry Interval is.
fn session_expiry(frame: &[u8]) -> Option<usize> {
    let (_, mut at) = variable(frame, 1)?;
    match frame.first()? >> 4 {
        // Protocol name, version, flags, keep-alive; of MQTT 5 only.
        CONNECT => {
            let name = u16::from_be_bytes([*frame.get(at)?, *frame.get(at + 1)?]);
            at += 2 + usize::from(name);
            (*frame.get(at)? == 5).then_some(())?;
            at += 4;
        }
        // Reason code.
        DISCONNECT => at += 1,
        _ => return None,
    }
    let (length, mut at) = variable(frame, at)?;
    let end = at + length;
    // Those before it, of CONNECT: two or four bytes, or one.
    while at < end {
        match *frame.get(at)? {
            SESSION_EXPIRY => return Some(at + 1),
            // Receive Maximum, Topic Alias Maximum.
            0x21 | 0x22 => at += 3,
            // Maximum Packet Size.
            0x27 => at += 5,
            // Request Response Information, Request Problem Information.
            0x19 | 0x17 => at += 2,
            // Authentication Method and Data, Reason String, Server Reference.
            0x15 | 0x16 | 0x1F | 0x1C => at = text(frame, at + 1)?,
            // User Property.
            0x26 => at = text(frame, text(frame, at + 1)?)?,
            _ => return None,
        }
    }
    None
}

/// Behind a text or binary data.
fn text(frame: &[u8], at: usize) -> Option<usize> {
    Some(at + 2 + usize::from(u16::from_be_bytes([*frame.get(at)?, *frame.get(at + 1)?])))
}

/// A Variable Byte Integer (section 1.5.5), and what is behind it.
fn variable(frame: &[u8], at: usize) -> Option<(usize, usize)> {
    let mut value = 0;
    for i in 0..4 {
        let byte = *frame.get(at + i)?;
        value |= usize::from(byte & 0x7F) << (7 * i);
        if byte & 0x80 == 0 {
            return Some((value, at + i + 1));
        }
    }
    None
}

impl WebSocketTransport for MemoryStream {
    fn peer_addr(&self) -> mqtt5::Result<SocketAddr> {
        Ok(LOOPBACK)
    }
}

impl AsyncRead for MemoryStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Self { stream, splitter, ready, read } = self.get_mut();
        while *read == ready.len() {
            let mut bytes = [0; 8192];
            let mut piece = ReadBuf::new(&mut bytes);
            ready!(Pin::new(&mut *stream).poll_read(cx, &mut piece))?;
            if piece.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            (*read, *ready) = (0, Vec::new());
            for mut frame in splitter.push(piece.filled()) {
                without_expiry(&mut frame);
                ready.append(&mut frame);
            }
        }
        let rest = &ready[*read..];
        let length = rest.len().min(buf.remaining());
        buf.put_slice(&rest[..length]);
        *read += length;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for MemoryStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// CONNECT with Receive Maximum, a user property and this Session Expiry Interval.
    fn connect(interval: [u8; 4]) -> Vec<u8> {
        let head = b"\x10\x20\0\x04MQTT\x05\x02\0\x3c\x10\x21\0\x05\x26\0\x01a\0\x02bc\x11";
        [&head[..], &interval, b"\0\x03dev"].concat()
    }

    #[test]
    fn a_session_that_outlives_its_connection_never_expires() {
        let mut frame = connect([0, 0, 0, 120]);
        without_expiry(&mut frame);
        assert_eq!(frame, connect(NEVER));
        let mut ends_at_once = connect([0; 4]);
        without_expiry(&mut ends_at_once);
        assert_eq!(ends_at_once, connect([0; 4]));
        let mut disconnect = b"\xe0\x07\x04\x05\x11\0\0\0\x09".to_vec();
        without_expiry(&mut disconnect);
        assert_eq!(disconnect, b"\xe0\x07\x04\x05\x11\xff\xff\xff\xff");
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..60), kind in prop::sample::select(vec![0x10u8, 0xE0])) {
            let mut frame = [vec![kind], bytes].concat();
            let length = frame.len();
            without_expiry(&mut frame);
            prop_assert_eq!(frame.len(), length);
        }
    }
}
