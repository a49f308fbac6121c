//! A stream that is read in pieces, cut anywhere.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use fastrand::Rng;
use tokio::io::{AsyncRead, ReadBuf};

/// Longest piece that is cut off, in bytes: short enough to cut through fixed headers and topics.
const LONGEST: usize = 24;

/// Cuts what is read.
#[derive(Debug)]
pub(crate) struct Cutter {
    rng: Rng,
}

impl Cutter {
    pub(super) const fn new(rng: Rng) -> Self {
        Self { rng }
    }

    /// As `stream.poll_read`, but often with less than there is.
    pub(crate) fn poll_read<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let most = if self.rng.bool() { self.rng.usize(1..=LONGEST) } else { buf.remaining() };
        let mut piece = ReadBuf::new(buf.initialize_unfilled_to(most.min(buf.remaining())));
        let polled = Pin::new(stream).poll_read(cx, &mut piece);
        let length = piece.filled().len();
        buf.advance(length);
        polled
    }

    /// Lengths that a text of `length` bytes is written in; at least one, and together `length`.
    pub(super) fn lengths(&mut self, length: usize) -> Vec<usize> {
        let cuts = self.rng.usize(..=4);
        let mut ends: Vec<usize> = (0..cuts).map(|_| self.rng.usize(..=length)).chain([length]).collect();
        ends.sort_unstable();
        let mut from = 0;
        ends.into_iter().map(|end| end - std::mem::replace(&mut from, end)).filter(|piece| *piece > 0).collect()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    struct Cut<S>(S, Cutter);

    impl<S: AsyncRead + Unpin> AsyncRead for Cut<S> {
        fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
            let Self(stream, cutter) = &mut *self;
            cutter.poll_read(stream, cx, buf)
        }
    }

    #[tokio::test]
    async fn every_byte_is_read_once_in_pieces() {
        let (mut writer, reader) = tokio::io::duplex(4096);
        let text: Vec<u8> = (0..=255).collect();
        writer.write_all(&text).await.unwrap();
        drop(writer);
        let mut cut = Cut(reader, Cutter::new(Rng::with_seed(7)));
        let (mut read, mut reads, mut buffer) = (Vec::new(), 0, [0; 100]);
        loop {
            let n = cut.read(&mut buffer).await.unwrap();
            if n == 0 {
                break;
            }
            read.extend_from_slice(&buffer[..n]);
            reads += 1;
        }
        assert_eq!(read, text);
        assert!(reads > 3, "{reads} reads: nothing was cut");
    }

    #[test]
    fn pieces_are_the_whole() {
        let mut cutter = Cutter::new(Rng::with_seed(7));
        for length in [0, 1, 2, 300] {
            for _ in 0..100 {
                let pieces = cutter.lengths(length);
                assert_eq!(pieces.iter().sum::<usize>(), length);
                assert!(pieces.iter().all(|piece| *piece > 0));
            }
        }
    }
}
