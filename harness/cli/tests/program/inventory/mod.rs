//! The inventory of a bench as users meet it: files and their errors, locks between processes, `hil boards`.
#![cfg(unix)]

mod boards;
mod files;
mod locks;
