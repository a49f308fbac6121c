//! `cargo bench -p hil-sim-core`: guest instructions per second on compute kernels, beside QEMU running the same programs
//! in the same run. Kernels flatter: firmware is longer, colder, and full of peripherals.

mod kernels;
mod qemu;
#[path = "../../tests/support/mod.rs"]
mod support;

use hil_sim_core::cpu::{CoreConfig, Cpu, Stop};
use hil_sim_core::mem::{Access, AccessFault, Backing, Bus, FlashImage, Memory, MemoryMap, Region, Width};
use kernels::{KERNELS, Kernel, RAM, TEST_DEVICE, assemble};
use qemu::Qemu;
use std::time::{Duration, Instant};

/// Each measurement is made so often, and the best one counts.
const REPEATS: usize = 5;

/// The test device alone.
struct PowerSwitch;

impl Bus for PowerSwitch {
    fn read(&mut self, _: &mut Access<'_>, _: u32, _: Width) -> Result<u32, AccessFault> {
        Err(AccessFault)
    }

    fn write(&mut self, access: &mut Access<'_>, address: u32, _: Width, _: u32) -> Result<(), AccessFault> {
        if address != TEST_DEVICE {
            return Err(AccessFault);
        }
        access.end_slice();
        Ok(())
    }
}

/// RAM where QEMU's machine has it.
static MAP: MemoryMap = MemoryMap {
    ram_bytes: 0x10_0000,
    regions: &[Region { addresses: RAM..RAM + 0x10_0000, backing: Backing::Ram, offset: 0, executable: true }],
    ..MemoryMap::EMPTY
};

/// Instructions and time of one run.
fn simulate(program: &[u8]) -> (u64, Duration) {
    let mut memory = Memory::new(&MAP, FlashImage::erased(0));
    memory.load(RAM, program).expect("the program fits into RAM");
    let mut cpu = Cpu::new(CoreConfig::default());
    cpu.set_pc(RAM);
    let start = Instant::now();
    let stop = cpu.run(&mut memory, &mut PowerSwitch, u64::MAX);
    assert_eq!(stop, Stop::SliceEnd, "the program ends at the test device, not at {:#010x}", cpu.pc());
    (cpu.instret(), start.elapsed())
}

fn mips(instructions: u64, time: Duration) -> f64 {
    instructions as f64 / time.as_secs_f64() / 1e6
}

/// MIPS of a kernel here, on QEMU, and on QEMU with `-icount`: the best of several rounds, one after the other so that
/// whatever else the host does meets all of them.
fn measure(kernel: &Kernel, qemu: Option<&Qemu>) -> (u64, [Option<f64>; 3]) {
    let program = assemble(kernel);
    let mut best: [Option<f64>; 3] = [None; 3];
    let mut instructions = 0;
    for _ in 0..REPEATS {
        let (executed, time) = simulate(&program);
        instructions = executed;
        let times = [Some(time), qemu.and_then(|q| q.run(&program, false)), qemu.and_then(|q| q.run(&program, true))];
        for (best, time) in best.iter_mut().zip(times) {
            let speed = time.map(|time| mips(executed, time));
            *best = [*best, speed].into_iter().flatten().reduce(f64::max);
        }
    }
    (instructions, best)
}

fn main() {
    // `cargo test --benches` asks whether this builds and runs, not how fast it is.
    if !std::env::args().any(|argument| argument == "--bench") {
        let (instructions, _) = simulate(&assemble(&Kernel { rounds: 1, ..KERNELS[0] }));
        println!("{instructions} instructions; run `cargo bench` to measure");
        return;
    }
    let qemu = Qemu::find();
    if let Err(reason) = &qemu {
        println!("no comparison with QEMU: {reason}");
    }
    println!("kernel     M ins   MIPS    QEMU  ratio  -icount  ratio");
    let mut products = [Some(1.0); 3];
    for kernel in &KERNELS {
        let (instructions, speeds) = measure(kernel, qemu.as_ref().ok());
        for (product, speed) in products.iter_mut().zip(speeds) {
            *product = product.zip(speed).map(|(product, speed): (f64, f64)| product * speed);
        }
        print_line(kernel.name, &(instructions / 1_000_000).to_string(), speeds);
    }
    let mean = products.map(|product| product.map(|product| product.powf(1.0 / KERNELS.len() as f64)));
    print_line("mean", "", mean);
}

fn print_line(name: &str, instructions: &str, [own, qemu, icount]: [Option<f64>; 3]) {
    let number = |value: Option<f64>, decimals| value.map_or("-".into(), |value| format!("{value:.decimals$}"));
    let ratio = |other: Option<f64>| number(own.zip(other).map(|(own, other)| own / other), 2);
    let (own, plain, counted) = (number(own, 0), number(qemu, 0), number(icount, 0));
    println!("{name:8} {instructions:>7} {own:>6} {plain:>7} {:>6} {counted:>8} {:>6}", ratio(qemu), ratio(icount));
}
