//! A client of the API: sends commands, and keeps the events that come meanwhile.

use std::collections::VecDeque;
use std::net::TcpStream;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::HandshakeError;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message, WebSocket};

use crate::wokwi_serve::server::LIMIT;

/// A client whose connection is open.
pub struct Client {
    pub socket: WebSocket<TcpStream>,
    next: u64,
    events: VecDeque<Value>,
}

impl Client {
    /// Opens a connection, and takes the greeting.
    pub fn connect(address: &str) -> Self {
        let mut client = Self::open(address, &[]).unwrap_or_else(|error| panic!("{error}"));
        let hello = client.read();
        assert_eq!((&hello["type"], &hello["protocolVersion"]), (&json!("hello"), &json!(1)), "{hello}");
        assert!(hello["appName"].is_string() && hello["appVersion"].is_string(), "{hello}");
        client
    }

    /// Opens a connection, if there is room on the server.
    pub fn if_room(address: &str) -> Option<Self> {
        let mut client = Self::open(address, &[]).ok()?;
        let greeting = client.try_read().ok()?;
        (greeting["type"] == "hello").then_some(client)
    }

    /// Opens a connection with these headers.
    pub fn open(address: &str, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(LIMIT))?;
        stream.set_write_timeout(Some(LIMIT))?;
        let mut request = format!("ws://{address}").into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_str(value).unwrap());
        }
        match tokio_tungstenite::tungstenite::client(request, stream) {
            Ok((socket, _)) => Ok(Self { socket, next: 0, events: VecDeque::new() }),
            Err(HandshakeError::Failure(error)) => Err(error),
            Err(HandshakeError::Interrupted(_)) => panic!("no handshake in time"),
        }
    }

    /// The next message.
    pub fn read(&mut self) -> Value {
        self.try_read().unwrap_or_else(|error| panic!("{error}"))
    }

    /// The next message, or how the connection ends.
    pub fn try_read(&mut self) -> Result<Value, String> {
        loop {
            match self.socket.read().map_err(|error| error.to_string())? {
                Message::Text(text) => return serde_json::from_str(text.as_str()).map_err(|error| error.to_string()),
                Message::Close(Some(frame)) => return Err(format!("closed: {} {}", frame.code, frame.reason)),
                Message::Close(None) => return Err("closed".to_owned()),
                _ => {}
            }
        }
    }

    /// Sends a message that need not be a command.
    pub fn send_text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).unwrap();
    }

    /// Sends a command; its id.
    pub fn send(&mut self, command: &str, params: &Value) -> String {
        let id = self.next.to_string();
        self.next += 1;
        self.send_text(&json!({ "type": "command", "command": command, "params": params, "id": id }).to_string());
        id
    }

    /// Sends a command, and waits for the response.
    pub fn call(&mut self, command: &str, params: &Value) -> Value {
        let id = self.send(command, params);
        loop {
            let message = self.read();
            match message["type"].as_str() {
                Some("event") => self.events.push_back(message),
                Some("response") => {
                    assert_eq!((&message["id"], &message["command"]), (&json!(id), &json!(command)), "{message}");
                    return message;
                }
                _ => panic!("{message}"),
            }
        }
    }

    /// What a command gives that has to succeed.
    pub fn ok(&mut self, command: &str, params: &Value) -> Value {
        let response = self.call(command, params);
        assert_eq!(response["error"], json!(false), "{command}: {response}");
        response["result"].clone()
    }

    /// Code and message of a command that has to fail.
    pub fn error(&mut self, command: &str, params: &Value) -> (u64, String) {
        let response = self.call(command, params);
        assert_eq!(response["error"], json!(true), "{command}: {response}");
        let result = &response["result"];
        (result["code"].as_u64().unwrap(), result["message"].as_str().unwrap().to_owned())
    }

    pub fn upload_text(&mut self, name: &str, text: &str) {
        self.ok("file:upload", &json!({ "name": name, "text": text }));
    }

    pub fn upload(&mut self, name: &str, bytes: &[u8]) {
        self.ok("file:upload", &json!({ "name": name, "binary": STANDARD.encode(bytes) }));
    }

    /// The next event of this name; others before it are kept.
    pub fn event(&mut self, name: &str) -> Value {
        if let Some(index) = self.events.iter().position(|event| event["event"] == name) {
            return self.events.remove(index).unwrap();
        }
        loop {
            let message = self.read();
            if message["event"] == name {
                return message;
            }
            self.events.push_back(message);
        }
    }

    /// What has come on the serial console and was not asked for yet, without waiting.
    pub fn serial(&mut self) -> String {
        let mut bytes = Vec::new();
        self.events.retain(|event| {
            let is_serial = event["event"] == "serial-monitor:data";
            if is_serial {
                let chunk = event["payload"]["bytes"].as_array().unwrap();
                bytes.extend(chunk.iter().map(|byte| u8::try_from(byte.as_u64().unwrap()).unwrap()));
            }
            !is_serial
        });
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Runs until this has come on the serial console; what came up to there.
    pub fn run_until(&mut self, text: &str) -> String {
        let point = json!({ "id": "run_until", "type": "serial-bytes", "bytes": text.as_bytes() });
        self.ok("pause-point:add", &point);
        self.ok("sim:resume", &json!({}));
        assert_eq!(self.event("sim:pause")["payload"]["pausePoint"], "run_until");
        self.serial()
    }

    /// Runs for so many nanoseconds.
    pub fn run_for(&mut self, nanos: u64) {
        self.ok("sim:resume", &json!({ "pauseAfter": nanos }));
        self.event("sim:pause");
    }

    /// The simulated time.
    pub fn nanos(&mut self) -> u64 {
        self.ok("sim:status", &json!({}))["nanos"].as_u64().unwrap()
    }
}
