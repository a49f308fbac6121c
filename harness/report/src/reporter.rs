//! The interface of a report, and several reports as one.

use std::io;

use hil_model::event::RunEvent;

/// Consumes a run's events and makes a report of them.
pub trait Reporter {
    /// The next event.
    fn event(&mut self, event: &RunEvent) -> io::Result<()>;

    /// No more events will come, also if the run was cut short before [`RunEvent::RunFinished`].
    ///
    /// Reports that are written as a whole are written here. Call it once.
    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Hands every event to several reports.
///
/// A report that fails (a full disk) does not keep the others from their events: all of them get every event, then the first
/// error is returned, and the failed report is left out from there on.
#[derive(Default)]
pub struct FanOut {
    reporters: Vec<Box<dyn Reporter + Send>>,
}

impl FanOut {
    /// No report yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a report.
    #[must_use]
    pub fn with(mut self, reporter: impl Reporter + Send + 'static) -> Self {
        self.push(reporter);
        self
    }

    /// Adds a report.
    pub fn push(&mut self, reporter: impl Reporter + Send + 'static) {
        self.reporters.push(Box::new(reporter));
    }

    fn each(&mut self, mut f: impl FnMut(&mut dyn Reporter) -> io::Result<()>) -> io::Result<()> {
        let mut first_error = None;
        self.reporters.retain_mut(|reporter| match f(reporter.as_mut()) {
            Ok(()) => true,
            Err(e) => {
                first_error.get_or_insert(e);
                false
            }
        });
        first_error.map_or(Ok(()), Err)
    }
}

impl Reporter for FanOut {
    fn event(&mut self, event: &RunEvent) -> io::Result<()> {
        self.each(|r| r.event(event))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.each(|r| r.finish())
    }
}

/// Makes a report of recorded events, and finishes it.
pub fn replay<'a>(events: impl IntoIterator<Item = &'a RunEvent>, reporter: &mut dyn Reporter) -> io::Result<()> {
    let events = events.into_iter().try_for_each(|event| reporter.event(event));
    events.and(reporter.finish())
}
