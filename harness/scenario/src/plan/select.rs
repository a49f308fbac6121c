//! The share of one machine.

use super::hash::share_of;
use super::{Kind, Partition};

/// The positions in `ids` of the scenarios that belong to `partition`, ascending.
///
/// `slice` deals the ids out in turn, in sorted order, whatever the order of `ids`; `hash` looks at each id alone. Either
/// way each scenario belongs to exactly one of the shares `1/N` to `N/N`, and every machine agrees on which.
pub fn select<S: AsRef<str>>(ids: &[S], partition: &Partition) -> Vec<usize> {
    let id = |position: usize| ids[position].as_ref();
    let total = partition.total();
    let mine = (partition.index() - 1) as usize;
    let mut selected: Vec<usize> = match partition.kind() {
        Kind::Hash => (0..ids.len()).filter(|&p| share_of(id(p), total) as usize == mine).collect(),
        Kind::Slice => {
            let mut sorted: Vec<usize> = (0..ids.len()).collect();
            sorted.sort_by_key(|&p| id(p));
            sorted.into_iter().skip(mine).step_by(total as usize).collect()
        }
    };
    selected.sort_unstable();
    selected
}
