//! The gateway's DNS server (RFC 1035): addresses of the names that are allowed, and no other name exists.

use std::net::Ipv4Addr;

use smoltcp::wire::{DnsFlags, DnsOpcode, DnsPacket, DnsQueryType, DnsQuestion, DnsRcode};

use super::names::Names;

pub(super) const PORT: u16 = 53;

const HEADER: usize = 12;
/// Longest name, as text.
const NAME: usize = 253;
/// Seconds that an answer may be kept: a name that is no longer allowed is soon forgotten.
const TIME_TO_LIVE: u32 = 60;
const CLASS_IN: u16 = 1;
/// In place of a name: the same as in the question (4.1.4).
const NAME_OF_QUESTION: u16 = 0xC000 | HEADER as u16;

/// Answers a query. `None` if it is too short for an answer, or an answer itself.
pub(super) fn answer(query: &[u8], names: &Names) -> Option<Vec<u8>> {
    let packet = DnsPacket::new_checked(query).ok()?;
    if packet.flags().contains(DnsFlags::RESPONSE) {
        return None;
    }
    if packet.opcode() != DnsOpcode::Query {
        return Some(reply(&packet, DnsRcode::NotImp, &[], None));
    }
    let Some((question, name, kind)) = question(&packet) else {
        return Some(reply(&packet, DnsRcode::FormErr, &[], None));
    };
    Some(match names.resolve(&name) {
        None => reply(&packet, DnsRcode::NXDomain, question, None),
        // Of a name that exists there is an IPv4 address and no other record.
        Some(address) => reply(&packet, DnsRcode::NoError, question, (kind == DnsQueryType::A).then_some(address)),
    })
}

/// The question as it stands there, its name and its type.
fn question<'a>(packet: &'a DnsPacket<&[u8]>) -> Option<(&'a [u8], String, DnsQueryType)> {
    // Nobody asks for more than one thing at a time (RFC 9619).
    if packet.question_count() != 1 {
        return None;
    }
    let (rest, question) = DnsQuestion::parse(packet.payload()).ok()?;
    let mut name = String::new();
    for label in packet.parse_name(question.name) {
        if !name.is_empty() {
            name.push('.');
        }
        // What is not text is no name that anybody has allowed.
        name.push_str(&String::from_utf8_lossy(label.ok()?));
        if name.len() > NAME {
            return None;
        }
    }
    let length = packet.payload().len() - rest.len();
    Some((&packet.payload()[..length], name, question.type_))
}

fn reply(query: &DnsPacket<&[u8]>, code: DnsRcode, question: &[u8], address: Option<Ipv4Addr>) -> Vec<u8> {
    let asked = DnsFlags::RECURSION_DESIRED & query.flags();
    let flags = DnsFlags::RESPONSE | DnsFlags::RECURSION_AVAILABLE | asked;
    let mut message = vec![0; HEADER];
    let mut header = DnsPacket::new_unchecked(message.as_mut_slice());
    header.set_transaction_id(query.transaction_id());
    header.set_flags(flags);
    header.set_opcode(query.opcode());
    header.set_question_count(u16::from(!question.is_empty()));
    header.set_answer_record_count(u16::from(address.is_some()));
    // RCODE has no setter.
    message[3] |= u8::from(code);
    message.extend_from_slice(question);
    if let Some(address) = address {
        message.extend_from_slice(&NAME_OF_QUESTION.to_be_bytes());
        message.extend_from_slice(&u16::from(DnsQueryType::A).to_be_bytes());
        message.extend_from_slice(&CLASS_IN.to_be_bytes());
        message.extend_from_slice(&TIME_TO_LIVE.to_be_bytes());
        message.extend_from_slice(&(address.octets().len() as u16).to_be_bytes());
        message.extend_from_slice(&address.octets());
    }
    message
}
