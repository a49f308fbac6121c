//! The exchange: connect, send, receive. Whatever ends it, it is known how far it came.

use std::error::Error as _;
use std::future::pending;
use std::io;
use std::net::SocketAddr;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName, HeaderValue};

use super::io::HyperStream;
use hil_scenario::step::{HttpHost, HttpRequest};
use hil_targets::BenchError;
use hil_targets::reach::{Connected, Host, OwnNetwork, Reach, Remote, Unreached};

/// Bytes of content that are received at most: a device has no more to say.
pub(crate) const LARGEST_CONTENT: usize = 1 << 20;

/// What the device has answered, as far as it has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Response {
    /// Status code.
    pub(crate) status: u16,
    /// Header fields, in their order. Bytes that are no text are U+FFFD.
    pub(crate) headers: Vec<(String, String)>,
    /// The content, without its transfer coding.
    pub(crate) content: Vec<u8>,
}

/// How far an exchange has come.
#[derive(Debug, Default)]
pub(crate) enum Progress {
    /// There is no connection yet.
    #[default]
    Connecting,
    /// There is one, and no response yet.
    Waiting(SocketAddr),
    /// The header of the response has come, and so much of the content.
    Receiving(Response),
}

/// Why there is no whole response.
#[derive(Debug)]
pub(crate) enum Broken {
    /// There is no connection.
    Unreached(Unreached),
    /// The connection ended too soon.
    Ended(String),
    /// What has come is no HTTP/1.
    NotHttp(String),
    /// The content is larger than [`LARGEST_CONTENT`].
    TooLarge,
    /// The request cannot be made.
    Bench(BenchError),
}

/// One request.
pub(crate) struct Exchange<'a> {
    request: &'a HttpRequest,
}

impl<'a> Exchange<'a> {
    pub(crate) const fn new(request: &'a HttpRequest) -> Self {
        Self { request }
    }

    /// Where it goes.
    pub(crate) fn remote(&self) -> Remote {
        let url = &self.request.url.value;
        let host = match &url.host {
            HttpHost::Device => Host::Device,
            HttpHost::Address(address) => Host::Address(*address),
            HttpHost::Name(name) => Host::Name(name.clone()),
        };
        let network = self.request.network.as_ref().map(|ssid| OwnNetwork {
            ssid: ssid.value.clone(),
            password: self.request.password.as_ref().map(|password| password.value.clone()),
        });
        Remote { host, port: url.port, network }
    }

    /// Carries it out. `progress` holds the response when it is done, and what has come of it when it is not. The caller
    /// limits how long this takes, by dropping it.
    pub(crate) async fn run(&self, reach: &mut dyn Reach, progress: &mut Progress) -> Result<(), Broken> {
        let remote = self.remote();
        let Connected { stream, peer } = reach.connect(&remote).await.map_err(|error| match error {
            Unreached::Bench(error) => Broken::Bench(error),
            error => Broken::Unreached(error),
        })?;
        *progress = Progress::Waiting(peer);
        let request = self.message(&remote, peer)?;
        // Names in the letters that browsers use: small servers compare them with these.
        let client = http1::Builder::new().title_case_headers(true).handshake(HyperStream(stream));
        let (mut sender, connection) = client.await.map_err(|e| broken(&e))?;
        let exchange = async {
            let response = sender.send_request(request).await.map_err(|e| broken(&e))?;
            receive(response, progress).await
        };
        tokio::select! {
            biased;
            ended = exchange => ended,
            // It has nothing to say of its own: it hands its errors to who waits for the response.
            never = async { drop(connection.await); pending().await } => never,
        }
    }

    fn message(&self, remote: &Remote, peer: SocketAddr) -> Result<hyper::Request<Full<Bytes>>, Broken> {
        let HttpRequest { url, method, headers, payload, .. } = self.request;
        let (bytes, content_type) =
            payload.as_ref().map_or((Vec::new(), None), |it| (it.bytes.clone(), it.content_type));
        let mut builder = hyper::Request::builder().method(method.name()).uri(url.value.target.as_str());
        for (name, value) in headers {
            builder = builder.header(name, HeaderValue::from_bytes(value.as_bytes()).map_err(|e| impossible(&e))?);
        }
        let ours = [
            (HOST, Some(host_field(remote, peer))),
            (CONNECTION, Some("close".to_owned())),
            (CONTENT_TYPE, content_type.map(str::to_owned)),
            // RFC 9110, section 8.6: said of nothing, too, where the method means that there could be something.
            (CONTENT_LENGTH, (bytes.is_empty() && method.has_content()).then(|| "0".to_owned())),
        ];
        let is_named = |name: &HeaderName| headers.iter().any(|(it, _)| it.eq_ignore_ascii_case(name.as_str()));
        for (name, value) in ours.into_iter().filter(|(name, _)| !is_named(name)) {
            if let Some(value) = value {
                builder = builder.header(name, value);
            }
        }
        builder.body(Full::new(Bytes::from(bytes))).map_err(|e| impossible(&e))
    }
}

/// The field `Host` (RFC 9110, section 7.2): of the device, its address.
fn host_field(remote: &Remote, peer: SocketAddr) -> String {
    let host = match &remote.host {
        Host::Device => Host::Address(peer.ip()),
        host => host.clone(),
    };
    if remote.port == 80 { host.to_string() } else { format!("{host}:{}", remote.port) }
}

/// The language lets nothing through that cannot be sent.
fn impossible(error: &dyn std::error::Error) -> Broken {
    let text = format!("the request cannot be made: {error}");
    Broken::Bench(BenchError::System(io::Error::new(io::ErrorKind::InvalidInput, text)))
}

async fn receive(response: hyper::Response<Incoming>, progress: &mut Progress) -> Result<(), Broken> {
    let (head, mut body) = response.into_parts();
    let field = |(name, value): (&HeaderName, &HeaderValue)| {
        (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let headers = head.headers.iter().map(field).collect();
    *progress = Progress::Receiving(Response { status: head.status.as_u16(), headers, content: Vec::new() });
    let Progress::Receiving(Response { content, .. }) = progress else { return Ok(()) };
    while let Some(frame) = body.frame().await {
        // Trailers are none of the content.
        let Ok(data) = frame.map_err(|e| broken(&e))?.into_data() else { continue };
        let room = LARGEST_CONTENT - content.len();
        content.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            return Err(Broken::TooLarge);
        }
    }
    Ok(())
}

/// What of hyper's errors is which.
fn broken(error: &hyper::Error) -> Broken {
    if error.is_parse() {
        return Broken::NotHttp(hil_model::error::chain(error));
    }
    let cause = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    Broken::Ended(match cause.map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe) => "it was reset".to_owned(),
        Some(io::ErrorKind::UnexpectedEof) => "it was closed".to_owned(),
        _ if error.is_incomplete_message() => "it was closed".to_owned(),
        _ => hil_model::error::chain(error),
    })
}
