//! The task that keeps the device connected.

use embassy_futures::select::{Either, select};
use embassy_sync::blocking_mutex::raw::RawMutex;
use embedded_storage::nor_flash::NorFlash;

use crate::{
    backoff::Backoff,
    config::Config,
    light::{Controller, Shared},
    mqtt::{Environment, Error, Session},
    platform::{Board, Clock, Console, Network, Random},
    rules::Rules,
    store::Store,
    time::Duration,
    topics::Topics,
};

/// Brings the link up, connects to the broker and serves the light; when any of it fails, waits and begins again, for
/// ever. Owns the store: a command is acknowledged when its result is in there.
pub async fn run_mqtt<M, R, C, L, F, N, Q>(
    shared: &Shared<M, R>,
    config: &Config,
    board: &Board<C, L>,
    store: &mut Store<F>,
    network: &N,
    random: &mut Q,
) -> !
where
    M: RawMutex,
    R: Rules,
    C: Clock,
    L: Console,
    F: NorFlash,
    N: Network,
    Q: Random,
{
    let topics = Topics::new(&config.topic_prefix);
    let mut session = Session::new();
    let mut backoff = Backoff::new();
    loop {
        bring_up(shared, board, network, random).await;
        loop {
            let mut controller = Controller { shared, store, topics: &topics, board };
            let environment = Environment { network, board, random };
            let ended = session.connect(environment, config, &mut controller).await;
            // A broker that breaks the protocol will do so again at once.
            if ended.was_connected && ended.reason != Error::Protocol {
                backoff.reset();
            }
            if ended.reason == Error::LinkDown {
                break;
            }
            let wait = backoff.next(random.next_u32());
            board.warn("mqtt", format_args!("{}, next try in {} ms", ended.reason, wait.as_millis()));
            if !stays_up(network, board, wait).await {
                break;
            }
        }
        board.warn("wifi", format_args!("down"));
    }
}

/// Tries until the link is up, or for ever if the rules say to give up.
async fn bring_up<M: RawMutex, R: Rules, C: Clock, L: Console>(
    shared: &Shared<M, R>,
    board: &Board<C, L>,
    network: &impl Network,
    random: &mut impl Random,
) {
    let mut backoff = Backoff::new();
    let mut failed_attempts = 0u32;
    while let Err(error) = network.link_up().await {
        failed_attempts = failed_attempts.saturating_add(1);
        if shared.rules(|rules| rules.gives_up(failed_attempts)) {
            board.error("wifi", format_args!("{error}, giving up"));
            core::future::pending::<()>().await;
        }
        let wait = backoff.next(random.next_u32());
        board.warn("wifi", format_args!("{error}, next try in {} ms", wait.as_millis()));
        let until = board.clock.now() + wait;
        board.clock.sleep_until(until).await;
    }
    board.info("wifi", format_args!("up"));
}

/// Waits, and returns whether the link has stayed up.
async fn stays_up<C: Clock, L>(network: &impl Network, board: &Board<C, L>, wait: Duration) -> bool {
    let until = board.clock.now() + wait;
    match select(board.clock.sleep_until(until), network.link_down()).await {
        Either::First(()) => true,
        Either::Second(()) => false,
    }
}
