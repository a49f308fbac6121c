//! What the firmware needs from the world, one trait per capability.
//!
//! A board implements all of them; a test implements those it needs. Futures need not be `Send`: everything runs on one
//! executor.
#![expect(async_fn_in_trait, reason = "all tasks run on one executor, so nobody asks for `Send` futures")]

use core::fmt;

use embedded_io_async::{Read, Write};

use crate::{
    config::BrokerUri,
    console::{Level, Line},
    time::Instant,
    ws2812::Pulse,
};

/// Time since boot.
pub trait Clock {
    /// The current time. Never goes back.
    fn now(&self) -> Instant;

    /// Resolves at `at`, or at once if that has passed. Dropping the future early is fine.
    async fn sleep_until(&self, at: Instant);
}

/// Randomness for the jitter of retries. It need not be fit for cryptography.
pub trait Random {
    /// 32 random bits.
    fn next_u32(&mut self) -> u32;
}

/// The serial console.
pub trait Console {
    /// Writes one line. `text` is complete, with level, time and tag, but without the line end.
    fn line(&self, level: Level, text: fmt::Arguments<'_>);
}

/// The way to the broker.
///
/// The methods take `&self`: while a transport is in use, the session also waits for the link to go down.
pub trait Network {
    /// A connection to the broker, with TLS already done where the URI asks for it. Dropping it closes it.
    ///
    /// A read must be cancel-safe, as a TCP socket's is: a future that is dropped early has taken no bytes.
    type Transport<'a>: Read + Write
    where
        Self: 'a;

    /// Resolves when the link (Wi-Fi, Ethernet; with an address) is up, at once if it is.
    ///
    /// # Errors
    ///
    /// One attempt to bring it up has failed. The caller waits and calls again.
    async fn link_up(&self) -> Result<(), NetworkError>;

    /// Resolves when the link is down, at once if it is. Dropping the future early is fine.
    async fn link_down(&self);

    /// Connects to the broker. The caller sets a time limit, by dropping the future.
    ///
    /// # Errors
    ///
    /// There is no connection, for the given reason.
    async fn connect(&self, broker: &BrokerUri) -> Result<Self::Transport<'_>, NetworkError>;
}

/// Why there is no link, or no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// Wi-Fi (or whatever the link is) could not be brought up, or went down.
    #[error("no link")]
    Link,
    /// The host name could not be resolved.
    #[error("host name not resolved")]
    Dns,
    /// The host refused the connection.
    #[error("connection refused")]
    Refused,
    /// The host or its network is not reachable.
    #[error("host unreachable")]
    Unreachable,
    /// The TLS handshake failed: certificate, host name or protocol.
    #[error("TLS handshake failed")]
    Tls,
    /// No answer in time.
    #[error("connection timed out")]
    Timeout,
}

/// The LEDs.
pub trait Strip {
    /// Sends one frame, made by [`crate::ws2812::encode`], and resolves when it has gone out.
    ///
    /// # Errors
    ///
    /// The frame did not go out; the console says why.
    async fn show(&mut self, pulses: &[Pulse]) -> Result<(), NotSent>;
}

/// A frame did not go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("frame not sent")]
pub struct NotSent;

/// The two things that every task needs: the time, and a place to say what happens.
#[derive(Debug, Clone, Copy)]
pub struct Board<C, L> {
    /// The time.
    pub clock: C,
    /// The serial console.
    pub console: L,
}

impl<C: Clock, L: Console> Board<C, L> {
    /// Writes a line of [`Level::Info`].
    pub fn info(&self, tag: &str, text: fmt::Arguments<'_>) {
        self.line(Level::Info, tag, text);
    }

    /// Writes a line of [`Level::Warn`].
    pub fn warn(&self, tag: &str, text: fmt::Arguments<'_>) {
        self.line(Level::Warn, tag, text);
    }

    /// Writes a line of [`Level::Error`].
    pub fn error(&self, tag: &str, text: fmt::Arguments<'_>) {
        self.line(Level::Error, tag, text);
    }

    fn line(&self, level: Level, tag: &str, text: fmt::Arguments<'_>) {
        let line = Line { level, at: self.clock.now(), tag, text };
        self.console.line(level, format_args!("{line}"));
    }
}
