//! A byte stream that sends a packet in one piece. The MQTT client writes field by field and flushes per packet.

use embedded_io_async::{ErrorType, Read, Write};

/// As large as the packets of this session mostly are.
const CAPACITY: usize = 256;

/// Collects writes until the next flush.
pub struct Buffered<T> {
    stream: T,
    buffer: [u8; CAPACITY],
    /// What is in `buffer` and not yet sent: `sent..filled`.
    sent: usize,
    filled: usize,
}

impl<T> Buffered<T> {
    pub const fn new(stream: T) -> Self {
        Self { stream, buffer: [0; CAPACITY], sent: 0, filled: 0 }
    }
}

impl<T: Write> Buffered<T> {
    async fn send(&mut self) -> Result<(), T::Error> {
        while let Some(rest) = self.buffer.get(self.sent..self.filled).filter(|rest| !rest.is_empty()) {
            // A stream that takes nothing would loop for ever; the caller's time limit ends that.
            self.sent += self.stream.write(rest).await?;
        }
        (self.sent, self.filled) = (0, 0);
        Ok(())
    }
}

impl<T: ErrorType> ErrorType for Buffered<T> {
    type Error = T::Error;
}

impl<T: Read> Read for Buffered<T> {
    async fn read(&mut self, bytes: &mut [u8]) -> Result<usize, T::Error> {
        self.stream.read(bytes).await
    }
}

impl<T: Write> Write for Buffered<T> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, T::Error> {
        if self.filled == CAPACITY {
            self.send().await?;
        }
        let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
        let taken = room.len().min(bytes.len());
        room.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        self.filled += taken;
        Ok(taken)
    }

    async fn flush(&mut self) -> Result<(), T::Error> {
        self.send().await?;
        self.stream.flush().await
    }
}
