//! TCP (RFC 9293) on behalf of everybody whom the device connects to.
//!
//! The protocol is smoltcp's: windows, retransmission, out-of-order segments, half-close, resets and their timers are
//! what it exists for and what we would get wrong. It gets its segments as bare IPv4 datagrams (`Medium::Ip`), so that it
//! needs neither ARP nor routes, and it answers for any address. Ours is what a listener with a decision to take needs: a
//! connection has no socket until the host has accepted it, and then one with its first SYN waiting for it.
//!
//! Where we differ from smoltcp's defaults: acknowledgements go out at once and Nagle's algorithm (RFC 896) is off, as
//! a device that waits for an acknowledgement before it sends its next packet (embassy-net's `flush` does) must not be
//! slowed down by the simulation. A device that says nothing for 15 minutes while it should acknowledge is given up.
//! smoltcp passes over a SYN that comes on the ports of a connection that exists, which a device that was reset and uses
//! the same ports again would meet; here the old connection ends and the new one is opened, which is where RFC 9293
//! (3.10.7.4) leads to after a challenge and a second.
//!
//! [`Guest`] is the other way round: a computer beside the device that connects to it, which needs ARP, and on the device's own
//! network an address from the device.

mod connection;
mod guest;
mod host;
mod medium;
mod record;
mod terminator;

pub use guest::Remote;
pub(super) use guest::{Addressing, Guest};
pub(super) use record::Held;
pub(super) use terminator::Terminator;
