//! A device of your own as a target of the whole command line: a plug that answers `plug/set` with `plug/state`.
//! `cargo run --package hilbench --example own_target -- run --target plug plug.yaml`

use async_trait::async_trait;
use hil_model::observation::Message;
use hil_scenario::Capability;
use hil_targets::broker::{Client, ClientOptions, RetainHandling, Subscription};
use hil_targets::clock::Pace;
use hil_targets::{Bench, BenchError, BrokerKind, Device, Target};
use hilbench::{Extensions, main_with};

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
        Ok(Box::new(Plug(bench)))
    }
}

struct Plug(Bench);

#[async_trait(?Send)]
impl Device for Plug {
    async fn start(&mut self) -> Result<(), BenchError> {
        // Your device would be flashed, reset or attached to here. This one is a task with an MQTT client.
        let Bench { wire, client_id, .. } = self.0.clone();
        let (heard, mut commands) = tokio::sync::mpsc::unbounded_channel::<Message>();
        let stream = wire.connect().await.map_err(|_| BenchError::Provision("there is no network".to_owned()))?;
        let options = ClientOptions { client_id, ..ClientOptions::default() };
        let client = Client::connect(Box::new(stream), &options, move |message| drop(heard.send(message))).await?;
        let filter = "plug/set".to_owned();
        let (retain_handling, retain_as_published, no_local) = (RetainHandling::DoNotSend, false, false);
        client.subscribe(Subscription { filter, qos: 1, retain_handling, retain_as_published, no_local }).await?;
        tokio::task::spawn_local(async move {
            while let Some(Message { payload, .. }) = commands.recv().await {
                let state =
                    Message { topic: "plug/state".to_owned(), payload, qos: 1, retain: true, ..Message::default() };
                if client.publish(&state).await.is_err() {
                    return;
                }
            }
        });
        Ok(())
    }
    async fn stop(&mut self) {}
}

fn main() -> std::process::ExitCode {
    main_with(Extensions::new().target("A plug on the embedded broker", Plugs))
}
