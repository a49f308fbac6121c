//! Faults that a device can be given on purpose.

/// A fault that can be planted into a device, so that one sees how a bench finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Its name on the command line: `--plant-fault NAME`.
    pub name: String,
    /// What the device does wrong, in one line.
    pub title: String,
}
