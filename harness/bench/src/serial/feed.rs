//! What a port has to tell, between the thread that reads it and whoever listens: in order, stamped, bounded.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::PortError;
use super::lines::Piece;

/// Bytes that are kept for a listener that does not listen.
const MOST_WAITING: usize = 1 << 20;

/// What happens on a port.
#[derive(Debug)]
pub enum Event {
    /// The board has printed this.
    Text(Piece),
    /// Nobody has listened for so long that this many bytes were dropped, the oldest first. What follows comes later.
    Lost(usize),
    /// The port has gone; it is looked for.
    Gone {
        /// When.
        at: Instant,
        /// What the operating system says.
        why: String,
    },
    /// It is back, perhaps under another name. Reset lines are released.
    Back {
        /// When.
        at: Instant,
        /// Its device node or address.
        place: String,
    },
    /// It will not come back. Nothing follows.
    Ended(PortError),
}

#[derive(Default)]
struct State {
    events: VecDeque<Event>,
    bytes: usize,
    lost: usize,
    is_closed: bool,
}

struct Shared {
    state: Mutex<State>,
    grown: Condvar,
    grown_async: Notify,
}

/// Both ends of it.
#[derive(Clone)]
pub(super) struct Feed(Arc<Shared>);

impl Feed {
    pub(super) fn new() -> Self {
        Self(Arc::new(Shared { state: Mutex::default(), grown: Condvar::new(), grown_async: Notify::new() }))
    }

    pub(super) fn push(&self, event: Event) {
        let mut state = self.lock();
        if let Event::Text(piece) = &event {
            state.bytes += piece.bytes.len();
        }
        state.events.push_back(event);
        while state.bytes > MOST_WAITING {
            let Some(oldest) = state.events.iter().position(|event| matches!(event, Event::Text(_))) else { break };
            if let Some(Event::Text(piece)) = state.events.remove(oldest) {
                state.bytes -= piece.bytes.len();
                state.lost += piece.bytes.len();
            }
        }
        drop(state);
        self.wake();
    }

    /// The last thing that happens.
    pub(super) fn end(&self, error: PortError) {
        let mut state = self.lock();
        state.events.push_back(Event::Ended(error));
        state.is_closed = true;
        drop(state);
        self.wake();
    }

    /// Nothing more will come.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.wake();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.lock().is_closed
    }

    fn wake(&self) {
        self.0.grown.notify_all();
        self.0.grown_async.notify_one();
    }

    /// Forgets what waits, and says how many bytes that were.
    pub(super) fn clear(&self) -> usize {
        let mut state = self.lock();
        let bytes = state.bytes + state.lost;
        state.events.retain(|event| matches!(event, Event::Ended(_)));
        (state.bytes, state.lost) = (0, 0);
        bytes
    }

    /// What comes next, if it comes within the limit.
    pub(super) fn next_within(&self, limit: Duration) -> Option<Event> {
        let state = self.lock();
        let nothing = |state: &mut State| state.events.is_empty() && state.lost == 0 && !state.is_closed;
        let (mut state, _) =
            self.0.grown.wait_timeout_while(state, limit, nothing).unwrap_or_else(PoisonError::into_inner);
        take(&mut state)
    }

    /// What comes next; `None` when nothing will. For one listener at a time.
    pub(super) async fn next(&self) -> Option<Event> {
        loop {
            {
                let mut state = self.lock();
                if let Some(event) = take(&mut state) {
                    return Some(event);
                }
                if state.is_closed {
                    return None;
                }
            }
            self.0.grown_async.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Whole after every change.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn take(state: &mut State) -> Option<Event> {
    if state.lost > 0 {
        return Some(Event::Lost(std::mem::take(&mut state.lost)));
    }
    let event = state.events.pop_front()?;
    if let Event::Text(piece) = &event {
        state.bytes -= piece.bytes.len();
    }
    Some(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: Vec<u8>) -> Event {
        Event::Text(Piece { at: Instant::now(), bytes })
    }

    #[test]
    fn a_listener_that_sleeps_costs_bounded_memory_and_is_told_what_it_missed() {
        let feed = Feed::new();
        for _ in 0..3000 {
            feed.push(text(vec![b'x'; 1024]));
        }
        let Some(Event::Lost(lost)) = feed.next_within(Duration::ZERO) else { panic!("not told") };
        let mut kept = 0;
        while let Some(Event::Text(piece)) = feed.next_within(Duration::ZERO) {
            kept += piece.bytes.len();
        }
        assert_eq!(lost + kept, 3000 * 1024);
        assert!(kept <= MOST_WAITING && kept > MOST_WAITING / 2);
    }
}
