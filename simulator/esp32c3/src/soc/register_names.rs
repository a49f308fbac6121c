//! The manual's names of registers, for reports. Not for what the registers do.
//!
//! `register_names.txt` was made from the peripheral access crate `esp32c3` 0.34.0
//! (<https://crates.io/crates/esp32c3>, MIT OR Apache-2.0), which has names and offsets from Espressif's SVD file; those of
//! OPENETH are from the "Ethernet IP Core Specification" of OpenCores.

use super::map::decode;
use std::borrow::Cow;

const TABLE: &str = include_str!("register_names.txt");

/// The block and the manual's name of the register at an address: `UART0.RS485_CONF`. `UART0 + 0x084` if it has no name
/// there, `None` if the address is in none of the chip's blocks.
pub fn register_name(address: u32) -> Option<String> {
    let (device, offset) = decode(address)?;
    let (block, offset) = (device.describe().0, offset & !3);
    Some(match find(block, offset) {
        Some(name) => format!("{block}.{name}"),
        None => format!("{block} + {offset:#05x}"),
    })
}

fn find(block: &str, offset: u32) -> Option<Cow<'static, str>> {
    let has_block = |line: &str| {
        let blocks = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        blocks.is_some_and(|blocks| blocks.split(' ').any(|name| name == block))
    };
    let lines = TABLE.lines().skip_while(|line| !has_block(line)).skip(1).take_while(|line| !line.starts_with('['));
    lines.filter_map(parse).find_map(|(first, name, count)| {
        let index = offset.checked_sub(first)? / 4;
        let name = || if count == 1 { name.into() } else { name.replace('%', &index.to_string()).into() };
        (index < count).then(name)
    })
}

/// Offset, name and number of registers.
fn parse(line: &'static str) -> Option<(u32, &'static str, u32)> {
    let mut fields = line.split(' ');
    let (offset, name) = (u32::from_str_radix(fields.next()?, 16).ok()?, fields.next()?);
    Some((offset, name, fields.next().map_or(Some(1), |count| count.parse().ok())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soc::map::DeviceId;

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
                    let (offset, _, count) = parse(line).expect(line);
                    assert!(offset >= next && offset % 4 == 0, "{line}");
                    next = offset + 4 * count;
                }
            }
        }
    }
}
