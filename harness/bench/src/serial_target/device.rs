//! The board as scenarios handle it.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::analyzer::Analyzer;
use super::lights::ReportedLights;
use super::listener::{Heard, Listener};
use super::observed::ObservedLights;
use super::power::Command;
use super::{Equipment, Lights as Told, SerialTarget};
use crate::serial::{PortError, Sequence, SerialPort, fitting_rate};
use hil_model::device::DeviceEvent;
use hil_model::observation::Observation;
use hil_targets::console::ConsoleWatch;
use hil_targets::journal::Journal;
use hil_targets::lights::Lights;
use hil_targets::sockets::Sockets;
use hil_targets::{Bench, BenchError, Device, Power, Reach, Reset, SerialInput};

/// How late a line that tells of the lights may come: 3 ms of its own, those of other lines before it, the 16 ms for which
/// USB bridges collect, and the network's. The samples of an analyzer come sooner.
const LATENESS: Duration = Duration::from_millis(250);

/// Says once that the board is lost, and why.
#[derive(Clone, Default)]
pub(super) struct Lost(Rc<(RefCell<Option<BenchError>>, Notify)>);

impl Lost {
    pub(super) fn because(&self, why: BenchError) {
        *self.0.0.borrow_mut() = Some(why);
        self.0.1.notify_one();
    }

    async fn wait(self) -> BenchError {
        loop {
            if let Some(why) = self.0.0.borrow_mut().take() {
                return why;
            }
            self.0.1.notified().await;
        }
    }
}

pub(super) struct Board {
    port: Arc<SerialPort>,
    journal: Journal,
    power: Option<Command>,
    reset: Option<Command>,
    sockets: Sockets,
    /// Until it is started.
    listener: Option<Listener>,
    listening: Option<JoinHandle<()>>,
    /// With what observes it.
    observed: Option<(Arc<Analyzer>, Lights)>,
    observing: Option<JoinHandle<()>>,
    heard: Heard,
    is_off: bool,
    /// Its console, or the analyzer, tells of them.
    has_lights: bool,
}

impl Board {
    pub(super) fn new(
        target: &SerialTarget,
        port: Arc<SerialPort>,
        analyzer: Option<Arc<Analyzer>>,
        bench: Bench,
    ) -> Self {
        let Bench { journal, deaths, .. } = bench;
        let observed = analyzer.map(|analyzer| (analyzer, Lights::new(journal.clone())));
        let heard = Heard { console: Rc::new(RefCell::new(ConsoleWatch::new(deaths))), ..Heard::default() };
        let Equipment { symbols, power, reset, lights, sockets } = target.equipment.clone();
        let told = match &lights {
            Told::Reported(wiring) => Some(ReportedLights::new(journal.clone(), wiring, false)),
            Told::Measured(wiring) => Some(ReportedLights::new(journal.clone(), wiring, true)),
            Told::Unknown | Told::Observed(..) => None,
        };
        let has_lights = told.is_some() || observed.is_some();
        let listener = Listener::new(Arc::clone(&port), journal.clone(), symbols, told, heard.clone());
        Self {
            port,
            journal,
            power,
            reset,
            sockets,
            listener: Some(listener),
            listening: None,
            observed,
            observing: None,
            heard,
            is_off: false,
            has_lights,
        }
    }

    /// Says what the bench does to the board: it boots then.
    fn begins_anew(&self, event: DeviceEvent) {
        self.heard.console.borrow_mut().expect_boot();
        self.record(event);
    }

    fn record(&self, event: DeviceEvent) {
        self.journal.record(Observation::Device(event));
    }

    /// Begins to hear and see the board.
    fn listen(&mut self) {
        if let Some(listener) = self.listener.take() {
            self.listening = Some(tokio::task::spawn_local(listener.run()));
        }
        if let Some((analyzer, lights)) = self.observed.clone() {
            analyzer.clear();
            let observer = ObservedLights::new(analyzer, lights, self.heard.lost.clone());
            self.observing = Some(tokio::task::spawn_local(observer.run()));
        }
    }

    async fn reset_now(&self) -> Result<(), BenchError> {
        match &self.reset {
            Some(command) => command.run("").await,
            None => Ok(self.port.reset(Sequence::Run).done().await?),
        }
    }

    async fn switch(&mut self, on: bool) -> Result<(), BenchError> {
        let Some(command) = self.power.clone() else {
            return Err(BenchError::Capability(hil_scenario::Capability::Power));
        };
        // A board that is powered by its port takes it along.
        self.port.may_be_away(!on);
        command.run(if on { "on" } else { "off" }).await?;
        self.is_off = !on;
        if let (false, Some((_, lights))) = (on, &self.observed) {
            lights.go_dark();
        }
        Ok(())
    }
}

#[async_trait(?Send)]
impl Device for Board {
    /// Every scenario begins with a board that boots, if there is any way to make it do so.
    async fn start(&mut self) -> Result<(), BenchError> {
        // What it has printed since the last scenario belongs to none.
        self.port.clear();
        if self.reset.is_none() && self.port.has_control_lines() {
            self.begins_anew(DeviceEvent::Reset);
            self.port.restart().done().await?;
            self.listen();
            return Ok(());
        }
        self.listen();
        if self.reset.is_some() {
            self.begins_anew(DeviceEvent::Reset);
            self.reset_now().await
        } else if self.power.is_some() {
            self.record(DeviceEvent::PoweredOff);
            self.switch(false).await?;
            self.begins_anew(DeviceEvent::PoweredOn);
            self.switch(true).await
        } else {
            self.journal.note("the board cannot be reset through its port: it goes on from where it was");
            Ok(())
        }
    }

    async fn stop(&mut self) {
        if self.is_off
            && let Err(error) = self.switch(true).await
        {
            self.journal.note(format!("the board stays off: {error}"));
        }
        for task in [self.listening.take(), self.observing.take()].into_iter().flatten() {
            task.abort();
        }
    }

    fn lost(&self) -> Pin<Box<dyn Future<Output = BenchError>>> {
        Box::pin(self.heard.lost.clone().wait())
    }

    async fn unreadable(&mut self) -> Option<BenchError> {
        if !self.heard.rubbish.borrow().is_all() {
            return None;
        }
        if let Some(listening) = self.listening.take() {
            listening.abort();
        }
        Some(PortError::rubbish(&self.port, fitting_rate(&self.port).await).into())
    }

    fn light_lateness(&self) -> Duration {
        if self.has_lights { LATENESS } else { Duration::ZERO }
    }

    fn serial(&mut self) -> Option<&mut dyn SerialInput> {
        Some(self)
    }

    fn reset(&mut self) -> Option<&mut dyn Reset> {
        if self.reset.is_some() || self.port.has_control_lines() { Some(self) } else { None }
    }

    fn power(&mut self) -> Option<&mut dyn Power> {
        if self.power.is_some() { Some(self) } else { None }
    }

    fn reach(&mut self) -> Option<&mut dyn Reach> {
        Some(&mut self.sockets)
    }
}

#[async_trait(?Send)]
impl SerialInput for Board {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), BenchError> {
        Ok(self.port.write(bytes).done().await?)
    }
}

#[async_trait(?Send)]
impl Reset for Board {
    async fn reset(&mut self) -> Result<(), BenchError> {
        self.begins_anew(DeviceEvent::Reset);
        self.reset_now().await
    }
}

#[async_trait(?Send)]
impl Power for Board {
    async fn set(&mut self, on: bool) -> Result<(), BenchError> {
        self.begins_anew(DeviceEvent::powered(on));
        self.switch(on).await
    }

    fn fail_at_flash_operation(&mut self, _k: u32) {
        // Needs the capability `flash`, which this target does not have: such a scenario is skipped.
        self.journal.note("a board's flash operations are not seen: no power failure was armed");
    }

    fn pending_failure(&self) -> Option<u32> {
        None
    }
}
