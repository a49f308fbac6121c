//! The air around a chip's radio: 802.11 frames, virtual access points that answer the device, and behind them the simulated
//! [network](crate::net). Not for the registers of a MAC, which is a peripheral of a chip.
//!
//! # What there is
//!
//! - [`Air`] is all that is within reach of one device: access points on channels, and the frames on their way to it. What the
//!   device sends is heard by whoever listens on its channel at that moment; frames to the device wait a few milliseconds for its
//!   receiver, as access points send them again, and are lost then.
//! - Access points beacon every 102.4 ms, answer probes, authenticate (open system), associate, agree on keys (WPA2-Personal with
//!   CCMP), keep frames for stations that sleep, and bridge data to Ethernet.
//! - Time is passed in. The same frames at the same moments give the same answers; all state is `Clone` and `Hash`.
//!
//! # How encryption is shown
//!
//! A frame on this air is [plain text with the key](Mpdu) that it would be encrypted with. Its length and headers are those of the
//! encrypted frame. A receiver that does not have this very key cannot read it. So what counts is what counts in practice, that
//! both sides have installed the same key, and no octet has to be enciphered.
//!
//! # What there is not
//!
//! Interference, fading, rates below the one that is assumed, HT and later (no access point offers it), WPA3, management frame
//! protection, WEP and TKIP.

mod access_point;
#[expect(clippy::module_inception, reason = "the file is named after its type, as all are")]
mod air;
mod config;
pub mod eapol;
pub mod element;
pub mod ethernet;
mod event;
mod handshake;
pub mod header;
pub mod management;
mod member;
mod mpdu;
mod sender;
mod supplicant;
mod visitor;
pub mod wpa2;

pub use air::{AccessPointId, AccessPointState, Air, Reception};
pub use config::{AccessPoint, AccessPointError, Security};
pub use event::{AirChange, AirEvent, Reason, Side};
pub use header::MacAddress;
pub use mpdu::Mpdu;
pub use visitor::{Refusal, VisitState, VisitorConfig};
