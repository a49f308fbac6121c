//! Listens to a broker for a moment.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use hil_targets::broker::{BrokerUrl, Client, ClientOptions, RetainHandling, Subscription, open, told_apart};

use super::seen::Seen;
use crate::cmd::error::Failure;

/// Everything on the `filters` under `root` within `time`.
pub(super) fn listen(url: &BrokerUrl, root: &str, filters: &[String], time: Duration) -> Result<Seen, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Failure::io("the runtime does not start", &e))?;
    let local = tokio::task::LocalSet::new();
    let seen = Rc::new(RefCell::new(Seen::default()));
    let result = local.block_on(&runtime, hear(url, root, filters, time, &seen));
    drop(local);
    runtime.shutdown_background();
    result?;
    Ok(seen.take())
}

async fn hear(
    url: &BrokerUrl,
    root: &str,
    filters: &[String],
    time: Duration,
    seen: &Rc<RefCell<Seen>>,
) -> Result<(), Failure> {
    let usual = || format!("is the broker at {url} running, and are user and password (HIL_BROKER_PASSWORD) right?");
    let stream = open(url).await.map_err(|e| Failure::bench(&e).help(e.help().unwrap_or_else(usual)))?;
    let options =
        ClientOptions { client_id: String::new(), user: url.user.as_deref(), password: url.password.as_deref() };
    let (sink, prefix) = (Rc::clone(seen), root.to_owned());
    let connected = Client::connect(stream, &options, move |mut message| {
        if let Some(topic) = message.topic.strip_prefix(&prefix) {
            message.topic = topic.to_owned();
            sink.borrow_mut().message(&message);
        }
    })
    .await;
    let client = match connected {
        Ok(client) => client,
        Err(error) => {
            let error = told_apart(error, url).await;
            return Err(Failure::bench(&error).help(error.help().map_or_else(usual, str::to_owned)));
        }
    };
    for filter in filters {
        let subscription = Subscription {
            filter: format!("{root}{filter}"),
            qos: 1,
            retain_handling: RetainHandling::Send,
            // The flag then tells what the broker has retained from what comes live.
            retain_as_published: false,
            no_local: false,
        };
        client.subscribe(subscription).await.map_err(|e| {
            Failure::bench(&e)
                .help("may this user read it? Topic filters are written like stat/#, +/status, '#' (in quotes)")
        })?;
    }
    tokio::select! {
        biased;
        reason = client.closed() => {
            return Err(super::bench(format!("the broker ended the connection: {reason}")).help(usual()));
        }
        () = tokio::time::sleep(time) => {}
    }
    client.disconnect().await;
    Ok(())
}
