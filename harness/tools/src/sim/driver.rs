//! Lets the machine run as far as scenario time has come, and carries what comes out to where it belongs.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use simulator::machine::{Exit, Machine};
use simulator::net::ConnectionId;
use simulator::soc::ResetCause;
use simulator::time::Instant;
use tokio::sync::Notify;

use super::connection::Connection;
use super::hosts::Hosts;
use super::observe::Observer;
use super::pause::Pausing;
use super::symbols::Symbols;
use crate::simulation::stack::overflow;
use hil_model::device::DeviceEvent;
use hil_model::observation::Observation;
use hil_model::time::SimTime;
use hil_targets::Bench;
use hil_targets::journal::Journal;
use hil_targets::layout::Wiring;
use hil_targets::wire::Wire;

/// The machine and everything around it. All in one thread; no borrow is held across an await.
pub(super) struct Driver {
    pub(super) machine: RefCell<Machine>,
    pub(super) connections: RefCell<BTreeMap<ConnectionId, Connection>>,
    pub(super) wire: Wire,
    pub(super) hosts: Hosts,
    pub(super) journal: Journal,
    pub(super) observer: RefCell<Observer>,
    pub(super) pausing: RefCell<Pausing>,
    /// The machine's time has come to stand still.
    pub(super) paused: Notify,
    /// The lowest address of the firmware's main stack, if it is known.
    stack_end: Option<u32>,
    /// The stack has overflowed since the last start, and that was told.
    has_overflowed: Cell<bool>,
    /// Scenario time of the machine's time zero: that at which it was made, and what it has stood still since.
    epoch: Cell<SimTime>,
    /// Something was done to the machine: when it wants to run may have changed.
    changed: Notify,
}

impl Driver {
    /// `stack_end` and `symbols` are what is known of the firmware.
    pub(super) fn new(
        machine: Machine,
        hosts: Hosts,
        wiring: &Wiring,
        (stack_end, symbols): (Option<u32>, Option<Symbols>),
        bench: &Bench,
    ) -> Self {
        let journal = bench.journal.clone();
        let epoch = journal.now();
        let observer = Observer::new(bench, wiring, &machine, epoch, symbols);
        Self {
            machine: RefCell::new(machine),
            connections: RefCell::default(),
            wire: bench.wire.clone(),
            hosts,
            observer: RefCell::new(observer),
            pausing: RefCell::default(),
            paused: Notify::new(),
            stack_end,
            has_overflowed: Cell::new(false),
            epoch: Cell::new(epoch),
            journal,
            changed: Notify::new(),
        }
    }

    /// The machine's time for scenario time now.
    pub(super) fn now(&self) -> Instant {
        Instant::from_ns(self.journal.now().0.saturating_sub(self.epoch.get().0))
    }

    /// The machine's time goes on from where it is, with the scenario's.
    pub(super) fn join_clocks(&self) {
        let elapsed = self.machine.borrow().now().ns();
        let epoch = SimTime(self.journal.now().0.saturating_sub(elapsed));
        self.epoch.set(epoch);
        self.observer.borrow_mut().set_epoch(epoch);
    }

    /// Lets the machine run whenever it wants to, for ever.
    pub(super) async fn keep_up(self: Rc<Self>) {
        loop {
            self.catch_up();
            let next = self.next_activity();
            tokio::select! {
                biased;
                () = self.changed.notified() => {}
                () = self.sleep_until(next) => {}
            }
        }
    }

    /// When there is something to do, if nothing is done to the machine.
    fn next_activity(&self) -> Instant {
        let pausing = self.pausing.borrow();
        if pausing.is_paused() {
            return Instant::NEVER;
        }
        let line = self.observer.borrow_mut().end_idle_line(self.now());
        self.machine.borrow().next_activity().min(line).min(pausing.limit())
    }

    /// A machine that is busy is let run every millisecond, the resolution of the runtime's clock.
    async fn sleep_until(&self, at: Instant) {
        if at == Instant::NEVER {
            return std::future::pending().await;
        }
        let at = self.epoch.get() + std::time::Duration::from_nanos(at.ns());
        let at = at.max(self.journal.now() + std::time::Duration::from_micros(1));
        tokio::time::sleep_until(self.journal.instant(at)).await;
    }

    /// Follows the link of the scenario's network.
    pub(super) async fn follow_link(self: Rc<Self>) {
        loop {
            let up = self.wire.link_is_up();
            if self.machine.borrow().link() != up {
                self.act(|machine| {
                    machine.set_link(up);
                    // What a cable is to Ethernet, an access point is to Wi-Fi.
                    machine.with_air(|air, now| air.each(|air, id| air.set_on(now, id, up)));
                });
            }
            self.wire.link(!up).await;
        }
    }

    /// Lets the machine run up to now, and then does something to it.
    pub(super) fn act<R>(self: &Rc<Self>, act: impl FnOnce(&mut Machine) -> R) -> R {
        self.catch_up();
        let result = act(&mut self.machine.borrow_mut());
        self.changed.notify_one();
        result
    }

    /// Lets the machine run up to now, and tells of what it did.
    pub(super) fn catch_up(self: &Rc<Self>) {
        if self.pausing.borrow().is_paused() {
            return;
        }
        let limit = self.pausing.borrow().limit();
        let until = self.now().min(limit);
        loop {
            let exit = self.machine.borrow_mut().run(until);
            self.observe();
            self.look_at_stack();
            let goes_on = self.attend(exit);
            if !goes_on && self.machine.borrow().now() >= limit {
                self.hold();
            }
            if self.pausing.borrow().is_paused() {
                return self.observer.borrow_mut().end_line_now();
            }
            if !goes_on {
                return;
            }
        }
    }

    /// Does what the machine came back for; says whether it is to run on.
    fn attend(self: &Rc<Self>, exit: Exit) -> bool {
        match exit {
            Exit::Output => {}
            Exit::Network => self.serve_network(),
            Exit::Reset(cause) => self.tell_of_reset(cause),
            Exit::Halted { pc } => {
                let why = format!("it jumps to itself with interrupts off, at {pc:#010x}");
                self.tell(DeviceEvent::Halted { why });
            }
            Exit::Stuck(stuck) => self.tell(DeviceEvent::Halted { why: stuck.to_string() }),
            Exit::PowerCut => self.lose_power(),
            _ => return false,
        }
        true
    }

    fn observe(&self) {
        let events = self.machine.borrow_mut().take_events();
        self.look_for_output(&events);
        self.observer.borrow_mut().record(events);
    }

    /// Tells of a stack that has no room left, once for each start.
    fn look_at_stack(&self) {
        let Some(end) = self.stack_end.filter(|_| !self.has_overflowed.get()) else { return };
        let machine = self.machine.borrow();
        if let Some(bytes) = overflow(&machine, end).filter(|_| machine.is_powered()) {
            self.has_overflowed.set(true);
            let pc = machine.cpu().pc();
            self.tell(DeviceEvent::StackOverflowed { bytes, end, pc });
        }
    }

    fn tell(&self, event: DeviceEvent) {
        self.journal.record(Observation::Device(event));
    }

    /// The chip resets itself.
    fn tell_of_reset(self: &Rc<Self>, cause: ResetCause) {
        self.drop_connections();
        self.has_overflowed.set(false);
        let event = match cause {
            cause if cause.is_watchdog() => DeviceEvent::WatchdogReset { watchdog: format!("the {cause}") },
            ResetCause::DeepSleep => DeviceEvent::Woke,
            cause => DeviceEvent::Restarted { cause: cause.to_string() },
        };
        self.tell(event);
    }

    /// Power failed in the middle of a flash operation.
    fn lose_power(self: &Rc<Self>) {
        self.drop_connections();
        let mut observer = self.observer.borrow_mut();
        self.tell(DeviceEvent::PowerFailed { during: observer.take_last_flash_operation() });
        observer.go_dark(&self.machine.borrow());
    }

    /// Takes power away, if it is on.
    pub(super) fn power_off(self: &Rc<Self>) {
        self.catch_up();
        let mut machine = self.machine.borrow_mut();
        machine.keep_power();
        if machine.is_powered() {
            machine.power_off();
            self.observer.borrow_mut().go_dark(&machine);
            drop(machine);
            self.has_overflowed.set(false);
            self.drop_connections();
            self.changed.notify_one();
        }
    }

    /// Pushes the reset button.
    pub(super) fn reset(self: &Rc<Self>) {
        self.drop_connections();
        self.act(Machine::reset);
        self.has_overflowed.set(false);
    }

    pub(super) fn changed(&self) {
        self.changed.notify_one();
    }
}
