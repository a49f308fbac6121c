//! The only `unsafe` code of the crate: memory pages that are reached by pointer ([`page`], [`tlb`]), predecoded
//! code that is walked by pointer ([`slot`]), and machine code that is made of it and called ([`native`]). Everything
//! above it is safe Rust; but what the machine code does is for `cpu::native` to get right.
//!
//! Four invariants carry it; each block of `unsafe` code names the one it needs.
//!
//! 1. **Pages.** A pointer in a [`Tlb`](tlb::Tlb) points into a page that its owner, the memory, keeps alive; a
//!    pointer for stores points into a page that nothing else shares. The memory flushes the buffer before it drops,
//!    shares or replaces a page.
//! 2. **Code.** An [`Ip`](slot::Ip) points at a slot of a [`Pool`](pool::Pool) that is alive. The code cache frees code
//!    only between two dispatches, when no `Ip` is in use, and forgets every `Ip` that it has stored.
//! 3. **Blocks end.** The last operation of a block is one whose handler never goes on to the next slot.
//! 4. **Machine code.** A block leads to machine code ([`Ip::native`](slot::Ip::native)) only while that is alive: the
//!    code cache takes it away from all blocks before it drops a [`MachineCode`](native::MachineCode), and does so only
//!    between two dispatches. It also does so before it takes any block out of use that has machine code, because
//!    machine code goes from block to block without looking whether the next one is still in use. Machine code
//!    reads and writes only: fields of the core and of its counters of edges at offsets that the compiler told, the
//!    translation buffer's tables, spans that these allow (invariant 1), and the code cache's table of jumps.
#![expect(unsafe_code, reason = "the one place where pointers are followed; see the invariants above")]

pub(crate) mod native;
pub(crate) mod page;
pub(crate) mod pool;
pub(crate) mod slot;
pub(crate) mod tlb;
