//! Errors with a place: what is wrong, where, and what to do. One renderer shows them all, those of running scenarios
//! too: title, file:line:column, source line, carets, expected and actual, help.

mod code;
mod diagnostic;
mod place;
mod render;

pub use code::Code;
pub use diagnostic::{Diagnostic, Diagnostics, Label};
pub use render::{Report, render_place};
