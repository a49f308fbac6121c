//! Whether firmware has a driver of the radio in it.

use hil_sim_core::mem::FlashImage;

/// The Wi-Fi MAC's blocks of registers, as the upper 20 bits of their addresses: `soc/map.rs`, WIFI_MAC to WIFI_MAC_PWR.
const BLOCKS: std::ops::RangeInclusive<u32> = 0x6_0033..=0x6_0035;
/// The opcode of `lui`; RISC-V Unprivileged ISA, section "RV32I Base Integer Instruction Set".
const LUI: u32 = 0b011_0111;

/// Whether an instruction in the flash loads the address of the Wi-Fi MAC's registers. Espressif's driver does so at 170 places; a
/// firmware without it has none. Data that looks like one says "yes" wrongly, never "no".
pub(super) fn has_driver(flash: &FlashImage) -> bool {
    let content = flash.to_vec();
    let words = (0..content.len().saturating_sub(3)).step_by(2).map(|at| &content[at..at + 4]);
    words.filter(|word| is_lui(word[0])).any(|word| {
        let word = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
        BLOCKS.contains(&(word >> 12))
    })
}

fn is_lui(first: u8) -> bool {
    u32::from(first) & 0x7F == LUI
}

#[cfg(test)]
mod tests {
    use super::has_driver;
    use hil_sim_core::mem::FlashImage;

    #[test]
    fn an_instruction_that_loads_the_address_is_a_driver() {
        let holds = |bytes: &[u8]| has_driver(&FlashImage::with_image(0x1_0000, bytes));
        // lui a5, 0x60033; lui a5, 0x60036; and the first at an odd address, where no instruction can be.
        assert!(holds(&[0, 0, 0xB7, 0x37, 0x03, 0x60]));
        assert!(!holds(&[0, 0, 0xB7, 0x67, 0x03, 0x60]));
        assert!(!holds(&[0, 0xB7, 0x37, 0x03, 0x60]));
        assert!(!holds(&[]));
    }
}
