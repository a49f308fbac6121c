//! Parts on an I2C bus: they hear every edge of their two GPIOs, and answer at once.

use super::hub::Hub;
use super::pins::{Drive, ExternalId};
use hil_sim_parts::i2c::I2cRegisters;

/// A part, and where it is wired to.
#[derive(Clone, Hash, Debug)]
pub(crate) struct I2cPart {
    part: I2cRegisters,
    sda: u8,
    scl: u8,
    sda_level: bool,
    scl_level: bool,
    /// How it pulls SDA.
    pull: ExternalId,
}

impl Hub {
    /// Wires an I2C part to two GPIOs. Pull-up resistors are not part of it.
    pub(crate) fn attach_i2c(&mut self, sda: u8, scl: u8, part: I2cRegisters) {
        self.pins.listen(sda);
        self.pins.listen(scl);
        let (sda_level, scl_level) = (self.pins.level(sda), self.pins.level(scl));
        let pull = self.pins.attach(sda);
        self.i2c_parts.push(I2cPart { part, sda, scl, sda_level, scl_level, pull });
    }

    /// Tells the parts of an edge.
    pub(crate) fn tell_i2c_parts(&mut self, gpio: u8, level: bool) {
        for it in &mut self.i2c_parts {
            if gpio == it.sda {
                it.sda_level = level;
            } else if gpio == it.scl {
                it.scl_level = level;
            } else {
                continue;
            }
            let pulls = it.part.levels(it.scl_level, it.sda_level);
            self.pins.drive_external(self.now, it.pull, if pulls { Drive::Low } else { Drive::None });
        }
    }
}
