//! The first and the last packet of a connection.

use embassy_futures::select::select;
use embedded_io_async::{Read, Write};
use rust_mqtt::{
    buffer::AllocBuffer,
    client::{
        Client, MqttError,
        options::{ConnectOptions, WillOptions},
    },
    config::{KeepAlive as Interval, SessionExpiryInterval},
    types::{MqttBinary, MqttString, TopicName},
};

use crate::{
    config::{Config, Secret},
    mqtt::{
        Error, KEEP_ALIVE, MAX_PACKET_SIZE, SESSION_EXPIRY,
        session::{PacketIdentifiers, RECEIVE_MAXIMUM, SEND_MAXIMUM},
        transport::Buffered,
    },
    platform::Clock,
    status,
    time::Duration,
};

/// Time for the DISCONNECT that tells the broker what it did wrong.
const FAREWELL_LIMIT: Duration = Duration::from_secs(1);

/// The client with our limits: four SUBSCRIBEs under way, no topic aliases, no subscription identifiers.
pub type MqttClient<'c, T> = Client<'c, 'c, Buffered<T>, AllocBuffer, 4, RECEIVE_MAXIMUM, SEND_MAXIMUM, 0, 1, 0, 0>;

/// Sends CONNECT and takes CONNACK. Returns whether the broker has kept the session.
pub async fn connect<T: Read + Write>(
    client: &mut MqttClient<'_, T>,
    transport: Buffered<T>,
    config: &Config,
    online: &str,
) -> Result<bool, Error> {
    let will_topic = TopicName::new(text(online)?).ok_or(Error::Config)?;
    let mut options = ConnectOptions::new()
        .session_expiry_interval(SessionExpiryInterval::Seconds(SESSION_EXPIRY))
        .keep_alive(Interval::Seconds(KEEP_ALIVE))
        .maximum_packet_size(MAX_PACKET_SIZE)
        .will(WillOptions::new(will_topic, binary(status::OFFLINE)?).at_least_once().retain());
    if let Some(user) = &config.user {
        options = options.user_name(text(user)?);
    }
    if let Some(password) = config.password.as_ref().map(Secret::reveal) {
        options = options.password(binary(password)?);
    }
    match client.connect(transport, &options, Some(text(&config.client_id)?)).await {
        Ok(connected) => Ok(connected.session_present),
        Err(MqttError::Disconnect { reason, .. }) => Err(Error::Refused(reason)),
        Err(error) => Err(error.into()),
    }
}

/// Ends the connection. If it was the broker's fault, DISCONNECT tells it so; otherwise the will says that we are gone.
pub async fn farewell<T: Read + Write>(
    mut client: MqttClient<'_, T>,
    clock: &impl Clock,
    reason: Error,
) -> PacketIdentifiers {
    if reason == Error::Protocol {
        let disconnect = async {
            if let Ok(mut transport) = client.abort().await {
                // The connection is given up, so it does not matter if this fails.
                let _ = transport.flush().await;
            }
        };
        let end = clock.now() + FAREWELL_LIMIT;
        select(disconnect, clock.sleep_until(end)).await;
    }
    client.session().clone()
}

/// `text` as MQTT carries it.
pub fn text(text: &str) -> Result<MqttString<'_>, Error> {
    MqttString::from_str(text).map_err(|_| Error::Config)
}

fn binary(text: &str) -> Result<MqttBinary<'_>, Error> {
    MqttBinary::from_slice(text.as_bytes()).map_err(|_| Error::Config)
}
