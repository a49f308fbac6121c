//! What the gateway does with a frame: Ethernet, ARP, IPv4, ICMP and UDP. TCP it leaves to others.

use std::net::Ipv4Addr;
use std::ops::Range;

use smoltcp::wire::{
    ArpOperation, ArpPacket, ArpRepr, EthernetAddress, EthernetFrame, EthernetProtocol, Icmpv4DstUnreachable,
    Icmpv4Message, Icmpv4Packet, IpProtocol, Ipv4Packet, UdpPacket,
};

use super::config::NetworkConfig;
use super::frame::{HEADER, LONGEST, Path};
use super::names::Names;
use super::statistics::DropReason;
use super::{dhcp, dns};
use crate::time::Span;

/// The one machine that is on the wire beside the device.
#[derive(Debug, Clone, Hash)]
pub(super) struct Gateway {
    pub(super) config: NetworkConfig,
    pub(super) names: Names,
    /// How long the DHCP server takes for an answer.
    pub(super) dhcp_delay: Span,
    /// The device's Ethernet address, once it has sent anything.
    device: Option<EthernetAddress>,
}

/// What came of a frame.
pub(super) enum Outcome {
    /// There is nothing to be said to it.
    Nothing,
    /// The answer.
    Answer(Vec<u8>),
    /// The answer, which takes this long.
    Late(Vec<u8>, Span),
    /// Holds a TCP segment for somebody who may be reached through the gateway: this datagram.
    Tcp(Range<usize>),
}

/// Why nothing came of a frame, and what the device is told.
pub(super) struct Dropped {
    pub(super) reason: DropReason,
    pub(super) answer: Option<Vec<u8>>,
}

impl From<DropReason> for Dropped {
    fn from(reason: DropReason) -> Self {
        Self { reason, answer: None }
    }
}

impl Gateway {
    pub(super) fn new(config: NetworkConfig) -> Self {
        Self { config, names: Names::default(), dhcp_delay: Span::ZERO, device: None }
    }

    fn mac(&self) -> EthernetAddress {
        EthernetAddress(self.config.gateway_mac)
    }

    /// The way to the device.
    pub(super) fn path_to_device(&self) -> Path {
        Path { from: self.mac(), to: self.device.unwrap_or(EthernetAddress::BROADCAST) }
    }

    pub(super) fn receive(&mut self, bytes: &[u8]) -> Result<Outcome, Dropped> {
        if bytes.len() > LONGEST {
            return Err(DropReason::FrameLength.into());
        }
        let frame = EthernetFrame::new_checked(bytes).map_err(|_| DropReason::FrameLength)?;
        if frame.dst_addr() != self.mac() && !frame.dst_addr().is_broadcast() {
            return Err(DropReason::NotForGateway.into());
        }
        if frame.src_addr().is_unicast() {
            self.device = Some(frame.src_addr());
        }
        match frame.ethertype() {
            EthernetProtocol::Arp => self.arp(frame.payload()),
            EthernetProtocol::Ipv4 => self.ipv4(frame.payload()),
            _ => Err(DropReason::EtherType.into()),
        }
    }

    /// RFC 826. The gateway answers for itself alone: a device that looks whether its own address is taken (RFC 5227)
    /// hears nothing.
    fn arp(&self, message: &[u8]) -> Result<Outcome, Dropped> {
        let message = ArpPacket::new_checked(message).and_then(|packet| ArpRepr::parse(&packet));
        let ArpRepr::EthernetIpv4 {
            operation, source_hardware_addr, source_protocol_addr, target_protocol_addr, ..
        } = message.map_err(|_| DropReason::Arp)?
        else {
            return Err(DropReason::Arp.into());
        };
        if operation != ArpOperation::Request || target_protocol_addr != self.config.gateway {
            return Ok(Outcome::Nothing);
        }
        let path = Path { from: self.mac(), to: source_hardware_addr };
        Ok(Outcome::Answer(path.arp(&ArpRepr::EthernetIpv4 {
            operation: ArpOperation::Reply,
            source_hardware_addr: self.mac(),
            source_protocol_addr: self.config.gateway,
            target_hardware_addr: source_hardware_addr,
            target_protocol_addr: source_protocol_addr,
        })))
    }

    /// RFC 791.
    fn ipv4(&self, bytes: &[u8]) -> Result<Outcome, Dropped> {
        let datagram = Ipv4Packet::new_checked(bytes).map_err(|_| DropReason::Ipv4Header)?;
        if datagram.version() != 4 || !datagram.verify_checksum() {
            return Err(DropReason::Ipv4Header.into());
        }
        if datagram.more_frags() || datagram.frag_offset() != 0 {
            return Err(DropReason::Ipv4Fragment.into());
        }
        // The rest is what Ethernet needs for its shortest frame.
        let length = usize::from(datagram.total_len());
        let datagram = Ipv4Packet::new_unchecked(&bytes[..length]);
        if let Some(outcome) = self.dhcp(&datagram) {
            return outcome;
        }
        if !self.is_host(datagram.src_addr()) || datagram.src_addr() == self.config.gateway {
            return Err(DropReason::Ipv4Address.into());
        }
        let to = datagram.dst_addr();
        if !self.is_host(to) || (self.config.is_in_subnet(to) && to != self.config.gateway) {
            return Err(DropReason::Ipv4Address.into());
        }
        match datagram.next_header() {
            IpProtocol::Tcp => Ok(Outcome::Tcp(HEADER..HEADER + length)),
            IpProtocol::Udp => self.udp(&datagram),
            IpProtocol::Icmp => self.icmp(&datagram),
            _ => Err(self.unreachable(DropReason::Ipv4Protocol, Icmpv4DstUnreachable::ProtoUnreachable, &datagram)),
        }
    }

    /// Whether one host can have this address.
    fn is_host(&self, address: Ipv4Addr) -> bool {
        !(address.is_unspecified() || address.is_loopback() || self.config.is_shared(address))
    }

    /// The answer, if this is for the DHCP server. A device that has no address yet writes from 0.0.0.0 to all.
    fn dhcp(&self, datagram: &Ipv4Packet<&[u8]>) -> Option<Result<Outcome, Dropped>> {
        let to = datagram.dst_addr();
        let is_udp = datagram.next_header() == IpProtocol::Udp;
        if !is_udp || !(to == self.config.gateway || self.config.is_shared(to)) {
            return None;
        }
        let (message, [_, port]) = match udp_payload(datagram) {
            Ok(parts) => parts,
            Err(reason) => return Some(Err(reason.into())),
        };
        if port != dhcp::SERVER_PORT {
            return None;
        }
        Some(match dhcp::answer(message, &self.config) {
            Err(()) => Err(DropReason::Dhcp.into()),
            Ok(None) => Ok(Outcome::Nothing),
            Ok(Some(dhcp::Answer { mac, address, message })) => {
                let path = Path { from: self.mac(), to: mac };
                let ports = [dhcp::SERVER_PORT, dhcp::CLIENT_PORT];
                Ok(Outcome::Late(path.udp([self.config.gateway, address], ports, &message), self.dhcp_delay))
            }
        })
    }

    /// RFC 768.
    fn udp(&self, datagram: &Ipv4Packet<&[u8]>) -> Result<Outcome, Dropped> {
        let (message, [from, to]) = udp_payload(datagram)?;
        if to != dns::PORT || datagram.dst_addr() != self.config.gateway {
            let error = Icmpv4DstUnreachable::PortUnreachable;
            return Err(self.unreachable(DropReason::UdpPort, error, datagram));
        }
        let answer = dns::answer(message, &self.names).ok_or(DropReason::Dns)?;
        let ends = [self.config.gateway, datagram.src_addr()];
        Ok(Outcome::Answer(self.path_to_device().udp(ends, [dns::PORT, from], &answer)))
    }

    /// RFC 792. The gateway answers for itself; for others, that they cannot be reached.
    fn icmp(&self, datagram: &Ipv4Packet<&[u8]>) -> Result<Outcome, Dropped> {
        let message = Icmpv4Packet::new_checked(datagram.payload()).map_err(|_| DropReason::Icmp)?;
        if !message.verify_checksum() || message.msg_type() != Icmpv4Message::EchoRequest {
            return Err(DropReason::Icmp.into());
        }
        if datagram.dst_addr() != self.config.gateway {
            return Err(self.unreachable(DropReason::Icmp, Icmpv4DstUnreachable::HostUnreachable, datagram));
        }
        let ends = [self.config.gateway, datagram.src_addr()];
        Ok(Outcome::Answer(self.path_to_device().echo_reply(ends, datagram.payload())))
    }

    fn unreachable(&self, reason: DropReason, error: Icmpv4DstUnreachable, datagram: &Ipv4Packet<&[u8]>) -> Dropped {
        let ends = [self.config.gateway, datagram.src_addr()];
        let answer = self.path_to_device().unreachable(ends, error, datagram.clone().into_inner());
        Dropped { reason, answer: Some(answer) }
    }
}

/// Payload and ports (source, destination) of a datagram whose header is sound.
fn udp_payload<'a>(datagram: &Ipv4Packet<&'a [u8]>) -> Result<(&'a [u8], [u16; 2]), DropReason> {
    let udp = UdpPacket::new_checked(datagram.payload()).map_err(|_| DropReason::UdpHeader)?;
    let sound = udp.verify_checksum(&datagram.src_addr().into(), &datagram.dst_addr().into());
    if !sound || udp.dst_port() == 0 {
        return Err(DropReason::UdpHeader);
    }
    Ok((udp.payload(), [udp.src_port(), udp.dst_port()]))
}
