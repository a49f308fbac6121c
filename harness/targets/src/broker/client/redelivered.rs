//! Messages that a broker sends again: they are one message, and count once.

use std::collections::HashMap;

use hil_model::hash::fnv1a;
use hil_model::observation::Message;

/// What has come on this connection under each packet identifier.
///
/// A message with DUP is one that the broker has sent before (MQTT 5, section 3.3.1.1). If it has come before on this connection,
/// under the same identifier and with the same topic and payload, it is known to be the same one. What the *device* sends again
/// cannot be known: brokers forward it as a new message (section 3.3.1.1, the DUP of an incoming PUBLISH is not passed on).
#[derive(Debug, Default)]
pub(super) struct Redelivered {
    received: HashMap<u16, u64>,
}

impl Redelivered {
    /// Whether this message has been received already. `id` is absent at QoS 0.
    pub(super) fn is_again(&mut self, id: Option<u16>, dup: bool, message: &Message) -> bool {
        let Some(id) = id else { return false };
        // Topics have no NUL (section 1.5.4), so that it keeps topic and payload apart.
        let bytes = message.topic.bytes().chain([0]).chain(message.payload.0.iter().copied());
        let content = fnv1a(bytes);
        self.received.insert(id, content) == Some(content) && dup
    }
}

#[cfg(test)]
mod tests {
    use hil_model::observation::Payload;

    use super::*;

    fn message(payload: &str) -> Message {
        Message { topic: "stat/door".to_owned(), payload: Payload(payload.into()), qos: 1, ..Message::default() }
    }

    #[test]
    fn the_same_message_again_is_known_by_dup_identifier_and_content() {
        let mut redelivered = Redelivered::default();
        assert!(!redelivered.is_again(Some(1), false, &message("open")));
        assert!(redelivered.is_again(Some(1), true, &message("open")));
        assert!(redelivered.is_again(Some(1), true, &message("open")), "as often as it comes");
        assert!(!redelivered.is_again(Some(2), true, &message("open")), "it has not come on this connection");
    }

    #[test]
    fn an_equal_message_is_another_one_without_dup() {
        let mut redelivered = Redelivered::default();
        assert!(!redelivered.is_again(Some(1), false, &message("open")));
        assert!(!redelivered.is_again(Some(1), false, &message("open")));
        assert!(!redelivered.is_again(Some(1), true, &message("closed")), "another content cannot be the same message");
        assert!(!redelivered.is_again(None, false, &message("open")));
        assert!(!redelivered.is_again(None, false, &message("open")));
    }
}
