//! What several test files share.

pub mod program;
pub mod uart_sensor;

pub use hil_testing::{asm, image as firmware};
