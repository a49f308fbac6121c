//! RTC_I2C: the internal bus to the analogue blocks (`rom_chip_i2c_readReg`, `regi2c`), and registers beside it, one of which tunes the
//! synthesizer to a channel.

use crate::soc::hub::{Env, Hub};
use hil_sim_core::chip::soc::{Device, Registers};
use std::collections::BTreeMap;

/// Two masters: block in bits 7:0, register in 15:8, data in 23:16, 24 for a write, 25 while it is busy.
const MASTER0: u32 = 0x00;
const MASTER1: u32 = 0x04;
const ADDRESS: u32 = 0xFFFF;
const DATA: u32 = 16;
const WRITE: u32 = 1 << 24;
const BUSY: u32 = 1 << 25;
/// Calibrations: bits 26:24 say that one is done; bits 31:30, what a comparator sees, are 0.
const CALIBRATION_FIRST: u32 = 0x40;
const CALIBRATION_LAST: u32 = 0x5C;
const CALIBRATION_DONE: u32 = 0b111 << 24;
const COMPARATORS: u32 = 0b11 << 30;
/// `rom_write_chan_freq`: the frequency in MHz less 2400 in bits 7:1, taken over by bit 8.
const FREQUENCY: u32 = 0xC4;
const FREQUENCY_STROBE: u32 = 1 << 8;
/// Registers of the block.
const WORDS: usize = 0x400;

/// The registers, and those behind the bus.
#[derive(Clone, Hash, Debug)]
pub(crate) struct AnalogI2c {
    registers: Registers<WORDS>,
    analog: BTreeMap<u16, u8>,
}

impl Default for AnalogI2c {
    fn default() -> Self {
        Self { registers: Registers::new(&[]), analog: BTreeMap::new() }
    }
}

impl Device<Hub> for AnalogI2c {
    fn read(&mut self, _: &mut Env<'_>, offset: u32) -> u32 {
        let stored = self.registers.read(offset);
        match offset {
            MASTER0 | MASTER1 if stored & WRITE == 0 => {
                let data = self.analog.get(&((stored & ADDRESS) as u16)).copied().unwrap_or(0);
                stored & !(0xFF << DATA | BUSY) | u32::from(data) << DATA
            }
            MASTER0 | MASTER1 => stored & !BUSY,
            CALIBRATION_FIRST..=CALIBRATION_LAST => stored & !COMPARATORS | CALIBRATION_DONE,
            _ => stored,
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        match offset {
            MASTER0 | MASTER1 if value & WRITE != 0 => {
                self.analog.insert((value & ADDRESS) as u16, (value >> DATA) as u8);
            }
            FREQUENCY if value & FREQUENCY_STROBE != 0 => {
                if let Some(channel) = channel((value >> 1 & 0x7F) as u8) {
                    env.hub.channel = channel;
                }
            }
            _ => {}
        }
        self.registers.write(offset, value);
    }

    /// No bit of SYSTEM resets the analogue blocks.
    fn reset(&mut self, _: &mut Env<'_>) {}
}

/// The channel of a frequency in MHz less 2400; IEEE 802.11-2020, section 15.4.4.3.
fn channel(frequency: u8) -> Option<u8> {
    match frequency {
        84 => Some(14),
        12..=72 if (frequency - 7).is_multiple_of(5) => Some((frequency - 7) / 5),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_five_megahertz_apart_but_for_the_last() {
        let channels: Vec<u8> = (0..=0x7F).filter_map(channel).collect();
        assert_eq!(channels, (1..=14).collect::<Vec<u8>>());
    }
}
