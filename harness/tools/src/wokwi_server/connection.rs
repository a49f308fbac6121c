//! One WebSocket: frames in both directions, between the client and its session on another thread, within the time limits.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::handshake::server::{Callback, ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::StatusCode;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::note::{Client, Note, tame};
use super::protocol::{Hello, VERSION, fatal, text};
use super::queue::{FromThread, Gone, ToThread, from_thread, to_thread};
use super::server::Shared;
use super::session::Session;

/// How often it is seen whether the client is still there.
const PING: Duration = Duration::from_secs(20);
/// Longest wait for the last words to be taken.
const FAREWELL: Duration = Duration::from_secs(2);
/// Stack of a session's thread: unoptimised, the simulator nests its calls deeply.
const STACK: usize = 16 << 20;

type Socket = WebSocketStream<TcpStream>;

/// Why a connection ends.
enum End {
    /// The client has gone; there is nobody to tell.
    Gone(String),
    /// It is sent away.
    Sent(CloseCode, String),
}

/// Who may come in.
struct Door<'a> {
    token: Option<&'a str>,
    /// What the client says about itself.
    agent: &'a Mutex<String>,
}

impl Callback for Door<'_> {
    fn on_request(self, request: &Request, response: Response) -> Result<Response, ErrorResponse> {
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let refused = |status, why: &str| {
            let mut response = ErrorResponse::new(Some(why.to_owned()));
            *response.status_mut() = status;
            response
        };
        // A page of any site could else use the server through its visitor's browser. Tools send no origin.
        if request.headers().contains_key("origin") {
            return Err(refused(StatusCode::FORBIDDEN, "web pages may not use this server"));
        }
        if let Some(token) = self.token {
            let given = header("authorization").and_then(|value| value.strip_prefix("Bearer "));
            if !given.is_some_and(|given| is_same(given, token)) {
                let why = "wrong token: set WOKWI_CLI_TOKEN to the one of this server";
                return Err(refused(StatusCode::UNAUTHORIZED, why));
            }
        }
        let agent = header("user-agent").map_or_else(|| "a program without a name".to_owned(), tame);
        *self.agent.lock().unwrap_or_else(PoisonError::into_inner) = agent;
        Ok(response)
    }
}

/// Takes as long for a wrong secret as for the right one.
fn is_same(given: &str, secret: &str) -> bool {
    let differences = given.bytes().zip(secret.bytes()).fold(0, |all, (one, other)| all | (one ^ other));
    given.len() == secret.len() && differences == 0
}

/// Serves one client to its end. `waiting` is its place among those that are not let in yet.
pub(super) async fn serve(stream: TcpStream, peer: SocketAddr, shared: Arc<Shared>, waiting: OwnedSemaphorePermit) {
    let agent = Mutex::default();
    let mut config = WebSocketConfig::default();
    config.max_message_size = Some(shared.limits.message_bytes());
    config.max_frame_size = Some(shared.limits.message_bytes());
    config.max_write_buffer_size = usize::MAX;
    let door = Door { token: shared.token.as_deref(), agent: &agent };
    let handshake = tokio_tungstenite::accept_hdr_async_with_config(stream, door, Some(config));
    let mut socket = match timeout(shared.limits.handshake, handshake).await {
        Ok(Ok(socket)) => socket,
        Ok(Err(error)) => {
            let why = match error {
                Error::Http(response) if response.status() == StatusCode::UNAUTHORIZED => {
                    "its token is wrong".to_owned()
                }
                Error::Http(response) if response.status() == StatusCode::FORBIDDEN => "it is a web page".to_owned(),
                other => tame(&other.to_string()),
            };
            return (shared.log)(Note::Refused { peer, why });
        }
        Err(_) => {
            let why = "no WebSocket handshake in time".to_owned();
            return (shared.log)(Note::Refused { peer, why });
        }
    };
    let Ok(place) = Arc::clone(&shared.places).try_acquire_owned() else {
        let why = format!("{} clients are connected, and there may not be more at once", shared.limits.clients);
        let frame = CloseFrame { code: CloseCode::Again, reason: "the server is full".into() };
        let told = async {
            socket.feed(Message::text(fatal(&format!("the server is full: {why}")))).await?;
            socket.close(Some(frame)).await
        };
        // Told, or not: it does not come in.
        let _ = timeout(FAREWELL, told).await;
        return (shared.log)(Note::Refused { peer, why });
    };
    drop(waiting);
    let client = shared.next_client();
    let agent = agent.into_inner().unwrap_or_else(PoisonError::into_inner);
    (shared.log)(Note::Opened { client, peer, agent });
    let end = converse(&mut socket, client, &shared, place).await;
    let why = match end {
        End::Gone(why) => why,
        End::Sent(code, why) => {
            let told = async {
                if !matches!(code, CloseCode::Normal) {
                    socket.feed(Message::text(fatal(&why))).await?;
                }
                socket.close(Some(CloseFrame { code, reason: short(&why).into() })).await
            };
            let _ = timeout(FAREWELL, told).await;
            why
        }
    };
    (shared.log)(Note::Closed { client, why });
}

/// The reason of a close frame has 123 bytes at most; RFC 6455, section 5.5.
fn short(text: &str) -> String {
    let end = (0..=text.len().min(120)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    text[..end].to_owned()
}

async fn converse(socket: &mut Socket, client: Client, shared: &Arc<Shared>, place: OwnedSemaphorePermit) -> End {
    let hello = Hello { protocol_version: VERSION, app_name: "hil", app_version: env!("CARGO_PKG_VERSION") };
    if let Err(error) = socket.send(Message::text(text(&hello))).await {
        return End::Gone(tame(&error.to_string()));
    }
    let (to_session, inbox) = to_thread();
    let (outbox, from_session) = from_thread(tokio::runtime::Handle::current());
    let settings = (shared.settings.clone(), shared.limits, Arc::clone(&shared.all_bytes));
    let session = {
        let log = Arc::clone(&shared.log);
        // Its place is free when its memory is.
        move || {
            Session::new(client, settings, log, (inbox, outbox)).run();
            drop(place);
        }
    };
    let thread = std::thread::Builder::new().name(format!("wokwi client {client}")).stack_size(STACK);
    if let Err(error) = thread.spawn(session) {
        return End::Sent(CloseCode::Error, format!("there is no thread for another client: {error}"));
    }
    let (sink, stream) = socket.split();
    let last = Mutex::new(Instant::now());
    let mut stopped = shared.stopped.clone();
    let end = tokio::select! {
        end = read(stream, &to_session, &last) => end,
        end = write(sink, from_session, shared, &last) => end,
        () = tokio::time::sleep(shared.limits.session) => {
            let limit = hil_model::time::display(shared.limits.session);
            End::Sent(CloseCode::Policy, format!("the connection has lasted {limit}, the server's limit (--session-limit)"))
        }
        _ = stopped.wait_for(|stopped| *stopped) => End::Sent(CloseCode::Away, "the server was ended".to_owned()),
    };
    end
}

/// Hands what the client sends to its session.
async fn read(mut stream: SplitStream<&mut Socket>, session: &ToThread, last: &Mutex<Instant>) -> End {
    loop {
        let message = match stream.next().await {
            Some(Ok(message)) => message,
            Some(Err(Error::Capacity(CapacityError::MessageTooLong { size, max_size }))) => {
                let why = format!("a message of {size} bytes; the longest one has {max_size}");
                return End::Sent(CloseCode::Size, why);
            }
            Some(Err(error @ (Error::Protocol(_) | Error::Utf8(_) | Error::Capacity(_)))) => {
                return End::Sent(
                    CloseCode::Protocol,
                    format!("not a WebSocket message: {}", tame(&error.to_string())),
                );
            }
            Some(Err(error)) => return End::Gone(tame(&error.to_string())),
            None => return End::Gone("it has closed the connection".to_owned()),
        };
        let text = match message {
            Message::Text(text) => text.as_str().to_owned(),
            // The session says what it thinks of it.
            Message::Binary(bytes) => format!("a binary message of {} bytes", bytes.len()),
            Message::Close(_) => return End::Gone("it has closed the connection".to_owned()),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => continue,
        };
        touch(last);
        if session.send(text).await == Err(Gone) {
            return failed();
        }
    }
}

fn touch(last: &Mutex<Instant>) {
    *last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
}

/// The session has ended before its client: it panicked.
fn failed() -> End {
    End::Sent(CloseCode::Error, "the simulation has failed inside, which is a fault of the simulator".to_owned())
}

/// Hands what the session says to the client.
async fn write(
    mut sink: SplitSink<&mut Socket, Message>,
    mut session: FromThread,
    shared: &Shared,
    last: &Mutex<Instant>,
) -> End {
    let limit = shared.limits.write;
    let idle = shared.limits.idle;
    loop {
        let since = *last.lock().unwrap_or_else(PoisonError::into_inner);
        let message = tokio::select! {
            message = session.receive() => message,
            () = tokio::time::sleep(PING.min((since + idle).saturating_duration_since(Instant::now()))) => {
                let since = *last.lock().unwrap_or_else(PoisonError::into_inner);
                if since.elapsed() >= idle {
                    let why = format!("nothing was said for {}, the server's limit (--idle-limit)", hil_model::time::display(idle));
                    return End::Sent(CloseCode::Policy, why);
                }
                if !matches!(timeout(limit, sink.send(Message::Ping(Vec::new().into()))).await, Ok(Ok(()))) {
                    return End::Gone("it does not answer".to_owned());
                }
                continue;
            }
        };
        let Some((text, _room)) = message else { return failed() };
        touch(last);
        match timeout(limit, sink.send(Message::text(text))).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return End::Gone(tame(&error.to_string())),
            Err(_) => {
                return End::Gone(format!("it has not read what it was sent for {}", hil_model::time::display(limit)));
            }
        }
    }
}
