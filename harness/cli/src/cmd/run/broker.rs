//! Which broker.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use hil_model::observation::Message;
use hil_runner::BrokerChoice;
use hil_targets::broker::{BrokerUrl, Client, ClientOptions, RetainHandling, Subscription, open, told_apart};
use tokio::sync::Notify;

use hil_project::{BrokerSettings, Project, Resolved};
use hil_scenario::decode::did_you_mean;

use crate::cmd::error::Failure;
use crate::cmd::project::Said;

#[derive(Clone, clap::Args)]
pub(in crate::cmd) struct BrokerArgs {
    /// `embedded`: one in-memory broker a scenario; or `host[:port]`, or a URL: `mqtt://[user@]host[:port]`, mqtts://,
    /// ws://host:port/path, wss://
    ///
    /// The password is read from HIL_BROKER_PASSWORD, so that it stands in no process list. Through a broker by URL,
    /// devices that hil provisions work under topics of their own (hil-7f3a/12/...), which are removed afterwards.
    ///
    /// [default: what the project file says, else embedded]
    #[arg(long, value_name = "URL", env = "HIL_BROKER", hide_env_values = true)]
    broker: Option<String>,

    /// PEM file with the certificate authority to trust for mqtts and wss, instead of the system's
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,

    /// Put before every topic of the scenarios, such as `lab/3/`
    #[arg(long, value_name = "TOPIC")]
    topic_root: Option<String>,
}

impl BrokerArgs {
    /// What the user says.
    pub(in crate::cmd) fn say(&self, said: &mut Said) {
        said.option_or_variable(("--broker", "HIL_BROKER"), self.broker.clone(), |it| &mut it.broker.url);
        said.option("--ca", self.ca.clone(), |it| &mut it.broker.ca);
        said.option("--topic-root", self.topic_root.clone(), |it| &mut it.broker.topic_root);
    }

    /// The same, with what holds in the project.
    #[must_use]
    pub(in crate::cmd) fn of_project(&self, project: &Project) -> Self {
        let BrokerSettings { url, ca, topic_root } = project.settings.broker.clone();
        let value = |url: Resolved<String>| url.value;
        Self { broker: url.map(value), ca: ca.map(|ca| ca.value), topic_root: topic_root.map(value) }
    }

    pub(in crate::cmd) fn choice(&self) -> Result<BrokerChoice, Failure> {
        let Some(broker) = self.broker.as_deref().filter(|it| *it != "embedded") else {
            return Ok(BrokerChoice::Embedded);
        };
        if let Some(guess) = did_you_mean(broker, ["embedded"]) {
            return Err(
                Failure::usage(format!("--broker {broker}: {guess}")).help("if it is a host, write mqtt:// before it")
            );
        }
        let mut url: BrokerUrl = broker.parse().map_err(|e| Failure::usage(format!("--broker: {e}")))?;
        if let Ok(password) = std::env::var("HIL_BROKER_PASSWORD") {
            url.password = Some(password);
        }
        if self.ca.is_some() && !url.scheme.is_tls() {
            return Err(Failure::usage("--ca has a meaning only with mqtts:// and wss://"));
        }
        url.ca.clone_from(&self.ca);
        Ok(BrokerChoice::External(url))
    }

    /// Arguments beside the URL that a run depends on.
    pub(in crate::cmd) fn repeat_options(&self) -> Vec<String> {
        let ca = self.ca.as_ref().map(|ca| ["--ca".to_owned(), ca.display().to_string()]);
        let root = self.topic_root.as_ref().map(|root| ["--topic-root".to_owned(), root.clone()]);
        ca.into_iter().chain(root).flatten().collect()
    }

    /// The root, with the slash at its end.
    pub(in crate::cmd) fn topic_root(&self) -> Result<Option<String>, Failure> {
        let Some(root) = self.topic_root.as_deref().map(|r| r.trim_end_matches('/')) else { return Ok(None) };
        if root.contains(['+', '#', '\0']) {
            return Err(Failure::usage("--topic-root: a topic has no wildcards"));
        }
        Ok(Some(if root.is_empty() { String::new() } else { format!("{root}/") }))
    }
}

/// Fails early, once, where every scenario would fail for the same reason. A topic of the run's own, `probe`, is tried: a broker that may
/// not hand messages out there (MQTT tells nobody) would make a failure of every answer.
pub(in crate::cmd) fn reachable(broker: &BrokerChoice, probe: Option<&str>) -> Result<(), Failure> {
    let BrokerChoice::External(url) = broker else { return Ok(()) };
    let usual =
        format!("is the broker at {url} running, and are user and password right? Without --broker none is needed");
    let failed = |error: &dyn std::error::Error, help: Option<String>| {
        Failure::bench(error).help(help.unwrap_or_else(|| usual.clone()))
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Failure::io("the runtime does not start", &e))?;
    let local = tokio::task::LocalSet::new();
    let result = local.block_on(&runtime, async {
        let stream = open(url).await.map_err(|e| failed(&e, e.help()))?;
        let options = ClientOptions {
            client_id: String::new(),
            user: url.user.as_deref(),
            password: url.password.as_deref(),
            session: None,
        };
        let heard = Rc::new(Notify::new());
        let hears = Rc::clone(&heard);
        let client = match Client::connect(stream, &options, move |_| hears.notify_one()).await {
            Ok(client) => client,
            Err(error) => {
                let error = told_apart(error, url).await;
                return Err(failed(&error, error.help().map(str::to_owned)));
            }
        };
        if let Some(topic) = probe {
            may_use(&client, topic, &heard).await?;
        }
        client.disconnect().await;
        Ok(())
    });
    runtime.shutdown_background();
    result
}

/// How long a broker takes to hand a message back at most.
const ECHO: Duration = Duration::from_secs(5);

/// Whether a message on `topic` comes back.
async fn may_use(client: &Client, topic: &str, heard: &Notify) -> Result<(), Failure> {
    let help = || {
        "messages of the run's own are on topics such as this: let this user read and write there, or name others: --topic-root for all, \
         `response-topic` for the answers of a `request`"
            .to_owned()
    };
    let subscription = Subscription {
        filter: topic.to_owned(),
        qos: 1,
        retain_handling: RetainHandling::DoNotSend,
        retain_as_published: false,
        no_local: false,
    };
    client.subscribe(subscription).await.map_err(|e| Failure::bench(&e).help(help()))?;
    let message = Message { topic: topic.to_owned(), payload: "probe".into(), qos: 1, ..Message::default() };
    client.publish(&message).await.map_err(|e| Failure::bench(&e).help(help()))?;
    match tokio::time::timeout(ECHO, heard.notified()).await {
        Ok(()) => Ok(()),
        Err(_) => {
            let problem =
                format!("the broker has accepted a message on {topic}, and hands it to nobody who has subscribed");
            Err(Failure::bench(&*Box::<dyn std::error::Error>::from(problem)).help(help()))
        }
    }
}
