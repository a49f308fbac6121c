//! The task that owns a client's connection: drives `mqtt-protocol-core` with the stream's bytes and the clock.

use std::collections::HashMap;
use std::future::pending;
use std::io;

use mqtt_protocol_core::mqtt::common::Cursor;
use mqtt_protocol_core::mqtt::connection::{ConnectionOptions, Event, TimerKind};
use mqtt_protocol_core::mqtt::packet::{self, MaximumPacketSize, Packet, Qos, SubEntry, SubOpts, v5_0};
use mqtt_protocol_core::mqtt::result_code::MqttError;
use mqtt_protocol_core::mqtt::{Connection, Version, role};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Duration, Instant};

use super::offers::{Offers, remarks};
use super::redelivered::Redelivered;
use super::{Answer, ClientError, ClientOptions, Command, Connected, RetainHandling, Subscription, WaitsIn, message};
use crate::broker::tls::wants_certificate;
use crate::stream::Stream;
use hil_model::observation::Message;

/// Largest packet that is received, in bytes (MQTT 5, section 3.1.2.11.4): what a broker announces is taken as memory at once, and it can
/// announce 256 MB in five bytes. A broker sends no message that is larger.
pub(super) const LARGEST_PACKET: u32 = 16 << 20;
/// Keep-alive of the harness's own connections, in seconds.
const KEEP_ALIVE: u16 = 60;
/// Longest wait for PINGRESP, in milliseconds. From a broker outside the runtime it is one of wall time: scenario time could jump ahead
/// of the answer.
const PINGRESP_LIMIT: u64 = 30_000;

pub(super) fn connect_packet(options: &ClientOptions<'_>) -> Result<v5_0::Connect, ClientError> {
    let invalid = |e: MqttError| ClientError::Invalid(format!("CONNECT: {e:?}"));
    let mut builder = v5_0::Connect::builder()
        .client_id(options.client_id.as_str())
        .map_err(invalid)?
        .clean_start(options.session.is_none())
        .keep_alive(KEEP_ALIVE);
    let mut properties = vec![MaximumPacketSize::new(LARGEST_PACKET).map_err(invalid)?.into()];
    if let Some(seconds) = options.session {
        properties.push(packet::SessionExpiryInterval::new(seconds).map_err(invalid)?.into());
    }
    builder = builder.props(properties);
    if let Some(user) = options.user {
        builder = builder.user_name(user).map_err(invalid)?;
    }
    if let Some(password) = options.password {
        builder = builder.password(password.as_bytes().to_vec()).map_err(invalid)?;
    }
    builder.build().map_err(invalid)
}

/// Runs until the connection ends or the client is dropped.
pub(super) async fn run(
    stream: Stream,
    connect: v5_0::Connect,
    mut commands: mpsc::UnboundedReceiver<Command>,
    ready: oneshot::Sender<Connected>,
    closed: watch::Sender<Option<String>>,
    waits: WaitsIn,
    inbox: impl FnMut(Message),
) {
    let options = ConnectionOptions::default().maximum_packet_size_recv(LARGEST_PACKET);
    let mut mqtt = Connection::<role::Client>::with_options(Version::V5_0, options);
    mqtt.set_auto_pub_response(true);
    mqtt.set_pingresp_recv_timeout(PINGRESP_LIMIT);
    let mut driver = Driver {
        mqtt,
        stream,
        inbox,
        ready: Some(ready),
        publishing: HashMap::new(),
        subscribing: HashMap::new(),
        redelivered: Redelivered::default(),
        timers: Vec::new(),
        pingresp_due: None,
        waits,
        ended: None,
    };
    let mut buffer = vec![0; 64 * 1024];
    let events = driver.mqtt.checked_send(connect);
    let mut result = driver.handle(events).await;
    while result.is_ok() && driver.ended.is_none() {
        let timer = driver.timers.iter().min_by_key(|(_, at)| *at).copied();
        let pingresp_due = driver.pingresp_due;
        result = tokio::select! {
            biased;
            read = driver.stream.read(&mut buffer) => match read {
                Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(n) => driver.received(&buffer[..n]).await,
                Err(e) => Err(e),
            },
            command = commands.recv() => match command {
                Some(command) => driver.command(command).await,
                None => return,
            },
            () = wall_sleep_until(pingresp_due) => {
                driver.pingresp_due = None;
                let events = driver.mqtt.notify_timer_fired(TimerKind::PingrespRecv);
                driver.handle(events).await
            }
            () = sleep_until(timer.map(|(_, at)| at)) => match timer {
                Some((kind, _)) => {
                    driver.cancel(kind);
                    let events = driver.mqtt.notify_timer_fired(kind);
                    driver.handle(events).await
                }
                None => Ok(()),
            },
        };
    }
    let reason = driver.ended.take().unwrap_or_else(|| match result {
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => "closed by the broker".to_owned(),
        Err(e) if wants_certificate(&e) => {
            "it wants a certificate of its clients, which hil has not: give hil a listener that wants none".to_owned()
        }
        Err(e) => e.to_string(),
        Ok(()) => "closed".to_owned(),
    });
    // Nobody listening is fine: the client was dropped.
    let _ = closed.send(Some(reason));
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => pending().await,
    }
}

async fn wall_sleep_until(at: Option<std::time::Instant>) {
    match at {
        Some(at) => crate::clock::wall_sleep(at.saturating_duration_since(std::time::Instant::now())).await,
        None => pending().await,
    }
}

struct Driver<F> {
    mqtt: Connection<role::Client>,
    stream: Stream,
    inbox: F,
    ready: Option<oneshot::Sender<Connected>>,
    publishing: HashMap<u16, (String, Answer)>,
    subscribing: HashMap<u16, (String, Answer)>,
    redelivered: Redelivered,
    timers: Vec<(TimerKind, Instant)>,
    pingresp_due: Option<std::time::Instant>,
    waits: WaitsIn,
    /// Why the connection ended, if it did by more than the stream's end.
    ended: Option<String>,
}

impl<F: FnMut(Message)> Driver<F> {
    async fn received(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.ready.is_some()
            && let Some(old) = old_connack(bytes)
        {
            // Of MQTT 5, a CONNACK has a third byte: the length of its properties.
            if let Some(ready) = self.ready.take() {
                let _ = ready.send(Err(old));
            }
            self.ended.get_or_insert_with(|| "closed".to_owned());
            return Ok(());
        }
        let mut cursor = Cursor::new(bytes);
        // `recv` returns after each packet; all of the bytes must be taken.
        while (cursor.position() as usize) < bytes.len() {
            let events = self.mqtt.recv(&mut cursor);
            self.handle(events).await?;
        }
        Ok(())
    }

    async fn command(&mut self, command: Command) -> io::Result<()> {
        match command {
            Command::Publish(message, answer) => {
                let packet = if message.qos == 0 {
                    message::to_packet(&message, None)
                } else {
                    self.packet_id().and_then(|id| message::to_packet(&message, Some(id)))
                };
                match packet {
                    Err(e) => reply(answer, Err(e)),
                    Ok(packet) => {
                        match packet.packet_id() {
                            Some(id) => drop(self.publishing.insert(id, (message.topic, answer))),
                            None => reply(answer, Ok(0)),
                        }
                        let events = self.mqtt.checked_send(packet);
                        self.handle(events).await?;
                    }
                }
            }
            Command::Subscribe(subscription, answer) => match self.subscribe_packet(&subscription) {
                Err(e) => reply(answer, Err(e)),
                Ok(packet) => {
                    self.subscribing.insert(packet.packet_id(), (subscription.filter, answer));
                    let events = self.mqtt.checked_send(packet);
                    self.handle(events).await?;
                }
            },
            Command::Disconnect(done) => {
                if let Ok(packet) = v5_0::Disconnect::builder().build() {
                    let events = self.mqtt.checked_send(packet);
                    self.handle(events).await?;
                }
                self.stream.shutdown().await?;
                self.ended.get_or_insert_with(|| "disconnected".to_owned());
                // The caller may have stopped waiting.
                let _ = done.send(());
            }
        }
        Ok(())
    }

    fn packet_id(&mut self) -> Result<u16, ClientError> {
        self.mqtt.acquire_packet_id().map_err(|e| ClientError::Invalid(format!("no packet identifier is free: {e:?}")))
    }

    fn subscribe_packet(&mut self, s: &Subscription) -> Result<v5_0::Subscribe, ClientError> {
        let invalid = |e: MqttError| ClientError::Invalid(format!("SUBSCRIBE to {:?}: {e:?}", s.filter));
        let options = SubOpts::new()
            .set_qos(Qos::try_from(s.qos).map_err(|_| ClientError::Invalid(format!("QoS {}", s.qos)))?)
            .set_rap(s.retain_as_published)
            .set_nl(s.no_local)
            .set_rh(match s.retain_handling {
                RetainHandling::Send => packet::RetainHandling::SendRetained,
                RetainHandling::DoNotSend => packet::RetainHandling::DoNotSendRetained,
            });
        let entry = SubEntry::new(s.filter.as_str(), options).map_err(invalid)?;
        let id = self.packet_id()?;
        v5_0::Subscribe::builder().entries(vec![entry]).packet_id(id).build().map_err(invalid)
    }

    async fn handle(&mut self, events: Vec<Event>) -> io::Result<()> {
        for event in events {
            match event {
                Event::RequestSendPacket { packet, .. } => {
                    use mqtt_protocol_core::mqtt::packet::GenericPacketTrait as _;
                    self.stream.write_all(&packet.to_continuous_buffer()).await?;
                    self.stream.flush().await?;
                }
                Event::NotifyPacketReceived(packet) => self.packet(packet),
                Event::RequestTimerReset { kind: TimerKind::PingrespRecv, duration_ms }
                    if self.waits == WaitsIn::WallTime =>
                {
                    self.pingresp_due = Some(std::time::Instant::now() + Duration::from_millis(duration_ms));
                }
                Event::RequestTimerReset { kind, duration_ms } => {
                    self.cancel(kind);
                    self.timers.push((kind, Instant::now() + Duration::from_millis(duration_ms)));
                }
                Event::RequestTimerCancel(kind) => self.cancel(kind),
                Event::NotifyError(e) => {
                    // It says more than that the connection is to be closed, which may have been asked for before.
                    if self.ended.as_deref().is_none_or(|ended| ended == "closed") {
                        self.ended = Some(format!("protocol error: {e:?}"));
                    }
                }
                Event::RequestClose => {
                    self.ended.get_or_insert_with(|| "closed".to_owned());
                }
                Event::NotifyPacketIdReleased(_) => {}
            }
        }
        Ok(())
    }

    fn cancel(&mut self, kind: TimerKind) {
        if kind == TimerKind::PingrespRecv {
            self.pingresp_due = None;
        }
        self.timers.retain(|(k, _)| *k != kind);
    }

    fn packet(&mut self, packet: Packet) {
        match packet {
            Packet::V5_0Connack(p) => {
                let refused = p.reason_code() as u8 >= 0x80;
                if let Some(ready) = self.ready.take() {
                    let code = p.reason_code();
                    let reason = format!("0x{:02X} {code}{}", code as u8, remarks(p.props().iter()));
                    let answer = match refused {
                        true => Err(ClientError::Refused(reason)),
                        false => Ok((p.session_present(), Offers::of(&p))),
                    };
                    // The caller may have stopped waiting.
                    let _ = ready.send(answer);
                }
            }
            Packet::V5_0Publish(p) => {
                let message = message::from_packet(&p);
                if !self.redelivered.is_again(p.packet_id(), p.dup(), &message) {
                    (self.inbox)(message);
                }
            }
            Packet::V5_0Suback(p) => {
                if let Some((filter, answer)) = self.subscribing.remove(&p.packet_id()) {
                    // There is one code for each filter, and we send one filter.
                    let answered = match p.reason_codes().first() {
                        Some(code) if code.is_failure() => {
                            let reason = format!("0x{:02X} {code}{}", *code as u8, remarks(p.props().iter()));
                            Err(ClientError::Subscribe { filter, reason })
                        }
                        Some(code) => Ok(*code as u8),
                        None => {
                            Err(ClientError::Subscribe { filter, reason: "SUBACK without a reason code".to_owned() })
                        }
                    };
                    reply(answer, answered);
                }
            }
            Packet::V5_0Puback(p) => {
                let remarks = remarks(p.props().iter().flatten());
                self.published(p.packet_id(), p.reason_code().map(|c| (c as u8, format!("{c}{remarks}"))));
            }
            Packet::V5_0Pubrec(p) => {
                if let Some(code) = p.reason_code().filter(|c| *c as u8 >= 0x80) {
                    let remarks = remarks(p.props().iter().flatten());
                    self.published(p.packet_id(), Some((code as u8, format!("{code}{remarks}"))));
                }
            }
            Packet::V5_0Pubcomp(p) => self.published(p.packet_id(), None),
            Packet::V5_0Disconnect(p) => {
                let code = p.reason_code().map_or_else(String::new, |c| format!(" (0x{:02X} {c})", c as u8));
                let remarks = remarks(p.props().iter().flatten());
                self.ended = Some(format!("DISCONNECT by the broker{code}{remarks}"));
            }
            _ => {}
        }
    }

    fn published(&mut self, packet_id: u16, code: Option<(u8, String)>) {
        if let Some((topic, answer)) = self.publishing.remove(&packet_id) {
            let refused = code.filter(|(c, _)| *c >= 0x80);
            reply(
                answer,
                refused.map_or(Ok(0), |(c, text)| {
                    Err(ClientError::Publish { topic, reason: format!("0x{c:02X} {text}") })
                }),
            );
        }
    }
}

/// What CONNACK of MQTT 3.1.1 (section 3.2) says: two bytes behind the fixed header, the second one a return code.
fn old_connack(bytes: &[u8]) -> Option<ClientError> {
    let [0x20, 2, _, code] = *bytes else { return None };
    Some(match code {
        0 | 1 => ClientError::OldVersion,
        2 => ClientError::Refused("identifier rejected (in MQTT 3.1.1)".to_owned()),
        3 => ClientError::Refused("server unavailable (in MQTT 3.1.1)".to_owned()),
        4 => ClientError::Refused("bad user name or password (in MQTT 3.1.1)".to_owned()),
        5 => ClientError::Refused("not authorized (in MQTT 3.1.1)".to_owned()),
        code => ClientError::Refused(format!("return code {code} of MQTT 3.1.1")),
    })
}

fn reply(answer: Answer, result: Result<u8, ClientError>) {
    // The caller may have stopped waiting.
    let _ = answer.send(result);
}
