//! Waits in wall time, whatever the runtime's clock does.

use std::future::Future;
use std::time::Duration;

/// Sleeps for `duration` of wall time. On a paused clock, this also keeps the clock from jumping meanwhile.
pub async fn wall_sleep(duration: Duration) {
    // A blocking task in flight inhibits tokio's auto-advance: exactly what a wait on the outside world needs.
    let (cancel, cancelled) = std::sync::mpsc::channel::<()>();
    let task = tokio::task::spawn_blocking(move || {
        // Either outcome ends the wait: the time is over, or the waiting future was dropped.
        let _ = cancelled.recv_timeout(duration);
    });
    // A panic inside is impossible, and a shut-down runtime ends the wait as well.
    let _ = task.await;
    drop(cancel);
}

/// `future`'s output, or `None` when it takes longer than `limit` of wall time.
pub async fn wall_timeout<F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    tokio::select! {
        biased;
        output = future => Some(output),
        () = wall_sleep(limit) => None,
    }
}
