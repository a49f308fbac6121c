//! MD5 (RFC 1321). The state is in the firmware's memory, in the ROM's layout, because firmware moves it: four words of
//! digest, the count of bits in two words, a block of 64 bytes.

use super::call::{Call, Fault, Outcome};
use hil_sim_core::mem::Width;

type Result = std::result::Result<Outcome, Fault>;

const BLOCK: u32 = 64;
const COUNT: u32 = 16;
const BUFFER: u32 = 24;
/// About what a block costs in software.
const BLOCK_CYCLES: u64 = 700;

const SHIFTS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

pub(super) fn init(call: &mut Call<'_>) -> Result {
    let words = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0, 0];
    for (index, word) in words.into_iter().enumerate() {
        call.memory.write(call.arg(0).wrapping_add(4 * index as u32), Width::Word, word)?;
    }
    Ok(Outcome::Return(20))
}

pub(super) fn update(call: &mut Call<'_>) -> Result {
    let (context, from, count) = (call.arg(0), call.arg(1), call.arg(2));
    let bytes = call.bytes(from, count)?;
    let blocks = append(call, context, &bytes)?;
    Ok(Outcome::Return(20 + u64::from(count) + BLOCK_CYCLES * blocks))
}

pub(super) fn finish(call: &mut Call<'_>) -> Result {
    let (digest, context) = (call.arg(0), call.arg(1));
    let bits = u64::from(call.memory.read(context.wrapping_add(COUNT), Width::Word)?)
        | u64::from(call.memory.read(context.wrapping_add(COUNT + 4), Width::Word)?) << 32;
    let filled = (bits / 8 % u64::from(BLOCK)) as usize;
    let zeros = (119 - filled) % 64;
    let mut padding = vec![0x80];
    padding.resize(1 + zeros, 0);
    padding.extend(bits.to_le_bytes());
    let blocks = append(call, context, &padding)?;
    let mut bytes = [0; 16];
    call.memory.read_bytes(context, &mut bytes)?;
    call.memory.write_bytes(digest, &bytes)?;
    Ok(Outcome::Return(60 + BLOCK_CYCLES * blocks))
}

/// Takes bytes in; gives how many blocks were digested.
fn append(call: &mut Call<'_>, context: u32, mut bytes: &[u8]) -> std::result::Result<u64, Fault> {
    let low = call.memory.read(context.wrapping_add(COUNT), Width::Word)?;
    let high = call.memory.read(context.wrapping_add(COUNT + 4), Width::Word)?;
    let count = u64::from(low) | u64::from(high) << 32;
    let after = count.wrapping_add(8 * bytes.len() as u64);
    call.memory.write_bytes(context.wrapping_add(COUNT), &after.to_le_bytes())?;
    let mut filled = (count / 8 % u64::from(BLOCK)) as usize;
    let mut block = [0; BLOCK as usize];
    call.memory.read_bytes(context.wrapping_add(BUFFER), &mut block)?;
    let mut blocks = 0;
    while !bytes.is_empty() {
        let (now, later) = bytes.split_at(bytes.len().min(block.len() - filled));
        block[filled..filled + now.len()].copy_from_slice(now);
        filled += now.len();
        bytes = later;
        if filled == block.len() {
            let mut state = [0; 16];
            call.memory.read_bytes(context, &mut state)?;
            call.memory.write_bytes(context, &digest_block(&state, &block))?;
            (filled, blocks) = (0, blocks + 1);
        }
    }
    call.memory.write_bytes(context.wrapping_add(BUFFER), &block)?;
    Ok(blocks)
}

/// RFC 1321, section 3.4.
fn digest_block(state: &[u8; 16], block: &[u8; 64]) -> [u8; 16] {
    let words = |bytes: &[u8], index: usize| {
        u32::from_le_bytes([bytes[4 * index], bytes[4 * index + 1], bytes[4 * index + 2], bytes[4 * index + 3]])
    };
    let before: [u32; 4] = std::array::from_fn(|index| words(state, index));
    let [mut a, mut b, mut c, mut d] = before;
    for step in 0..64 {
        let (mixed, word) = match step / 16 {
            0 => ((b & c) | (!b & d), step),
            1 => ((d & b) | (!d & c), (5 * step + 1) % 16),
            2 => (b ^ c ^ d, (3 * step + 5) % 16),
            _ => (c ^ (b | !d), 7 * step % 16),
        };
        // The table of the RFC: the integer part of 2^32 times |sin(i + 1)|.
        let constant = ((step as f64 + 1.0).sin().abs() * 4_294_967_296.0) as u32;
        let sum = a.wrapping_add(mixed).wrapping_add(constant).wrapping_add(words(block, word));
        let next = b.wrapping_add(sum.rotate_left(SHIFTS[step / 16][step % 4]));
        (a, b, c, d) = (d, next, b, c);
    }
    let mut after = [0; 16];
    for (index, (word, sum)) in before.into_iter().zip([a, b, c, d]).enumerate() {
        after[4 * index..4 * index + 4].copy_from_slice(&word.wrapping_add(sum).to_le_bytes());
    }
    after
}
