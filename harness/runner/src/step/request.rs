//! `request`: a command with a Response Topic and Correlation Data, and its answer (MQTT 5, section 4.10).

use super::matching::{describe, differences, matches, show, span};
use super::run::{At, Held, Run};
use crate::context::{Context, DEFAULT_WITHIN, Found};
use crate::failure::Unmet;
use hil_model::observation::{Message, Payload};
use hil_model::time::display;
use hil_scenario::step::Request;

/// Answers go to topics under this one; short, because small devices take small packets.
pub(crate) const RESPONSE_TOPICS: &str = "hil/r";

impl Run for Request {
    async fn run(&self, cx: &mut Context, _at: &mut At<'_>) -> Held {
        let request = self;
        cx.requests += 1;
        let named = request.response_topic.as_ref().map(|topic| topic.value.clone());
        let response_topic = named.unwrap_or_else(|| format!("{RESPONSE_TOPICS}/{}", cx.requests));
        let correlation = Payload(cx.requests.to_be_bytes().to_vec());
        let from = cx.journal.end();
        let began = cx.journal.now();
        let deadline = cx.limit(request.within);
        let message = Message {
            topic: request.topic.value.clone(),
            payload: Payload(request.payload.0.clone()),
            qos: request.qos,
            retain: request.retain,
            response_topic: Some(response_topic.clone()),
            correlation_data: Some(correlation.clone()),
            ..Message::default()
        };
        cx.observer.publish(&message).await?;
        let window = &cx.window;
        let answer = cx
            .journal
            .wait(from, deadline, |entries| {
                entries.iter().find_map(|e| {
                    let message = window.message(e).filter(|m| m.topic == response_topic)?;
                    Some(Found { seq: e.seq, message: message.clone() })
                })
            })
            .await;
        let within = display(request.within.unwrap_or(DEFAULT_WITHIN));
        let wanted = if request.no_response { "no answer".to_owned() } else { describe(&request.response) };
        let unmet = |title: String, actual: String| {
            Unmet::new("hil::request", title)
                .at(span(&request.response).unwrap_or(request.topic.span))
                .expected(format!("{wanted}, within {within}"))
                .actual(actual)
        };
        match answer {
            None if request.no_response => Ok("no answer".to_owned()),
            None => {
                let asked = format!("{} {}", request.topic.value, message.payload);
                Err(unmet(format!("no answer to {asked} within {within}"), "no answer".to_owned()).into())
            }
            Some(found) => {
                cx.use_up(&found);
                let answer = &found.message;
                let text = answer.payload.to_string();
                if request.no_response || !matches(&request.response, &answer.payload.0) {
                    let title = if request.no_response { "an answer where none should be" } else { "a wrong answer" };
                    return Err(unmet(
                        title.to_owned(),
                        show(answer) + &differences(&request.response, &answer.payload.0),
                    )
                    .related([found.seq])
                    .into());
                }
                if answer.correlation_data.as_ref() != Some(&correlation) {
                    let actual =
                        answer.correlation_data.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
                    return Err(unmet(
                        "the answer has the wrong Correlation Data".to_owned(),
                        format!("{text} with {actual}"),
                    )
                    .expected(format!("{wanted} with Correlation Data {correlation}"))
                    .related([found.seq])
                    .into());
                }
                cx.capture_payload(&request.response, &answer.payload);
                Ok(format!("{text} after {}", display(cx.journal.now().since(began))))
            }
        }
    }
}
