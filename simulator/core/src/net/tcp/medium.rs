//! Between smoltcp and the wire: datagrams with room for their Ethernet header.

use std::ops::Range;

use smoltcp::phy::{Checksum, Device, DeviceCapabilities, Medium as Kind, RxToken, TxToken};
use smoltcp::time::Instant;

use crate::net::frame::{HEADER, MTU};

/// The frame that has come, and those that go out.
#[derive(Default)]
pub(super) struct Medium {
    /// A frame, and which part of it is the datagram. Its checksums were found right.
    pub(super) received: Option<(Vec<u8>, Range<usize>)>,
    /// Frames without their Ethernet header, for which there is room.
    pub(super) sent: Vec<Vec<u8>>,
}

pub(super) struct Received((Vec<u8>, Range<usize>));

pub(super) struct Free<'a>(&'a mut Vec<Vec<u8>>);

impl Device for Medium {
    type RxToken<'a> = Received;
    type TxToken<'a> = Free<'a>;

    fn receive(&mut self, _now: Instant) -> Option<(Received, Free<'_>)> {
        Some((Received(self.received.take()?), Free(&mut self.sent)))
    }

    fn transmit(&mut self, _now: Instant) -> Option<Free<'_>> {
        Some(Free(&mut self.sent))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Kind::Ip;
        capabilities.max_transmission_unit = MTU;
        capabilities.checksum.ipv4 = Checksum::Tx;
        capabilities.checksum.tcp = Checksum::Tx;
        capabilities
    }
}

impl RxToken for Received {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        let (frame, datagram) = self.0;
        f(&frame[datagram])
    }
}

impl TxToken for Free<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let mut frame = vec![0; HEADER + len];
        let result = f(&mut frame[HEADER..]);
        self.0.push(frame);
        result
    }
}
