//! Reports, as their readers meet them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod escaping;
mod fixture;
mod html;
mod junit;
mod merge;
mod snapshots;
mod summary;
mod unmodelled;
