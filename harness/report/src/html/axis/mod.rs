//! The time axis of an attempt: an SVG with one lane for each thing observed, over device time.
//!
//! From top to bottom: ruler, steps, lights, messages, packets, serial lines, flash, bench. A failure is a red line through
//! all of them. Whatever the journal holds, the picture stays bounded: a lane cannot hold more than a few shapes a pixel.

mod drawing;
mod light;
mod marks;
mod scale;
mod steps;

pub(super) use drawing::render;
