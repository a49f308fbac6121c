//! `hil-i2c-registers`, which Wokwi does not have: an I2C part with 256 registers of 8 bits behind a pointer, as many sensors
//! and EEPROMs have them. The first byte that is written sets the pointer, further ones go to the registers, and reading
//! gives them; the pointer counts on. Pull-up resistors are not part of it.

use hil_sim_core::circuit::PartEnv;
use hil_sim_core::part::bus::i2c::{I2cPort, I2cTarget};
use hil_sim_core::part::{Attribute, Fitting, FittingError, Hears, Part, PartType, Pin, PinType};

const SDA: Pin = Pin(0);
const SCL: Pin = Pin(1);
/// The address without the attribute.
const USUAL_ADDRESS: u8 = 0x77;

/// The kind of part.
pub static I2C_REGISTERS: PartType = PartType {
    pins: &[PinType::both("SDA"), PinType::hearing("SCL", Hears::AtOnce)],
    attributes: &[Attribute::text("address")],
    about: "256 bytes of memory behind an I2C address, as sensors and memories have them: a stand-in for those that are not modelled.",
    source: "UM10204, \"I2C-bus specification\", section 3.1",
    ..PartType::new("hil-i2c-registers", build)
};

/// Such a part. At first each register has its own number.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct I2cRegisters {
    port: I2cPort,
    memory: Memory,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Memory {
    /// 7-bit address.
    address: u8,
    registers: [u8; 256],
    pointer: u8,
    /// The next byte that is written sets the pointer.
    expects_pointer: bool,
}

fn build(fitting: &Fitting<'_>) -> Result<Option<Box<dyn Part>>, FittingError> {
    let text = fitting.attributes.text("address");
    let number = |text: &str| match text.strip_prefix("0x") {
        Some(digits) => u8::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    };
    let address = text.map_or(Some(USUAL_ADDRESS), number).filter(|address| *address < 0x80);
    let address = address.ok_or_else(|| FittingError {
        problem: format!("{:?} has the address {:?}, which is not one of I2C", fitting.id, text.unwrap_or_default()),
        help: "a 7-bit address is a number from 0x00 to 0x7f".to_owned(),
    })?;
    Ok(Some(Box::new(I2cRegisters::new(address))))
}

impl I2cRegisters {
    /// A part with this 7-bit address, on a bus that is idle.
    pub fn new(address: u8) -> Self {
        let registers = std::array::from_fn(|index| index as u8);
        let memory = Memory { address, registers, pointer: 0, expects_pointer: false };
        Self { port: I2cPort::default(), memory }
    }

    /// The contents.
    pub fn registers(&self) -> &[u8; 256] {
        &self.memory.registers
    }
}

impl Part for I2cRegisters {
    fn part_type(&self) -> &'static PartType {
        &I2C_REGISTERS
    }

    /// It is powered by the bus, so to say: registers and pointer stay.
    fn power(&mut self, env: &mut PartEnv<'_>, _: bool) {
        self.port = I2cPort::begin(env, SCL, SDA);
    }

    fn edge(&mut self, env: &mut PartEnv<'_>, pin: Pin, level: bool) {
        self.port.edge(env, (SCL, SDA), (pin, level), &mut self.memory);
    }
}

impl I2cTarget for Memory {
    fn start(&mut self, address: u8, is_read: bool) -> bool {
        self.expects_pointer = !is_read;
        address == self.address
    }

    fn write(&mut self, byte: u8) -> bool {
        if std::mem::take(&mut self.expects_pointer) {
            self.pointer = byte;
        } else {
            self.registers[usize::from(self.pointer)] = byte;
            self.pointer = self.pointer.wrapping_add(1);
        }
        true
    }

    fn read(&mut self) -> u8 {
        let byte = self.registers[usize::from(self.pointer)];
        self.pointer = self.pointer.wrapping_add(1);
        byte
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pointer_is_set_by_the_first_byte_and_counts_on() {
        let mut memory = I2cRegisters::new(0x77).memory;
        assert!(memory.start(0x77, false) && memory.write(0x10) && memory.write(1) && memory.write(2));
        assert_eq!(memory.registers[0x10..0x13], [1, 2, 0x12]);
        assert!(memory.start(0x77, true));
        assert_eq!([memory.read(), memory.read()], [0x12, 0x13]);
        assert!(!memory.start(0x6B, false));
    }
}
