//! The machine's time in pieces: it stands still until it is given some, and stops at the very byte or moment that was
//! asked for. That moment can be up to a millisecond before scenario time, the resolution of the runtime's clock; what the
//! machine does afterwards follows without a gap.

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use simulator::machine::{Event, What};
use simulator::soc::SerialPort;
use simulator::time::{Instant, Span};

use super::driver::Driver;
use hil_model::time::SimTime;
use hil_targets::PausePoints;

/// When the machine's time is to stand still.
#[derive(Default)]
enum Stop {
    #[default]
    Never,
    Now,
    At(Instant),
    Output(Needle),
}

/// Bytes that are looked for in the console's output.
struct Needle {
    bytes: Vec<u8>,
    /// The last bytes of the output, at most as many.
    last: VecDeque<u8>,
}

impl Needle {
    /// The next byte of the output; whether the bytes are complete with it.
    fn is_found_with(&mut self, byte: u8) -> bool {
        if self.last.len() == self.bytes.len() {
            self.last.pop_front();
        }
        self.last.push_back(byte);
        self.last.iter().eq(&self.bytes)
    }
}

/// When the machine's time is to stand still, and what has been printed and not been looked at.
#[derive(Default)]
pub(super) struct Pausing {
    stop: Stop,
    /// Bytes that came at the same moment as the last byte that was looked for, behind it.
    unread: Vec<u8>,
}

impl Pausing {
    pub(super) fn is_paused(&self) -> bool {
        matches!(self.stop, Stop::Now)
    }

    /// The machine must not run further than this.
    pub(super) fn limit(&self) -> Instant {
        if let Stop::At(at) = self.stop { at } else { Instant::NEVER }
    }

    /// Looks for the bytes in what was just printed; says whether they are complete.
    fn find(&mut self, printed: &[u8]) -> bool {
        let Stop::Output(needle) = &mut self.stop else { return false };
        let end = printed.iter().position(|byte| needle.is_found_with(*byte));
        if let Some(end) = end {
            self.unread = printed[end + 1..].to_vec();
        }
        end.is_some()
    }
}

impl Driver {
    /// Stops the machine's time if what was looked for has been printed.
    pub(super) fn look_for_output(&self, events: &[Event]) {
        let console = |event: &Event| match event.what {
            What::Serial { port: SerialPort::Uart0 | SerialPort::UsbSerialJtag, byte } => Some(byte),
            _ => None,
        };
        let printed: Vec<u8> = events.iter().filter_map(console).collect();
        let is_found = self.pausing.borrow_mut().find(&printed);
        if is_found {
            self.hold();
        }
    }

    /// The machine's time stands still from now on.
    pub(super) fn hold(&self) {
        self.pausing.borrow_mut().stop = Stop::Now;
        self.machine.borrow_mut().stop_at_output(false);
        self.paused.notify_one();
        self.changed();
    }

    fn go_on(&self, stop: Stop) {
        self.join_clocks();
        self.machine.borrow_mut().stop_at_output(matches!(stop, Stop::Output(_)));
        self.pausing.borrow_mut().stop = stop;
        self.changed();
    }

    async fn until_paused(&self) {
        while !self.pausing.borrow().is_paused() {
            self.paused.notified().await;
        }
    }
}

/// The time of a driver's machine, as steps let it pass.
pub(super) struct Pauses(pub(super) Rc<Driver>);

#[async_trait(?Send)]
impl PausePoints for Pauses {
    fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.0.machine.borrow().now().ns())
    }

    fn pause(&mut self) {
        self.0.catch_up();
        self.0.hold();
    }

    async fn run_for(&mut self, time: Duration) {
        if time.is_zero() {
            return;
        }
        self.0.pausing.borrow_mut().unread.clear();
        let span = Span::from_ns(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
        let end = self.0.machine.borrow().now() + span;
        self.0.go_on(Stop::At(end));
        self.0.until_paused().await;
    }

    async fn run_until_output(&mut self, bytes: &[u8], deadline: SimTime) -> bool {
        if bytes.is_empty() {
            return true;
        }
        let needle = Needle { bytes: bytes.to_vec(), last: VecDeque::new() };
        let is_found = {
            let mut pausing = self.0.pausing.borrow_mut();
            let unread = std::mem::take(&mut pausing.unread);
            pausing.stop = Stop::Output(needle);
            pausing.find(&unread)
        };
        if is_found {
            self.0.hold();
            return true;
        }
        let stop = std::mem::take(&mut self.0.pausing.borrow_mut().stop);
        self.0.go_on(stop);
        let end = self.0.journal.instant(deadline);
        tokio::select! {
            biased;
            () = self.0.until_paused() => return true,
            () = tokio::time::sleep_until(end) => {}
        }
        self.0.catch_up();
        let is_found = self.0.pausing.borrow().is_paused();
        self.0.hold();
        self.0.observer.borrow_mut().end_line_now();
        is_found
    }
}
