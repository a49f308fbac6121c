//! The inventory of a bench as users meet it: files and their errors, locks between processes, `hil boards`.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod boards;
mod files;
mod locks;
