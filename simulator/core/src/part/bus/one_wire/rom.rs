//! How the controller chooses a device: ROM codes and the commands for them.

use super::crc::crc8;
use super::port::{OneWireTarget, Turn};
use super::slots::Bits;

const READ_ROM: u8 = 0x33;
const MATCH_ROM: u8 = 0x55;
const SKIP_ROM: u8 = 0xCC;
const SEARCH_ROM: u8 = 0xF0;
const CODE_BITS: u8 = 64;

/// The code by which a device is known: its family, a serial number, and their CRC.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct RomCode(u64);

impl RomCode {
    /// The code of a device; the least significant byte of the serial number is the first.
    pub fn new(family: u8, serial: [u8; 6]) -> Self {
        let [a, b, c, d, e, f] = serial;
        let crc = crc8(&[family, a, b, c, d, e, f]);
        Self(u64::from_le_bytes([family, a, b, c, d, e, f, crc]))
    }

    /// The bytes, in the order in which they are sent.
    pub fn bytes(self) -> [u8; 8] {
        self.0.to_le_bytes()
    }

    fn bit(self, number: u8) -> bool {
        self.0 >> number & 1 == 1
    }
}

/// What a bit is part of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Stage {
    /// Of nothing until the next reset pulse: another device was chosen.
    Ignores,
    /// Of the ROM command.
    Command,
    /// Of the code that the device sends.
    Reads { bit: u8 },
    /// Of the code that has to be the device's own.
    Matches { bit: u8 },
    /// Of a search: the bit and its complement are sent, then the controller's choice is heard.
    Searches { bit: u8, step: u8 },
    /// Of what the device does.
    Chosen { turn: Turn },
}

/// The state of a device's choice, and the byte that is on its way.
#[derive(Clone, Hash, Debug)]
pub(super) struct Rom {
    code: RomCode,
    stage: Stage,
    shift: u8,
    count: u8,
}

impl Rom {
    pub(super) fn new(code: RomCode) -> Self {
        Self { code, stage: Stage::Ignores, shift: 0, count: 0 }
    }

    pub(super) fn with<'a, T: OneWireTarget>(&'a mut self, target: &'a mut T) -> Chooser<'a, T> {
        Chooser { rom: self, target }
    }

    /// Takes a bit of a byte, the lowest first; gives the byte when it is complete.
    fn take(&mut self, bit: bool) -> Option<u8> {
        self.shift = self.shift >> 1 | u8::from(bit) << 7;
        self.count = (self.count + 1) % 8;
        (self.count == 0).then_some(self.shift)
    }
}

/// The choice, with the device behind it.
pub(super) struct Chooser<'a, T> {
    rom: &'a mut Rom,
    target: &'a mut T,
}

impl<T: OneWireTarget> Chooser<'_, T> {
    fn choose(&mut self) {
        self.target.select();
        self.rom.stage = Stage::Chosen { turn: Turn::Listens };
    }

    fn command(&mut self, command: u8) {
        self.rom.stage = match command {
            READ_ROM => Stage::Reads { bit: 0 },
            MATCH_ROM => Stage::Matches { bit: 0 },
            SEARCH_ROM => Stage::Searches { bit: 0, step: 0 },
            SKIP_ROM => return self.choose(),
            _ => Stage::Ignores,
        };
    }

    /// Goes on to the code's next bit, or has chosen the device.
    fn next_bit(&mut self, bit: u8, stage: impl FnOnce(u8) -> Stage) {
        if bit + 1 == CODE_BITS { self.choose() } else { self.rom.stage = stage(bit + 1) }
    }
}

impl<T: OneWireTarget> Bits for Chooser<'_, T> {
    fn reset(&mut self) {
        *self.rom = Rom { stage: Stage::Command, ..Rom::new(self.rom.code) };
    }

    fn slot(&mut self) -> Option<bool> {
        let code = self.rom.code;
        match self.rom.stage {
            Stage::Ignores | Stage::Command | Stage::Matches { .. } | Stage::Searches { step: 2.., .. } => None,
            Stage::Reads { bit } => {
                self.next_bit(bit, |bit| Stage::Reads { bit });
                Some(code.bit(bit))
            }
            Stage::Searches { bit, step } => {
                self.rom.stage = Stage::Searches { bit, step: step + 1 };
                Some(code.bit(bit) ^ (step == 1))
            }
            Stage::Chosen { turn } => {
                let turn = if self.rom.count == 0 { self.target.turn() } else { turn };
                self.rom.stage = Stage::Chosen { turn };
                match turn {
                    Turn::Listens => None,
                    Turn::SendsBit(bit) => Some(bit),
                    Turn::Sends(byte) => {
                        let bit = byte >> self.rom.count & 1 == 1;
                        self.rom.count = (self.rom.count + 1) % 8;
                        Some(bit)
                    }
                }
            }
        }
    }

    fn bit(&mut self, bit: bool) {
        let code = self.rom.code;
        match self.rom.stage {
            Stage::Command => {
                if let Some(command) = self.rom.take(bit) {
                    self.command(command);
                }
            }
            Stage::Matches { bit: number } | Stage::Searches { bit: number, .. } if code.bit(number) != bit => {
                self.rom.stage = Stage::Ignores;
            }
            Stage::Matches { bit } => self.next_bit(bit, |bit| Stage::Matches { bit }),
            Stage::Searches { bit, .. } => self.next_bit(bit, |bit| Stage::Searches { bit, step: 0 }),
            Stage::Chosen { .. } => {
                if let Some(byte) = self.rom.take(bit) {
                    self.target.write(byte);
                }
            }
            Stage::Ignores | Stage::Reads { .. } => {}
        }
    }
}
