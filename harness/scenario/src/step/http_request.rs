//! `http-request`: a request to the device's HTTP server, and its response.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::http_headers::{HeadersMatch, sent};
use super::http_url::{HttpHost, HttpUrl};
use super::kind::{Role, StepKey, StepKind};
use super::title::Within;
use super::{ByteText, Match, word};
use crate::condition::CONDITION;
use crate::decode::{Cx, Map, Shape, duration, integer, keyword, plain_text, spanned_text};
use crate::error::Code;
use crate::load::Flow;
use crate::schema::forms;
use crate::yaml::{Node, NodeKind};
use crate::{Capability, Source, Spanned};

/// `http-request: { url: "http://device/save", form: { ssid: lab }, status: 303, within: 10s }`
#[derive(Debug, Clone, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HttpRequest {
    /// Where it goes: `http://device/path`, or an address or a name in place of `device`.
    #[schemars(with = "forms::HttpUrlText")]
    pub url: Spanned<HttpUrl>,
    /// SSID of the access point that the device puts up itself, which is joined first; default: the network that the device is on.
    #[schemars(with = "Option<forms::FilledText>")]
    pub network: Option<Spanned<String>>,
    /// With `network`: its password; default: the network is open.
    #[schemars(with = "Option<forms::FilledText>")]
    pub password: Option<Spanned<String>>,
    /// The method; default GET, and POST with a payload.
    #[schemars(with = "Option<forms::HttpMethodWord>")]
    pub method: HttpMethod,
    /// Header fields to send.
    #[schemars(with = "Option<std::collections::BTreeMap<String, forms::Text>>")]
    pub headers: Vec<(String, String)>,
    /// What is sent: `payload`, `payload-hex`, `payload-json` or `form`.
    #[schemars(flatten, with = "forms::HttpPayloadKeys")]
    pub payload: Option<HttpPayload>,
    /// The status of the response: a number, or a list of those that will do; default any from 200 to 299.
    #[schemars(with = "Option<forms::HttpStatus>")]
    pub status: StatusMatch,
    /// Conditions on the header fields of the response.
    #[schemars(with = "Option<std::collections::BTreeMap<String, forms::ConditionForm>>")]
    pub response_headers: HeadersMatch,
    /// Condition on the content of the response (`response`, `response-matches`, `response-json`, `response-where`).
    #[schemars(flatten, with = "forms::ResponseKeys")]
    pub response: Match,
    /// Limit, for the connection and the whole response; default 2 s.
    #[schemars(with = "Option<forms::DurationText>")]
    pub within: Option<Duration>,
}

/// What a request carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpPayload {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Its type, unless `headers` names one.
    pub content_type: Option<&'static str>,
}

/// A method of HTTP (RFC 9110, section 9, and RFC 5789).
#[expect(missing_docs, reason = "the specification's names")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpMethod {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
}

/// What the status of a response must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatusMatch {
    /// Any from 200 to 299.
    Success,
    /// One of these.
    OneOf(Spanned<Vec<u16>>),
}

/// `http-request: {..}`
const HTTP_REQUEST: Shape = Shape {
    name: "http-request",
    example: "url",
    keys: &[
        "url",
        "network",
        "password",
        "method",
        "headers",
        "payload",
        "payload-hex",
        "payload-json",
        "form",
        "status",
        "response-headers",
        "response",
        "response-matches",
        "response-json",
        "response-where",
        "within",
    ],
};

impl StepKind for HttpRequest {
    const KEYS: &'static [StepKey] = &[StepKey::new(
        "http-request",
        "`http-request`: a request to the device's HTTP server, and what the response must be.",
    )
    .shapes(&[(&HTTP_REQUEST, "/$defs/HttpRequest"), (&CONDITION, "/$defs/checks")])];
    const ROLE: Role = Role::Stimulus;

    fn decode(cx: &mut Cx<'_>, node: &Node, _key: &'static str) -> Option<Self> {
        let mut map = Map::new(cx, node, &HTTP_REQUEST)?;
        let url = map.required("url", HttpUrl::decode);
        map.only_with(&["password"], "network");
        let network = map.optional("network", ssid);
        let password = map.optional("password", passphrase);
        let method = map.optional("method", |cx, node| keyword(cx, node, "a method of HTTP", &HttpMethod::ALL));
        let headers = map.optional("headers", sent).unwrap_or_default();
        let payload = HttpPayload::of(&mut map);
        let status = map.optional("status", StatusMatch::decode).unwrap_or(StatusMatch::Success);
        let response_headers = map.optional("response-headers", HeadersMatch::decode).unwrap_or_default();
        let response = Match::response(&mut map);
        let within = map.optional("within", duration);
        let method = method.unwrap_or(if payload.is_some() { HttpMethod::Post } else { HttpMethod::Get });
        Some(Self {
            url: url?,
            network,
            password,
            method,
            headers,
            payload,
            status,
            response_headers,
            response,
            within,
        })
    }

    fn schema(generator: &mut SchemaGenerator, _key: &'static str) -> Schema {
        generator.subschema_for::<Self>()
    }

    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http-request {} {}", self.method, self.url.value)?;
        self.network.iter().try_for_each(|ssid| write!(f, " on {:?}", ssid.value))?;
        write!(f, " -> {}", self.status)?;
        if !matches!(self.response, Match::Any) {
            write!(f, " {}", self.response)?;
        }
        write!(f, "{}", Within(self.within))
    }

    fn judges(&self) -> bool {
        true
    }

    fn within(&self) -> Option<Duration> {
        self.within
    }

    fn needs(&self) -> &'static [Capability] {
        match (&self.network, &self.url.host) {
            (Some(_), _) => &[Capability::Http, Capability::SoftAp],
            (None, HttpHost::Device) => &[Capability::Http, Capability::DeviceAddress],
            (None, _) => &[Capability::Http],
        }
    }

    fn flow(&self, flow: &mut Flow, _source: &Arc<Source>, _path: &str) {
        flow.groups(&self.response);
    }

    fn recover(flow: &mut Flow, _source: &Arc<Source>, value: &Node, _path: &str) {
        flow.declared(value);
    }
}

impl HttpPayload {
    fn of(map: &mut Map<'_, '_, '_>) -> Option<Self> {
        map.excludes("form", &["payload", "payload-hex", "payload-json"]);
        let json = map.has("payload-json").then_some("application/json");
        let bytes = ByteText::of(map).map(|text| Self { bytes: text.0, content_type: json });
        let form = map.optional("form", form_encoded);
        bytes.or_else(|| form.map(|bytes| Self { bytes, content_type: Some("application/x-www-form-urlencoded") }))
    }
}

/// As a browser sends it (URL Standard, section 5.2).
fn form_encoded(cx: &mut Cx<'_>, node: &Node) -> Option<Vec<u8>> {
    let NodeKind::Mapping(entries) = &node.kind else {
        cx.wrong_type(node, "a mapping of the form's fields to texts");
        return None;
    };
    let fields: Vec<Option<String>> = entries
        .iter()
        .map(|(key, value)| {
            let value = plain_text(cx, value)?;
            Some(format!("{}={}", form_text(key.as_text().unwrap_or_default()), form_text(&value)))
        })
        .collect();
    let fields: Option<Vec<String>> = fields.into_iter().collect();
    fields.map(|fields| fields.join("&").into_bytes())
}

fn form_text(text: &str) -> String {
    let encoded = |byte: u8| match byte {
        b' ' => "+".to_owned(),
        b if b.is_ascii_alphanumeric() || b"*-._".contains(&b) => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    };
    text.bytes().map(encoded).collect()
}

/// IEEE 802.11, section 9.4.2.2: 1 to 32 bytes.
fn ssid(cx: &mut Cx<'_>, node: &Node) -> Option<Spanned<String>> {
    bounded(cx, node, "an SSID", 1, 32)
}

/// IEEE 802.11, annex J.4: 8 to 63 characters.
fn passphrase(cx: &mut Cx<'_>, node: &Node) -> Option<Spanned<String>> {
    bounded(cx, node, "a password of WPA2", 8, 63)
}

fn bounded(cx: &mut Cx<'_>, node: &Node, what: &str, min: usize, max: usize) -> Option<Spanned<String>> {
    let text = spanned_text(cx, node)?;
    if cx.is_known(node) && !(min..=max).contains(&text.value.len()) {
        let title = format!("{what} has {min} to {max} bytes");
        cx.error(Code::BadValue, node.span, title, format!("this one has {}", text.value.len()));
        return None;
    }
    Some(text)
}

impl HttpMethod {
    /// All of them, with their names.
    pub(crate) const ALL: [(&'static str, Self); 7] = [
        ("GET", Self::Get),
        ("HEAD", Self::Head),
        ("POST", Self::Post),
        ("PUT", Self::Put),
        ("PATCH", Self::Patch),
        ("DELETE", Self::Delete),
        ("OPTIONS", Self::Options),
    ];

    /// As it stands in the request line.
    pub fn name(self) -> &'static str {
        word(&Self::ALL, &self)
    }

    /// Whether its meaning is that something is sent.
    pub const fn has_content(self) -> bool {
        matches!(self, Self::Post | Self::Put | Self::Patch)
    }
}

impl fmt::Display for HttpMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl StatusMatch {
    fn decode(cx: &mut Cx<'_>, node: &Node) -> Option<Self> {
        let NodeKind::Sequence(items) = &node.kind else {
            return status(cx, node).map(|code| Self::OneOf(Spanned::new(vec![code], node.span)));
        };
        if items.is_empty() {
            cx.error(Code::EmptyList, node.span, "the list of statuses is empty", "at least one is expected");
            return None;
        }
        let codes: Vec<Option<u16>> = items.iter().map(|item| status(cx, item)).collect();
        let codes: Option<Vec<u16>> = codes.into_iter().collect();
        codes.map(|codes| Self::OneOf(Spanned::new(codes, node.span)))
    }

    /// Whether a status will do.
    pub fn holds(&self, status: u16) -> bool {
        match self {
            Self::Success => (200..300).contains(&status),
            Self::OneOf(codes) => codes.value.contains(&status),
        }
    }
}

/// Those of a final response: nothing else ends an exchange.
fn status(cx: &mut Cx<'_>, node: &Node) -> Option<u16> {
    integer(cx, node, 200..=599)
}

/// `200..299`, `303`, `302 or 303`
impl fmt::Display for StatusMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Success => f.write_str("200..299"),
            Self::OneOf(codes) => {
                let codes: Vec<String> = codes.value.iter().map(u16::to_string).collect();
                f.write_str(&codes.join(" or "))
            }
        }
    }
}
