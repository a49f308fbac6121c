//! What this program knows of the light: its targets, its provisioner, its binary, the commands that build it.

mod firmware;
mod prebuilt;
mod register;

pub use register::extensions;
