//! A first description of a device, from what is seen of it for a while. What cannot be seen is guessed, and said to be: whatever
//! the guess is, nothing is found by it on a sound device.
//!
//! | module | what it is |
//! |---|---|
//! | `seen` | what was seen, sorted into commands, what they cause, and what comes by itself |
//! | `variables` | which values of commands come back in statuses |
//! | `shape` | what JSON payloads have in common; `hil init` asks it too |
//! | `shapes` | payloads of commands as grammars, of statuses as conditions |
//! | `write` | the file |

mod seen;
pub mod shape;
mod shapes;
#[cfg(test)]
mod tests;
mod variables;
mod write;

pub use seen::{Message, Seen};
pub use write::{Unknown, describe};
