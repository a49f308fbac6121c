//! Brokers: the one that was named, and who answers on this machine's MQTT port.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use hil_targets::broker::{BrokerUrl, Client, ClientError, ClientOptions, Scheme, TransportError, open, told_apart};
use hil_targets::clock::wall_timeout;

use super::check::Check;

/// Longest wait for an answer on this machine.
const LOCAL_LIMIT: Duration = Duration::from_secs(3);

/// What a connection attempt came to.
enum Answer {
    /// CONNACK of MQTT 5 that accepts.
    Accepted,
    /// CONNACK that refuses, or no MQTT 5 at all.
    Client(ClientError),
    /// No connection.
    Transport(TransportError),
    /// Nothing within the limit.
    Silent,
    /// The operating system gives no runtime.
    System(std::io::Error),
}

/// The broker that `hil run --broker` would use.
pub(super) fn external(url: &BrokerUrl) -> Check {
    const FOR: &str = "`hil run --broker` with this broker";
    const NAME: &str = "broker";
    let shown = url.to_string();
    match ask(url, None) {
        Answer::Accepted => Check::ok(NAME, FOR, format!("{shown} accepts MQTT 5{}", as_user(url))),
        Answer::Client(ClientError::Refused(reason)) => {
            let (detail, remedy) = refused(&reason);
            Check::problem(NAME, FOR, format!("{shown}: {detail}: {reason}"), remedy)
        }
        Answer::Client(error @ ClientError::OldVersion) => {
            let remedy = error.help().unwrap_or_default();
            Check::problem(NAME, FOR, format!("{shown}: {error}"), remedy)
        }
        Answer::Client(error) => Check::problem(
            NAME,
            FOR,
            format!("{shown} is reached, but does not answer as an MQTT 5 broker: {error}"),
            "check the port and the scheme (mqtt, mqtts, ws, wss); a broker of MQTT 3.1.1 alone cannot be used",
        ),
        Answer::Transport(error) => Check::problem(NAME, FOR, chain(&error), transport_remedy(&error)),
        Answer::Silent => Check::problem(NAME, FOR, format!("{shown} does not answer"), "check host and port"),
        Answer::System(error) => {
            Check::problem(NAME, FOR, format!("cannot be tried: {error}"), "free memory or file descriptors")
        }
    }
    .needed()
}

fn as_user(url: &BrokerUrl) -> String {
    match (&url.user, &url.password) {
        (Some(user), Some(_)) => format!(" from user {user} with a password"),
        (Some(user), None) => format!(" from user {user}, without a password"),
        (None, _) => " without a user".to_owned(),
    }
}

/// MQTT 5, table 3-1.
fn refused(reason: &str) -> (&'static str, &'static str) {
    match reason.get(..4) {
        Some("0x84") => {
            ("the broker does not speak MQTT 5", "use a broker that speaks MQTT 5, or switch it on in this one")
        }
        Some("0x86" | "0x87" | "0x8C") => {
            ("the broker does not let this user in", "set user in the URL (mqtt://USER@host) and HIL_BROKER_PASSWORD")
        }
        Some("0x88" | "0x89" | "0x97" | "0x9F") => {
            ("the broker is too busy", "try again later, or raise the broker's limits")
        }
        Some("0x8A") => ("the broker has banned this client", "ask who runs it"),
        _ => ("the broker refuses", "look into the broker's log"),
    }
}

fn transport_remedy(error: &TransportError) -> String {
    error.help().unwrap_or_else(|| "start the broker, or check host and port (a firewall may be between)".to_owned())
}

/// Whether `hil up` finds the port free, and who is there if not. Nothing of this keeps `hil run` from running.
pub(super) fn port(port: u16) -> Check {
    const FOR: &str = "`hil up` and `hil broker run` listen there (`hil run` needs no port)";
    const NAME: &str = "port";
    if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
        return Check::ok(NAME, FOR, format!("127.0.0.1:{port} is free"));
    }
    let url = BrokerUrl {
        scheme: Scheme::Mqtt,
        host: Ipv4Addr::LOCALHOST.to_string(),
        port,
        path: String::new(),
        query: None,
        user: None,
        password: None,
        ca: None,
    };
    let elsewhere = "`hil up` takes another port by itself; `hil broker run --port 0` as well";
    match ask(&url, Some(LOCAL_LIMIT)) {
        Answer::Accepted => Check::ok(
            NAME,
            FOR,
            format!(
                "a broker answers on 127.0.0.1:{port} (MQTT 5): try it with --broker mqtt://127.0.0.1:{port}; `hil up` takes another port"
            ),
        ),
        Answer::Client(ClientError::Refused(reason)) => Check::ok(
            NAME,
            FOR,
            format!("a broker on 127.0.0.1:{port} refuses ({reason}); `hil up` takes another port"),
        ),
        Answer::Client(ClientError::Silent { .. }) | Answer::Silent => Check::problem(
            NAME,
            FOR,
            format!("127.0.0.1:{port} is taken by a program that does not answer MQTT"),
            elsewhere,
        ),
        Answer::Client(error) => Check::problem(
            NAME,
            FOR,
            format!("127.0.0.1:{port} is taken by something else than an MQTT 5 broker: {error}"),
            elsewhere,
        ),
        Answer::Transport(_) => Check::problem(
            NAME,
            FOR,
            format!("127.0.0.1:{port} cannot be listened on, and nobody answers there"),
            elsewhere,
        ),
        Answer::System(error) => Check::problem(NAME, FOR, format!("cannot be tried: {error}"), elsewhere),
    }
}

/// Connects and lets go again.
fn ask(url: &BrokerUrl, limit: Option<Duration>) -> Answer {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Answer::System(error),
    };
    let local = tokio::task::LocalSet::new();
    let answer = local.block_on(&runtime, async {
        match limit {
            Some(limit) => wall_timeout(limit, connect(url)).await.unwrap_or(Answer::Silent),
            None => connect(url).await,
        }
    });
    drop(local);
    runtime.shutdown_background();
    answer
}

async fn connect(url: &BrokerUrl) -> Answer {
    let stream = match open(url).await {
        Ok(stream) => stream,
        Err(error) => return Answer::Transport(error),
    };
    let options = ClientOptions {
        client_id: String::new(),
        user: url.user.as_deref(),
        password: url.password.as_deref(),
        session: None,
    };
    match Client::connect(stream, &options, |_| {}).await {
        Ok(client) => {
            client.disconnect().await;
            Answer::Accepted
        }
        Err(error) => Answer::Client(told_apart(error, url).await),
    }
}

/// An error and its causes on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
