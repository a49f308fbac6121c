//! Messages as PUBLISH packets, and back.

use mqtt_protocol_core::mqtt::packet::{
    ContentType, CorrelationData, MessageExpiryInterval, PayloadFormat, PayloadFormatIndicator, Property, Qos,
    ResponseTopic, UserProperty, v5_0,
};
use mqtt_protocol_core::mqtt::result_code::MqttError;

use super::ClientError;
use hil_model::observation::{Message, Payload};

/// User properties that the `mqtt5` broker adds to every message it forwards; no part of what was published.
const ADDED_BY_BROKER: [&str; 2] = ["x-mqtt-client-id", "x-mqtt-sender"];

/// The packet for a message.
pub(super) fn to_packet(message: &Message, packet_id: Option<u16>) -> Result<v5_0::Publish, ClientError> {
    let invalid = |e: MqttError| ClientError::Invalid(format!("PUBLISH to {:?}: {e:?}", message.topic));
    let mut properties: Vec<Property> = Vec::new();
    if let Some(utf8) = message.payload_is_utf8 {
        let format = if utf8 { PayloadFormat::String } else { PayloadFormat::Binary };
        properties.push(PayloadFormatIndicator::new(format).map_err(invalid)?.into());
    }
    if let Some(seconds) = message.message_expiry {
        properties.push(MessageExpiryInterval::new(seconds).map_err(invalid)?.into());
    }
    if let Some(content_type) = &message.content_type {
        properties.push(ContentType::new(content_type).map_err(invalid)?.into());
    }
    if let Some(topic) = &message.response_topic {
        properties.push(ResponseTopic::new(topic).map_err(invalid)?.into());
    }
    if let Some(data) = &message.correlation_data {
        properties.push(CorrelationData::new(&data.0).map_err(invalid)?.into());
    }
    for (key, value) in &message.user_properties {
        properties.push(UserProperty::new(key, value).map_err(invalid)?.into());
    }
    let qos = Qos::try_from(message.qos).map_err(|_| ClientError::Invalid(format!("QoS {}", message.qos)))?;
    let mut builder = v5_0::Publish::builder()
        .topic_name(message.topic.as_str())
        .map_err(invalid)?
        .qos(qos)
        .retain(message.retain)
        .payload(message.payload.0.clone())
        .props(properties);
    if let Some(id) = packet_id {
        builder = builder.packet_id(id);
    }
    builder.build().map_err(invalid)
}

/// The message of a packet, as it was published.
pub(crate) fn from_packet(packet: &v5_0::Publish) -> Message {
    let mut message = Message {
        topic: packet.topic_name().to_owned(),
        payload: Payload(packet.payload().as_slice().to_vec()),
        qos: packet.qos() as u8,
        retain: packet.retain(),
        ..Message::default()
    };
    for property in packet.props.iter() {
        match property {
            Property::PayloadFormatIndicator(p) => {
                message.payload_is_utf8 = Some(p.val() == PayloadFormat::String as u8)
            }
            Property::MessageExpiryInterval(p) => message.message_expiry = Some(p.val()),
            Property::ContentType(p) => message.content_type = Some(p.val().to_owned()),
            Property::ResponseTopic(p) => message.response_topic = Some(p.val().to_owned()),
            Property::CorrelationData(p) => message.correlation_data = Some(Payload(p.val().to_vec())),
            Property::UserProperty(p) if !ADDED_BY_BROKER.contains(&p.key()) => {
                message.user_properties.push((p.key().to_owned(), p.val().to_owned()));
            }
            _ => {}
        }
    }
    message
}
