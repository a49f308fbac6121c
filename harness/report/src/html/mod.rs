//! One HTML page about a run: which scenarios did what, and for each a time axis with everything observed.
//!
//! The page is one file without any external resource, and follows the reader's light or dark scheme. Without JavaScript it
//! shows the same; the script only filters the list, opens and closes, and tells the time under the pointer. Every text is
//! escaped by `maud`; a content security policy forbids the page to load anything.
//!
//! A page must open in a browser whatever a device does: the time axis merges what is narrower than a pixel, tables and the
//! page as a whole are limited, and each such cut is written where it was made.

mod attempt;
mod axis;
mod boards;
mod failure;
mod page;
mod reporter;
mod scenario;
mod tables;

pub use reporter::Html;
