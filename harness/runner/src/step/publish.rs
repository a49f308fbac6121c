//! `publish`: done when the broker has acknowledged the message.

use super::Held;
use crate::context::Context;
use hil_model::observation::{Message, Payload};
use hil_scenario::step::Publish;

pub(super) async fn run(cx: &mut Context, publish: &Publish) -> Held {
    let properties = &publish.properties;
    let message = Message {
        topic: publish.topic.value.clone(),
        payload: Payload(publish.payload.0.clone()),
        qos: publish.qos,
        retain: publish.retain,
        response_topic: properties.response_topic.clone(),
        correlation_data: properties.correlation_data.clone().map(Payload),
        content_type: properties.content_type.clone(),
        message_expiry: properties.message_expiry,
        payload_is_utf8: properties.payload_is_utf8,
        user_properties: properties.user.clone(),
    };
    cx.observer.publish(&message).await?;
    Ok(String::new())
}
