//! `hil fuzz --learn`: a first description, from what a device and those who use it say.

use std::cell::RefCell;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use clap::builder::NonEmptyStringValueParser;
use hil_fuzz::device::DeviceDescription;
use hil_fuzz::learn::{Message, Seen, Unknown, describe};
use hil_model::time::display;
use hil_model::verdict::Exit;
use hil_runner::BrokerChoice;
use hil_targets::broker::BrokerUrl;

use crate::cmd::error::Failure;
use crate::cmd::listening::{holds, subscribed};
use crate::cmd::up::shell;

/// How long it is listened, unless `--time` says otherwise.
const TIME: Duration = Duration::from_secs(30);
/// How long a broker may take to hand over what it keeps.
const RETAINED: Duration = Duration::from_secs(1);
/// Messages that are kept.
const MOST: usize = 100_000;

#[derive(clap::Args)]
pub(super) struct LearnArgs {
    /// Only listen, and write a first description of the device from what is seen: its topics, the forms of its payloads, and what
    /// follows on commands that somebody gives meanwhile. Nothing is published
    #[arg(long, conflicts_with_all = ["execs", "max_findings", "replay", "corpus", "device", "rate"])]
    learn: bool,

    /// With --learn: topic filter to listen to; may be given several times [default: #]
    #[arg(long, value_name = "FILTER", requires = "learn", value_parser = NonEmptyStringValueParser::new())]
    topics: Vec<String>,

    /// With --learn: a topic of commands, whatever it is called; may be given several times
    #[arg(long, value_name = "TOPIC", requires = "learn", value_parser = NonEmptyStringValueParser::new())]
    command: Vec<String>,

    /// With --learn: the file to write; one that is there stays [default: device.yaml]
    #[arg(short, long, value_name = "FILE", requires = "learn")]
    output: Option<PathBuf>,
}

impl LearnArgs {
    /// Whether it is asked for.
    pub(super) const fn is_asked(&self) -> bool {
        self.learn
    }

    /// Listens, and writes the file.
    pub(super) fn run(&self, broker: &BrokerChoice, root: &str, time: Option<Duration>) -> Result<Exit, Failure> {
        let BrokerChoice::External(url) = broker else {
            return Err(Failure::usage("--learn listens to a device on a broker, and none is named")
                .help("name it: hil fuzz --learn --broker mqtt://127.0.0.1:1883 --topics 'home/thermo/1/#'"));
        };
        let output = self.output.clone().unwrap_or_else(|| PathBuf::from("device.yaml"));
        let shown = output.display();
        if output.symlink_metadata().is_ok() {
            return Err(Failure::usage(format!("{shown} exists already")).help("name another file with --output"));
        }
        let filters = if self.topics.is_empty() { vec!["#".to_owned()] } else { self.topics.clone() };
        let time = time.unwrap_or(TIME);
        let all = filters.join(", ");
        let seen = listen(url, root, &filters, time)?;
        let text = describe(&seen, &self.command).map_err(|unknown| nothing(&unknown, &all))?;
        if let Err(errors) = DeviceDescription::load_text(&output, text.as_str(), &[]) {
            crate::output::remark(format_args!("{}", errors.render(crate::cmd::color_on_stderr())));
            return Err(Failure::usage("the description that was made is wrong, and was not written")
                .help("this is a fault of hil: please report it, with the topics and payloads that were seen"));
        }
        write(&output, &text)?;
        let file = shell(&shown.to_string());
        let url = BrokerUrl { password: None, ..url.clone() };
        say!("{} messages on {} topics, {} of them retained", seen.messages.len(), topics(&seen), seen.retained.len());
        say!("wrote {shown}: a guess; read it, then:");
        say!("  hil fuzz --target mqtt --broker {} --device {file}", shell(&url.to_string()));
        Ok(Exit::Passed)
    }
}

fn topics(seen: &Seen) -> usize {
    let came = seen.messages.iter().map(|message| message.topic.as_str());
    came.chain(seen.retained.keys().map(String::as_str)).collect::<std::collections::BTreeSet<_>>().len()
}

fn nothing(unknown: &Unknown, filters: &str) -> Failure {
    Failure::of_bench(format!("{unknown}; nothing was written")).help(match unknown {
        Unknown::Silence => format!(
            "is the device on this broker, and are its topics in {filters}? --topics names others, --time 2min listens longer"
        ),
        Unknown::Commands(_) => "give it some commands meanwhile, by its app or by mosquitto_pub; if their topic is not called `set`, \
                                 `cmnd` or the like, name it with --command TOPIC"
            .to_owned(),
    })
}

/// One that is there is not overwritten.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let file = std::fs::File::options().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| {
        Failure::io(format_args!("cannot write {}", path.display()), &error).help("name another file with --output")
    })
}

/// All that comes on these filters, and what the broker keeps in the end.
fn listen(url: &BrokerUrl, root: &str, filters: &[String], time: Duration) -> Result<Seen, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Failure::io("the runtime does not start", &e))?;
    let seen = Rc::new(RefCell::new(Seen { time, ..Seen::default() }));
    let local = tokio::task::LocalSet::new();
    let result = local.block_on(&runtime, async {
        let began = Instant::now();
        let (sink, prefix) = (Rc::clone(&seen), root.to_owned());
        let client = subscribed(url, root, filters, move |message| {
            let Some(topic) = message.topic.strip_prefix(&prefix) else { return };
            let mut seen = sink.borrow_mut();
            if !message.retain && seen.messages.len() < MOST {
                let (topic, payload) = (topic.to_owned(), message.payload.0);
                seen.messages.push(Message { at: began.elapsed(), topic, payload });
            }
        })
        .await?;
        let all = filters.join(", ");
        remark!("listening to {all} on {url} for {}: use the device meanwhile, by its app or by hand", display(time));
        tokio::select! {
            biased;
            reason = client.closed() => return Err(Failure::of_bench(format!("the broker ended the connection: {reason}"))),
            () = tokio::time::sleep(time) => {}
        }
        // What it keeps now, and not before.
        let (sink, prefix) = (Rc::clone(&seen), root.to_owned());
        let other = subscribed(url, root, filters, move |message| {
            let Some(topic) = message.topic.strip_prefix(&prefix) else { return };
            if message.retain {
                sink.borrow_mut().retained.insert(topic.to_owned(), message.payload.0);
            }
        })
        .await?;
        tokio::time::sleep(RETAINED).await;
        client.disconnect().await;
        other.disconnect().await;
        Ok(())
    });
    drop(local);
    runtime.shutdown_background();
    result?;
    let mut seen = seen.take();
    let is_secret = |payload: &[u8]| holds(payload, url.password.as_deref());
    seen.messages.retain(|message| !is_secret(&message.payload));
    seen.retained.retain(|_, payload| !is_secret(payload));
    Ok(seen)
}
