//! What makes one machine differ from another.

use crate::air::AccessPoint;
use crate::net;

/// What makes one machine differ from another with the same chip, board and firmware.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct MachineConfig {
    /// The factory MAC address, if not the chip's usual one.
    pub mac: Option<[u8; 6]>,
    /// Where the random number generator begins.
    pub seed: u64,
    /// The network behind the Ethernet MAC.
    pub network: net::NetworkConfig,
    /// The access points around the radio; behind each of them is that network, too.
    pub access_points: Vec<AccessPoint>,
    /// Whether semihosting calls come out of [`Machine::run`](super::Machine::run); otherwise they are breakpoint exceptions,
    /// as on a chip without a debugger.
    pub semihosting: bool,
    /// Whether the mask ROM prints what it does after a reset, as chips do, during which the firmware waits.
    pub rom_messages: bool,
}
