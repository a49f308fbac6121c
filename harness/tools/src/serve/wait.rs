//! Waiting for whichever comes first: something to read, or the end of a moment.

use std::time::Duration;

use super::cable::Cable;

/// Waits until a host or another program has sent something, at most this long.
#[cfg(unix)]
pub(super) fn wait(cables: &[Box<dyn Cable>], limit: Duration) {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let descriptors: Vec<_> = cables.iter().flat_map(|cable| cable.descriptors()).collect();
    let mut polled: Vec<_> = descriptors.iter().map(|fd| PollFd::new(fd, PollFlags::IN)).collect();
    let limit = Timespec { tv_sec: 0, tv_nsec: limit.subsec_nanos().into() };
    // Whatever comes of it: everybody is asked afterwards.
    let _ = poll(&mut polled, Some(&limit));
}

#[cfg(not(unix))]
pub(super) fn wait(_: &[Box<dyn Cable>], limit: Duration) {
    std::thread::sleep(limit);
}
