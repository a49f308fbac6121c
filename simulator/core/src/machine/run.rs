//! The loop: the core runs to the next event of a peripheral or the network, and what it cannot do itself is done here.

use super::event::{Event, What};
use super::exit::{Exit, Stuck};
use super::state::Machine;
use crate::air::{Air, VisitState};
use crate::chip::soc::Soc;
use crate::chip::{Chip, Ethernet, FlashChip, Processor, Report, RomFault};
use crate::circuit::Told;
use crate::cpu::Stop;
use crate::time::Instant;

/// Events that wait for [`Machine::take_events`].
const MOST_EVENTS: usize = 1 << 20;

impl<C: Chip> Machine<C> {
    /// Lets time pass up to `until`, or until something is to be done outside; see [`Exit`].
    ///
    /// The last instruction, or what the core does at once, can end a little after `until`.
    pub fn run(&mut self, until: Instant) -> Exit<C::Reset> {
        C::advance(self, until, false)
    }

    /// Executes one instruction, or takes one interrupt, or performs one function of the mask ROM; then, too, the answer
    /// is [`Exit::Until`]. Time passes up to `until` if there is nothing to execute. Breakpoints are passed over.
    pub fn step(&mut self, until: Instant) -> Exit<C::Reset> {
        C::advance(self, until, true)
    }

    /// What [`run`](Self::run) and [`step`](Self::step) do. For [`Chip::advance`] only.
    pub fn advance(&mut self, until: Instant, one_step: bool) -> Exit<C::Reset> {
        let exit = self.go(until, one_step);
        self.collect();
        exit
    }

    fn go(&mut self, until: Instant, one_step: bool) -> Exit<C::Reset> {
        if let Some(cause) = self.due_reset.take() {
            self.restart(cause);
        }
        loop {
            let now = self.now();
            self.chip.soc_mut().run_events(&mut self.memory, now);
            if self.powered && self.chip.is_in_rom() {
                self.chip.serve_rom(&mut self.cpu, &mut self.memory, now);
            }
            self.exchange_frames(now);
            // Before anything takes the bytes.
            if self.chip.soc().common().output.is_stopping() {
                return Exit::Output;
            }
            if self.circuit().has_many_edges() {
                self.collect();
            }
            if let Some(exit) = self.attend() {
                return exit;
            }
            if now >= until {
                return Exit::Until;
            }
            let is_waiting = now < self.boots_until;
            let booting = is_waiting || self.chip.is_in_rom();
            let until = until.min(self.chip.next_rom_event());
            let until = if is_waiting { until.min(self.boots_until) } else { until };
            let deadline =
                self.chip.soc().next_event().min(self.network.next_event().unwrap_or(Instant::NEVER)).min(until);
            // Later than now, whatever was asked for: time always passes.
            let deadline = self.chip.soc().cycle_at(deadline).max(self.cpu.cycle() + 1);
            if booting || !self.powered || self.chip.soc().is_asleep() || self.halted.is_some() || self.stuck.is_some()
            {
                self.cpu.sleep_until(deadline);
                continue;
            }
            let pc = self.cpu.pc();
            let stop =
                if one_step { self.cpu.step(&mut self.memory, self.chip.soc_mut()) } else { self.execute(deadline) };
            match stop {
                Stop::Until | Stop::SliceEnd if one_step => return Exit::Until,
                Stop::Until | Stop::SliceEnd => {}
                Stop::Wfi => self.cpu.sleep_until(deadline),
                Stop::RomCall(address) => self.call_rom(address, deadline),
                Stop::Semihosting => return Exit::Semihosting,
                Stop::Breakpoint => return Exit::Breakpoint,
                Stop::Halted => {
                    let pc = self.cpu.pc();
                    self.halted = Some(pc);
                    self.events.push(Event { at: self.now(), what: What::Halted { pc } });
                    return Exit::Halted { pc };
                }
                Stop::ExceptionStorm(storm) => self.stuck = Some(Stuck::ExceptionStorm(storm)),
            }
            if one_step && self.cpu.pc() != pc {
                return Exit::Until;
            }
        }
    }

    /// Lets the core run, and performs the functions of the ROM that it calls meanwhile: most of them concern nobody else.
    fn execute(&mut self, deadline: u64) -> Stop {
        loop {
            let pc = self.cpu.pc();
            // It waits for a peripheral, and is called again.
            let calls_again = self.memory.is_rom_call(pc) && !self.cpu.is_waiting() && !self.chip.soc().has_interrupt();
            let stop = match calls_again {
                true => Stop::RomCall(pc),
                false => self.cpu.run(&mut self.memory, self.chip.soc_mut(), deadline),
            };
            let Stop::RomCall(address) = stop else { return stop };
            self.call_rom(address, deadline);
            if self.cpu.cycle() >= deadline || self.stuck.is_some() || self.chip.soc_mut().take_slice_end() {
                return Stop::SliceEnd;
            }
        }
    }

    /// What has come up that the caller has to know of.
    fn attend(&mut self) -> Option<Exit<C::Reset>> {
        if self.chip.flash_chip_mut().is_some_and(FlashChip::take_power_cut) {
            self.collect();
            self.power_off();
            return Some(Exit::PowerCut);
        }
        if let Some(cause) = self.chip.soc_mut().take_reset() {
            self.due_reset = Some(cause);
            return Some(Exit::Reset(cause));
        }
        if self.network.has_event() {
            return Some(Exit::Network);
        }
        // Told once: a watchdog may still end it.
        self.stuck.as_ref().filter(|_| !std::mem::replace(&mut self.told_stuck, true)).map(|it| Exit::Stuck(it.clone()))
    }

    /// When the machine wants to run next, if nothing is done to it: now if the core has something to do,
    /// [`Instant::NEVER`] if nothing will ever happen.
    pub fn next_activity(&self) -> Instant {
        let now = self.now();
        let busy = now >= self.boots_until
            && !self.chip.is_in_rom()
            && self.powered
            && self.halted.is_none()
            && self.stuck.is_none()
            // An interrupt may have come at the very end of the last run.
            && (!self.cpu.is_waiting() || self.chip.soc().has_interrupt());
        if busy || self.due_reset.is_some() || self.network.has_event() {
            return now;
        }
        let booted = if now < self.boots_until { self.boots_until } else { Instant::NEVER };
        self.chip
            .soc()
            .next_event()
            .min(self.network.next_event().unwrap_or(Instant::NEVER))
            .min(booted)
            .min(self.chip.next_rom_event())
    }

    fn restart(&mut self, cause: C::Reset) {
        if !C::is_cpu_only(cause) {
            self.collect();
        }
        self.start(cause);
        self.boots_until = self.now() + self.chip.booting(&self.memory);
    }

    /// Takes frames from the device to the network and back.
    fn exchange_frames(&mut self, now: Instant) {
        while let Some((at, frame)) = self.chip.ethernet_mut().and_then(Ethernet::take_sent) {
            self.trace.frame(at, &frame);
            self.network.from_device(at, &frame);
        }
        while let Some((at, frame)) = self.chip.air_mut().and_then(Air::take_sent) {
            self.trace.frame(at, &frame);
            self.network.from_device(at, &frame);
        }
        self.exchange_with_visitor(now);
        while let Some(frame) = self.network.poll(now) {
            self.trace.frame(now, &frame);
            match self.chip.air_mut().filter(|air| air.has_members()) {
                Some(air) => {
                    air.deliver(now, &frame);
                    self.chip.air_changed(&mut self.memory, now);
                }
                None => self.chip.receive_frame(&mut self.memory, frame),
            }
        }
    }

    /// The same on the device's own network.
    fn exchange_with_visitor(&mut self, now: Instant) {
        let Some((air, state)) = self.chip.air_mut().and_then(|air| air.visit_state().map(|state| (air, state))) else {
            return;
        };
        self.network.set_visitor_joined(now, state == VisitState::Joined);
        while let Some((at, frame)) = air.take_for_visitor() {
            self.trace.frame(at, &frame);
            self.network.receive_as_visitor(at, &frame);
        }
        let sent = self.network.take_sent_as_visitor(now);
        if sent.is_empty() {
            return;
        }
        for frame in sent {
            self.trace.frame(now, &frame);
            air.deliver_from_visitor(now, &frame);
        }
        self.chip.air_changed(&mut self.memory, now);
    }

    /// Performs a function of the mask ROM.
    fn call_rom(&mut self, address: u32, deadline: u64) {
        let caller = self.cpu.caller();
        let now = self.now();
        self.chip.soc_mut().run_events(&mut self.memory, now);
        match self.chip.call_rom(&mut self.cpu, &mut self.memory, address, deadline) {
            Ok(()) => {}
            Err(RomFault::Unknown) => {
                self.stuck = Some(Stuck::RomFunction { address, name: C::rom_name(address), caller });
            }
            Err(RomFault::Argument { function, address }) => {
                self.stuck = Some(Stuck::RomArgument { function, address, caller });
            }
        }
    }

    /// Fetches what the parts of the machine have noted, and tells the parts on the board of it.
    pub(super) fn collect(&mut self) {
        let first = self.events.len();
        let push = |events: &mut Vec<_>, at, what| match events.len() {
            ..MOST_EVENTS => events.push(Event { at, what }),
            MOST_EVENTS => events.push(Event { at, what: What::Report(Report::Lost { at }) }),
            _ => {}
        };
        let now = self.now();
        for edge in self.chip.soc_mut().circuit_mut().flush(now) {
            self.trace.edge(edge);
            if self.circuit().is_watched(edge.gpio) {
                push(&mut self.events, edge.at, What::Edge(edge));
            }
        }
        for told in self.chip.soc_mut().circuit_mut().take_told() {
            self.trace.part(&told);
            let Told { at, part, event } = told;
            push(&mut self.events, at, What::Part { part, event });
        }
        for (index, port) in C::PORTS.iter().copied().enumerate() {
            for output in self.chip.soc_mut().common_mut().output.take(port) {
                self.trace.serial(index, &output);
                push(&mut self.events, output.at, What::Serial { port, byte: output.byte });
            }
        }
        let operations = self.chip.flash_chip_mut().map(FlashChip::take_operations);
        for operation in operations.into_iter().flatten() {
            self.trace.flash(&operation);
            push(&mut self.events, operation.at, What::Flash(operation));
        }
        for event in self.chip.air_mut().into_iter().flat_map(Air::take_events) {
            push(&mut self.events, event.at, What::Air(event));
        }
        for report in self.chip.soc_mut().take_reports() {
            push(&mut self.events, report.at(), What::Report(report));
        }
        self.events[first..].sort_by_key(|event| event.at);
    }
}
