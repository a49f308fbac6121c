//! The machine with a chip that no crate knows: see [`tiny_chip`].

mod programs;
mod tiny_chip;
