//! A device of your own as a target: here a plug that answers `plug/set` with `plug/state`, in forty lines.
//!
//! ```console
//! $ cargo run --package hilbench --example own_target
//! ```

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hil_report::{Reporter as _, Terminal, Theme, terminal::Progress};
use hil_runner::{BrokerChoice, Cancel, Planned, RunOptions, RunsOn, run};
use hil_scenario::{Capability, Loader};
use hil_targets::clock::Pace;
use hil_targets::{Bench, BenchError, BrokerKind, Device, Target};

const SCENARIO: &str = r#"
name: The plug says what it was told
version: 1
steps:
  - delay: 10ms
  - publish: { topic: plug/set, payload: "on" }
  - expect-message: { topic: plug/state, payload: "on" }
"#;

struct Plugs;

impl Target for Plugs {
    fn name(&self) -> &'static str {
        "plug"
    }

    fn capabilities(&self, _: BrokerKind) -> Vec<Capability> {
        vec![Capability::Mqtt]
    }

    fn pace(&self, _: BrokerKind) -> Pace {
        Pace::Jump
    }

    fn open(&self, bench: Bench) -> Result<Box<dyn Device>, BenchError> {
        Ok(Box::new(Plug { bench }))
    }
}

struct Plug {
    bench: Bench,
}

#[async_trait(?Send)]
impl Device for Plug {
    async fn start(&mut self) -> Result<(), BenchError> {
        // Your device would be flashed, reset or attached to here. This one is a task with an MQTT client.
        tokio::task::spawn_local(plug(self.bench.clone()));
        Ok(())
    }

    async fn stop(&mut self) {}
}

async fn plug(bench: Bench) {
    use hil_model::observation::Message;
    use hil_targets::broker::{Client, ClientOptions, RetainHandling, Subscription};
    let (heard, mut commands) = tokio::sync::mpsc::unbounded_channel();
    let Ok(stream) = bench.wire.connect().await else { return bench.journal.note("the plug has no network") };
    let options = ClientOptions { client_id: bench.client_id.clone(), ..ClientOptions::default() };
    let client = Client::connect(Box::new(stream), &options, move |m: Message| drop(heard.send(m))).await;
    let Ok(client) = client else { return bench.journal.note("the plug was not let in") };
    let filter = format!("{}plug/set", bench.topic_root);
    let subscription = Subscription {
        filter,
        qos: 1,
        retain_handling: RetainHandling::DoNotSend,
        retain_as_published: false,
        no_local: false,
    };
    if client.subscribe(subscription).await.is_err() {
        return bench.journal.note("the plug may not subscribe");
    }
    while let Some(command) = commands.recv().await {
        let topic = format!("{}plug/state", bench.topic_root);
        let state = Message { topic, payload: command.payload, qos: 1, ..Message::default() };
        if client.publish(&state).await.is_err() {
            return;
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = Arc::new(Loader::new().load_text("plug.yaml".as_ref(), SCENARIO)?);
    let scenarios = file.scenarios.iter().cloned();
    let plan: Vec<Planned> = scenarios.map(|s| Planned { file: Arc::clone(&file), scenario: Arc::new(s) }).collect();
    let options = RunOptions {
        runs_on: RunsOn::target(Plugs),
        broker: BrokerChoice::Embedded,
        jobs: 1,
        retries: 0,
        fail_fast: false,
        wall_limit: Duration::from_secs(60),
        seed: 0,
        topic_root: None,
        run_id: "0000".to_owned(),
    };
    let mut terminal = Terminal::new(std::io::stdout(), Theme::new(false), Progress::Lines);
    let mut printed = Ok(());
    let finished = run(&plan, &options, &Cancel::default(), |event| {
        if printed.is_ok() {
            printed = terminal.event(event);
        }
    });
    printed?;
    println!("{}", finished.scenarios[0].verdict);
    Ok(())
}
