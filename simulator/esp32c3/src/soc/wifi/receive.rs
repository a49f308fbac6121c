//! Receiving: frames go into the chain of descriptors that the driver keeps filled.

use super::mac::{ADDRESS_BITS, EVENT_RECEIVED, RX_BASE, WifiMac};
use super::transmit::RAM;
use crate::crc::crc32;
use crate::soc::hub::Env;
use hil_sim_core::air::Reception;
use hil_sim_core::air::header::{Header, flag};
use hil_sim_core::time::{Instant, Span};

/// Bits of a descriptor's first word: the MAC may fill it, and it was filled; the length is in bits 23:12.
const OWNED: u32 = 1 << 31;
const FILLED: u32 = 1 << 30;
const LENGTH: u32 = 12;
const LENGTH_BITS: u32 = 0xFFF;
/// Octets in front of a frame that say how it was received (`wifi_pkt_rx_ctrl_t` of ESP-IDF's `esp_wifi_types_native.h`).
const METADATA: usize = 48;
const NOISE_FLOOR: u32 = 0xA6;
/// The last descriptor has this beside its address.
const LAST: u32 = 1 << 24;
/// Frames do not come closer: SIFS, an acknowledgement and the shortest frame.
const SPACING: Span = Span::from_us(60);

impl WifiMac {
    /// Takes frames from the air, as far as there is room; gives when to look again.
    pub(super) fn receive(&mut self, env: &mut Env<'_>) -> Instant {
        let now = env.now();
        let channel = env.hub.channel;
        let receiver = self.is_receiving().then_some(channel);
        if receiver.is_some() {
            if now.since(self.rx_filled_at) < SPACING {
                return (self.rx_filled_at + SPACING).max(env.hub.air.next_event(now, receiver));
            }
            if let Some(reception) = env.hub.air.receive(now, channel) {
                self.deliver(env, &reception);
                return now + SPACING;
            }
        }
        env.hub.air.next_event(now, receiver)
    }

    fn word(&self, env: &Env<'_>, address: u32) -> u32 {
        let mut bytes = [0; 4];
        // Where there is no RAM there is no descriptor.
        let _ = env.memory.read_bytes(address, &mut bytes);
        u32::from_le_bytes(bytes)
    }

    /// The descriptor behind the one that was filled last, or the first of all.
    pub(super) fn after_last(&self, env: &Env<'_>) -> u32 {
        match self.rx_last & ADDRESS_BITS {
            0 => self.register(RX_BASE) & ADDRESS_BITS,
            last => self.word(env, RAM | (last + 8)) & ADDRESS_BITS,
        }
    }

    /// Puts a frame into the next descriptor; it is lost if the driver has given none, or cannot be decrypted.
    fn deliver(&mut self, env: &mut Env<'_>, reception: &Reception) {
        let Reception { mpdu, rssi, channel } = reception;
        let Some(header) = Header::read(&mpdu.bytes) else { return };
        let key = || self.key_of(header.transmitter, &mpdu.bytes[header.length..]);
        if header.has(flag::PROTECTED) && (mpdu.key.is_none() || key() != mpdu.key) {
            return;
        }
        if self.rx_next == 0 {
            return;
        }
        let descriptor = RAM | self.rx_next;
        let (first, buffer, next) =
            (self.word(env, descriptor), self.word(env, descriptor + 4), self.word(env, descriptor + 8));
        let total = METADATA + mpdu.bytes.len() + 4;
        let room = (first & LENGTH_BITS) as usize;
        if first & (OWNED | FILLED) != OWNED || buffer == 0 || room < total {
            return;
        }
        let channel = u32::from(*channel);
        let mut metadata = [0_u32; METADATA / 4];
        metadata[0] = self.interfaces(&header) | u32::from(*rssi as u8);
        metadata[2] = channel << 16 | channel << 20;
        metadata[3] = self.timer(env.now()) as u32;
        metadata[5] = NOISE_FLOOR;
        metadata[11] = (mpdu.bytes.len() + 4) as u32 & LENGTH_BITS;
        let mut bytes: Vec<u8> = metadata.iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.extend(&mpdu.bytes);
        bytes.extend(crc32(&mpdu.bytes).to_le_bytes());
        let filled = first & !(LENGTH_BITS << LENGTH) | (total as u32) << LENGTH | OWNED | FILLED;
        let written = env
            .memory
            .write_bytes(buffer, &bytes)
            .and_then(|()| env.memory.write_bytes(descriptor, &filled.to_le_bytes()));
        if written.is_err() {
            env.unsupported(format!("a receive buffer at {buffer:#010x}, where there is no RAM"));
            return;
        }
        self.rx_last = descriptor & ADDRESS_BITS | LAST;
        self.rx_next = next & ADDRESS_BITS;
        self.rx_filled_at = env.now();
        self.events |= EVENT_RECEIVED;
    }
}
