//! The flash chip; `esp_rom_spiflash.h` of ESP-IDF. The functions return when the chip is done.

use super::call::{Call, Fault, Outcome};
use crate::soc::FlashResult;
use hil_sim_core::mem::SECTOR_BYTES;
use hil_sim_core::time::Span;

type Result = std::result::Result<Outcome, Fault>;

const OK: u32 = 0;
const ERROR: u32 = 1;
const BLOCK_BYTES: u32 = 0x1_0000;
/// Encrypted writes begin and end at a multiple of this.
const ENCRYPTED_UNIT: u32 = 16;
/// Four data lines at 40 MHz, as the bootloader configures a DevKit: 20 bytes in a microsecond.
const PS_PER_BYTE: u64 = 50_000;

pub(super) fn succeed(call: &mut Call<'_>) -> Result {
    call.result(OK);
    Ok(Outcome::Return(50))
}

pub(super) fn read(call: &mut Call<'_>) -> Result {
    let (from, to, count) = (call.arg(0), call.arg(1), call.arg(2));
    let mut bytes = vec![0; (count as usize).min(call.memory.flash().len())];
    if bytes.len() != count as usize || call.memory.flash().read(from as usize, &mut bytes).is_err() {
        call.result(ERROR);
        return Ok(Outcome::Return(50));
    }
    call.memory.write_bytes(to, &bytes)?;
    call.result(OK);
    Ok(Outcome::ReturnAfter(Span::from_us(2) + Span::from_ps(PS_PER_BYTE.saturating_mul(count.into()))))
}

pub(super) fn write(call: &mut Call<'_>) -> Result {
    let (to, from, count) = (call.arg(0), call.arg(1), call.arg(2));
    if count as usize > call.memory.flash().len() {
        call.result(ERROR);
        return Ok(Outcome::Return(50));
    }
    let bytes = call.bytes(from, count)?;
    let done = call.soc.program_flash(call.memory, to, &bytes);
    finish(call, done)
}

pub(super) fn erase_sector(call: &mut Call<'_>) -> Result {
    let offset = call.arg(0).saturating_mul(SECTOR_BYTES as u32);
    let done = call.soc.erase_flash(call.memory, offset, SECTOR_BYTES);
    finish(call, done)
}

pub(super) fn erase_block(call: &mut Call<'_>) -> Result {
    let offset = call.arg(0).saturating_mul(BLOCK_BYTES);
    let done = call.soc.erase_flash(call.memory, offset, BLOCK_BYTES as usize);
    finish(call, done)
}

pub(super) fn erase_chip(call: &mut Call<'_>) -> Result {
    let bytes = call.memory.flash().len();
    let done = call.soc.erase_flash(call.memory, 0, bytes);
    finish(call, done)
}

/// Encrypts with the key in the eFuses, which is zero, whether flash encryption is on or not: a read gives cipher text,
/// because it is off.
pub(super) fn write_encrypted(call: &mut Call<'_>) -> Result {
    let (to, from, count) = (call.arg(0), call.arg(1), call.arg(2));
    if count as usize > call.memory.flash().len() || to % ENCRYPTED_UNIT != 0 || count % ENCRYPTED_UNIT != 0 {
        call.result(ERROR);
        return Ok(Outcome::Return(50));
    }
    let mut bytes = call.bytes(from, count)?;
    super::xts::encrypt(to, &mut bytes);
    let done = call.soc.program_flash(call.memory, to, &bytes);
    finish(call, done)
}

fn finish(call: &mut Call<'_>, done: FlashResult) -> Result {
    match done {
        FlashResult::Busy(time) => {
            call.result(OK);
            Ok(Outcome::ReturnAfter(time))
        }
        FlashResult::Outside => {
            call.result(ERROR);
            Ok(Outcome::Return(50))
        }
        // The machine stops before anything could see the result.
        FlashResult::PowerCut => Ok(Outcome::Again),
    }
}
