//! What operations do. Each handler ends by calling that of the next operation, or by leaving the block.
//!
//! Handlers work on a block whose cycles have not been charged yet: that happens on the way out, by a link
//! ([`leave_by`](super::core::Core::leave_by)), after an operation ([`leave_after`](super::core::Core::leave_after)) or at
//! an exception ([`raise`](super::core::Core::raise)).

mod alu;
mod atomic;
mod control;
mod fused;
mod memory;
mod native;
mod operation;
mod system;

pub(super) use alu::constant;
pub(super) use atomic::handler as atomic;
pub(super) use control::{branch, call, counted_branch, counted_jalr, go_to, jalr, self_jump};
pub(super) use fused::{addi_branch, andi_branch, slli_add, slli_srli};
pub(super) use native::{interpret, native};
pub(crate) use operation::Leave;
use operation::{go_on, next};
pub(super) use operation::{handler, immediate, target};
pub(super) use system::{check_breakpoint, cut, dead, ebreak, ecall, illegal, mret, semihosting, wfi};
