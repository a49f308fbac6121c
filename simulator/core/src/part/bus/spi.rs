//! A target on an SPI bus: bytes in and out at once, the most significant bit first, while the chip select is low.
//!
//! Not modelled: other bit orders and word lengths, two and four data lines.

use crate::circuit::{Drive, PartEnv};
use crate::part::Pin;

/// What a part with an SPI interface does with bytes.
pub trait SpiTarget {
    /// The chip select has become low. Gives the byte that is sent first.
    fn select(&mut self) -> u8 {
        0xFF
    }

    /// A byte has come in. Gives the byte that is sent with the next one.
    fn exchange(&mut self, byte: u8) -> u8;

    /// The chip select has become high.
    fn deselect(&mut self) {}
}

/// The pins of a part that are the bus. What a part does not have is a pin that is open.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SpiPins {
    /// The clock.
    pub sck: Pin,
    /// Data to the part.
    pub mosi: Pin,
    /// Data from the part.
    pub miso: Pin,
    /// The chip select, which is active while it is low.
    pub cs: Pin,
}

/// SPI's modes by the clock's polarity and phase.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct SpiMode {
    /// The clock idles high.
    pub polarity: bool,
    /// Data is sampled at the second edge of a bit.
    pub phase: bool,
}

/// Where in a byte the bus is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SpiPort {
    mode: SpiMode,
    is_selected: bool,
    /// Bits of the byte that have been sampled.
    bits: u8,
    received: u8,
    /// The byte that is being sent.
    sent: u8,
    /// The bit of it that is on MISO.
    miso: bool,
}

impl SpiPort {
    /// A bus on which nothing is selected.
    pub fn new(mode: SpiMode) -> Self {
        Self { mode, is_selected: false, bits: 0, received: 0, sent: 0xFF, miso: true }
    }

    /// An edge at one of the part's pins. MISO is driven as it has to be.
    pub fn edge(&mut self, env: &mut PartEnv<'_>, pins: SpiPins, edge: (Pin, bool), target: &mut impl SpiTarget) {
        let (pin, level) = edge;
        let miso = match pin {
            pin if pin == pins.cs => self.select(!level, target),
            pin if pin == pins.sck => self.clock(level, env.level(pins.mosi), target),
            _ => return,
        };
        env.drive(pins.miso, miso.map_or(Drive::None, Drive::from));
    }

    /// The part is selected from now on, or not any more. Gives what it drives onto MISO.
    pub fn select(&mut self, is_selected: bool, target: &mut impl SpiTarget) -> Option<bool> {
        if std::mem::replace(&mut self.is_selected, is_selected) != is_selected {
            (self.bits, self.received) = (0, 0);
            if is_selected {
                self.sent = target.select();
                self.miso = self.next_bit();
            } else {
                target.deselect();
            }
        }
        self.is_selected.then_some(self.miso)
    }

    /// The clock's level from now on, and that of MOSI. Gives what the part drives onto MISO.
    pub fn clock(&mut self, level: bool, mosi: bool, target: &mut impl SpiTarget) -> Option<bool> {
        if !self.is_selected {
            return None;
        }
        let is_first_edge = level != self.mode.polarity;
        if is_first_edge == self.mode.phase {
            self.miso = self.next_bit();
        } else {
            self.received = self.received << 1 | u8::from(mosi);
            self.bits += 1;
            if self.bits == 8 {
                self.bits = 0;
                self.sent = target.exchange(self.received);
            }
        }
        Some(self.miso)
    }

    fn next_bit(&self) -> bool {
        self.sent >> (7 - self.bits) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends back what it got, a byte later.
    #[derive(Default)]
    struct Echo(Vec<u8>);

    impl SpiTarget for Echo {
        fn select(&mut self) -> u8 {
            0xA5
        }

        fn exchange(&mut self, byte: u8) -> u8 {
            self.0.push(byte);
            byte
        }
    }

    /// What a controller reads that sends these bytes.
    fn transfer(mode: SpiMode, bytes: &[u8], echo: &mut Echo) -> Vec<u8> {
        let mut port = SpiPort::new(mode);
        let mut miso = port.select(true, echo);
        let byte = |sent: &u8| {
            (0..8).rev().fold(0, |read, bit| {
                let mosi = sent >> bit & 1 == 1;
                let mut sampled = miso;
                // The controller samples at the same edge as the part.
                for (second, level) in [(false, !mode.polarity), (true, mode.polarity)] {
                    if second == mode.phase {
                        sampled = miso;
                    }
                    miso = port.clock(level, mosi, echo);
                }
                read << 1 | u8::from(sampled == Some(true))
            })
        };
        let read = bytes.iter().map(byte).collect();
        assert_eq!(port.select(false, echo), None, "MISO is let go");
        read
    }

    #[test]
    fn bytes_go_both_ways_in_every_mode() {
        for mode in [(false, false), (false, true), (true, false), (true, true)] {
            let mode = SpiMode { polarity: mode.0, phase: mode.1 };
            let mut echo = Echo::default();
            assert_eq!(transfer(mode, &[0x12, 0xFE, 0x80], &mut echo), [0xA5, 0x12, 0xFE], "{mode:?}");
            assert_eq!(echo.0, [0x12, 0xFE, 0x80], "{mode:?}");
        }
    }

    #[test]
    fn a_clock_for_others_is_not_heard() {
        let mut port = SpiPort::new(SpiMode::default());
        let mut echo = Echo::default();
        for _ in 0..16 {
            assert_eq!(port.clock(true, true, &mut echo), None);
            assert_eq!(port.clock(false, true, &mut echo), None);
        }
        assert_eq!(echo.0, []);
    }
}
