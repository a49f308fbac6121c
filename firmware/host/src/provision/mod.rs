//! How the light learns what it is to know: an NVS partition, in the format of [`firmware::config`].

mod configuration;
mod provisioner;

pub use configuration::configuration;
pub use provisioner::{LightProvisioner, contract_faults, rules_of};

use std::ops::Range;

/// The NVS partition, as in the firmware's partition table.
pub const NVS: Range<u32> = 0x9000..0xF000;
