//! Reports, as their readers meet them.

mod escaping;
mod fixture;
mod html;
mod junit;
mod merge;
mod snapshots;
mod summary;
mod unmodelled;
