//! One connection to the broker, from CONNECT to its end.

use alloc::{string::ToString, vec::Vec};
use core::convert::Infallible;

use embassy_futures::select::{Either3, select3};
use embedded_io_async::{Read, Write};
use rust_mqtt::{
    Bytes,
    buffer::AllocBuffer,
    client::{
        event::{Event, Publish},
        options::{AckOptions, PublicationOptions, RetainHandling, SubscriptionOptions, TopicReference},
    },
    config::{KeepAlive as Interval, ServerConfig},
    types::{IdentifiedQoS, MqttBinary, PacketIdentifier, QoS, ReasonCode, TopicFilter, TopicName},
};

use crate::{
    command::Rejection,
    config::Config,
    console::Escaped,
    mqtt::{
        Application, Ended, Environment, Error, KEEP_ALIVE, Session, Step,
        handshake::{MqttClient, connect, farewell, text},
        keep_alive::{Action, KeepAlive},
        outbox::{Message, Response},
        session::SEND_MAXIMUM,
        transport::Buffered,
    },
    platform::{Clock, Console, Network, Random},
    response,
    time::Duration,
};

/// Time for CONNACK, for the rest of a packet whose header has come, and for a write.
const LIMIT: Duration = Duration::from_secs(10);

/// A connection that the broker has accepted.
pub struct Connection<'a, 'c, T: Read + Write, N, C, L, Q, A> {
    client: MqttClient<'c, T>,
    session: &'a mut Session,
    environment: Environment<'a, N, C, L, Q>,
    application: &'a mut A,
    keep_alive: KeepAlive,
    session_present: bool,
    /// Whether the line that says so was written: when the subscriptions are settled, so that whoever reads it can rely
    /// on commands being heard.
    announced: bool,
}

impl<'a, 'c, T: Read + Write, N: Network, C: Clock, L: Console, Q: Random, A: Application>
    Connection<'a, 'c, T, N, C, L, Q, A>
{
    /// Serves `application` over `transport` until the connection ends.
    pub async fn serve(
        session: &'a mut Session,
        environment: Environment<'a, N, C, L, Q>,
        config: &Config,
        application: &'a mut A,
        transport: T,
        buffer: &'c mut AllocBuffer,
    ) -> Ended {
        // A new client each time, as the old one would remember the limits of the broker it was connected to.
        let mut client = MqttClient::with_session(core::mem::take(&mut session.packet_identifiers), buffer);
        client.ack_manually_when(&|publish| matches!(publish.identified_qos, IdentifiedQoS::AtLeastOnce(_)));

        let Environment { network, board, .. } = environment;
        let online = application.topics().online().to_string();
        let connecting = connect(&mut client, Buffered::new(transport), config, &online);
        match within(network, &board.clock, Step::Connack, LIMIT, connecting).await {
            Err(reason) => {
                session.packet_identifiers = farewell(client, &board.clock, reason).await;
                Ended { reason, was_connected: false }
            }
            Ok(session_present) => {
                let interval = match client.shared_config().keep_alive {
                    Interval::Seconds(seconds) => Duration::from_secs(seconds.get().into()),
                    // The broker wants no keep-alive, but a dead connection must be noticed all the same.
                    Interval::Infinite => Duration::from_secs(KEEP_ALIVE.get().into()),
                };
                let keep_alive = KeepAlive::new(interval, board.clock.now());
                let mut connection = Connection {
                    client,
                    session,
                    environment,
                    application,
                    keep_alive,
                    session_present,
                    announced: false,
                };
                let Err(reason) = connection.run().await;
                let Connection { client, session, environment, .. } = connection;
                session.packet_identifiers = farewell(client, &environment.board.clock, reason).await;
                Ended { reason, was_connected: true }
            }
        }
    }

    async fn run(&mut self) -> Result<Infallible, Error> {
        self.session.subscriptions.resume(self.session_present);
        self.session.outbox.resume(self.session_present, self.application.state());
        self.subscribe().await?;
        self.republish().await?;
        loop {
            self.announce();
            self.drain().await?;
            self.subscribe().await?;
            self.check_time().await?;

            let wait = self.keep_alive.deadline();
            let wait = self.session.subscriptions.deadline().map_or(wait, |deadline| wait.min(deadline));
            let Environment { network, board, .. } = &self.environment;
            let first = select3(self.client.poll_header(), board.clock.sleep_until(wait), network.link_down()).await;
            match first {
                Either3::First(header) => {
                    let body = self.client.poll_body(header?);
                    let event = within(*network, &board.clock, Step::Body, LIMIT, body).await?;
                    self.handle(event).await?;
                }
                Either3::Second(()) => {}
                Either3::Third(()) => return Err(Error::LinkDown),
            }
        }
    }

    async fn handle(&mut self, event: Event<'c, 0, 1>) -> Result<(), Error> {
        let Environment { board, random, .. } = &mut self.environment;
        match event {
            Event::Pingresp => self.keep_alive.answered(),
            Event::Suback(suback) => {
                let granted = suback.reason_code.is_success();
                let now = board.clock.now();
                let packet = suback.packet_identifier;
                let refused = self.session.subscriptions.answered(packet, granted, now, random.next_u32());
                if let Some(topic) = refused {
                    let (code, filter) = (suback.reason_code.value(), self.application.topics().command(topic));
                    board.warn("mqtt", format_args!("SUBACK 0x{code:02X} for {filter}, retrying"));
                }
            }
            Event::Publish(publish) => {
                self.command(&publish).await;
                if let IdentifiedQoS::AtLeastOnce(packet) = publish.identified_qos {
                    self.acknowledge(packet).await?;
                }
            }
            Event::PublishAcknowledged(puback) => {
                self.session.outbox.acknowledged(puback.packet_identifier);
            }
            Event::PublishRejected(rejection) => {
                if let Some(message) = self.session.outbox.acknowledged(rejection.packet_identifier) {
                    let (code, topic) = (rejection.reason_code.value(), message.topic(self.application.topics()));
                    board.warn("mqtt", format_args!("PUBACK 0x{code:02X} for {}", Escaped::payload(topic.as_bytes())));
                }
            }
            // We send no UNSUBSCRIBE, AUTH or QoS 2 publication, and what is left asks for nothing.
            _ => {}
        }
        Ok(())
    }

    async fn command(&mut self, publish: &Publish<'c, 0, 1>) {
        let board = self.environment.board;
        let name = publish.topic.name().map_or("", |name| name.as_ref().as_str());
        match self.application.topics().find_command(name) {
            None => board.warn("mqtt", format_args!("message on {} ignored", Escaped::payload(name.as_bytes()))),
            Some(_) if publish.retain => board.warn("command", format_args!("{name} ignored: retained")),
            Some(topic) => {
                for piece in pieces(&publish.message, self.application.receive_buffer()) {
                    let outcome = self.application.command(topic, piece).await;
                    if let Ok(state) = outcome {
                        self.session.outbox.push_statuses(state);
                    }
                    if let Some(response) = respond(publish, &outcome)
                        && !self.session.outbox.push_response(response)
                    {
                        board.warn("mqtt", format_args!("response dropped, too much waits to be sent"));
                    }
                }
            }
        }
    }

    /// Says that the device is ready, once.
    fn announce(&mut self) {
        if !self.announced && self.session.subscriptions.settled() {
            self.announced = true;
            let present = u8::from(self.session_present);
            self.environment.board.info("mqtt", format_args!("connected, session present {present}"));
        }
    }

    /// Sends all that the send quota allows.
    async fn drain(&mut self) -> Result<(), Error> {
        while self.has_quota() {
            self.session.outbox.refresh(|| self.application.state());
            match self.session.outbox.pop() {
                Some(message) => self.publish(message).await?,
                None => break,
            }
        }
        Ok(())
    }

    fn has_quota(&self) -> bool {
        let in_flight = usize::from(self.client.session().active_outbound_publishes());
        in_flight < SEND_MAXIMUM.min(self.client.server_config().receive_maximum.get().into())
    }

    async fn acknowledge(&mut self, packet: PacketIdentifier) -> Result<(), Error> {
        let options = AckOptions::new();
        let sending = self.client.manual_acknowledge(packet, ReasonCode::Success, &options);
        let Environment { network, board, .. } = self.environment;
        match within(network, &board.clock, Step::Write, LIMIT, sending).await {
            // The broker had sent it twice, and one PUBACK is enough.
            Err(Error::NotSent) => Ok(()),
            result => result,
        }
    }

    async fn publish(&mut self, message: Message) -> Result<(), Error> {
        let Environment { network, board, .. } = self.environment;
        let topics = self.application.topics();
        let payload = message.payload();
        let result = match publication(&message, message.topic(topics), self.client.server_config()) {
            Some(options) => {
                let sending = self.client.publish(&options, Bytes::Borrowed(payload.as_bytes()));
                within(network, &board.clock, Step::Write, LIMIT, sending).await
            }
            None => Err(Error::NotSent),
        };
        // Once it may have left, it is in flight, whether the write succeeded or not.
        let newest = self.client.session().outbound_publishes.last().map(|(packet, _)| *packet);
        match newest.filter(|newest| self.session.outbox.in_flight().iter().all(|(packet, _)| packet != newest)) {
            Some(packet) => self.session.outbox.sent(packet, message),
            None if result == Err(Error::NotSent) => {
                let topic = Escaped::payload(message.topic(topics).as_bytes());
                board.warn("mqtt", format_args!("{topic} not published: {}", Error::NotSent));
                return Ok(());
            }
            None => {}
        }
        result.map(drop)
    }

    /// Sends again what a broker that has kept the session may have missed.
    async fn republish(&mut self) -> Result<(), Error> {
        let Environment { network, board, .. } = self.environment;
        for (packet, message) in self.session.outbox.in_flight().to_vec() {
            let payload = message.payload();
            let topic = message.topic(self.application.topics());
            let result = match publication(&message, topic, self.client.server_config()) {
                Some(options) => {
                    let sending = self.client.republish(packet, &options, Bytes::Borrowed(payload.as_bytes()));
                    within(network, &board.clock, Step::Write, LIMIT, sending).await
                }
                None => Err(Error::NotSent),
            };
            match result {
                Err(Error::NotSent) => {
                    self.session.outbox.acknowledged(packet);
                }
                result => result?,
            }
        }
        Ok(())
    }

    /// Sends the SUBSCRIBE packets that are due.
    async fn subscribe(&mut self) -> Result<(), Error> {
        let Environment { network, board, .. } = self.environment;
        while let Some(topic) = self.session.subscriptions.due(board.clock.now()) {
            let filter = text(self.application.topics().command(topic)).ok().and_then(TopicFilter::new);
            let options = SubscriptionOptions::new()
                .qos(self.application.command_qos())
                // A session that knows the subscription need not be told of retained commands again.
                .retain_handling(RetainHandling::SendIfNotSubscribedBefore);
            let sending = self.client.subscribe(filter.ok_or(Error::Config)?, &options);
            match within(network, &board.clock, Step::Write, LIMIT, sending).await {
                Ok(packet) => self.session.subscriptions.sent(topic, packet, board.clock.now()),
                Err(Error::NotSent) => {
                    let filter = self.application.topics().command(topic);
                    board.warn("mqtt", format_args!("{filter} not subscribed: {}", Error::NotSent));
                    self.session.subscriptions.not_sent(topic, board.clock.now());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Pings, and ends the connection if an answer has been missing for too long.
    async fn check_time(&mut self) -> Result<(), Error> {
        let Environment { network, board, .. } = self.environment;
        let now = board.clock.now();
        if self.session.subscriptions.timed_out(now) {
            return Err(Error::Timeout(Step::Suback));
        }
        match self.keep_alive.poll(now) {
            Action::Nothing => Ok(()),
            Action::GiveUp => Err(Error::Timeout(Step::Pingresp)),
            Action::Ping => within(network, &board.clock, Step::Write, LIMIT, self.client.ping()).await,
        }
    }
}

/// Runs `future` until it is done, `limit` has passed or the link is down.
pub async fn within<T, E: Into<Error>>(
    network: &impl Network,
    clock: &impl Clock,
    step: Step,
    limit: Duration,
    future: impl Future<Output = Result<T, E>>,
) -> Result<T, Error> {
    let end = clock.now() + limit;
    match select3(future, clock.sleep_until(end), network.link_down()).await {
        Either3::First(result) => result.map_err(Into::into),
        Either3::Second(()) => Err(Error::Timeout(step)),
        Either3::Third(()) => Err(Error::LinkDown),
    }
}

/// How `message` is published, or `None` if its topic is none.
fn publication<'p>(message: &'p Message, topic: &'p str, broker: &ServerConfig) -> Option<PublicationOptions<'p>> {
    let topic = TopicName::new(text(topic).ok()?)?;
    let mut options =
        PublicationOptions::new(TopicReference::Name(topic)).qos(QoS::AtLeastOnce.min(broker.maximum_qos));
    match message {
        Message::Response(response) => {
            if let Some(data) = &response.correlation_data {
                options = options.correlation_data(MqttBinary::from_slice(data).ok()?);
            }
        }
        Message::Online | Message::Status(..) => options.retain = broker.retain_supported,
    }
    Some(options)
}

/// The answer to `publish`, if it asks for one.
fn respond<T>(publish: &Publish<'_, 0, 1>, outcome: &Result<T, Rejection>) -> Option<Response> {
    let topic = publish.response_topic.as_ref()?.as_ref().as_str();
    let correlation_data = publish.correlation_data.as_ref().map(|data| data.as_bytes().to_vec());
    let overhead = response::overhead(topic.len(), correlation_data.as_ref().map(Vec::len));
    Some(Response { topic: topic.to_string(), correlation_data, payload: response::payload(outcome, overhead) })
}

/// `payload` in pieces of at most `size` bytes; an empty one is one piece.
fn pieces(payload: &[u8], size: usize) -> impl Iterator<Item = &[u8]> {
    let empty = payload.is_empty().then_some(payload);
    empty.into_iter().chain(payload.chunks(size.max(1)))
}
