//! Byte streams between device, harness and broker: TCP, TLS, WebSocket or memory.

use tokio::io::{AsyncRead, AsyncWrite};

/// Any reliable byte stream.
pub trait ByteStream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> ByteStream for T {}

/// An owned byte stream.
pub type Stream = Box<dyn ByteStream>;
