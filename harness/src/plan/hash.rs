//! The stable hash behind `hash:M/N` and the plan hash.
//!
//! FNV-1a with 64 bits (Fowler, Noll, Vo; parameters of the IETF draft `draft-eastlake-fnv`). It is short enough to be
//! written down here, so no update of a dependency or of the compiler can move a scenario to another machine.

const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// FNV-1a over `bytes`.
pub(crate) fn fnv1a(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(OFFSET_BASIS, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
}

/// The share, from 0, of the scenario `id` among `total` shares.
///
/// The hash is folded to 32 bits first, as its authors advise: the lowest bits alone see little of the input.
pub(super) fn share_of(id: &str, total: u32) -> u32 {
    let hash = fnv1a(id.bytes());
    let folded = (hash >> 32) ^ (hash & 0xffff_ffff);
    u32::try_from(folded % u64::from(total)).expect("a remainder of a u32")
}

/// The name of a plan: 16 hexadecimal digits over the ids of all its scenarios, whatever their order.
pub fn plan_hash<S: AsRef<str>>(ids: &[S]) -> String {
    let mut sorted: Vec<&str> = ids.iter().map(AsRef::as_ref).collect();
    sorted.sort_unstable();
    // 0xff never occurs in UTF-8: `["ab", "c"]` and `["a", "bc"]` are two plans.
    let bytes = sorted.iter().flat_map(|id| id.bytes().chain([0xff]));
    format!("{:016x}", fnv1a(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fnv1a_gives_the_values_of_the_published_test_vectors() {
        assert_eq!(fnv1a(*b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(*b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(*b"foobar"), 0x8594_4171_f739_67e8);
    }
}
