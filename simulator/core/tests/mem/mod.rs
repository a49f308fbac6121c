//! Memory: its regions, and going back to an earlier state.

mod memory;
mod restore;
