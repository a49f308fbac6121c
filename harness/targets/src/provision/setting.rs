//! What can be said to a provisioner beyond what holds for every device.

use std::collections::BTreeMap;

/// A setting that a provisioner knows: a key of `device:`, and an option of `hil provision`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Its key: `led-gpio`.
    pub key: &'static str,
    /// What stands for its value in the help: `N`.
    pub value_name: &'static str,
    /// What it means, in one line.
    pub help: &'static str,
}

/// Settings by their keys. Values are as they were written; the provisioner judges them.
pub type Settings = BTreeMap<String, String>;
