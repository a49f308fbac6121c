//! Cyclic redundancy checks as `esp_rom_crc.h` of ESP-IDF describes them: the check is inverted before and after.

use super::call::{Call, Fault, Outcome};
use crate::crc::{forward, reflected};

type Result = std::result::Result<Outcome, Fault>;

/// Goes over the bytes at argument 1, argument 2 in number, from the check in argument 0.
fn over(call: &mut Call<'_>, check: impl Fn(u32, &[u8]) -> u32) -> Result {
    let bytes = call.bytes(call.arg(1), call.arg(2))?;
    let crc = check(call.arg(0), &bytes);
    call.result(crc);
    // By a table: a load, a shift and two XORs for each byte.
    Ok(Outcome::Return(10 + 8 * bytes.len() as u64))
}

pub(super) fn crc32_le(call: &mut Call<'_>) -> Result {
    over(call, |crc, bytes| !reflected(0xEDB8_8320, !crc, bytes))
}

pub(super) fn crc32_be(call: &mut Call<'_>) -> Result {
    over(call, |crc, bytes| !forward(0x04C1_1DB7, !crc, bytes))
}

pub(super) fn crc16_le(call: &mut Call<'_>) -> Result {
    over(call, |crc, bytes| !reflected(0x8408, !crc & 0xFFFF, bytes) & 0xFFFF)
}

pub(super) fn crc16_be(call: &mut Call<'_>) -> Result {
    over(call, |crc, bytes| !(forward(0x1021 << 16, !crc << 16, bytes) >> 16) & 0xFFFF)
}

pub(super) fn crc8_le(call: &mut Call<'_>) -> Result {
    over(call, |crc, bytes| !reflected(0xE0, !crc & 0xFF, bytes) & 0xFF)
}

pub(super) fn crc8_be(call: &mut Call<'_>) -> Result {
    over(call, |crc, bytes| !(forward(0x07 << 24, !crc << 24, bytes) >> 24) & 0xFF)
}
