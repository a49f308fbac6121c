//! What a target can do beyond running: a step that needs more makes its scenario skipped, with that reason.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// A capability of a target, as `requires:` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// `mqtt`: the device's broker can be observed and published to.
    Mqtt,
    /// `serial`: console input and output.
    Serial,
    /// `reset`: the reset line.
    Reset,
    /// `power`: the supply can be switched.
    Power,
    /// `led`: what the light shows is known.
    Led,
    /// `led-observed`: the light's waveform is seen, not only what the firmware says of it.
    LedObserved,
    /// `led-measured`: the waveform is seen, or at least measured by the device itself on its own pin.
    LedMeasured,
    /// `flash`: flash operations are seen.
    Flash,
    /// `network`: the device's link and its faults.
    Network,
    /// `wifi`: the device has a radio, and the access points around it are in our hands.
    Wifi,
    /// `http`: a computer next to the device can open connections to its HTTP server.
    Http,
    /// `device-address`: the device's IP address is known, or found out.
    DeviceAddress,
    /// `soft-ap`: a station can join the access point that the device puts up itself.
    SoftAp,
    /// `broker-control`: the broker can be stopped and started.
    BrokerControl,
    /// `client-id`: the device's client identifier is known.
    ClientId,
    /// `provision`: the device's configuration (`device:`) can be set before it starts.
    Provision,
    /// `simulated-time`: scenario time costs no wall time.
    SimulatedTime,
    /// `pins`: levels can be read.
    Pins,
    /// `controls`: buttons can be pressed.
    Controls,
    /// `parts`: what parts show and do is seen: the angle of a servo, the tone of a buzzer.
    Parts,
    /// `screenshot`: pictures of parts.
    Screenshot,
    /// `custom-chips`: Wokwi's custom chips.
    CustomChips,
    /// `touch`: touch screens.
    Touch,
}

impl Capability {
    /// All of them, with their names in scenario files.
    pub const ALL: [(Self, &'static str); 23] = [
        (Self::Mqtt, "mqtt"),
        (Self::Serial, "serial"),
        (Self::Reset, "reset"),
        (Self::Power, "power"),
        (Self::Led, "led"),
        (Self::LedObserved, "led-observed"),
        (Self::LedMeasured, "led-measured"),
        (Self::Flash, "flash"),
        (Self::Network, "network"),
        (Self::Wifi, "wifi"),
        (Self::Http, "http"),
        (Self::DeviceAddress, "device-address"),
        (Self::SoftAp, "soft-ap"),
        (Self::BrokerControl, "broker-control"),
        (Self::ClientId, "client-id"),
        (Self::Provision, "provision"),
        (Self::SimulatedTime, "simulated-time"),
        (Self::Pins, "pins"),
        (Self::Controls, "controls"),
        (Self::Parts, "parts"),
        (Self::Screenshot, "screenshot"),
        (Self::CustomChips, "custom-chips"),
        (Self::Touch, "touch"),
    ];

    /// The name in scenario files.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(c, _)| *c == self).map_or("", |(_, name)| name)
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl JsonSchema for Capability {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "capability".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "enum": Self::ALL.map(|(_, name)| name) })
    }
}
