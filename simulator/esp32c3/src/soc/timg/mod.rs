//! TIMG0 and TIMG1: general-purpose timers, main watchdogs, and the calibration of the RTC clocks; TRM chapter 11 and
//! 12.

mod calibration;
mod device;
mod main_watchdog;
mod timer;

pub(crate) use device::Timg;
