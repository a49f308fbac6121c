//! A client that listens to what is on a broker, for commands that describe a device by what it says.

use hil_model::observation::Message;
use hil_targets::broker::{BrokerUrl, Client, ClientOptions, RetainHandling, Subscription, open, told_apart};

use super::error::Failure;

/// Connects and subscribes to the filters under `root`. The RETAIN flag tells what the broker has kept from what comes live.
pub(super) async fn subscribed(
    url: &BrokerUrl,
    root: &str,
    filters: &[String],
    inbox: impl FnMut(Message) + 'static,
) -> Result<Client, Failure> {
    let stream = open(url).await.map_err(|e| Failure::bench(&e).help(e.help().unwrap_or_else(|| usual(url))))?;
    let options =
        ClientOptions { user: url.user.as_deref(), password: url.password.as_deref(), ..ClientOptions::default() };
    let client = match Client::connect(stream, &options, inbox).await {
        Ok(client) => client,
        Err(error) => {
            let error = told_apart(error, url).await;
            return Err(Failure::bench(&error).help(error.help().map_or_else(|| usual(url), str::to_owned)));
        }
    };
    for filter in filters {
        let subscription = Subscription {
            filter: format!("{root}{filter}"),
            // The most, so that the QoS is the one that the device has chosen.
            qos: 2,
            retain_handling: RetainHandling::Send,
            retain_as_published: false,
            no_local: false,
        };
        client.subscribe(subscription).await.map_err(|e| {
            Failure::bench(&e)
                .help("may this user read it? Topic filters are written like stat/#, +/status, '#' (in quotes)")
        })?;
    }
    Ok(client)
}

/// What to look at when there is no connection.
pub(super) fn usual(url: &BrokerUrl) -> String {
    format!("is the broker at {url} running, and are user and password (HIL_BROKER_PASSWORD) right?")
}

/// Whether `text` holds the password of the connection, and must not be written down.
pub(super) fn holds(text: &[u8], password: Option<&str>) -> bool {
    let Some(password) = password.filter(|p| !p.is_empty()) else { return false };
    text.windows(password.len()).any(|part| part == password.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_are_known_by_the_password() {
        assert!(holds(b"the s3cret is", Some("s3cret")));
        assert!(!holds(b"the s3cret is", None));
        assert!(!holds(b"anything", Some("")));
    }
}
