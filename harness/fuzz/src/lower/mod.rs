//! From actions to a scenario: the text that a person would write, with what the device must do.
//!
//! | module | what it is |
//! |---|---|
//! | `writer` | steps as YAML |
//! | `case` | one case: the actions in order, and what is known of the device meanwhile |
//! | `command` | a command, and what it must cause |
//! | `unclear` | commands that a description does not decide, and whether the device is still there |
//! | `light` | what our light must show |
//! | `recovery` | connections that end, networks that are down, power that fails |

mod case;
mod command;
mod light;
mod recovery;
mod unclear;
mod writer;

pub use case::{Lowered, lower};
pub(super) use writer::payload;
pub use writer::{quoted, set_name};
