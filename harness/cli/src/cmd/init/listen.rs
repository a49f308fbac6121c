//! Listens to a broker for a moment.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use hil_model::observation::Message;
use hil_targets::broker::BrokerUrl;

use super::seen::Seen;
use crate::cmd::error::Failure;
use crate::cmd::listening::{subscribed, usual};

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
    let (sink, prefix) = (Rc::clone(seen), root.to_owned());
    let began = std::time::Instant::now();
    let inbox = move |mut message: Message| {
        if let Some(topic) = message.topic.strip_prefix(&prefix) {
            message.topic = topic.to_owned();
            sink.borrow_mut().message(&message, began.elapsed());
        }
    };
    let client = subscribed(url, root, filters, inbox).await?;
    tokio::select! {
        biased;
        reason = client.closed() => {
            return Err(super::bench(format!("the broker ended the connection: {reason}")).help(usual(url)));
        }
        () = tokio::time::sleep(time) => {}
    }
    client.disconnect().await;
    Ok(())
}
