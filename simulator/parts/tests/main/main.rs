//! Drawings, what becomes of them, and WS2812s from outside.

mod board;
mod diagram;
mod diagram_errors;
mod repository_files;
mod ws2812;
mod ws2812_properties;
