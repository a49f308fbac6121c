//! An ESP32-C3 board as a library.
