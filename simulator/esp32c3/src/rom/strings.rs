//! Memory and strings; ISO C, section 7.24.

use super::call::{Call, Fault, Outcome};

type Result = std::result::Result<Outcome, Fault>;

/// Cycles of a function that handles so many bytes in words.
fn by_words(bytes: u32) -> Outcome {
    Outcome::Return(10 + u64::from(bytes) / 4)
}

/// Cycles of a function that handles so many bytes singly.
fn by_bytes(bytes: usize) -> Outcome {
    Outcome::Return(10 + 4 * bytes as u64)
}

pub(super) fn memset(call: &mut Call<'_>) -> Result {
    let (to, byte, count) = (call.arg(0), call.arg(1) as u8, call.arg(2));
    for done in (0..count).step_by(4096) {
        let part = [byte; 4096];
        call.memory.write_bytes(to.wrapping_add(done), &part[..(count - done).min(4096) as usize])?;
    }
    Ok(by_words(count))
}

/// `memcpy` too: what that does with overlapping memory is not defined.
pub(super) fn memmove(call: &mut Call<'_>) -> Result {
    let (to, from, count) = (call.arg(0), call.arg(1), call.arg(2));
    let mut small = [0; 256];
    if let Some(part) = small.get_mut(..count as usize) {
        call.load(from, part)?;
        call.store(to, part)?;
    } else {
        let bytes = call.bytes(from, count)?;
        call.memory.write_bytes(to, &bytes)?;
    }
    Ok(by_words(count))
}

pub(super) fn memcmp(call: &mut Call<'_>) -> Result {
    let count = call.arg(2);
    let (one, other) = (call.bytes(call.arg(0), count)?, call.bytes(call.arg(1), count)?);
    let different = one.iter().zip(&other).find(|(a, b)| a != b);
    call.result(different.map_or(0, |(a, b)| (i32::from(*a) - i32::from(*b)) as u32));
    Ok(by_words(count))
}

pub(super) fn memchr(call: &mut Call<'_>) -> Result {
    let (at, byte, count) = (call.arg(0), call.arg(1) as u8, call.arg(2));
    let bytes = call.bytes(at, count)?;
    call.result(bytes.iter().position(|b| *b == byte).map_or(0, |index| at.wrapping_add(index as u32)));
    Ok(by_bytes(bytes.len()))
}

pub(super) fn strcpy(call: &mut Call<'_>) -> Result {
    let mut bytes = call.string(call.arg(1), u32::MAX)?;
    bytes.push(0);
    call.memory.write_bytes(call.arg(0), &bytes)?;
    Ok(by_bytes(bytes.len()))
}

pub(super) fn strncpy(call: &mut Call<'_>) -> Result {
    let count = call.arg(2);
    let mut bytes = call.string(call.arg(1), count)?;
    if count as usize > bytes.len() {
        // The rest is filled with NUL.
        let rest = call.arg(0).wrapping_add(bytes.len() as u32);
        for done in (0..count - bytes.len() as u32).step_by(4096) {
            let part = (count - bytes.len() as u32 - done).min(4096) as usize;
            call.memory.write_bytes(rest.wrapping_add(done), &[0; 4096][..part])?;
        }
    }
    bytes.truncate(count as usize);
    call.memory.write_bytes(call.arg(0), &bytes)?;
    Ok(by_bytes(bytes.len()))
}

fn compare(call: &mut Call<'_>, most: u32) -> Result {
    let (mut one, mut other) = (call.string(call.arg(0), most)?, call.string(call.arg(1), most)?);
    let length = one.len().max(other.len());
    one.resize(length + 1, 0);
    other.resize(length + 1, 0);
    let different = one.iter().zip(&other).find(|(a, b)| a != b);
    call.result(different.map_or(0, |(a, b)| (i32::from(*a) - i32::from(*b)) as u32));
    Ok(by_bytes(length))
}

pub(super) fn strcmp(call: &mut Call<'_>) -> Result {
    compare(call, u32::MAX)
}

pub(super) fn strncmp(call: &mut Call<'_>) -> Result {
    let most = call.arg(2);
    compare(call, most)
}

pub(super) fn strstr(call: &mut Call<'_>) -> Result {
    let at = call.arg(0);
    let (text, wanted) = (call.string(at, u32::MAX)?, call.string(call.arg(1), u32::MAX)?);
    let found = if wanted.is_empty() { Some(0) } else { text.windows(wanted.len()).position(|part| part == wanted) };
    call.result(found.map_or(0, |index| at.wrapping_add(index as u32)));
    Ok(by_bytes(text.len()))
}

pub(super) fn strchr(call: &mut Call<'_>) -> Result {
    let (at, byte) = (call.arg(0), call.arg(1) as u8);
    let mut text = call.string(at, u32::MAX)?;
    text.push(0);
    call.result(text.iter().position(|b| *b == byte).map_or(0, |index| at.wrapping_add(index as u32)));
    Ok(by_bytes(text.len()))
}

#[cfg(test)]
mod tests {
    use crate::rom::{Call, RomState};
    use crate::soc::Soc;
    use hil_sim_core::cpu::Cpu;
    use hil_sim_core::mem::{FlashImage, Memory, Width};

    #[test]
    fn memcpy_reaches_registers() {
        let (mut cpu, mut memory, mut soc) =
            (Cpu::new(Default::default()), Memory::new(&crate::map::MEMORY, FlashImage::erased(0)), Soc::new());
        let (sram, sha_m_mem) = (0x3FC9_0000, 0x6003_B080);
        memory.write(sram, Width::Word, 0x1234_5678).expect("SRAM");
        let mut copy = |to, from| {
            for (register, value) in [(10, to), (11, from), (12, 4)] {
                cpu.set_x(register, value);
            }
            let state = &mut RomState::default();
            super::memmove(&mut Call { cpu: &mut cpu, memory: &mut memory, soc: &mut soc, state, deadline: 0 })
        };
        copy(sha_m_mem, sram).expect("registers are there");
        copy(sram + 4, sha_m_mem).expect("registers are there");
        copy(sram, 0x7000_0000).expect_err("nothing is there");
        assert_eq!(memory.read(sram + 4, Width::Word), Ok(0x1234_5678));
    }
}
