//! The manual's names of registers, for reports. Not for what the registers do.
//!
//! `register_names.txt` was made from the peripheral access crate `esp32c3` 0.34.0
//! (<https://crates.io/crates/esp32c3>, MIT OR Apache-2.0), which has names and offsets from Espressif's SVD file; those of
//! OPENETH are from the "Ethernet IP Core Specification" of OpenCores.

use super::map::DeviceId;
use hil_sim_core::chip::soc::Block;

pub(super) const TABLE: &str = include_str!("register_names.txt");

/// The block and the manual's name of the register at an address: `UART0.RS485_CONF`. `UART0 + 0x084` if it has no name
/// there, `None` if the address is in none of the chip's blocks.
pub fn register_name(address: u32) -> Option<String> {
    DeviceId::register_name(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soc::map::DeviceId;
    use hil_sim_core::chip::soc::parse_register;

    #[test]
    fn registers_have_the_names_of_the_manual() {
        let names =
            [0x6000_004C, 0x6001_004C, 0x6000_4154 + 4 * 77, 0x6001_F000, 0x6000_0084, 0x6002_60B0, 0x600C_D004];
        let names = names.map(|address| register_name(address).expect("in a block"));
        let expected = [
            "UART0.RS485_CONF",
            "UART1.RS485_CONF",
            "GPIO.FUNC77_IN_SEL_CFG",
            "TIMG0.T0CONFIG",
            "UART0 + 0x084",
            "APB_CTRL.RND_DATA",
            "OPENETH.INT_SOURCE",
        ];
        assert_eq!(names, expected);
        assert_eq!(register_name(0x6000_7000), None);
    }

    #[test]
    fn every_line_is_in_order_and_of_a_block_of_the_map() {
        let mut next = 0;
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            match line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                Some(blocks) => {
                    let known = |name| DeviceId::ALL.iter().any(|device| device.describe().0 == name);
                    assert!(blocks.split(' ').all(known), "{line}");
                    next = 0;
                }
                None => {
                    let (offset, _, count) = parse_register(line).expect(line);
                    assert!(offset >= next && offset % 4 == 0, "{line}");
                    next = offset + 4 * count;
                }
            }
        }
    }
}
