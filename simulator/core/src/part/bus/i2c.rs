//! A target on an I2C bus; UM10204, "I2C-bus specification and user manual", chapter 3.1.
//!
//! Not modelled: 10-bit addresses, and stretching of SCL, which a target may do and none here does.

use crate::circuit::{Drive, PartEnv};
use crate::part::Pin;

/// What a part with an I2C interface does with bytes.
pub trait I2cTarget {
    /// A START or repeated START with this 7-bit address has been received. Says whether the part acknowledges it.
    fn start(&mut self, address: u8, is_read: bool) -> bool;

    /// A byte from the controller. Says whether the part acknowledges it.
    fn write(&mut self, byte: u8) -> bool;

    /// The next byte for the controller.
    fn read(&mut self) -> u8;

    /// A STOP, or a START that is for somebody else.
    fn stop(&mut self) {}
}

/// What the port does with the byte that is on the bus.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug)]
enum Phase {
    /// Not addressed.
    #[default]
    Ignores,
    Address,
    Receives,
    Sends,
}

/// The levels of SCL and SDA, and where in a byte they are.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct I2cPort {
    phase: Phase,
    /// Rising edges of SCL since the byte began: 8 for data, and the ninth for the acknowledge.
    clocks: u8,
    shift: u8,
    scl: bool,
    sda: bool,
    pulls_sda: bool,
}

impl Default for I2cPort {
    fn default() -> Self {
        Self { phase: Phase::Ignores, clocks: 0, shift: 0, scl: true, sda: true, pulls_sda: false }
    }
}

impl I2cPort {
    /// The bus as it is now, with nothing on its way.
    pub fn begin(env: &PartEnv<'_>, scl: Pin, sda: Pin) -> Self {
        Self { scl: env.level(scl), sda: env.level(sda), ..Self::default() }
    }

    /// An edge at `scl` or `sda`, which are the part's pins. SDA is driven as it has to be.
    pub fn edge(
        &mut self,
        env: &mut PartEnv<'_>,
        (scl, sda): (Pin, Pin),
        (pin, level): (Pin, bool),
        target: &mut impl I2cTarget,
    ) {
        let (scl_level, sda_level) = match pin {
            pin if pin == scl => (level, self.sda),
            pin if pin == sda => (self.scl, level),
            _ => return,
        };
        let pulls = self.levels(scl_level, sda_level, target);
        env.drive(sda, if pulls { Drive::Low } else { Drive::None });
    }

    /// The levels of the bus from now on. Returns whether the part pulls SDA low from now on.
    pub fn levels(&mut self, scl: bool, sda: bool, target: &mut impl I2cTarget) -> bool {
        let (was_scl, was_sda) = (self.scl, self.sda);
        (self.scl, self.sda) = (scl, sda);
        if scl && was_scl && sda != was_sda {
            // START if SDA falls while SCL is high, STOP if it rises.
            if sda && self.phase != Phase::Ignores {
                target.stop();
            }
            self.phase = if sda { Phase::Ignores } else { Phase::Address };
            (self.clocks, self.pulls_sda) = (0, false);
        } else if scl && !was_scl {
            self.rising(sda);
        } else if !scl && was_scl {
            self.falling(target);
        }
        self.pulls_sda
    }

    fn rising(&mut self, sda: bool) {
        self.clocks = (self.clocks + 1).min(9);
        let sends = self.phase == Phase::Sends;
        if self.clocks <= 8 && !sends {
            self.shift = self.shift << 1 | u8::from(sda);
        } else if self.clocks == 9 && sends && sda {
            // The controller wants no more.
            self.phase = Phase::Ignores;
        }
    }

    fn falling(&mut self, target: &mut impl I2cTarget) {
        match self.clocks {
            8 => self.pulls_sda = self.acknowledges(target),
            9 => {
                self.clocks = 0;
                self.next_byte(target);
            }
            _ => {}
        }
        if self.clocks < 8 {
            self.pulls_sda = self.phase == Phase::Sends && self.shift >> (7 - self.clocks) & 1 == 0;
        }
    }

    /// Whether the part acknowledges the byte that has been received.
    fn acknowledges(&mut self, target: &mut impl I2cTarget) -> bool {
        let is_taken = match self.phase {
            Phase::Address => target.start(self.shift >> 1, self.shift & 1 == 1),
            Phase::Receives => target.write(self.shift),
            Phase::Ignores | Phase::Sends => return false,
        };
        if !is_taken && self.phase == Phase::Address {
            target.stop();
        }
        if !is_taken {
            self.phase = Phase::Ignores;
        }
        is_taken
    }

    fn next_byte(&mut self, target: &mut impl I2cTarget) {
        self.phase = match self.phase {
            Phase::Address if self.shift & 1 == 1 => Phase::Sends,
            Phase::Address => Phase::Receives,
            other => other,
        };
        if self.phase == Phase::Sends {
            self.shift = target.read();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A target that counts up, and notes what it was told.
    #[derive(Default)]
    struct Counter {
        next: u8,
        told: Vec<String>,
    }

    impl I2cTarget for Counter {
        fn start(&mut self, address: u8, is_read: bool) -> bool {
            self.told.push(format!("{address:#x} {is_read}"));
            address == 0x77
        }

        fn write(&mut self, byte: u8) -> bool {
            self.told.push(format!("w{byte}"));
            byte != 0xFF
        }

        fn read(&mut self) -> u8 {
            self.next += 1;
            self.next
        }

        fn stop(&mut self) {
            self.told.push("stop".to_owned());
        }
    }

    /// The other side of the bus.
    #[derive(Default)]
    struct Controller {
        port: I2cPort,
        target: Counter,
    }

    impl Controller {
        fn levels(&mut self, scl: bool, sda: bool) -> bool {
            self.port.levels(scl, sda, &mut self.target)
        }

        fn start(&mut self) {
            for (scl, sda) in [(false, true), (true, true), (true, false), (false, false)] {
                self.levels(scl, sda);
            }
        }

        fn stop(&mut self) {
            for (scl, sda) in [(false, false), (true, false), (true, true)] {
                self.levels(scl, sda);
            }
        }

        /// Sends a bit and gives what is on SDA.
        fn bit(&mut self, bit: bool) -> bool {
            let pulled = self.levels(false, bit);
            let sda = bit && !pulled;
            self.levels(true, sda);
            self.levels(false, sda);
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
        let mut bus = Controller::default();
        bus.start();
        assert!(!bus.write(0x6B << 1));
        assert!(!bus.write(0xAA));
        bus.start();
        assert!(bus.write(0x77 << 1));
        assert_eq!(bus.target.told, ["0x6b false", "stop", "0x77 false"], "bytes for others are not its own");
    }

    #[test]
    fn bytes_are_read_until_the_controller_wants_no_more() {
        let mut bus = Controller::default();
        bus.start();
        assert!(bus.write(0x77 << 1 | 1));
        assert_eq!([bus.read(false), bus.read(false), bus.read(true)], [1, 2, 3]);
        assert_eq!(bus.read(true), 0xFF, "after its last byte the part lets SDA go");
    }

    #[test]
    fn a_byte_that_is_not_acknowledged_ends_the_transfer() {
        let mut bus = Controller::default();
        bus.start();
        assert!([0xEE, 1].into_iter().all(|byte| bus.write(byte)));
        assert!(!bus.write(0xFF));
        assert!(!bus.write(2));
        assert_eq!(bus.target.told, ["0x77 false", "w1", "w255"]);
    }

    #[test]
    fn a_stop_ends_what_was_begun() {
        let mut bus = Controller::default();
        bus.start();
        assert!(bus.write(0xEE));
        bus.stop();
        assert_eq!(bus.target.told.last().map(String::as_str), Some("stop"));
    }
}
