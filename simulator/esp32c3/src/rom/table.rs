//! Which function is at which address.

use super::call::{Call, Fault, Outcome};
use super::{cache, console, crc, flash, float, integer, md5, strings, system};

/// What performs a function.
pub(crate) type Function = fn(&mut Call<'_>) -> Result<Outcome, Fault>;

/// Not a function of the ROM: where a function of ours that takes time stands until the time is over. The last two bytes
/// of the ROM, which hold no code.
pub(crate) const WAIT: u32 = 0x4005_FFFE;

/// The function at an address, and its name.
pub(crate) fn find(address: u32) -> Option<(&'static str, Function)> {
    let place = (address.wrapping_sub(ENTRIES) / 4) as usize;
    let index = match PLACES.get(place).filter(|_| address.is_multiple_of(4)) {
        Some(index) => usize::from(*index),
        None => TABLE.binary_search_by_key(&address, |(at, _, _)| *at).ok()?,
    };
    let (_, name, function) = TABLE.get(index)?;
    Some((name, *function))
}

/// Where the ROM has its table of jumps to functions, one in each word.
const ENTRIES: u32 = 0x4000_0000;

/// For each word of the table of jumps the index in [`TABLE`], or one beyond it. Firmware copies each text and structure with
/// one of these functions.
static PLACES: [u16; 1024] = {
    let mut places = [u16::MAX; 1024];
    let mut index = 0;
    while index < TABLE.len() {
        let place = ((TABLE[index].0 - ENTRIES) / 4) as usize;
        if place < places.len() && TABLE[index].0.is_multiple_of(4) {
            places[place] = index as u16;
        }
        index += 1;
    }
    places
};

/// By address.
#[rustfmt::skip]
const TABLE: &[(u32, &str, Function)] = &[
    (0x4000_0018, "rtc_get_reset_reason", system::rtc_get_reset_reason),
    (0x4000_0050, "ets_delay_us", system::ets_delay_us),
    (0x4000_0068, "uart_tx_one_char", console::uart_tx_one_char),
    (0x4000_006C, "uart_tx_one_char2", console::uart_tx_one_char),
    (0x4000_0080, "uart_tx_flush", console::uart_tx_flush),
    (0x4000_0084, "uart_tx_wait_idle", console::uart_tx_flush),
    (0x4000_0090, "software_reset", system::software_reset),
    (0x4000_0094, "software_reset_cpu", system::software_reset_cpu),
    (0x4000_0110, "esp_rom_spiflash_write_encrypted", flash::write_encrypted),
    (0x4000_0120, "esp_rom_spiflash_erase_chip", flash::erase_chip),
    (0x4000_0124, "esp_rom_spiflash_erase_block", flash::erase_block),
    (0x4000_0128, "esp_rom_spiflash_erase_sector", flash::erase_sector),
    (0x4000_012C, "esp_rom_spiflash_write", flash::write),
    (0x4000_0130, "esp_rom_spiflash_read", flash::read),
    (0x4000_0140, "esp_rom_spiflash_unlock", flash::succeed),
    (0x4000_0354, "memset", strings::memset),
    (0x4000_0358, "memcpy", strings::memmove),
    (0x4000_035C, "memmove", strings::memmove),
    (0x4000_0360, "memcmp", strings::memcmp),
    (0x4000_0364, "strcpy", strings::strcpy),
    (0x4000_0368, "strncpy", strings::strncpy),
    (0x4000_036C, "strcmp", strings::strcmp),
    (0x4000_0370, "strncmp", strings::strncmp),
    (0x4000_0378, "strstr", strings::strstr),
    (0x4000_03C8, "memchr", strings::memchr),
    (0x4000_03E0, "strchr", strings::strchr),
    (0x4000_0424, "abs", integer::abs),
    (0x4000_04D4, "Cache_Invalidate_Addr", cache::nothing),
    (0x4000_04D8, "Cache_Invalidate_ICache_All", cache::nothing),
    (0x4000_04FC, "Cache_Enable_ICache_Autoload", cache::nothing),
    (0x4000_0500, "Cache_Disable_ICache_Autoload", cache::nothing),
    (0x4000_051C, "Cache_Disable_ICache", cache::nothing),
    (0x4000_0520, "Cache_Enable_ICache", cache::nothing),
    (0x4000_0524, "Cache_Suspend_ICache", cache::nothing),
    (0x4000_0528, "Cache_Resume_ICache", cache::nothing),
    (0x4000_0580, "ets_get_apb_freq", system::ets_get_apb_freq),
    (0x4000_0584, "ets_get_cpu_frequency", system::ets_get_cpu_frequency),
    (0x4000_0588, "ets_update_cpu_frequency", system::ets_update_cpu_frequency),
    (0x4000_058C, "ets_get_printf_channel", console::ets_get_printf_channel),
    (0x4000_0598, "ets_get_xtal_freq", system::ets_get_xtal_freq),
    (0x4000_0614, "MD5Init", md5::init),
    (0x4000_0618, "MD5Update", md5::update),
    (0x4000_061C, "MD5Final", md5::finish),
    (0x4000_0628, "crc32_le", crc::crc32_le),
    (0x4000_062C, "crc32_be", crc::crc32_be),
    (0x4000_0630, "crc16_le", crc::crc16_le),
    (0x4000_0634, "crc16_be", crc::crc16_be),
    (0x4000_0638, "crc8_le", crc::crc8_le),
    (0x4000_063C, "crc8_be", crc::crc8_be),
    (0x4000_076C, "__adddf3", float::adddf3),
    (0x4000_0770, "__addsf3", float::addsf3),
    (0x4000_077C, "__ashldi3", integer::ashldi3),
    (0x4000_0780, "__ashrdi3", integer::ashrdi3),
    (0x4000_0784, "__bswapdi2", integer::bswapdi2),
    (0x4000_0788, "__bswapsi2", integer::bswapsi2),
    (0x4000_0798, "__clzdi2", integer::clzdi2),
    (0x4000_079C, "__clzsi2", integer::clzsi2),
    (0x4000_07A4, "__ctzdi2", integer::ctzdi2),
    (0x4000_07A8, "__ctzsi2", integer::ctzsi2),
    (0x4000_07B0, "__divdf3", float::divdf3),
    (0x4000_07B4, "__divdi3", integer::divdi3),
    (0x4000_07BC, "__divsf3", float::divsf3),
    (0x4000_07C0, "__divsi3", integer::divsi3),
    (0x4000_07C4, "__eqdf2", float::eqdf2),
    (0x4000_07C8, "__eqsf2", float::eqsf2),
    (0x4000_07CC, "__extendsfdf2", float::extendsfdf2),
    (0x4000_07D8, "__fixdfdi", float::fixdfdi),
    (0x4000_07DC, "__fixdfsi", float::fixdfsi),
    (0x4000_07E0, "__fixsfdi", float::fixsfdi),
    (0x4000_07E4, "__fixsfsi", float::fixsfsi),
    (0x4000_07E8, "__fixunsdfsi", float::fixunsdfsi),
    (0x4000_07EC, "__fixunssfdi", float::fixunssfdi),
    (0x4000_07F0, "__fixunssfsi", float::fixunssfsi),
    (0x4000_07F4, "__floatdidf", float::floatdidf),
    (0x4000_07F8, "__floatdisf", float::floatdisf),
    (0x4000_07FC, "__floatsidf", float::floatsidf),
    (0x4000_0800, "__floatsisf", float::floatsisf),
    (0x4000_0804, "__floatundidf", float::floatundidf),
    (0x4000_0808, "__floatundisf", float::floatundisf),
    (0x4000_080C, "__floatunsidf", float::floatunsidf),
    (0x4000_0810, "__floatunsisf", float::floatunsisf),
    (0x4000_0818, "__gedf2", float::gedf2),
    (0x4000_081C, "__gesf2", float::gesf2),
    (0x4000_0820, "__gtdf2", float::gtdf2),
    (0x4000_0824, "__gtsf2", float::gtsf2),
    (0x4000_0828, "__ledf2", float::ledf2),
    (0x4000_082C, "__lesf2", float::lesf2),
    (0x4000_0830, "__lshrdi3", integer::lshrdi3),
    (0x4000_0834, "__ltdf2", float::ledf2),
    (0x4000_0838, "__ltsf2", float::lesf2),
    (0x4000_083C, "__moddi3", integer::moddi3),
    (0x4000_0840, "__modsi3", integer::modsi3),
    (0x4000_0848, "__muldf3", float::muldf3),
    (0x4000_084C, "__muldi3", integer::muldi3),
    (0x4000_0854, "__mulsf3", float::mulsf3),
    (0x4000_0858, "__mulsi3", integer::mulsi3),
    (0x4000_0864, "__nedf2", float::eqdf2),
    (0x4000_0868, "__negdf2", float::negdf2),
    (0x4000_086C, "__negdi2", integer::negdi2),
    (0x4000_0870, "__negsf2", float::negsf2),
    (0x4000_087C, "__nesf2", float::eqsf2),
    (0x4000_0884, "__popcountdi2", integer::popcountdi2),
    (0x4000_0888, "__popcountsi2", integer::popcountsi2),
    (0x4000_0894, "__subdf3", float::subdf3),
    (0x4000_0898, "__subsf3", float::subsf3),
    (0x4000_08A4, "__truncdfsf2", float::truncdfsf2),
    (0x4000_08AC, "__udivdi3", integer::udivdi3),
    (0x4000_08B4, "__udivsi3", integer::udivsi3),
    (0x4000_08BC, "__umoddi3", integer::umoddi3),
    (0x4000_08C0, "__umodsi3", integer::umodsi3),
    (0x4000_08C4, "__unorddf2", float::unorddf2),
    (0x4000_08C8, "__unordsf2", float::unordsf2),
    (0x4000_1954, "rom_i2c_readReg", system::i2c_read),
    (0x4000_1958, "rom_i2c_readReg_Mask", system::i2c_read_mask),
    (0x4000_195C, "rom_i2c_writeReg", system::i2c_write),
    (0x4000_1960, "rom_i2c_writeReg_Mask", system::i2c_write_mask),
    (WAIT, "(waiting)", system::wait),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(TABLE.is_sorted_by_key(|(address, _, _)| *address));
        assert_eq!(find(0x4000_0358).unwrap().0, "memcpy");
        assert!(find(0x4000_035A).is_none());
    }

    #[test]
    fn functions_are_where_the_linker_scripts_have_them() {
        for (address, name, _) in TABLE.iter().filter(|(address, _, _)| *address != WAIT) {
            assert_eq!(crate::rom::name(*address), Some(*name), "{address:#x}");
        }
    }
}
