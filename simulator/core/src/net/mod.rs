//! The network that the device is plugged into: one wire, and at its other end a gateway that is all the world to the
//! device. Not for the MAC, which is a peripheral of the chip, and not for the host's sockets: there is no I/O here, no
//! thread and no clock. Frames and bytes go in and out, and the same ones at the same times give the same ones again.
//!
//! # What there is
//!
//! - Ethernet II with ARP for the gateway (RFC 826), IPv4 without fragments (RFC 791), echo replies (RFC 792).
//! - DHCP (RFC 2131), which leases always the same address, and DNS (RFC 1035), which knows the names that the host
//!   [allows](Network::allow), and their IPv4 addresses.
//! - TCP (RFC 9293) to any address behind the gateway, and to the gateway itself, if the host accepts the connection.
//! - TCP to the device, from a computer [beside](Beside) it: on the same wire, or on a network that the device itself puts up.
//! - [`Faults`] of the wire: loss, duplicates, reordering, delay, black holes, and a link that goes
//!   [down](Network::set_link).
//!
//! Everything else gets the answer that it gets from a host that does not have it: RST, or an ICMP error. Whatever comes
//! to nothing is [counted](Statistics) with the reason.
//!
//! # How it is driven
//!
//! The machine hands over what its MAC sends ([`Network::from_device`]), takes what has arrived for it
//! ([`Network::poll`]), and lets no [event](Network::next_event) pass unseen. The host takes [events](Network::take_event)
//! and answers them. Both say what time it is.
//!
//! ```
//! use hil_sim_core::net::{NetworkConfig, NetworkEvent, Network};
//! use hil_sim_core::time::Instant;
//!
//! let mut network = Network::new(NetworkConfig::default());
//! network.allow("broker.example");
//! # let frames: [Vec<u8>; 0] = [];
//!
//! // What the machine does whenever its MAC sends, and at `network.next_event()`:
//! let now = Instant::from_ns(2_000_000);
//! for frame in frames {
//!     network.from_device(now, &frame);
//! }
//! while let Some(frame) = network.poll(now) {
//!     // The MAC writes it to the next buffer that is free.
//! }
//!
//! // What the host does then:
//! while let Some(event) = network.take_event() {
//!     match event {
//!         NetworkEvent::Opened { id, to, .. } if to.name.as_deref() == Some("broker.example") => network.accept(now, id),
//!         NetworkEvent::Opened { id, .. } => network.refuse(now, id),
//!         NetworkEvent::Readable(id) => {
//!             let mut buffer = [0; 2048];
//!             let n = network.read(now, id, &mut buffer);
//!             // What cannot be passed on is better not read: the device's window closes, and it waits.
//!         }
//!         NetworkEvent::Finished(id) => network.close(now, id),
//!         NetworkEvent::Writable(_) | NetworkEvent::Closed { .. } => {}
//!     }
//! }
//! ```
//!
//! A frame is under way for the wire's [latency](NetworkConfig::latency), both ways. What the host does takes effect at the
//! time that it says.

mod config;
mod connections;
mod dhcp;
mod dns;
mod event;
mod faults;
mod frame;
mod gateway;
mod guests;
mod lane;
mod names;
mod network;
pub mod pcap;
mod random;
mod statistics;
mod tcp;

pub use config::NetworkConfig;
pub use event::{ConnectionId, Destination, Ending, NetworkEvent};
pub use faults::{Faults, Impairment, Probability};
pub use guests::Beside;
pub use network::{FrameDirection, Network};
pub(crate) use random::SplitMix64;
pub use statistics::{DropReason, Statistics, Traffic};
pub use tcp::Remote;
