//! `cargo bench -p hil-sim-esp32c3`: our own firmware on a whole machine. Kernels flatter: this is what
//! scenarios and fuzzers feel. Boot, a flood of commands and an idle hour, each in instructions, host time and MIPS, and
//! the memory of a machine.
//!
//! The firmware is `firmware/prebuilt/light-openeth.elf`, or what `HIL_BENCH_FIRMWARE` names.

mod broker;

use broker::Broker;
use hil_sim_core::circuit::Joint;
use hil_sim_core::time::Span;
use hil_sim_esp32c3::image::{Firmware, Layout, PartitionTable};
use hil_sim_esp32c3::machine::{Board, Exit, Machine, MachineConfig, What};
use hil_sim_parts::ws2812::{ColorOrder, Ws2812};
use std::time::Duration;

const FIRMWARE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../firmware/prebuilt/light-openeth.elf");
const PARTITIONS: &str = include_str!("../../../../firmware/partitions.csv");
/// Each measurement is made so often, and the best one counts.
const REPEATS: usize = 5;
const COMMANDS: u32 = 10_000;

/// Instructions, simulated and host time of a stretch.
#[derive(Clone, Copy)]
struct Cost {
    instructions: u64,
    simulated: Span,
    host: Duration,
}

/// A machine with its broker.
struct Bench {
    machine: Machine,
    broker: Broker,
    serial: String,
}

impl Bench {
    fn new(firmware: &Firmware) -> Self {
        let light = Ws2812::new(1, ColorOrder::Grb);
        let board = Board::default().with_part("led1", light, &[("DIN", Joint::Gpio(8))]);
        let machine = Machine::new(board, firmware, MachineConfig::default());
        Self { machine, broker: Broker::default(), serial: String::new() }
    }

    /// Runs until `done`, or for so long.
    fn run(&mut self, limit: Span, mut done: impl FnMut(&Self) -> bool) -> Cost {
        let (start, instructions) = (self.machine.now(), self.machine.cpu().instret());
        let host = std::time::Instant::now();
        let end = start + limit;
        while !done(self) {
            let step = (self.machine.now() + Span::from_ms(1)).max(self.machine.next_activity()).min(end);
            match self.machine.run(step) {
                Exit::Until if self.machine.now() >= end => break,
                Exit::Until => {}
                Exit::Network => self.broker.serve(&mut self.machine),
                other => panic!("{other:?} after {}", self.serial),
            }
            for event in self.machine.take_events() {
                if let What::Serial { byte, .. } = event.what {
                    self.serial.push(byte.into());
                }
            }
        }
        Cost {
            instructions: self.machine.cpu().instret() - instructions,
            simulated: self.machine.now().since(start),
            host: host.elapsed(),
        }
    }

    fn boot(&mut self) -> Cost {
        self.machine.power_on();
        let cost = self.run(Span::from_ms(60_000), |bench| bench.serial.contains("mqtt: connected"));
        assert!(self.serial.contains("mqtt: connected"), "no connection: {}", self.serial);
        cost
    }

    fn flood(&mut self) -> Cost {
        self.broker.flood(COMMANDS);
        self.broker.serve(&mut self.machine);
        let cost = self.run(Span::from_ms(3_600_000), |bench| bench.broker.is_done());
        assert!(self.broker.is_done(), "{} of {COMMANDS} commands were acknowledged", self.broker.acknowledged());
        cost
    }
}

/// The cheapest of several runs.
fn best(mut measure: impl FnMut() -> Cost) -> Cost {
    (0..REPEATS).map(|_| measure()).min_by_key(|cost| cost.host).expect("measured at least once")
}

fn print(what: &str, cost: Cost) {
    let mips = cost.instructions as f64 / cost.host.as_secs_f64() / 1e6;
    let simulated = cost.simulated.ns() as f64 / 1e6;
    println!(
        "{what:32} {:>13} instructions  {simulated:>13.1} ms simulated  {:>10.2} ms  {mips:>7.0} MIPS",
        cost.instructions,
        cost.host.as_secs_f64() * 1e3,
    );
}

/// Resident memory of this process in bytes, where the system tells.
fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(status.split_whitespace().nth(1)?.parse::<usize>().ok()? * 4096)
}

fn main() {
    let path = std::env::var("HIL_BENCH_FIRMWARE").unwrap_or_else(|_| FIRMWARE.to_owned());
    let Ok(bytes) = std::fs::read(&path) else {
        println!(
            "skipped: no firmware at {path}; `hil firmware build --openeth` makes it, HIL_BENCH_FIRMWARE names it"
        );
        return;
    };
    let table = PartitionTable::from_csv(PARTITIONS).expect("the firmware's own table");
    let firmware = Firmware::parse_with(&bytes, &Layout::default().with_partitions(table)).expect("the firmware");
    println!("{path}\n");

    print("boot to \"mqtt: connected\"", best(|| Bench::new(&firmware).boot()));
    print(
        &format!("{COMMANDS} commands, QoS 1"),
        best(|| {
            let mut bench = Bench::new(&firmware);
            bench.boot();
            bench.flood()
        }),
    );
    print(
        "an idle hour",
        best(|| {
            let mut bench = Bench::new(&firmware);
            bench.boot();
            // Idle: the light is off, so that there is no effect to show.
            bench.broker.command("cmnd/led/power", "off");
            bench.broker.serve(&mut bench.machine);
            bench.run(Span::from_ms(5_000), |_| false);
            bench.run(Span::from_ms(3_600_000), |_| false)
        }),
    );

    let before = resident();
    let machines: Vec<Bench> = (0..16)
        .map(|_| {
            let mut bench = Bench::new(&firmware);
            bench.boot();
            bench
        })
        .collect();
    if let (Some(before), Some(after)) = (before, resident()) {
        let each = after.saturating_sub(before) as f64 / machines.len() as f64;
        println!("memory of a machine after its boot: {:.2} MB (mean of {})", each / 1e6, machines.len());
    }
}
