//! The check byte of ROM codes and of what devices send.

/// x⁸ + x⁵ + x⁴ + 1, its bits in the order in which they are sent.
const POLYNOMIAL: u8 = 0x8C;

/// The CRC of these bytes; application note 27. Of bytes with their CRC behind them it is 0.
pub fn crc8(bytes: &[u8]) -> u8 {
    let bit = |crc: u8, _| if crc & 1 == 1 { crc >> 1 ^ POLYNOMIAL } else { crc >> 1 };
    bytes.iter().fold(0, |crc, byte| (0..8).fold(crc ^ byte, bit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_application_note() {
        let code = [0x02, 0x1C, 0xB8, 0x01, 0, 0, 0];
        assert_eq!(crc8(&code), 0xA2);
        assert_eq!(crc8(&[code.as_slice(), &[0xA2]].concat()), 0);
    }
}
