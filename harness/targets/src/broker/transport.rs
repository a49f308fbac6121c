//! Opens a connection to an external broker: TCP without Nagle, TLS, WebSocket.

use std::io;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _, TryStreamExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tokio_util::io::{CopyToBytes, SinkWriter, StreamReader};

use super::{BrokerUrl, tls};
use crate::stream::Stream;

/// Longest wait for a connection, in wall time.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// Why a broker could not be reached.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// No connection to the address.
    #[error("cannot connect to {address}")]
    Refused {
        /// Host and port.
        address: String,
        /// The operating system's error.
        source: io::Error,
    },
    /// No answer in time.
    #[error("{address} did not answer within {} s", CONNECT_LIMIT.as_secs())]
    Silent {
        /// Host and port.
        address: String,
    },
    /// The certificate authority cannot be used.
    #[error("cannot use the CA file")]
    Ca(#[source] tls::CaError),
    /// The TLS handshake failed.
    #[error("TLS handshake with {address} failed")]
    Tls {
        /// Host and port.
        address: String,
        /// What is wrong.
        source: tls::TlsError,
    },
    /// The WebSocket handshake failed.
    #[error("WebSocket handshake with {address} failed")]
    WebSocket {
        /// URL without credentials.
        address: String,
        /// What tungstenite says.
        source: Box<tokio_tungstenite::tungstenite::Error>,
    },
}

impl TransportError {
    /// What to do about it, where that is more than to look whether the broker runs.
    pub fn help(&self) -> Option<String> {
        use tokio_tungstenite::tungstenite::Error as E;
        use tokio_tungstenite::tungstenite::error::{ProtocolError, SubProtocolError};
        match self {
            Self::Refused { .. } | Self::Silent { .. } => None,
            Self::Ca(error) => Some(error.help().to_owned()),
            Self::Tls { source, .. } => Some(source.help()),
            Self::WebSocket { source, .. } => Some(match &**source {
                E::Http(answer) if answer.status() == 404 => {
                    "the path is not the broker's: many brokers listen on /mqtt, others on / or /ws".to_owned()
                }
                E::Http(answer) if matches!(answer.status().as_u16(), 401 | 403) => {
                    "the server wants to know who comes: has the URL the token that it wants (?..), and is that still valid?".to_owned()
                }
                E::Protocol(ProtocolError::SecWebSocketSubProtocolError(SubProtocolError::NoSubProtocol)) => {
                    "a broker answers with the sub-protocol `mqtt` (MQTT 5, section 6): is this one, and does a proxy before it pass on \
                     Sec-WebSocket-Protocol?"
                        .to_owned()
                }
                _ => "is it the port of WebSocket, and the path that of the broker?".to_owned(),
            }),
        }
    }
}

/// Connects to the broker; credentials are not used here but in CONNECT.
///
/// # Errors
/// See [`TransportError`]; never waits for more than ten seconds of wall time.
pub async fn open(url: &BrokerUrl) -> Result<Stream, TransportError> {
    let address = format!("{}:{}", url.host, url.port);
    match crate::clock::wall_timeout(CONNECT_LIMIT, connect(url, &address)).await {
        Some(result) => result,
        None => Err(TransportError::Silent { address }),
    }
}

async fn connect(url: &BrokerUrl, address: &str) -> Result<Stream, TransportError> {
    let refused = |source| TransportError::Refused { address: address.to_owned(), source };
    let tcp = TcpStream::connect((url.host.as_str(), url.port)).await.map_err(refused)?;
    // Nagle with delayed acknowledgements costs 40 ms a round trip.
    tcp.set_nodelay(true).map_err(refused)?;
    let stream: Stream = if url.scheme.is_tls() {
        let ca = url.ca.as_deref();
        let client = tls::client(ca).map_err(TransportError::Ca)?;
        let tls_error = |source| TransportError::Tls { address: address.to_owned(), source };
        Box::new(tls::handshake(client, &url.host, ca, tcp).await.map_err(tls_error)?)
    } else {
        Box::new(tcp)
    };
    if url.scheme.is_websocket() { websocket(url, stream).await } else { Ok(stream) }
}

/// MQTT over WebSocket: binary frames, subprotocol `mqtt` (MQTT 5, section 6).
async fn websocket(url: &BrokerUrl, stream: Stream) -> Result<Stream, TransportError> {
    let address = BrokerUrl { user: None, password: None, ..url.clone() }.to_string();
    let failed = |source| TransportError::WebSocket { address: address.clone(), source: Box::new(source) };
    let mut request = url.request().into_client_request().map_err(failed)?;
    request.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static("mqtt"));
    let (socket, _) = tokio_tungstenite::client_async(request, stream).await.map_err(failed)?;
    let (sink, source) = socket.split();
    let reader = StreamReader::new(
        source
            .map_err(io::Error::other)
            .try_filter_map(|m| async move {
                Ok(match m {
                    Message::Binary(bytes) => Some(bytes),
                    _ => None,
                })
            })
            .boxed(),
    );
    let writer = SinkWriter::new(CopyToBytes::new(Box::pin(
        sink.sink_map_err(io::Error::other).with(|bytes: Bytes| async move { io::Result::Ok(Message::Binary(bytes)) }),
    )));
    Ok(Box::new(tokio::io::join(reader, writer)))
}
