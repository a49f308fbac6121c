//! LEDC: the LED PWM controller, 4 timers and 6 channels; TRM chapter 32.
//!
//! Settings take effect with the overflow after their PARA_UP, as on the chip; at once where the timer stands still.
//! Edges are made only while someone observes the signal, and overflows only while something depends on them.

mod channel;
mod device;
mod registers;
#[cfg(test)]
mod tests;
mod timer;

pub(crate) use device::Ledc;
