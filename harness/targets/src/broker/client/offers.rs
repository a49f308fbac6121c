//! What a broker says of itself in CONNACK.

use mqtt_protocol_core::mqtt::packet::{Property, v5_0};

/// What a broker offers (MQTT 5, section 3.2.2.3). The default is what holds where it says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offers {
    /// Retain Available: whether it keeps retained messages.
    pub retain: bool,
    /// Maximum QoS that it accepts of a publisher.
    pub maximum_qos: u8,
    /// Wildcard Subscription Available.
    pub wildcards: bool,
}

impl Default for Offers {
    fn default() -> Self {
        Self { retain: true, maximum_qos: 2, wildcards: true }
    }
}

impl Offers {
    pub(super) fn of(connack: &v5_0::Connack) -> Self {
        let mut offers = Self::default();
        for property in connack.props().iter() {
            match property {
                Property::RetainAvailable(it) => offers.retain = it.val() != 0,
                Property::MaximumQos(it) => offers.maximum_qos = it.val(),
                Property::WildcardSubscriptionAvailable(it) => offers.wildcards = it.val() != 0,
                _ => {}
            }
        }
        offers
    }
}

/// What a broker adds to a reason code: Reason String and Server Reference, in words; empty if it adds nothing.
pub(super) fn remarks<'a>(properties: impl Iterator<Item = &'a Property>) -> String {
    let remark = |property: &Property| match property {
        Property::ReasonString(it) => Some(format!(": {:?}", it.val())),
        Property::ServerReference(it) => Some(format!("; it names another server: {:?}", it.val())),
        _ => None,
    };
    properties.filter_map(remark).collect()
}
