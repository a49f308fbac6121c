//! A fast hash for comparing states. Stable for one version of this crate, not a digest: it does not resist intent.

use crate::raw::page::PAGE;

const K: u64 = 0x9E37_79B9_7F4A_7C15;

/// Mixes numbers into one.
pub(crate) struct Hasher(u64);

impl Hasher {
    pub(crate) fn new() -> Self {
        Self(K)
    }

    pub(crate) fn number(&mut self, number: u64) {
        let product = u128::from(self.0 ^ number) * u128::from(K | 1);
        self.0 = (product as u64 ^ (product >> 64) as u64).wrapping_add(number.rotate_left(29));
    }

    pub(crate) fn numbers(&mut self, numbers: impl IntoIterator<Item = u64>) {
        numbers.into_iter().for_each(|number| self.number(number));
    }

    pub(crate) fn finish(&self) -> u64 {
        self.0
    }
}

/// The hash of a page's contents. Four independent lanes, because a page is hashed for every comparison of states.
pub(super) fn page(bytes: &[u8; PAGE]) -> u64 {
    let mut lanes = [K, K.rotate_left(16), K.rotate_left(32), K.rotate_left(48)];
    let (words, _) = bytes.as_chunks::<8>();
    for four in words.as_chunks::<4>().0 {
        for (lane, word) in lanes.iter_mut().zip(four) {
            *lane = (*lane ^ u64::from_le_bytes(*word)).wrapping_mul(K).rotate_left(31);
        }
    }
    let mut all = Hasher::new();
    all.numbers(lanes);
    all.finish()
}

/// The part of a sum over pages that this page has at this place. A sum can be corrected when one page changes.
pub(super) fn placed(index: usize, page_hash: u64) -> u64 {
    let mut part = Hasher::new();
    part.numbers([index as u64, page_hash]);
    part.finish()
}
