//! A broker that closes the connection when it is asked for MQTT 5: does it speak MQTT 3.1.1?

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{BrokerUrl, ClientError, open};
use crate::clock::wall_timeout;

/// Longest wait for an answer, in wall time.
const LIMIT: Duration = Duration::from_secs(3);

/// What [`Client::connect`](super::Client::connect) has said of the broker at `url`, by its right name: one that has closed the
/// connection is asked again in MQTT 3.1.1.
pub async fn told_apart(error: ClientError, url: &BrokerUrl) -> ClientError {
    let closed = matches!(error, ClientError::Closed(_));
    if closed && wall_timeout(LIMIT, speaks_3_1_1(url)).await == Some(true) { ClientError::OldVersion } else { error }
}

/// Whether it accepts the same client in MQTT 3.1.1.
async fn speaks_3_1_1(url: &BrokerUrl) -> bool {
    let (Some(connect), Ok(mut stream)) = (connect(url), open(url).await) else { return false };
    let mut answer = [0; 4];
    stream.write_all(&connect).await.is_ok()
        && stream.flush().await.is_ok()
        && stream.read_exact(&mut answer).await.is_ok()
        && answer == [0x20, 2, 0, 0]
}

/// CONNECT of MQTT 3.1.1 (section 3.1): level 4, Clean Session, keep-alive of a minute, no client identifier. `None`: user and password
/// are longer than one byte of its length can say.
fn connect(url: &BrokerUrl) -> Option<Vec<u8>> {
    let (user, password) = (url.user.as_deref(), url.password.as_deref());
    let flags = 0b10 | u8::from(user.is_some()) << 7 | u8::from(password.is_some()) << 6;
    let mut body = vec![0, 4, b'M', b'Q', b'T', b'T', 4, flags, 0, 60, 0, 0];
    for text in user.into_iter().chain(password) {
        body.extend(u16::try_from(text.len()).ok()?.to_be_bytes());
        body.extend(text.as_bytes());
    }
    let length = u8::try_from(body.len()).ok().filter(|length| *length < 128)?;
    Some([vec![0x10, length], body].concat())
}
