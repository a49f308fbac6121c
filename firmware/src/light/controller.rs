//! What happens to a command: it is parsed, applied, logged, and its result stored.

use embassy_sync::blocking_mutex::raw::RawMutex;
use embedded_storage::nor_flash::NorFlash;
use rust_mqtt::types::QoS;

use crate::{
    command::Rejection,
    console::Escaped,
    light::Shared,
    mqtt::Application,
    platform::{Board, Clock, Console},
    rules::Rules,
    state::State,
    store::Store,
    topics::{CommandTopic, Topics},
};

/// The light as the MQTT session sees it.
pub struct Controller<'a, M: RawMutex, R: Rules, F: NorFlash, C, L> {
    /// The light.
    pub shared: &'a Shared<M, R>,
    /// Where its state is kept.
    pub store: &'a mut Store<F>,
    /// Its topics.
    pub topics: &'a Topics,
    /// The time and the console.
    pub board: &'a Board<C, L>,
}

impl<M: RawMutex, R: Rules, F: NorFlash, C: Clock, L: Console> Application for Controller<'_, M, R, F, C, L> {
    fn topics(&self) -> &Topics {
        self.topics
    }

    fn state(&self) -> State {
        self.shared.state()
    }

    fn command_qos(&self) -> QoS {
        self.shared.rules(Rules::command_qos)
    }

    fn receive_buffer(&self) -> usize {
        self.shared.rules(Rules::receive_buffer)
    }

    async fn command(&mut self, topic: CommandTopic, payload: &[u8]) -> Result<State, Rejection> {
        let name = self.topics.command(topic);
        match self.shared.command(topic, payload, self.board.clock.now()) {
            Ok(state) => {
                self.board.info("command", format_args!("{name} {}", Escaped::payload(payload)));
                if self.shared.rules(|rules| rules.stores(self.store.stored(), &state))
                    && let Err(error) = self.store.save(&state).await
                {
                    self.board.error("store", format_args!("state not saved: {error}"));
                }
                Ok(state)
            }
            Err(reason) => {
                self.board.warn("command", format_args!("{name} rejected: {reason}"));
                Err(reason)
            }
        }
    }
}
