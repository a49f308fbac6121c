//! A panic of the device is an observation, not a message of hil's own.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::board::Supply;
use hil_targets::Watch;

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

/// The device's future: says, while it is polled, that the device runs, and counts how often it is.
pub(super) struct Running<F> {
    device: Pin<Box<F>>,
    supply: Supply,
    watch: Watch,
}

impl<F> Running<F> {
    pub(super) fn new(device: F, supply: Supply, watch: Watch) -> Self {
        Self { device: Box::pin(device), supply, watch }
    }
}

impl<F: Future> Future for Running<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        struct Reset;
        impl Drop for Reset {
            fn drop(&mut self) {
                DEVICE_RUNS.set(false);
            }
        }
        DEVICE_RUNS.set(true);
        let _reset = Reset;
        let Self { device, supply, watch } = self.get_mut();
        let _turn = watch.enter();
        supply.step();
        device.as_mut().poll(cx)
    }
}
