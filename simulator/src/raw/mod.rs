//! The only `unsafe` code of the crate: memory pages that are reached by pointer ([`page`], [`tlb`]) and predecoded
//! code that is walked by pointer ([`slot`]). Everything above it is safe Rust.
//!
//! Three invariants carry it; each block of `unsafe` code names the one it needs.
//!
//! 1. **Pages.** A pointer in a [`Tlb`](tlb::Tlb) points into a page that its owner, the memory, keeps alive; a
//!    pointer for stores points into a page that nothing else shares. The memory flushes the buffer before it drops,
//!    shares or replaces a page.
//! 2. **Code.** An [`Ip`](slot::Ip) points at a slot of a [`Code`](slot::Code) that is alive. The code cache frees code
//!    only between two dispatches, when no `Ip` is in use, and forgets every `Ip` that it has stored.
//! 3. **Blocks end.** The last operation of a block is one whose handler never goes on to the next slot.
#![expect(unsafe_code, reason = "the one place where pointers are followed; see the invariants above")]

pub(crate) mod page;
pub(crate) mod slot;
pub(crate) mod tlb;
