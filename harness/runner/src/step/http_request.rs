//! `http-request`: a request to the device's HTTP server, and its response.

use super::matching::{describe, differences, matches, span};
use super::run::{At, Held, Run};
use crate::context::{Context, DEFAULT_WITHIN};
use crate::failure::{StepError, Unmet};
use crate::http::{Broken, Exchange, LARGEST_CONTENT, Progress, Response};
use hil_model::observation::Payload;
use hil_model::time::display;
use hil_scenario::Capability;
use hil_scenario::step::{HttpRequest, Match, StatusMatch};
use hil_targets::BenchError;

/// Bytes of the content that a failure shows.
const SHOWN: usize = 2000;
/// Bytes of it that the journal and a step that held show.
const SUMMARY: usize = 200;

impl Run for HttpRequest {
    async fn run(&self, cx: &mut Context, _at: &mut At<'_>) -> Held {
        let began = cx.journal.now();
        let deadline = cx.journal.instant(cx.limit(self.within));
        let reach = cx.device.reach().ok_or(BenchError::Capability(Capability::Http))?;
        let mut progress = Progress::default();
        let exchange = Exchange::new(self);
        let ended = tokio::time::timeout_at(deadline, exchange.run(reach, &mut progress)).await;
        let response = match (ended, progress) {
            (Ok(Ok(())), Progress::Receiving(response)) => response,
            (Ok(Err(broken)), progress) => return Err(broke(self, broken, &progress)),
            (Err(_) | Ok(Ok(())), progress) => return Err(late(self, &progress).into()),
        };
        let summary = shown(&response, SUMMARY);
        cx.journal.note(format!("HTTP: {} {} was answered with {summary}", self.method, self.url.value));
        judge(self, &response)?;
        cx.capture_payload(&self.response, &Payload(response.content));
        Ok(format!("{summary} after {}", display(cx.journal.now().since(began))))
    }
}

fn unmet(request: &HttpRequest, title: impl Into<String>, actual: impl Into<String>) -> Unmet {
    let content = match &request.response {
        Match::Any => String::new(),
        condition => format!(", {}", describe(condition)),
    };
    let within = display(request.within.unwrap_or(DEFAULT_WITHIN));
    Unmet::new("hil::http_request", title)
        .at(request.url.span)
        .expected(format!("status {}{content}, within {within}", request.status))
        .actual(actual)
}

/// The limit has passed.
fn late(request: &HttpRequest, progress: &Progress) -> Unmet {
    let (url, within) = (&request.url.value, display(request.within.unwrap_or(DEFAULT_WITHIN)));
    match progress {
        Progress::Connecting => unmet(request, format!("no connection for {url} within {within}"), "no connection"),
        Progress::Waiting(peer) => unmet(
            request,
            format!("no response from {url} within {within}"),
            format!("a connection to {peer}, and no response"),
        ),
        Progress::Receiving(response) => unmet(
            request,
            format!("the response from {url} did not end within {within}"),
            format!("so far {}", shown(response, SHOWN)),
        ),
    }
}

/// There is no whole response.
fn broke(request: &HttpRequest, broken: Broken, progress: &Progress) -> StepError {
    let url = &request.url.value;
    let came = match progress {
        Progress::Receiving(response) => format!("so far {}", shown(response, SHOWN)),
        Progress::Connecting | Progress::Waiting(_) => "no response".to_owned(),
    };
    match broken {
        Broken::Bench(error) => return error.into(),
        Broken::Unreached(why) => unmet(request, format!("no connection for {url}"), why.to_string()),
        Broken::Ended(how) => {
            unmet(request, format!("the connection for {url} ended too soon"), format!("{how}; {came}"))
        }
        Broken::NotHttp(why) => unmet(request, format!("what {url} answers is no HTTP/1"), why),
        Broken::TooLarge => {
            let title = format!("{url} answers with more than {} MiB of content", LARGEST_CONTENT >> 20);
            unmet(request, title, came)
        }
    }
    .into()
}

/// Whether it is the response that is expected.
fn judge(request: &HttpRequest, response: &Response) -> Result<(), StepError> {
    let actual = shown(response, SHOWN);
    if !request.status.holds(response.status) {
        let unmet = unmet(request, format!("the status is {}, not {}", response.status, request.status), actual);
        return Err(match &request.status {
            StatusMatch::OneOf(codes) => unmet.at(codes.span),
            StatusMatch::Success if (300..400).contains(&response.status) => {
                unmet.help("a redirect is not followed: `status` and `response-headers: { Location: .. }` look at it")
            }
            StatusMatch::Success => unmet,
        }
        .into());
    }
    if let Some(wrong) = request.response_headers.wrong(&response.headers) {
        return Err(unmet(request, format!("a wrong header: {wrong}"), format!("{actual}{}", headers(response))).into());
    }
    if !matches(&request.response, &response.content) {
        let differences = differences(&request.response, &response.content);
        let unmet = unmet(request, "a wrong response", format!("{actual}{differences}"));
        return Err(match span(&request.response) {
            Some(span) => unmet.at(span),
            None => unmet,
        }
        .into());
    }
    Ok(())
}

/// `404, "not found"`; of a long content the beginning, and how long it is.
fn shown(response: &Response, most: usize) -> String {
    let (status, content) = (response.status, &response.content);
    if content.len() <= most {
        return format!("{status}, {}", Payload(content.clone()));
    }
    // Not in the middle of a character.
    let text = String::from_utf8_lossy(content);
    let begin: String = text.chars().take(most).chain("...".chars()).collect();
    format!("{status}, {begin:?} ({} bytes)", content.len())
}

/// The header fields, a line each.
fn headers(response: &Response) -> String {
    response.headers.iter().map(|(name, value)| format!("\n{name}: {value}")).collect()
}
