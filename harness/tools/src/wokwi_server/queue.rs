//! Queues of messages that are bounded in bytes. One end of each is an asynchronous task, the other one a thread.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::limits::QUEUE_BYTES;

/// The other end of a queue is gone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Gone;

/// A message and the room that it takes.
type Queued = (String, OwnedSemaphorePermit);

/// How much room a message takes: at most all.
fn room(message: &str) -> u32 {
    u32::try_from(message.len().clamp(1, QUEUE_BYTES)).expect("the queue is smaller than 4 GB")
}

/// The task's end of the queue to a thread.
pub(super) struct ToThread {
    budget: Arc<Semaphore>,
    queue: mpsc::Sender<Queued>,
}

/// The thread's end.
pub(super) struct Inbox(Receiver<Queued>);

pub(super) fn to_thread() -> (ToThread, Inbox) {
    let (queue, inbox) = mpsc::channel();
    (ToThread { budget: Arc::new(Semaphore::new(QUEUE_BYTES)), queue }, Inbox(inbox))
}

impl ToThread {
    /// Waits until there is room.
    pub(super) async fn send(&self, message: String) -> Result<(), Gone> {
        let budget = Arc::clone(&self.budget);
        let permit = budget.acquire_many_owned(room(&message)).await.map_err(|_| Gone)?;
        self.queue.send((message, permit)).map_err(|_| Gone)
    }
}

impl Inbox {
    /// The next message, if there is one in time.
    pub(super) fn receive(&self, limit: Duration) -> Result<Option<String>, Gone> {
        match self.0.recv_timeout(limit) {
            Ok((message, _)) => Ok(Some(message)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(Gone),
        }
    }
}

/// The thread's end of the queue to a task.
#[derive(Clone)]
pub(super) struct Outbox {
    runtime: Handle,
    budget: Arc<Semaphore>,
    queue: UnboundedSender<Queued>,
}

/// The task's end. When it is dropped, the thread learns it at the next message, also while it waits for room.
pub(super) struct FromThread {
    budget: Arc<Semaphore>,
    queue: UnboundedReceiver<Queued>,
}

pub(super) fn from_thread(runtime: Handle) -> (Outbox, FromThread) {
    let budget = Arc::new(Semaphore::new(QUEUE_BYTES));
    let (queue, receiver) = unbounded_channel();
    (Outbox { runtime, budget: Arc::clone(&budget), queue }, FromThread { budget, queue: receiver })
}

impl Outbox {
    /// Waits until there is room.
    pub(super) fn send(&self, message: String) -> Result<(), Gone> {
        let wait = Arc::clone(&self.budget).acquire_many_owned(room(&message));
        let permit = self.runtime.block_on(wait).map_err(|_| Gone)?;
        self.queue.send((message, permit)).map_err(|_| Gone)
    }
}

impl FromThread {
    /// The next message, with the room that it takes until that is dropped; none if there will be no more.
    pub(super) async fn receive(&mut self) -> Option<(String, OwnedSemaphorePermit)> {
        self.queue.recv().await
    }
}

impl Drop for FromThread {
    fn drop(&mut self) {
        self.budget.close();
    }
}
