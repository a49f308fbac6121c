//! Registers that keep what is written to them.

/// The registers at offsets 0 to 4 * `WORDS` - 4.
#[derive(Clone, Hash, Debug)]
pub struct Registers<const WORDS: usize> {
    words: [u32; WORDS],
}

impl<const WORDS: usize> Registers<WORDS> {
    /// With these reset values, by offset; the others are 0.
    pub fn new(reset_values: &[(u32, u32)]) -> Self {
        let mut registers = Self { words: [0; WORDS] };
        for (offset, value) in reset_values {
            registers.write(*offset, *value);
        }
        registers
    }

    /// 0 if there is no such register.
    pub fn read(&self, offset: u32) -> u32 {
        self.words.get((offset / 4) as usize).copied().unwrap_or(0)
    }

    /// Does nothing if there is no such register.
    pub fn write(&mut self, offset: u32, value: u32) {
        if let Some(word) = self.words.get_mut((offset / 4) as usize) {
            *word = value;
        }
    }
}
