//! A channel: a list that goes out of memory, and one that comes in.

use super::descriptor::End;
use super::list::List;
use hil_sim_core::mem::Memory;
use hil_sim_core::time::Instant;

/// DMA_INT_RAW_CHn and its siblings.
pub(crate) mod int {
    pub(crate) const IN_DONE: u32 = 1 << 0;
    pub(crate) const IN_SUC_EOF: u32 = 1 << 1;
    pub(crate) const IN_ERR_EOF: u32 = 1 << 2;
    pub(crate) const OUT_DONE: u32 = 1 << 3;
    pub(crate) const OUT_EOF: u32 = 1 << 4;
    pub(crate) const IN_DSCR_ERR: u32 = 1 << 5;
    pub(crate) const OUT_DSCR_ERR: u32 = 1 << 6;
    pub(crate) const IN_DSCR_EMPTY: u32 = 1 << 7;
    pub(crate) const OUT_TOTAL_EOF: u32 = 1 << 8;
    /// All, with those of the FIFOs, which never overflow or underflow here.
    pub(crate) const ALL: u32 = 0x1FFF;
}

/// PERI_SEL: no peripheral.
const NO_PERIPHERAL: u8 = 0x3F;
/// Empty out descriptors that are passed over at once. A ring of them would go round for ever.
const MOST_EMPTY: u32 = 256;

/// What an out channel gave.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Pulled {
    /// How many bytes.
    pub(crate) count: usize,
    /// The last of them was the last of a descriptor whose EOF bit is set.
    pub(crate) eof: bool,
}

/// One of the three channels.
#[derive(Clone, Hash, Debug)]
pub(crate) struct Channel {
    pub(crate) outlist: List,
    pub(crate) inlist: List,
    pub(crate) out_peripheral: u8,
    pub(crate) in_peripheral: u8,
    /// IN_CONF0 and OUT_CONF0, IN_CONF1 and OUT_CONF1, IN_PRI and OUT_PRI as they were written.
    pub(crate) in_conf: [u32; 2],
    pub(crate) out_conf: [u32; 2],
    pub(crate) priorities: [u32; 2],
    pub(crate) raw: u32,
    pub(crate) enable: u32,
    pub(crate) out_eof: u32,
    pub(crate) out_eof_before: u32,
    pub(crate) in_suc_eof: u32,
    pub(crate) in_err_eof: u32,
    /// When the copy from memory to memory that is under way is done.
    pub(crate) copied_at: Instant,
}

impl Default for Channel {
    fn default() -> Self {
        Self {
            outlist: List::default(),
            inlist: List::default(),
            out_peripheral: NO_PERIPHERAL,
            in_peripheral: NO_PERIPHERAL,
            in_conf: [0; 2],
            out_conf: [0x08, 0],
            priorities: [0; 2],
            raw: 0,
            enable: 0,
            out_eof: 0,
            out_eof_before: 0,
            in_suc_eof: 0,
            in_err_eof: 0,
            copied_at: Instant::NEVER,
        }
    }
}

impl Channel {
    const MEM_TRANS_EN: u32 = 1 << 4;
    const OUT_AUTO_WRBACK: u32 = 1 << 2;

    /// Whether the channel copies from memory to memory.
    pub(crate) fn copies(&self) -> bool {
        self.in_conf[0] & Self::MEM_TRANS_EN != 0
    }

    pub(crate) fn start_out(&mut self, memory: &Memory) {
        if self.outlist.start(memory).is_err() {
            self.raw |= int::OUT_DSCR_ERR;
        }
    }

    pub(crate) fn restart_out(&mut self, memory: &Memory) {
        if self.outlist.restart(memory).is_err() {
            self.raw |= int::OUT_DSCR_ERR;
        }
    }

    pub(crate) fn start_in(&mut self, memory: &Memory) {
        if self.inlist.start(memory).is_err() {
            self.raw |= int::IN_DSCR_ERR;
        }
        self.refuse_empty_buffer();
    }

    pub(crate) fn restart_in(&mut self, memory: &Memory) {
        if self.inlist.restart(memory).is_err() {
            self.raw |= int::IN_DSCR_ERR;
        }
        self.refuse_empty_buffer();
    }

    /// Bytes that the current out descriptor still has.
    pub(crate) fn out_remaining(&self) -> u32 {
        self.outlist.current().map_or(0, |(descriptor, moved)| descriptor.length().saturating_sub(moved))
    }

    /// Takes bytes out of memory, up to the end of a descriptor with EOF.
    pub(crate) fn pull(&mut self, memory: &mut Memory, into: &mut [u8]) -> Pulled {
        let mut count = 0;
        let mut empty = 0;
        while let Some((descriptor, moved)) = self.outlist.current() {
            let rest = descriptor.length().saturating_sub(moved) as usize;
            let part = rest.min(into.len() - count);
            if part == 0 && rest > 0 {
                break;
            }
            // In reach, as was seen when the descriptor was loaded.
            let _ = memory.read_bytes(descriptor.buffer + moved, &mut into[count..count + part]);
            count += part;
            self.outlist.moved(part as u32);
            if part < rest {
                break;
            }
            self.finish_out(memory);
            if descriptor.eof() {
                return Pulled { count, eof: true };
            }
            empty += u32::from(rest == 0);
            if empty == MOST_EMPTY {
                break;
            }
        }
        Pulled { count, eof: false }
    }

    fn finish_out(&mut self, memory: &mut Memory) {
        let Some((descriptor, _)) = self.outlist.current() else { return };
        if self.out_conf[0] & Self::OUT_AUTO_WRBACK != 0 {
            descriptor.give_back(memory);
        }
        self.raw |= int::OUT_DONE;
        if descriptor.eof() {
            self.raw |= int::OUT_EOF;
            self.out_eof = descriptor.address;
            self.out_eof_before = self.outlist.history[1];
        }
        match self.outlist.finish(memory) {
            Ok(true) => self.raw |= int::OUT_TOTAL_EOF,
            Ok(false) => {}
            Err(_) => self.raw |= int::OUT_DSCR_ERR,
        }
    }

    /// Puts bytes into memory; how many found room.
    pub(crate) fn push(&mut self, memory: &mut Memory, bytes: &[u8], end: End) -> usize {
        let mut count = 0;
        let mut ended = end == End::Full;
        while count < bytes.len() {
            let Some((descriptor, moved)) = self.inlist.current() else {
                if self.inlist.ended().is_some() {
                    self.raw |= int::IN_DSCR_EMPTY;
                }
                return count;
            };
            let room = descriptor.size().saturating_sub(moved) as usize;
            let part = room.min(bytes.len() - count);
            let _ = memory.write_bytes(descriptor.buffer + moved, &bytes[count..count + part]);
            count += part;
            self.inlist.moved(part as u32);
            if part == room {
                let last = count == bytes.len();
                ended |= last;
                self.finish_in(memory, if last { end } else { End::Full });
            }
        }
        if !ended {
            self.end_in(memory, end);
        }
        count
    }

    /// An EOF that comes behind the last byte.
    fn end_in(&mut self, memory: &mut Memory, end: End) {
        if self.inlist.current().is_some() {
            self.finish_in(memory, end);
        } else if let Some(last) = self.inlist.ended() {
            last.give_back_filled(memory, last.size(), end);
            self.note_end(last.address, end);
        }
    }

    fn finish_in(&mut self, memory: &mut Memory, end: End) {
        let Some((descriptor, moved)) = self.inlist.current() else { return };
        descriptor.give_back_filled(memory, moved, end);
        self.raw |= int::IN_DONE;
        self.note_end(descriptor.address, end);
        if self.inlist.finish(memory).is_err() {
            self.raw |= int::IN_DSCR_ERR;
        }
        self.refuse_empty_buffer();
    }

    fn note_end(&mut self, descriptor: u32, end: End) {
        match end {
            End::Full => {}
            End::Eof => {
                self.raw |= int::IN_SUC_EOF;
                self.in_suc_eof = descriptor;
            }
            End::Error => {
                self.raw |= int::IN_ERR_EOF;
                self.in_err_eof = descriptor;
            }
        }
    }

    /// A buffer without room can receive nothing.
    fn refuse_empty_buffer(&mut self) {
        if self.inlist.current().is_some_and(|(descriptor, _)| descriptor.size() == 0) {
            self.inlist.stop();
            self.raw |= int::IN_DSCR_ERR;
        }
    }

    /// Copies what the current out descriptor has left to the in list.
    pub(crate) fn copy(&mut self, memory: &mut Memory) {
        let mut bytes = vec![0; self.out_remaining() as usize];
        let pulled = self.pull(memory, &mut bytes);
        let end = if pulled.eof { End::Eof } else { End::Full };
        self.push(memory, &bytes[..pulled.count], end);
    }
}
