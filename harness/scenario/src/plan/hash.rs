//! The stable hash behind `hash:M/N` and the plan hash: [`hil_model::hash`].

pub use hil_model::hash::fnv1a;

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
