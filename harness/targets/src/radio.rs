//! The access points around a device's radio, and why something that is done to them would mean nothing.

use hil_scenario::step::RadioFault;

use super::{BenchError, TargetError};

/// The access points around a device's radio.
pub trait Radio {
    /// Does this to all of them.
    ///
    /// # Errors
    /// [`RadioError`]: the device cannot notice, so that the scenario would say nothing.
    fn apply(&mut self, fault: &RadioFault) -> Result<(), BenchError>;
}

/// Something that is done to access points, and that the device cannot notice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RadioError {
    /// It has not asked any of them to join.
    #[error("`{fault}` means nothing to the device: it has not yet tried to join {}", networks(.ssids))]
    NotJoined {
        /// What was to be done.
        fault: String,
        /// The networks of the access points.
        ssids: Vec<String>,
    },
    /// It is a member of none that it hears.
    #[error("nobody was deauthenticated: at this moment the device is a member of no access point that it hears")]
    NoMember,
}

impl TargetError for RadioError {
    fn help(&self) -> &'static str {
        match self {
            Self::NotJoined { .. } => {
                "let it come online first (`expect-message`, `expect-serial`); a device without Wi-Fi, or with another network than \
                 `[wifi]` of hil.toml, never joins"
            }
            Self::NoMember => {
                "let it join first: wait with `expect-message`, `request` or `expect-serial` before this step"
            }
        }
    }
}

/// `"lab"`, `"lab" or "guests"`
fn networks(ssids: &[String]) -> String {
    let quoted: Vec<_> = ssids.iter().map(|ssid| format!("{ssid:?}")).collect();
    quoted.join(" or ")
}
