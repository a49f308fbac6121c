//! The MQTT 5 session with the broker.
//!
//! [`Session`] is what outlives a connection; [`Session::connect`] is one connection, from the first byte to its end.
//! Whoever calls it repeats that for ever (see [`crate::device::run_mqtt`]).
//!
//! - A command is acknowledged (PUBACK) only after it was applied and stored, and before the next one is read. So a
//!   power cut loses no command, and a broker that sends more than it may at a time (mosquitto 2.0.11 sends one more than
//!   the Receive Maximum) does no harm.
//! - What is published waits in an outbox until the broker's send quota has room. It never blocks reading, so the
//!   PUBACKs that make room are always read. It is bounded: beyond a thousand commands, statuses are merged.
//! - Every wait has a limit, after which the connection is given up.

mod connection;
mod error;
mod handshake;
mod keep_alive;
mod outbox;
mod session;
mod subscriptions;
mod transport;

pub use error::{Error, Step};
pub use rust_mqtt::types::QoS;
pub use session::{Ended, Environment, RECEIVE_MAXIMUM, SEND_MAXIMUM, Session};

use core::num::NonZero;

use crate::{
    command::Rejection,
    state::State,
    topics::{CommandTopic, Topics},
};

/// Keep-alive interval that CONNECT asks for, in seconds.
pub const KEEP_ALIVE: NonZero<u16> = NonZero::new(60).expect("not zero");
/// Time for which the broker keeps the session, and commands, of a device that is away, in seconds.
pub const SESSION_EXPIRY: NonZero<u32> = NonZero::new(300).expect("not zero");
/// Largest packet that the device takes, in bytes; announced in CONNECT.
pub const MAX_PACKET_SIZE: NonZero<u32> = NonZero::new(256).expect("not zero");

/// What the session serves: a device that takes commands and has a state.
#[expect(async_fn_in_trait, reason = "all tasks run on one executor, so nobody asks for `Send` futures")]
pub trait Application {
    /// The device's topics.
    fn topics(&self) -> &Topics;

    /// What the statuses report.
    fn state(&self) -> State;

    /// QoS of the command subscriptions.
    fn command_qos(&self) -> QoS;

    /// Bytes of a payload that are handed over as one command; see [`crate::rules::Rules::receive_buffer`].
    fn receive_buffer(&self) -> usize;

    /// Carries a command out and stores its result. When this resolves, the command is acknowledged. Returns the state
    /// after it, for the statuses.
    ///
    /// # Errors
    ///
    /// The payload is refused, and nothing has changed.
    async fn command(&mut self, topic: CommandTopic, payload: &[u8]) -> Result<State, Rejection>;
}
