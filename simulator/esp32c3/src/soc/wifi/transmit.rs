//! Sending: a queue is given a descriptor and says what became of the frame.

use super::mac::{ADDRESS_BITS, EVENT_SENT, QUEUE0, WifiMac};
use crate::map::DRAM;
use crate::soc::hub::Env;
use hil_sim_core::air::Mpdu;
use hil_sim_core::air::header::{self, Header, flag};
use hil_sim_core::time::{Instant, Span};

/// Where addresses of descriptors count from.
pub(super) const RAM: u32 = DRAM.start & !ADDRESS_BITS;
/// The result of queue 0, in bits 15:12. Those of the others are in front of it; `lmacProcessTxComplete`.
const RESULT0: u32 = 0x1320;
const RESULT_BYTES: u32 = 76;
const RESULT: u32 = 0xF << 12;
/// No acknowledgement came. The driver sends again.
const ACK_TIMEOUT: u32 = 5 << 12;
/// Bits of a queue's control word that the MAC clears when it is done: it owned the frame.
const QUEUE_BUSY: u32 = 0b11 << 30;
/// From the end of a frame to the end of its acknowledgement at 24 Mbit/s: SIFS, and a frame of 14 octets.
const ACKNOWLEDGEMENT: Span = Span::from_us(10 + 28);
const LONGEST: usize = 2_400;

/// A frame that is on the air.
#[derive(Clone, Hash, Debug)]
pub(super) struct Transmission {
    queue: u32,
    ends: Instant,
    is_acknowledged: bool,
}

impl WifiMac {
    /// A queue has a frame.
    pub(super) fn transmit(&mut self, env: &mut Env<'_>, queue: u32, control: u32) {
        let descriptor = RAM | control & ADDRESS_BITS;
        let word = |at: u32| {
            let mut bytes = [0; 4];
            env.memory.read_bytes(at, &mut bytes).map(|()| u32::from_le_bytes(bytes))
        };
        let (Ok(first), Ok(buffer)) = (word(descriptor), word(descriptor.wrapping_add(4))) else {
            env.unsupported(format!("a descriptor at {descriptor:#010x}, where there is no RAM"));
            return;
        };
        let mut bytes = vec![0; ((first >> 12 & 0xFFF) as usize).min(LONGEST)];
        if env.memory.read_bytes(buffer, &mut bytes).is_err() {
            env.unsupported(format!("a frame at {buffer:#010x}, where there is no RAM"));
            return;
        }
        let now = env.now();
        let header = Header::read(&bytes);
        let is_protected = header.is_some_and(|header| header.has(flag::PROTECTED));
        let key = header.filter(|_| is_protected);
        let key = key.and_then(|header| self.key_of(header.receiver, &bytes[header.length..]));
        let mpdu = Mpdu { bytes, key };
        let channel = env.hub.channel;
        let is_acknowledged = env.hub.air.transmit(now, channel, &mpdu);
        let is_group = header.is_some_and(|header| header::is_group(header.receiver));
        let took = mpdu.air_time() + if is_group { Span::ZERO } else { ACKNOWLEDGEMENT };
        self.sending.push(Transmission { queue, ends: now + took, is_acknowledged });
        // Frames for the network behind are taken from the air outside of the core's loop.
        env.common.slice_ends = true;
    }

    /// Says what became of frames; gives when the next one ends.
    pub(super) fn finish_transmissions(&mut self, env: &mut Env<'_>) -> Instant {
        let now = env.now();
        let (ended, sending) =
            std::mem::take(&mut self.sending).into_iter().partition(|it: &Transmission| it.ends <= now);
        self.sending = sending;
        let ended: Vec<Transmission> = ended;
        for Transmission { queue, is_acknowledged, .. } in ended {
            let control = QUEUE0 - 8 * queue;
            self.set_register(control, self.register(control) & !QUEUE_BUSY);
            let result = RESULT0 - RESULT_BYTES * queue;
            let outcome = if is_acknowledged { 0 } else { ACK_TIMEOUT };
            self.set_register(result, self.register(result) & !RESULT | outcome);
            self.done |= 1 << queue;
            self.events |= EVENT_SENT;
        }
        self.sending.iter().map(|it| it.ends).min().unwrap_or(Instant::NEVER)
    }
}
