//! An ESP32-C3 board as a library: the core that executes firmware, memory and peripherals, what is wired to the chip,
//! and what the parts make of the levels on its pins.
//!
//! The crate does no I/O of its own apart from [`Diagram::read`](board::diagram::Diagram::read), starts no threads, and
//! has no clock: time is passed in, in nanoseconds, so that the same edges give the same frames.
//!
//! # From a drawing to a colour
//!
//! A board is drawn in Wokwi's `diagram.json`. The [`diagram`](board::diagram) module reads it and says what is where:
//!
//! ```
//! use simulator::board::diagram::Diagram;
//! use simulator::board::ws2812::{ColorOrder, Config, Decoder, Event, Rgb, Waveform};
//!
//! let diagram = Diagram::parse("diagram.json", r#"{
//!     "version": 1,
//!     "parts": [
//!         { "type": "board-esp32-c3-devkitm-1", "id": "esp" },
//!         { "type": "wokwi-neopixel", "id": "led1" },
//!         { "type": "wokwi-neopixel", "id": "led2" }
//!     ],
//!     "connections": [["esp:4", "led1:DIN", "green", []], ["led1:DOUT", "led2:DIN", "green", []]]
//! }"#)?;
//! let chains = diagram.netlist().led_chains();
//! let chain = chains.iter().find(|chain| chain.gpio == 4).expect("two LEDs on GPIO4");
//! assert_eq!(chain.leds(), 2);
//!
//! // The levels on that pin go to a decoder for a chain of this length. Firmware makes them pulse by pulse:
//! // here red for the first LED, blue for the second, then the pause that lets the chain latch.
//! let bytes = [Rgb::new(255, 0, 0), Rgb::new(0, 0, 255)].into_iter().flat_map(|color| ColorOrder::Grb.encode(color));
//! let bits = bytes.flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1));
//! let pulses = bits.map(|one| if one { (800, 450) } else { (400, 850) });
//! let waveform = Waveform::from_pulses(0, pulses.chain([(0, 280_000)]));
//!
//! let mut decoder = Decoder::new(Config::new(chain.leds()));
//! for event in decoder.feed(&waveform)? {
//!     match event {
//!         Event::Frame(frame) => {
//!             for (part, led) in chain.parts.iter().zip(&frame.leds) {
//!                 println!("{} ns: {} shows {led}", frame.latch_ns, part.id);
//!             }
//!         }
//!         fault => panic!("{fault}"), // a pulse out of tolerance, a frame cut short, ...
//!     }
//! }
//! assert_eq!(decoder.shown(), [Rgb::new(255, 0, 0), Rgb::new(0, 0, 255)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # From a firmware file to a running board
//!
//! [`image`] turns an ELF, an app image or a flash image into a flash chip that boots; [`machine`] lets it run.
//!
//! ```no_run
//! use simulator::image::Firmware;
//! use simulator::machine::{Board, Config, Machine, What};
//! use simulator::time::Instant;
//!
//! let firmware = Firmware::parse(&std::fs::read("light.elf")?)?;
//! let mut machine = Machine::new(Board::default(), &firmware, Config::default());
//! machine.power_on();
//! machine.run(Instant::from_ns(100_000_000));
//! for event in machine.take_events() {
//!     if let What::Serial { byte, .. } = event.what {
//!         print!("{}", char::from(byte));
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Inside of it, [`cpu`] executes instructions, [`mem`] is what they find at their addresses, [`mem::Bus`] is the seam to
//! the peripherals of [`soc`], and [`net`] is the network behind the Ethernet MAC.
//!
//! What is modelled, how far, and how each line was checked stands in `docs/fidelity.md`.

pub use hil_sim_core::{air, circuit, part, time};
pub use hil_sim_esp32c3::{image, soc};

/// The core.
pub mod cpu {
    pub use hil_sim_core::cpu::{BranchEdge as Edge, CoreConfig as Config, *};
}

/// The network behind the Ethernet MAC.
pub mod net {
    pub use hil_sim_core::air::{
        AccessPoint, AccessPointError, Air, AirChange, AirEvent, Reason, Refusal, Security, VisitState, VisitorConfig,
    };
    pub use hil_sim_core::net::{FrameDirection as Direction, NetworkConfig as Config, NetworkEvent as Event, *};
}

/// A board with an ESP32-C3 that runs.
pub mod machine {
    pub use hil_sim_esp32c3::machine::{MachineConfig as Config, PinDirection as Direction, *};
    pub use hil_sim_esp32c3::{ChipIdentity, DownloadFaults};
}
pub use hil_sim_parts as parts;

/// Everything that an address can lead to, and where on the chip that is.
pub mod mem {
    pub use hil_sim_core::mem::*;
    pub use hil_sim_esp32c3::map::*;
}

/// The board around the chip: how its parts are wired, and what a part makes of the levels on its pins.
pub mod board {
    pub use hil_sim_parts::{diagram, ws2812};
}
