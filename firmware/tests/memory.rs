//! What repeats takes no more memory each time. A program of its own: it counts what is on the heap of all threads.

mod common;

use common::{
    board::{Lfsr, PausedClock, Recorder},
    broker::{FakeNetwork, Link, published},
    packet::Publish,
};
use firmware::{
    command::Rejection,
    config::Config,
    mqtt::{Application, Environment, QoS, Session},
    platform::Board,
    state::State,
    topics::{CommandTopic, Topics},
};

#[global_allocator]
static HEAP: dhat::Alloc = dhat::Alloc;

/// Carries every command out.
struct Willing(Topics);

impl Application for Willing {
    fn topics(&self) -> &Topics {
        &self.0
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
        Ok(State::default())
    }
}

/// Sessions end with the power, so that what one keeps of each command is kept for ever.
#[tokio::test(start_paused = true)]
async fn a_command_whose_statuses_are_acknowledged_leaves_nothing_behind() {
    let heap = dhat::Profiler::builder().testing().build();
    let mut application = Willing(Topics::new(""));
    let board = Board { clock: PausedClock::boot(), console: Recorder::default() };
    let (link, config, mut session, mut random) = (Link::new(), Config::default(), Session::new(), Lfsr(1));
    let network = FakeNetwork::new(link.clone());
    let environment = Environment { network: &network, board: &board, random: &mut random };
    let script = async {
        let mut broker = link.accept_and_settle(false).await;
        let mut in_use = Vec::new();
        for _ in 0..4 {
            for _ in 0..200 {
                let request =
                    Publish { response_topic: Some("answers".into()), ..Publish::new("cmnd/led/power", "on") };
                broker.publish(&request).await;
                assert_eq!(published(&broker.settle().await).len(), 4, "three statuses and an answer");
            }
            in_use.push(dhat::HeapStats::get().curr_bytes);
        }
        // The first round has made the buffers as large as they need to be.
        assert!(in_use[1..].iter().all(|bytes| *bytes <= in_use[0] + 256), "{in_use:?} bytes");
    };
    tokio::select! {
        biased;
        ended = session.connect(environment, &config, &mut application) => panic!("{:?}", ended.reason),
        () = script => {}
    }
    drop(heap);
}
