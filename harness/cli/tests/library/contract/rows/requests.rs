//! What the device answers.

use super::super::packet::{CORRELATION_DATA, Publish, RESPONSE_TOPIC};
use super::super::rig::Device;
use super::{Row, hears, is_refusal, is_status, say_at_qos_0, says};

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "A command with a Response Topic that is accepted is answered by `ok`.",
        "request/ok",
        "answers `OK`",
        Device::Wire(|| {
            says(|mut message, on| {
                if message.payload == b"ok" {
                    message.payload = b"OK".to_vec();
                }
                on.say(message);
            })
        }),
    )
    .case("topic=hue")
    .told(r#""OK" (qos 1)"#),
    Row::new(
        "A command with a Response Topic that is rejected is answered, too.",
        "reject/hue",
        "does not answer what it rejects",
        Device::Wire(|| says(|message, on| if is_refusal(&message) { on.hush(&message) } else { on.say(message) })),
    )
    .case("one too large")
    .told("no answer to cmnd/led/hue"),
    Row::new(
        "A rejected command is answered by `error: <reason>`.",
        "reject/hue",
        "answers `error` without a reason",
        Device::Wire(|| {
            says(|mut message, on| {
                if is_refusal(&message) {
                    message.payload.truncate("error".len());
                }
                on.say(message);
            })
        }),
    )
    .case("one too large")
    .told(r#""error" (qos 1)"#),
    Row::new(
        "The answer has the Correlation Data of the command.",
        "request/answer",
        "answers without Correlation Data",
        Device::Wire(|| {
            says(|mut message, on| {
                message.properties.remove(CORRELATION_DATA);
                on.say(message);
            })
        }),
    )
    .case("accepted")
    .told("the answer has the wrong Correlation Data"),
    Row::new(
        "Correlation Data are bytes.",
        "request/answer",
        "ends Correlation Data at a NUL byte",
        Device::Wire(|| {
            says(|mut message, on| {
                if let Some(data) = message.properties.data(CORRELATION_DATA).map(<[u8]>::to_vec) {
                    let text = data.split(|byte| *byte == 0).next().unwrap_or_default();
                    message.properties.set_data(CORRELATION_DATA, text);
                }
                on.say(message);
            })
        }),
    )
    .case("accepted")
    .told("the answer has the wrong Correlation Data"),
    Row::new(
        "A command without Correlation Data is answered too.",
        "request/no-correlation-data",
        "answers only commands with Correlation Data",
        Device::Wire(|| {
            says(|message, on| match message.properties.data(CORRELATION_DATA) {
                None if !is_status(&message) => on.hush(&message),
                _ => on.say(message),
            })
        }),
    )
    .told("no matching message on test/answer"),
    Row::new(
        "An answer to a command without Correlation Data has none.",
        "request/no-correlation-data",
        "answers with the Correlation Data of an earlier command",
        Device::Wire(|| {
            let mut last = Vec::new();
            says(move |mut message, on| {
                match message.properties.data(CORRELATION_DATA) {
                    Some(data) => last = data.to_vec(),
                    None if !is_status(&message) => message.properties.set_data(CORRELATION_DATA, &last),
                    None => {}
                }
                on.say(message);
            })
        }),
    )
    .told(r#"correlation-data is "before""#),
    Row::new(
        "A command without a Response Topic is not answered.",
        "request/none-asked",
        "answers on the last Response Topic",
        Device::Wire(|| {
            let mut last = None;
            hears(move |mut message, on| {
                match (message.properties.data(RESPONSE_TOPIC), &last) {
                    (Some(topic), _) => last = Some(topic.to_vec()),
                    (None, Some(topic)) => message.properties.set_data(RESPONSE_TOPIC, topic),
                    (None, None) => {}
                }
                on.hear(message);
            })
        }),
    )
    .case("accepted")
    .told("a message on test/answer where none should be"),
    Row::new(
        "Answers have QoS 1.",
        "request/answer",
        "answers at QoS 0",
        Device::Wire(|| {
            says(|message, on| if is_status(&message) { on.say(message) } else { say_at_qos_0(message, on) })
        }),
    )
    .case("accepted")
    .told(r#"test/answer "ok" (qos 0)"#),
    Row::new(
        "Answers are not retained.",
        "request/answer",
        "answers with RETAIN",
        Device::Wire(|| says(|message, on| on.say(Publish { retain: true, ..message }))),
    )
    .case("accepted")
    .told(r#"test/answer "ok" (qos 1, retain)"#),
    Row::new(
        "A command is answered once.",
        "request/answer",
        "answers twice",
        Device::Wire(|| {
            says(|message, on| {
                if !is_status(&message) {
                    on.say_again(&message);
                }
                on.say(message);
            })
        }),
    )
    .case("rejected")
    .told("a message on test/answer where none should be"),
    Row::new(
        "Commands are answered in their order.",
        "request/order",
        "answers what it rejects after the command behind it",
        Device::Wire(|| {
            let mut late = None;
            says(move |message, on| {
                if is_refusal(&message) {
                    late = Some(message);
                    return;
                }
                let is_answer = !is_status(&message);
                on.say(message);
                if is_answer {
                    late.take().into_iter().for_each(|late| on.say(late));
                }
            })
        }),
    )
    .told("step 4.3"),
];
