//! An I2C part with 256 registers of 8 bits behind a pointer, as many sensors and EEPROMs have them: the first byte that
//! is written sets the pointer, further ones go to the registers, and reading gives them; the pointer counts on.
//!
//! It works on the levels of SCL and SDA. It never holds SCL low.

/// The state of such a part.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct I2cRegisters {
    /// 7-bit address.
    address: u8,
    registers: [u8; 256],
    pointer: u8,
    phase: Phase,
    /// Rising edges of SCL since the byte began: 8 for data, and the ninth for the acknowledge.
    clocks: u8,
    shift: u8,
    scl: bool,
    sda: bool,
    pulls_sda: bool,
}

/// What the part does with the byte that is on the bus.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug)]
enum Phase {
    /// Not addressed.
    #[default]
    Ignores,
    Address,
    Pointer,
    Receives,
    Sends,
}

impl I2cRegisters {
    /// A part with this 7-bit address and these contents, on a bus that is idle.
    pub fn new(address: u8, registers: [u8; 256]) -> Self {
        Self {
            address,
            registers,
            pointer: 0,
            phase: Phase::Ignores,
            clocks: 0,
            shift: 0,
            scl: true,
            sda: true,
            pulls_sda: false,
        }
    }

    /// The contents.
    pub fn registers(&self) -> &[u8; 256] {
        &self.registers
    }

    /// The levels of the bus from now on. Returns whether the part pulls SDA low from now on.
    pub fn levels(&mut self, scl: bool, sda: bool) -> bool {
        let (was_scl, was_sda) = (self.scl, self.sda);
        (self.scl, self.sda) = (scl, sda);
        if scl && was_scl && sda != was_sda {
            // START if SDA falls while SCL is high, STOP if it rises.
            self.phase = if sda { Phase::Ignores } else { Phase::Address };
            (self.clocks, self.pulls_sda) = (0, false);
        } else if scl && !was_scl {
            self.rising(sda);
        } else if !scl && was_scl {
            self.falling();
        }
        self.pulls_sda
    }

    fn rising(&mut self, sda: bool) {
        self.clocks = (self.clocks + 1).min(9);
        let sends = self.phase == Phase::Sends;
        if self.clocks <= 8 && !sends {
            self.shift = self.shift << 1 | u8::from(sda);
        } else if self.clocks == 9 && sends && sda {
            // The master wants no more.
            self.phase = Phase::Ignores;
        }
    }

    fn falling(&mut self) {
        match self.clocks {
            8 => self.pulls_sda = self.acknowledges(),
            9 => {
                self.clocks = 0;
                self.next_byte();
            }
            _ => {}
        }
        if self.clocks < 8 {
            self.pulls_sda = self.phase == Phase::Sends && self.shift >> (7 - self.clocks) & 1 == 0;
        }
    }

    /// Whether the part acknowledges the byte that has been received.
    fn acknowledges(&mut self) -> bool {
        match self.phase {
            Phase::Address => {
                if self.shift >> 1 != self.address {
                    self.phase = Phase::Ignores;
                }
            }
            Phase::Pointer => self.pointer = self.shift,
            Phase::Receives => {
                self.registers[usize::from(self.pointer)] = self.shift;
                self.pointer = self.pointer.wrapping_add(1);
            }
            Phase::Ignores | Phase::Sends => return false,
        }
        self.phase != Phase::Ignores
    }

    fn next_byte(&mut self) {
        self.phase = match self.phase {
            Phase::Address if self.shift & 1 == 1 => Phase::Sends,
            Phase::Address => Phase::Pointer,
            Phase::Pointer => Phase::Receives,
            other => other,
        };
        if self.phase == Phase::Sends {
            self.shift = self.registers[usize::from(self.pointer)];
            self.pointer = self.pointer.wrapping_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The other side of the bus.
    struct Master(I2cRegisters);

    impl Master {
        fn new() -> Self {
            Self(I2cRegisters::new(0x77, std::array::from_fn(|n| n as u8)))
        }

        fn start(&mut self) {
            for (scl, sda) in [(false, true), (true, true), (true, false), (false, false)] {
                self.0.levels(scl, sda);
            }
        }

        /// Sends a bit and gives what is on SDA.
        fn bit(&mut self, bit: bool) -> bool {
            let pulled = self.0.levels(false, bit);
            let sda = bit && !pulled;
            self.0.levels(true, sda);
            self.0.levels(false, sda);
            sda
        }

        fn write(&mut self, byte: u8) -> bool {
            for n in (0..8).rev() {
                self.bit(byte >> n & 1 == 1);
            }
            !self.bit(true)
        }

        fn read(&mut self, last: bool) -> u8 {
            let byte = (0..8).fold(0, |byte, _| byte << 1 | u8::from(self.bit(true)));
            self.bit(last);
            byte
        }
    }

    #[test]
    fn only_its_own_address_is_acknowledged() {
        let mut bus = Master::new();
        bus.start();
        assert!(!bus.write(0x6B << 1));
        assert!(!bus.write(0xAA));
        bus.start();
        assert!(bus.write(0x77 << 1));
    }

    #[test]
    fn registers_are_read_from_the_pointer_on() {
        let mut bus = Master::new();
        bus.start();
        assert!(bus.write(0xEE));
        assert!(bus.write(0xAA));
        bus.start();
        assert!(bus.write(0xEF));
        assert_eq!([bus.read(false), bus.read(false), bus.read(true)], [0xAA, 0xAB, 0xAC]);
        assert_eq!(bus.read(true), 0xFF, "after its last byte the part lets SDA go");
    }

    #[test]
    fn registers_are_written() {
        let mut bus = Master::new();
        bus.start();
        for byte in [0xEE, 0x10, 1, 2] {
            assert!(bus.write(byte));
        }
        assert_eq!(bus.0.registers()[0x10..0x13], [1, 2, 0x12]);
    }
}
