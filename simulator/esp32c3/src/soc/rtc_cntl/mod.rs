//! RTC_CNTL: reset causes, the RTC timer and watchdogs, and what survives resets; TRM chapter 9.
//!
//! Not modelled: wake-up by anything but the timer, the oscillator and supervision of a 32 kHz crystal (there is none on the board), supplies and
//! brown-out. `docs/fidelity.md` says which registers are only stored.

mod device;
mod main_timer;
mod rtc_watchdog;
mod sleep;
mod storage;
mod super_watchdog;

pub(crate) use device::RtcCntl;
