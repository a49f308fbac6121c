//! A FIFO of 32 bytes: a memory with two addresses, as the registers show it.

const BYTES: u8 = 32;

#[derive(Clone, Default, Hash, Debug)]
pub(super) struct Fifo {
    memory: [u8; BYTES as usize],
    /// Where the next byte is read and written.
    pub(super) read_at: u8,
    pub(super) write_at: u8,
    pub(super) count: u8,
}

impl Fifo {
    /// Adds a byte. False if there is no room for it.
    pub(super) fn push(&mut self, byte: u8) -> bool {
        if self.count == BYTES {
            return false;
        }
        self.memory[usize::from(self.write_at)] = byte;
        self.write_at = (self.write_at + 1) % BYTES;
        self.count += 1;
        true
    }

    /// Takes a byte. `Err` if there is none: what the memory has where the next one will be.
    pub(super) fn pop(&mut self) -> Result<u8, u8> {
        let byte = self.memory[usize::from(self.read_at)];
        if self.count == 0 {
            return Err(byte);
        }
        self.read_at = (self.read_at + 1) % BYTES;
        self.count -= 1;
        Ok(byte)
    }

    pub(super) fn clear(&mut self) {
        (self.read_at, self.write_at, self.count) = (0, 0, 0);
    }

    /// A byte of the memory, wherever the FIFO is.
    pub(super) fn at(&self, index: usize) -> u8 {
        self.memory.get(index).copied().unwrap_or(0)
    }
}
