//! WS2812B LEDs: the [parts](Ws2812) of a board that are made of them, and a [decoder](Decoder) that needs no board: level
//! changes of a data pin in, shown colours and timing faults out.
//!
//! The decoder has no clock and does no I/O. It is told when the pin changes ([`Decoder::edge`]) and how far time has
//! come ([`Decoder::advance`]), because the end of a frame is the *absence* of an edge: 280 µs of low level.
//!
//! ```
//! use hil_sim_parts::ws2812::{Config, Decoder, Event, Rgb, Waveform};
//!
//! // 24 bits, green first: one LED in pure green. A one is 0.80 µs high and 0.45 µs low, a zero 0.40 and 0.85 µs.
//! let bits = [0xFF_u8, 0x00, 0x00].into_iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1));
//! let pulses = bits.map(|one| if one { (800, 450) } else { (400, 850) });
//! let reset = (0, 280_000);
//! let waveform = Waveform::from_pulses(1_000, pulses.chain([reset]));
//!
//! let events = Decoder::new(Config::new(1)).feed(&waveform)?;
//! let [Event::Frame(frame)] = &events[..] else { panic!("one frame and no fault: {events:?}") };
//! assert_eq!(frame.leds, [Rgb::new(0, 255, 0)]);
//! assert_eq!(frame.start_ns, 1_000);
//! # Ok::<(), hil_sim_parts::ws2812::TimeWentBackwards>(())
//! ```
//!
//! Not modelled: RGBW parts (SK6812 and others with 32 bits per LED), the delay of 300 ns per LED before the chain
//! passes data on, and analogue effects (slopes, supply voltage, levels that are neither high nor low).

mod config;
mod decoder;
mod event;
mod part;
mod picture;
mod timing;
mod waveform;

pub use config::Config;
pub use decoder::Decoder;
pub use event::{AmbiguousGap, Event, Frame, Incomplete, Surplus, TimeWentBackwards, Violation};
pub use hil_color::{ColorOrder, Rgb};
pub(crate) use part::PARTS;
pub use part::{LED_MATRIX, LED_RING, LED_STRIP, NEOPIXEL, Ws2812};
pub use picture::Layout;
pub use timing::{AMBIGUOUS_LOW_NS, ONE_FROM_NS, PulseTime, RESET_NS, TOLERANCE_NS};
pub use waveform::{Edge, Waveform};
