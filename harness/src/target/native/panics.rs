//! A panic of the device is an observation, not a message of hil's own.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

thread_local! {
    static DEVICE_RUNS: Cell<bool> = const { Cell::new(false) };
}

/// Makes the process's panic hook pass over panics of devices: they are caught and stand in the journal. For programs
/// that own the process; a library should not change its host's hook.
pub fn keep_device_panics_off_the_terminal() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !DEVICE_RUNS.get() {
            hook(info);
        }
    }));
}

/// The device's future: says, while it is polled, that the device runs.
pub(super) struct Quietly<F>(pub(super) Pin<Box<F>>);

impl<F: Future> Future for Quietly<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        struct Reset;
        impl Drop for Reset {
            fn drop(&mut self) {
                DEVICE_RUNS.set(false);
            }
        }
        DEVICE_RUNS.set(true);
        let _reset = Reset;
        self.0.as_mut().poll(cx)
    }
}
