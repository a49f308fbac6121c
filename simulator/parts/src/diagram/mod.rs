//! Reads Wokwi's `diagram.json`: which parts there are, how they are wired, and which LEDs hang on which GPIO.
//!
//! The same file serves Wokwi and this crate. What Wokwi needs only for drawing (wire colours and routes, `author`,
//! `editor`) is read and kept or passed over; parts and pins that this crate does not know are errors, because a
//! scenario on a board with a part missing would prove nothing.
//!
//! ```
//! use hil_sim_parts::diagram::Diagram;
//!
//! let diagram = Diagram::parse("diagram.json", r#"{
//!     "version": 1,
//!     "parts": [
//!         { "type": "board-esp32-c3-devkitm-1", "id": "esp" },
//!         { "type": "wokwi-led-ring", "id": "ring", "attrs": { "pixels": "12" } }
//!     ],
//!     "connections": [["esp:4", "ring:DIN"]]
//! }"#)?;
//!
//! let netlist = diagram.netlist();
//! assert_eq!(netlist.parts_on_gpio(4)[0].to_string(), "ring:DIN");
//! let ring = &netlist.leds()[1]; // 0 is the LED on the board itself, esp.rgb1
//! assert_eq!((ring.id.as_str(), ring.leds, ring.gpio), ("ring", 12, Some(4)));
//! # Ok::<(), hil_sim_parts::diagram::DiagramError>(())
//! ```
//!
//! Errors are [`miette::Diagnostic`]s: code, help and the place in the file. Keys that Wokwi may have and this crate does
//! not know pass, but one that is nearly the name of a known key is taken for a misspelling.

mod build;
mod error;
mod json;
mod leds;
mod model;
mod netlist;
mod read;
mod suggest;

pub use build::BoardError;
pub use error::{DiagramError, Location, Problem};
pub use leds::{LedChain, LedPart};
pub use model::{Connection, Diagram, Display, Newline, Part, PinRef, Position, SerialMonitor};
pub use netlist::{Net, Netlist};
