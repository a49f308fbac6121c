//! What can be wrong with a simulated device's radio: the keys of `network` that are about its access points.

use std::fmt;
use std::time::Duration;

use crate::decode::{Cx, Map, boolean, duration, integer, keyword};
use crate::yaml::Node;

/// A fault of the radio. Each is about all access points that the device hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RadioFault {
    /// `access-point: off|on`: without power it sends nothing, and says no goodbye.
    AccessPoint {
        /// Whether it has power.
        on: bool,
    },
    /// `deauthenticate: 3`: the access point puts the device out, with a reason code of IEEE 802.11-2020, table 9-49.
    Deauthenticate(u16),
    /// `rssi: -85`: how strong the access point is at the device, in dBm; below -96 neither hears the other.
    Rssi(i8),
    /// `beacons: false`: the device hears no beacon; everything else passes.
    Beacons(bool),
    /// `channel: 11`: the access point is on this channel from now on.
    Channel(u8),
    /// `dhcp-delay: 5s`: the network behind the access point takes so long for each answer of its DHCP server.
    DhcpDelay(Duration),
    /// `captive-dns: true`: the network behind it lets every name resolve to a portal, which refuses all connections.
    CaptiveDns(bool),
    /// `wifi-password: "other"`: the access point wants this password from now on; members stay.
    Password(String),
}

impl RadioFault {
    /// Their keys in `network: {..}`.
    pub(super) const KEYS: [&'static str; 8] =
        ["access-point", "deauthenticate", "rssi", "beacons", "channel", "dhcp-delay", "captive-dns", "wifi-password"];

    /// The one that is in this mapping.
    pub(super) fn decode(map: &mut Map<'_, '_, '_>) -> Option<Self> {
        let power = |cx: &mut Cx<'_>, node: &Node| keyword(cx, node, "a state", &[("off", false), ("on", true)]);
        let access_point = map.optional("access-point", power).map(|on| Self::AccessPoint { on });
        let reason = |cx: &mut Cx<'_>, node: &Node| integer(cx, node, 1..=u16::MAX);
        let deauthenticate = map.optional("deauthenticate", reason).map(Self::Deauthenticate);
        let rssi = map.optional("rssi", |cx, node| integer(cx, node, -127..=0)).map(Self::Rssi);
        let beacons = map.optional("beacons", boolean).map(Self::Beacons);
        let channel = map.optional("channel", |cx, node| integer(cx, node, 1..=13)).map(Self::Channel);
        let delay = map.optional("dhcp-delay", duration).map(Self::DhcpDelay);
        let captive = map.optional("captive-dns", boolean).map(Self::CaptiveDns);
        let password = map.optional("wifi-password", password).map(Self::Password);
        access_point.or(deauthenticate).or(rssi).or(beacons).or(channel).or(delay).or(captive).or(password)
    }
}

/// 8 to 63 printable ASCII characters; IEEE 802.11-2020, section J.4.
fn password(cx: &mut Cx<'_>, node: &Node) -> Option<String> {
    const EXPECTED: &str = "a password of 8 to 63 printable ASCII characters";
    let text = cx.text(node, EXPECTED)?;
    let fits = (8..=63).contains(&text.value.len()) && text.value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if text.known && !fits {
        cx.wrong_text(&text, EXPECTED);
        return None;
    }
    Some(text.value.to_string())
}

/// `access-point off`, `deauthenticate 3`
impl fmt::Display for RadioFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AccessPoint { on } => write!(f, "access-point {}", if *on { "on" } else { "off" }),
            Self::Deauthenticate(reason) => write!(f, "deauthenticate {reason}"),
            Self::Rssi(rssi) => write!(f, "rssi {rssi} dBm"),
            Self::Beacons(heard) => write!(f, "beacons {heard}"),
            Self::Channel(channel) => write!(f, "channel {channel}"),
            Self::DhcpDelay(delay) => write!(f, "dhcp-delay {}", hil_model::time::display(*delay)),
            Self::CaptiveDns(on) => write!(f, "captive-dns {on}"),
            // Not the password: reports show this.
            Self::Password(_) => f.write_str("wifi-password changed"),
        }
    }
}
