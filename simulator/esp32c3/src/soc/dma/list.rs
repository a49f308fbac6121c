//! A list of descriptors that is being worked through: the part that in and out have in common.

use super::descriptor::Descriptor;
use hil_sim_core::mem::Memory;

/// LINK_ADDR has the lower 20 bits of an address of SRAM.
pub(crate) const LINK_ADDR: u32 = 0xF_FFFF;
const LINK_BASE: u32 = 0x3FC0_0000;

/// Where in the list a channel is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
enum At {
    /// Not started, stopped, or stopped by an error.
    #[default]
    Stopped,
    /// At this descriptor, of which so many bytes have been moved.
    Descriptor(Descriptor, u32),
    /// Behind the last one.
    End,
}

/// A descriptor could not be used: not in SRAM, its buffer is not in SRAM, or it belongs to the CPU.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct DescriptorError;

#[derive(Clone, Hash, Debug, Default)]
pub(crate) struct List {
    /// LINK_ADDR.
    pub(crate) link: u32,
    /// CHECK_OWNER.
    pub(crate) check_owner: bool,
    at: At,
    /// The descriptor in work, the one before it, and the one before that.
    pub(crate) history: [u32; 3],
    /// The descriptor that was finished last, if that was after the start.
    finished: Option<Descriptor>,
    /// RESTART was set since `finished` was read.
    restarted: bool,
}

impl List {
    /// Begins with the descriptor at LINK_ADDR.
    pub(crate) fn start(&mut self, memory: &Memory) -> Result<(), DescriptorError> {
        self.finished = None;
        self.restarted = false;
        self.mount(memory, LINK_BASE | self.link)
    }

    /// Goes on behind the last descriptor, if one has been added there. One that was refused is looked at again.
    pub(crate) fn restart(&mut self, memory: &Memory) -> Result<(), DescriptorError> {
        match (self.at, self.finished) {
            (At::Descriptor(..), _) => self.restarted = true,
            (_, Some(finished)) => match Descriptor::next_now(memory, finished.address) {
                0 => {}
                next => return self.mount(memory, next),
            },
            (_, None) => return self.mount(memory, LINK_BASE | self.link),
        }
        Ok(())
    }

    pub(crate) fn stop(&mut self) {
        self.at = At::Stopped;
    }

    /// The descriptor in work, and the bytes of it that have been moved.
    pub(crate) fn current(&self) -> Option<(Descriptor, u32)> {
        match self.at {
            At::Descriptor(descriptor, offset) => Some((descriptor, offset)),
            At::Stopped | At::End => None,
        }
    }

    /// The last descriptor, if all have been finished.
    pub(crate) fn ended(&self) -> Option<Descriptor> {
        if self.at == At::End { self.finished } else { None }
    }

    /// Notes that bytes of the current descriptor have been moved.
    pub(crate) fn moved(&mut self, bytes: u32) {
        if let At::Descriptor(_, offset) = &mut self.at {
            *offset = offset.saturating_add(bytes);
        }
    }

    /// Leaves the current descriptor for the next one. True if there is none.
    pub(crate) fn finish(&mut self, memory: &Memory) -> Result<bool, DescriptorError> {
        let At::Descriptor(descriptor, _) = self.at else { return Ok(true) };
        self.finished = Some(descriptor);
        let restarted = std::mem::take(&mut self.restarted);
        match if restarted { Descriptor::next_now(memory, descriptor.address) } else { descriptor.next } {
            0 => {
                self.at = At::End;
                Ok(true)
            }
            next => self.mount(memory, next).map(|()| false),
        }
    }

    fn mount(&mut self, memory: &Memory, address: u32) -> Result<(), DescriptorError> {
        self.history = [address, self.history[0], self.history[1]];
        let usable = |it: &Descriptor| !self.check_owner || it.is_owned_by_dma();
        match Descriptor::load(memory, address).filter(usable) {
            Some(descriptor) => {
                self.at = At::Descriptor(descriptor, 0);
                Ok(())
            }
            None => {
                self.at = At::Stopped;
                Err(DescriptorError)
            }
        }
    }
}
