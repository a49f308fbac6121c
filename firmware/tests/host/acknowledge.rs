//! PUBACK goes out when a command is carried out, and not before.

use std::{cell::Cell, rc::Rc};

use crate::common::{
    board::{Lfsr, PausedClock, Recorder},
    broker::{FakeNetwork, Link},
    packet::{Packet, Publish},
};
use firmware::{
    command::Rejection,
    config::Config,
    mqtt::{Application, Environment, QoS, Session},
    platform::Board,
    state::State,
    time::Duration,
    topics::{CommandTopic, Topics},
};
use tokio::sync::Semaphore;

/// Carries a command out when it is permitted to.
struct Slow {
    topics: Topics,
    permits: Rc<Semaphore>,
    begun: Rc<Cell<u32>>,
}

impl Application for Slow {
    fn topics(&self) -> &Topics {
        &self.topics
    }

    fn state(&self) -> State {
        State::default()
    }

    fn command_qos(&self) -> QoS {
        QoS::AtLeastOnce
    }

    fn receive_buffer(&self) -> usize {
        usize::MAX
    }

    async fn command(&mut self, _: CommandTopic, _: &[u8]) -> Result<State, Rejection> {
        self.begun.update(|begun| begun + 1);
        self.permits.acquire().await.expect("the semaphore is open").forget();
        Ok(State::default())
    }
}

#[tokio::test(start_paused = true)]
async fn a_command_is_acknowledged_when_it_is_carried_out_and_again_delivered_if_it_was_not() {
    let (permits, begun) = (Rc::new(Semaphore::new(0)), Rc::new(Cell::new(0)));
    let mut application = Slow { topics: Topics::new(""), permits: permits.clone(), begun: begun.clone() };
    let board = Board { clock: PausedClock::boot(), console: Recorder::default() };
    let (link, config, mut session) = (Link::new(), Config::default(), Session::new());
    let network = FakeNetwork::new(link.clone());
    let mut random = Lfsr(1);

    let device = async {
        loop {
            let environment = Environment { network: &network, board: &board, random: &mut random };
            session.connect(environment, &config, &mut application).await;
        }
    };
    let script = async {
        let mut broker = link.accept_and_settle(false).await;
        for packet in [5, 6] {
            broker.publish(&Publish::new("cmnd/led/power", "on").qos1(packet)).await;
        }
        assert_eq!(broker.receive_within(Duration::from_secs(5)).await, None);
        assert_eq!(begun.get(), 1, "one after the other");
        permits.add_permits(1);
        assert_eq!(broker.receive().await, Packet::Puback { packet: 5, reason: 0 });
        assert!(!broker.settle().await.contains(&Packet::Puback { packet: 6, reason: 0 }));
        assert_eq!(begun.get(), 2);

        // The connection breaks while the second one is carried out; its PUBACK is lost, so it comes again.
        drop(broker);
        permits.add_permits(1);
        let mut broker = link.accept_and_settle(true).await;
        let again = Publish { dup: true, ..Publish::new("cmnd/led/power", "on").qos1(6) };
        broker.publish(&again).await;
        permits.add_permits(1);
        assert_eq!(broker.receive().await, Packet::Puback { packet: 6, reason: 0 });
        assert_eq!(begun.get(), 3);
    };
    tokio::select! {
        biased;
        () = device => {}
        () = script => {}
    }
}
