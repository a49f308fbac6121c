//! The loop: the core runs to the next event of a peripheral or the network, and what it cannot do itself is done here.

use super::event::{Event, What};
use super::exit::{Exit, Stuck};
use super::state::Machine;
use crate::rom::{self, Call, Fault, Outcome};
use crate::soc::{Report, ResetCause, SerialPort};
use hil_sim_core::cpu::Stop;
use hil_sim_core::time::{Instant, Span};

/// How long the ROM and the bootloader need after a reset that the chip makes itself: about the least that is seen on
/// chips. At power-on they take no time, so that the app starts when it is told to.
const BOOTING: Span = Span::from_ms(20);
/// Events that wait for [`Machine::take_events`].
const MOST_EVENTS: usize = 1 << 20;

impl Machine {
    /// Lets time pass up to `until`, or until something is to be done outside; see [`Exit`].
    ///
    /// The last instruction, or what the core does at once, can end a little after `until`.
    pub fn run(&mut self, until: Instant) -> Exit {
        let exit = self.go(until, false);
        self.collect();
        exit
    }

    /// Executes one instruction, or takes one interrupt, or performs one function of the mask ROM; then, too, the answer
    /// is [`Exit::Until`]. Time passes up to `until` if there is nothing to execute. Breakpoints are passed over.
    pub fn step(&mut self, until: Instant) -> Exit {
        let exit = self.go(until, true);
        self.collect();
        exit
    }

    fn go(&mut self, until: Instant, one_step: bool) -> Exit {
        if let Some(cause) = self.due_reset.take() {
            self.restart(cause);
        }
        loop {
            let now = self.now();
            self.soc.run_events(&mut self.memory, now);
            self.serve_console(now);
            self.exchange_frames(now);
            // Before anything takes the bytes.
            if self.soc.is_stopping_at_output() {
                return Exit::Output;
            }
            if self.soc.has_many_edges() {
                self.collect();
            }
            if let Some(exit) = self.attend() {
                return exit;
            }
            if now >= until {
                return Exit::Until;
            }
            let is_waiting = now < self.boots_until;
            let booting = is_waiting || self.console.is_active();
            let until = until.min(self.console.next_event());
            let until = if is_waiting { until.min(self.boots_until) } else { until };
            let deadline = self.soc.next_event().min(self.network.next_event().unwrap_or(Instant::NEVER)).min(until);
            // Later than now, whatever was asked for: time always passes.
            let deadline = self.soc.cycle_at(deadline).max(self.cpu.cycle() + 1);
            if booting || !self.powered || self.soc.is_asleep() || self.halted.is_some() || self.stuck.is_some() {
                self.cpu.sleep_until(deadline);
                continue;
            }
            let pc = self.cpu.pc();
            let stop = if one_step { self.cpu.step(&mut self.memory, &mut self.soc) } else { self.execute(deadline) };
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
            let calls_again = self.memory.is_rom_call(pc) && !self.cpu.is_waiting() && !self.soc.has_interrupt();
            let stop = match calls_again {
                true => Stop::RomCall(pc),
                false => self.cpu.run(&mut self.memory, &mut self.soc, deadline),
            };
            let Stop::RomCall(address) = stop else { return stop };
            self.call_rom(address, deadline);
            if self.cpu.cycle() >= deadline || self.stuck.is_some() || self.soc.take_slice_end() {
                return Stop::SliceEnd;
            }
        }
    }

    /// What has come up that the caller has to know of.
    fn attend(&mut self) -> Option<Exit> {
        if self.soc.take_power_cut() {
            self.collect();
            self.power_off();
            return Some(Exit::PowerCut);
        }
        if let Some(cause) = self.soc.take_reset() {
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
            && !self.console.is_active()
            && self.powered
            && self.halted.is_none()
            && self.stuck.is_none()
            // An interrupt may have come at the very end of the last run.
            && (!self.cpu.is_waiting() || self.soc.has_interrupt());
        if busy || self.due_reset.is_some() || self.network.has_event() {
            return now;
        }
        let booted = if now < self.boots_until { self.boots_until } else { Instant::NEVER };
        self.soc
            .next_event()
            .min(self.network.next_event().unwrap_or(Instant::NEVER))
            .min(booted)
            .min(self.console.next_event())
    }

    fn restart(&mut self, cause: ResetCause) {
        if !cause.is_cpu_only() {
            self.collect();
        }
        if cause == ResetCause::DeepSleep {
            self.memory.clear(crate::map::IRAM);
        }
        self.start(cause);
        self.boots_until = self.now() + BOOTING;
    }

    /// Takes frames from the device to the network and back.
    fn exchange_frames(&mut self, now: Instant) {
        while let Some((at, frame)) = self.soc.take_frame() {
            self.trace.frame(at, &frame);
            self.network.from_device(at, &frame);
        }
        while let Some(frame) = self.network.poll(now) {
            self.trace.frame(now, &frame);
            self.soc.receive_frame(&mut self.memory, frame);
        }
    }

    /// Performs a function of the mask ROM.
    fn call_rom(&mut self, address: u32, deadline: u64) {
        let caller = self.cpu.x(1);
        let Some((name, function)) = rom::find(address) else {
            self.stuck = Some(Stuck::RomFunction { address, caller });
            return;
        };
        let now = self.now();
        self.soc.run_events(&mut self.memory, now);
        let (cpu, memory, soc, state) = (&mut self.cpu, &mut self.memory, &mut self.soc, &mut self.rom);
        let mut call = Call { cpu, memory, soc, state, deadline };
        match function(&mut call) {
            Ok(Outcome::Return(cycles)) => self.cpu.return_from_call(cycles),
            Ok(Outcome::ReturnAfter(span)) => rom::start_wait(&mut call, span),
            // A peripheral has to do something first.
            Ok(Outcome::Wait) => self.cpu.sleep_until(deadline),
            Ok(Outcome::Again) => {}
            Err(Fault::Memory(at)) => {
                self.stuck = Some(Stuck::RomArgument { function: name, address: at, caller });
            }
        }
    }

    /// Fetches what the parts of the machine have noted, and tells the parts on the board of it.
    pub(super) fn collect(&mut self) {
        let first = self.events.len();
        let push = |events: &mut Vec<Event>, at, what| match events.len() {
            ..MOST_EVENTS => events.push(Event { at, what }),
            MOST_EVENTS => events.push(Event { at, what: What::Report(Report::Lost { at }) }),
            _ => {}
        };
        for edge in self.soc.take_edges() {
            self.trace.edge(edge);
            for (index, chain) in self.board.chains.iter().enumerate().filter(|(_, chain)| chain.gpio == edge.gpio) {
                debug_assert_eq!(chain.gpio, edge.gpio);
                let decoded = self.decoders[index].edge(edge.at.ns(), edge.level).unwrap_or_default();
                for event in decoded {
                    let at = Instant::from_ns(event.known_ns());
                    push(&mut self.events, at, What::Light { chain: index, event });
                }
            }
            if self.board.probes.iter().any(|probe| probe.gpio == edge.gpio) {
                push(&mut self.events, edge.at, What::Edge(edge));
            }
        }
        let now = self.now();
        for (index, decoder) in self.decoders.iter_mut().enumerate() {
            for event in decoder.advance(now.ns()).unwrap_or_default() {
                let at = Instant::from_ns(event.known_ns());
                push(&mut self.events, at, What::Light { chain: index, event });
            }
        }
        for port in SerialPort::ALL {
            for output in self.soc.take_serial_output(port) {
                self.trace.serial(port, &output);
                push(&mut self.events, output.at, What::Serial { port, byte: output.byte });
            }
        }
        for operation in self.soc.take_flash_operations() {
            self.trace.flash(&operation);
            push(&mut self.events, operation.at, What::Flash(operation));
        }
        for report in self.soc.take_reports() {
            push(&mut self.events, report.at(), What::Report(report));
        }
        self.events[first..].sort_by_key(|event| event.at);
    }
}
