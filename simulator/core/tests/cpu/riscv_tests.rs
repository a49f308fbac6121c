//! The RISC-V International test programs, built outside this repository. `docs/fidelity.md` says how, and which of
//! them do not apply to this chip.
//!
//! ```sh
//! RISCV_TESTS=/path/to/riscv-tests/isa cargo test -p hil-sim-core --test main riscv_tests -- --nocapture
//! ```

use crate::support::elf::Elf;
use hil_sim_core::cpu::{CoreConfig, Cpu, TrapVector};
use hil_sim_core::mem::{Backing, FlashImage, Memory, MemoryMap, NoBus, Region, Width};
use std::path::Path;

/// Programs for what the chip does not have; the reasons are in `docs/fidelity.md`.
const NOT_APPLICABLE: [&str; 3] = ["rv32mi-p-csr", "rv32mi-p-instret_overflow", "rv32mi-p-zicntr"];
const TO_HOST: u32 = 0x8000_1000;
const CYCLES: u64 = 200_000;

/// RAM where the programs are linked to.
static MAP: MemoryMap = MemoryMap {
    ram_bytes: 0x2_0000,
    regions: &[Region { addresses: 0x8000_0000..0x8002_0000, backing: Backing::Ram, offset: 0, executable: true }],
    ..MemoryMap::EMPTY
};

/// Runs a program. It has passed if it has written 1 to `tohost`; else the number there names the check that failed.
fn run(file: &Path) -> Result<(), String> {
    let elf = Elf::parse(&std::fs::read(file).map_err(|error| error.to_string())?);
    let mut memory = Memory::new(&MAP, FlashImage::erased(0));
    for (address, bytes) in &elf.segments {
        memory.load(*address, bytes).map_err(|error| error.to_string())?;
    }
    let mut cpu = Cpu::new(CoreConfig { trap_vector: TrapVector::Any, atomics: true, ..CoreConfig::PLAIN });
    cpu.set_pc(elf.entry);
    while cpu.cycle() < CYCLES {
        // Short slices of changing length, so that blocks are cut at many places.
        let until = cpu.cycle() + 1 + cpu.cycle() % 211;
        let stop = cpu.run(&mut memory, &mut NoBus, until);
        match memory.read(TO_HOST, Width::Word).map_err(|error| error.to_string())? {
            0 => {}
            1 => return Ok(()),
            number => return Err(format!("check {} failed", number >> 1)),
        }
        if stop != hil_sim_core::cpu::Stop::Until {
            return Err(format!("{stop:?} at {:#010x}", cpu.pc()));
        }
    }
    Err(format!("no result after {CYCLES} cycles, at {:#010x}", cpu.pc()))
}

#[test]
fn all_programs_that_apply_pass() {
    let Some(folder) = hil_testing::tool::RISCV_TESTS.find() else { return };
    let entries = std::fs::read_dir(&folder).expect("the folder that RISCV_TESTS names");
    let mut names: Vec<_> = entries.map(|entry| entry.expect("an entry").file_name().into_string().unwrap()).collect();
    names.retain(|name| {
        ["rv32ui-p-", "rv32um-p-", "rv32ua-p-", "rv32uc-p-", "rv32mi-p-"].iter().any(|set| name.starts_with(set))
    });
    names.retain(|name| !name.contains('.') && !NOT_APPLICABLE.contains(&name.as_str()));
    names.sort();
    assert!(!names.is_empty(), "no programs in {}", folder.display());
    let mut failed = 0;
    for name in &names {
        let result = run(&Path::new(&folder).join(name));
        println!("{name}: {}", result.as_ref().err().map_or("pass", String::as_str));
        failed += usize::from(result.is_err());
    }
    println!("{} of {} pass", names.len() - failed, names.len());
    assert_eq!(failed, 0);
}
