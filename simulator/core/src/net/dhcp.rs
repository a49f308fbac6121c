//! The gateway's DHCP server (RFC 2131): one address, always the same, for whoever asks.

use std::net::Ipv4Addr;

use smoltcp::wire::{DhcpFlags, DhcpMessageType, DhcpOption, DhcpPacket, DhcpRepr, EthernetAddress};

use super::config::NetworkConfig;

pub(super) const SERVER_PORT: u16 = 67;
pub(super) const CLIENT_PORT: u16 = 68;

const MAGIC: u32 = 0x6382_5363;
/// Some clients drop what is shorter than BOOTP was (RFC 1542, 2.1).
const SHORTEST: usize = 300;

// RFC 2132.
const REQUESTED_ADDRESS: u8 = 50;
const MESSAGE_TYPE: u8 = 53;
const SERVER_IDENTIFIER: u8 = 54;
const CLIENT_IDENTIFIER: u8 = 61;

/// An answer and where it goes.
pub(super) struct Answer {
    pub(super) mac: EthernetAddress,
    pub(super) address: Ipv4Addr,
    pub(super) message: Vec<u8>,
}

struct Request<'a> {
    packet: &'a DhcpPacket<&'a [u8]>,
    message_type: DhcpMessageType,
    requested: Option<Ipv4Addr>,
    server: Option<Ipv4Addr>,
    client: Option<DhcpOption<'a>>,
}

/// Answers a client's message. `Err` if it cannot be read, `Ok(None)` if it has no answer.
pub(super) fn answer(message: &[u8], config: &NetworkConfig) -> Result<Option<Answer>, ()> {
    let packet = DhcpPacket::new_checked(message).map_err(|_| ())?;
    let request = Request::parse(&packet)?;
    let client = packet.client_ip();
    let answer = match request.message_type {
        DhcpMessageType::Discover => DhcpMessageType::Offer,
        // Meant for another server (RFC 2131, 4.3.2).
        DhcpMessageType::Request if request.server.is_some_and(|server| server != config.gateway) => return Ok(None),
        DhcpMessageType::Request if request.requested.unwrap_or(client) == config.device => DhcpMessageType::Ack,
        DhcpMessageType::Request => DhcpMessageType::Nak,
        DhcpMessageType::Inform => DhcpMessageType::Ack,
        // RELEASE and DECLINE have no answer; the address stays the device's.
        _ => return Ok(None),
    };
    // RFC 2131, 4.1; nobody relays here.
    let (mac, address) = if answer == DhcpMessageType::Nak {
        (EthernetAddress::BROADCAST, Ipv4Addr::BROADCAST)
    } else if !client.is_unspecified() {
        (packet.client_hardware_address(), client)
    } else if packet.flags().contains(DhcpFlags::BROADCAST) {
        (EthernetAddress::BROADCAST, Ipv4Addr::BROADCAST)
    } else {
        (packet.client_hardware_address(), config.device)
    };
    Ok(Some(Answer { mac, address, message: request.reply(answer, config) }))
}

impl<'a> Request<'a> {
    fn parse(packet: &'a DhcpPacket<&'a [u8]>) -> Result<Self, ()> {
        // Ethernet (RFC 1700) and its addresses.
        if packet.magic_number() != MAGIC || packet.hardware_type() != smoltcp::wire::ArpHardware::Ethernet {
            return Err(());
        }
        let option = |kind| packet.options().find(|option| option.kind == kind);
        let address = |kind| option(kind).and_then(|option| <[u8; 4]>::try_from(option.data).ok()).map(Ipv4Addr::from);
        let [message_type] = *option(MESSAGE_TYPE).ok_or(())?.data else { return Err(()) };
        let message_type = DhcpMessageType::from(message_type);
        // A server's message is none of ours.
        if packet.opcode() != smoltcp::wire::DhcpOpCode::Request {
            return Err(());
        }
        Ok(Self {
            packet,
            message_type,
            requested: address(REQUESTED_ADDRESS),
            server: address(SERVER_IDENTIFIER),
            client: option(CLIENT_IDENTIFIER),
        })
    }

    fn reply(&self, message_type: DhcpMessageType, config: &NetworkConfig) -> Vec<u8> {
        let configures = message_type != DhcpMessageType::Nak;
        let leases = configures && self.message_type != DhcpMessageType::Inform;
        // A client that identifies itself is answered in the same words (RFC 6842).
        let identifier: Vec<_> = self.client.into_iter().collect();
        let reply = DhcpRepr {
            message_type,
            transaction_id: self.packet.transaction_id(),
            secs: 0,
            client_hardware_address: self.packet.client_hardware_address(),
            client_ip: if configures { self.packet.client_ip() } else { Ipv4Addr::UNSPECIFIED },
            your_ip: if leases { config.device } else { Ipv4Addr::UNSPECIFIED },
            server_ip: Ipv4Addr::UNSPECIFIED,
            router: configures.then_some(config.gateway),
            subnet_mask: configures.then(|| config.subnet_mask()),
            relay_agent_ip: self.packet.relay_agent_ip(),
            broadcast: self.packet.flags().contains(DhcpFlags::BROADCAST),
            requested_ip: None,
            client_identifier: None,
            server_identifier: Some(config.gateway),
            parameter_request_list: None,
            dns_servers: configures.then(|| [config.gateway].into_iter().collect()),
            max_size: None,
            lease_duration: leases.then_some((config.lease.ns() / 1_000_000_000) as u32),
            renew_duration: None,
            rebind_duration: None,
            additional_options: &identifier,
        };
        let mut message = vec![0; reply.buffer_len().max(SHORTEST)];
        let mut packet = DhcpPacket::new_unchecked(message.as_mut_slice());
        reply.emit(&mut packet).expect("there is room for what `buffer_len` has counted");
        message
    }
}
