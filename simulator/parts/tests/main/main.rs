//! Drawings, what becomes of them, and WS2812s from outside.

mod any_drawing;
mod bench;
mod board;
mod diagram;
mod diagram_errors;
mod inputs;
mod lights;
mod outputs;
mod repository_files;
mod ws2812;
mod ws2812_properties;
