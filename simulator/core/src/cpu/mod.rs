//! A RISC-V core: RV32IMC, with the A extension if it is asked for, with machine and user mode, PMP, triggers and the
//! registers that Espressif adds. Not for what is
//! around it: memory is [`Memory`](crate::mem::Memory), peripherals are behind [`Bus`](crate::mem::Bus).
//!
//! ```
//! use hil_sim_core::cpu::{CoreConfig, Cpu, Stop};
//! use hil_sim_core::mem::{Backing, FlashImage, Memory, MemoryMap, NoBus, Region, Width};
//!
//! // 4 KB of RAM.
//! static MAP: MemoryMap = MemoryMap {
//!     ram_bytes: 0x1000,
//!     regions: &[Region { addresses: 0x8000_0000..0x8000_1000, backing: Backing::Ram, offset: 0, executable: true }],
//!     ..MemoryMap::EMPTY
//! };
//!
//! // 80000000: li a0, 7; slli a0, a0, 1; j .
//! let mut memory = Memory::new(&MAP, FlashImage::erased(0));
//! for (address, word) in [(0x8000_0000, 0x0070_0513), (0x8000_0004, 0x0015_1513), (0x8000_0008, 0x0000_006F)] {
//!     memory.write(address, Width::Word, word)?;
//! }
//! let mut cpu = Cpu::new(CoreConfig::default());
//! cpu.set_pc(0x8000_0000);
//! // A jump to itself with interrupts off never ends: the firmware has halted.
//! assert_eq!(cpu.run(&mut memory, &mut NoBus, 1_000), Stop::Halted);
//! assert_eq!((cpu.x(10), cpu.pc(), cpu.cycle()), (14, 0x8000_0008, 2));
//! # Ok::<(), hil_sim_core::mem::Unmapped>(())
//! ```
//!
//! # How it executes
//!
//! Code is decoded once, into superblocks (`block.rs`): straight runs of up to 48 instructions, through jumps and past
//! forward branches. Each instruction, or a pair that is common enough (`fuse.rs`), becomes an operation with a handler
//! of its own (`exec/`) that ends by calling the next. Blocks are linked to the blocks that follow them. Loads and
//! stores find plain memory through a translation buffer; all else takes a slow path that checks PMP, triggers and code
//! that is overwritten.
//!
//! [`Cpu::compile`] makes machine code of blocks (`native/`), for code that is executed again and again from the same state. The
//! interpreter still does all that leaves plain memory and registers, and everything where there is no compiler.
//!
//! # Time
//!
//! An instruction costs the cycles that [`Costs`] gives for it, one by default. The count of cycles and the count of
//! retired instructions are exact wherever they can be seen: in CSRs, on the [`Bus`](crate::mem::Bus), and when
//! [`Cpu::run`] returns. An instruction that traps costs its cycles and does not retire.

mod api;
mod block;
mod cache;
mod compressed;
mod core;
mod cost;
mod coverage;
mod csr;
mod decode;
mod disassembly;
mod edges;
mod exec;
mod fetch;
mod fuse;
mod inst;
mod native;
mod run;
mod snapshot;
mod step;
mod stop;
mod store;
mod trap;

pub use api::Cpu;
pub use core::{CoreConfig, Identity, TrapVector};
pub use cost::Costs;
pub use csr::{CsrNumber, Pmp, Trigger};
pub use disassembly::disassemble;
pub use edges::{BranchEdge, Comparison};
pub use native::{CompileError, HAS_COMPILER};
pub use snapshot::CpuSnapshot;
pub use stop::{Stop, StormReport};
pub use trap::Exception;

pub(crate) use core::Core;
pub(crate) use exec::Leave;
