//! Cyclic redundancy checks: the ROM's functions and Ethernet's check sequence need several of them, of short data.

/// A check of `bits` bits over bytes whose lowest bit comes first, going on from `crc`.
pub(crate) const fn reflected(polynomial: u32, mut crc: u32, bytes: &[u8]) -> u32 {
    let mut done = 0;
    while done < bytes.len() {
        crc ^= bytes[done] as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = crc >> 1 ^ if crc & 1 == 1 { polynomial } else { 0 };
            bit += 1;
        }
        done += 1;
    }
    crc
}

/// The same over bytes whose highest bit comes first; the check stands in the upper bits.
pub(crate) fn forward(polynomial: u32, mut crc: u32, bytes: &[u8]) -> u32 {
    for byte in bytes {
        crc ^= u32::from(*byte) << 24;
        for _ in 0..8 {
            crc = crc << 1 ^ if crc >> 31 == 1 { polynomial } else { 0 };
        }
    }
    crc
}

const ETHERNET_POLYNOMIAL: u32 = 0xEDB8_8320;

/// What each byte does to Ethernet's check sequence, which every frame needs.
const ETHERNET: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = reflected(ETHERNET_POLYNOMIAL, 0, &[byte as u8]);
        byte += 1;
    }
    table
};

/// Ethernet's frame check sequence (IEEE 802.3, section 3.2.9).
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| crc >> 8 ^ ETHERNET[usize::from(crc as u8 ^ byte)])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check values of the catalogue of parametrised CRC algorithms, for the digits 1 to 9.
    #[test]
    fn check_values() {
        let digits = b"123456789";
        assert_eq!(crc32(digits), 0xCBF4_3926);
        assert_eq!(!forward(0x04C1_1DB7, u32::MAX, digits), 0xFC89_1918);
        assert_eq!(!reflected(0x8408, 0xFFFF, digits) & 0xFFFF, 0x906E);
        assert_eq!(forward(0x1021 << 16, 0xFFFF_0000, digits) >> 16, 0x29B1);
    }
}
