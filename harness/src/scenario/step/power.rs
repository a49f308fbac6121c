//! `power`: the device's supply.

/// `power: off|on|cycle`, `power: { off-at: flash-write 3 }`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PowerAction {
    /// Off at once.
    Off,
    /// On.
    On,
    /// Off and on.
    Cycle,
    /// `off-at: flash-write k`: power fails in the middle of the k-th flash operation (write or erase) from now, k from 1.
    OffAtFlashWrite(u32),
}
