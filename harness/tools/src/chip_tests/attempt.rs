//! [`attempt`]: one test, from power-on to its end.

use std::time::{Duration, Instant as WallInstant};

use simulator::machine::{DevKit as _, Exit, Machine, Stuck, What};
use simulator::time::{Instant, Span};

use super::board::Rig;
use super::host::{Call, Host};
use super::observed::{Observed, port_name};
use super::outcome::{Failure, Outcome, TestReport};
use super::run::Options;
use super::suite::{How, Test};
use super::unity::{CONSOLES, Dialog, PAUSE, Said};
use crate::simulation::backtrace::Backtrace;

/// How much the chip does before the host looks at its own clock.
const SLICE: Span = Span::from_ms(10);

/// How long the UARTs go on after the core was stopped, in its cycles: 128 bytes at 115200 baud take 11 ms.
const DRAIN: u64 = 2_000_000;

/// Why the machine was stopped.
enum Stop {
    Exit(u32),
    Over(Outcome),
    Failed(Failure),
}

/// How the host talks with the program: over semihosting, or on the console.
struct Talk {
    host: Host,
    dialog: Option<Dialog>,
    /// What is to be typed, and when.
    typing: Option<(Instant, String)>,
}

/// Runs one test. What it prints, to the host and on serial ports, is handed on at once.
pub(super) fn attempt(rig: &Rig, options: &Options, test: &Test, print: &mut dyn FnMut(&[u8])) -> TestReport {
    let begin = WallInstant::now();
    let limit = options.timeout.unwrap_or(test.timeout);
    let mut machine = rig.machine().expect("a rig that was checked");
    let mut talk = match test.how {
        How::Entry(entry) => Talk { host: Host::new(format!("run_addr {entry}")), dialog: None, typing: None },
        How::Menu { number, stages } => {
            machine.connect_usb(true);
            Talk { host: Host::new(String::new()), dialog: Some(Dialog::new(number, stages)), typing: None }
        }
    };
    machine.power_on();
    let mut observed = Observed::default();
    let run = Run { rig, limit, wall_limit: options.wall_limit, begin };
    let stop = run.drive(&mut machine, &mut talk, &mut observed, print);
    let (outcome, simulated) = (outcome(stop, test), elapsed(&machine));
    let failed = matches!(outcome, Outcome::Failed(_));
    let backtrace = failed.then(|| Backtrace::of(&machine, &rig.debug()));
    run.drain(&mut machine, &mut observed, print);
    let mut reports = observed.reports();
    reports.extend(talk.host.notes);
    TestReport {
        name: test.name.clone(),
        outcome,
        printed: observed.printed.to_text(),
        serial: observed.serial.iter().map(|(port, text)| (port_name(*port), text.to_text())).collect(),
        reports,
        backtrace,
        simulated,
        wall: begin.elapsed(),
    }
}

fn outcome(stop: Stop, test: &Test) -> Outcome {
    match stop {
        Stop::Over(outcome) => outcome,
        Stop::Exit(0) if test.should_panic => Outcome::Failed(Failure::DidNotPanic),
        Stop::Exit(0) => Outcome::Passed,
        Stop::Exit(_) if test.should_panic => Outcome::Passed,
        Stop::Exit(code) => Outcome::Failed(Failure::Exit(code)),
        Stop::Failed(failure) => Outcome::Failed(failure),
    }
}

/// Time on the chip, to the microsecond.
fn elapsed(machine: &Machine) -> Duration {
    Duration::from_micros(machine.now().ns() / 1_000)
}

/// What limits a test.
struct Run<'a> {
    rig: &'a Rig,
    limit: Duration,
    wall_limit: Duration,
    begin: WallInstant,
}

impl Run<'_> {
    /// Lets the UARTs send what they have, while the core stands still as a debugger holds it.
    fn drain(&self, machine: &mut Machine, observed: &mut Observed, print: &mut dyn FnMut(&[u8])) {
        let cycle = machine.cpu().cycle();
        machine.cpu_mut().sleep_until(cycle + DRAIN);
        // Whatever else comes up in this time is not the test's doing.
        let _ = machine.run(machine.now());
        for event in machine.take_events().into_iter().filter(|event| matches!(event.what, What::Serial { .. })) {
            observed.note(event, self.rig, print);
        }
    }

    /// Lets the machine run until the test is over.
    fn drive(
        &self,
        machine: &mut Machine,
        talk: &mut Talk,
        observed: &mut Observed,
        print: &mut dyn FnMut(&[u8]),
    ) -> Stop {
        let end = Instant::from_ns(u64::try_from(self.limit.as_nanos()).unwrap_or(u64::MAX));
        let mut halted = None;
        loop {
            let exit = machine.run(end.min(machine.now() + SLICE));
            let mut over = None;
            for event in machine.take_events() {
                if let (What::Serial { port, byte }, Some(dialog)) = (&event.what, &mut talk.dialog) {
                    match dialog.printed(*port, *byte) {
                        Said::Nothing => {}
                        Said::Type(text) => talk.typing = Some((machine.now() + PAUSE, text)),
                        Said::Over(outcome) => over = over.or(Some(outcome)),
                    }
                }
                observed.note(event, self.rig, print);
            }
            if let Some((_, text)) = talk.typing.take_if(|(at, _)| *at <= machine.now()) {
                for port in CONSOLES {
                    machine.serial_input(port, text.as_bytes());
                }
            }
            if let Some(outcome) = over {
                return Stop::Over(outcome);
            }
            match exit {
                Exit::Semihosting => {
                    let mut printed = |bytes: &[u8]| {
                        observed.printed.push(bytes);
                        print(bytes);
                    };
                    match talk.host.call(machine, &mut printed) {
                        Call::Answer(value) => machine.answer_semihosting(value),
                        Call::AsksAgain => return Stop::Failed(Failure::StartedAgain),
                        Call::Exit(code) => return Stop::Exit(code),
                    }
                }
                Exit::Until if machine.now() >= end => {
                    return Stop::Failed(Failure::TimedOut { limit: self.limit, halted });
                }
                Exit::Until => {}
                // Nobody is on the network.
                Exit::Network => while machine.network().take_event().is_some() {},
                // The rest of the time passes in one step, and a watchdog may end it.
                Exit::Halted { pc } => halted = Some(pc),
                Exit::Reset(_) if talk.dialog.as_mut().is_some_and(Dialog::reset) => {}
                Exit::Reset(cause) => return Stop::Failed(Failure::Reset(cause)),
                Exit::Stuck(stuck @ (Stuck::RomFunction { .. } | Stuck::RomArgument { .. })) => {
                    return Stop::Failed(Failure::NotSimulated(stuck.to_string()));
                }
                Exit::Stuck(stuck) => return Stop::Failed(Failure::Stuck(stuck.to_string())),
                // Nobody sets breakpoints or cuts power here.
                other => return Stop::Failed(Failure::NotSimulated(format!("the simulator stopped: {other:?}"))),
            }
            if self.begin.elapsed() >= self.wall_limit {
                return Stop::Failed(Failure::WallLimit { limit: self.wall_limit, reached: elapsed(machine) });
            }
        }
    }
}
