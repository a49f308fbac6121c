//! What is wired to the pins of a simulated chip: the parts that a board can have, a file or folder each, the
//! [registry](Registry::standard) of them, and the [drawing](diagram) that says how they are wired. Nothing outside of a
//! part's own file knows that part.
//!
//! The crate does no I/O of its own apart from [`Diagram::read`](diagram::Diagram::read).

pub mod diagram;
pub mod ws2812;

mod actuator;
mod board_type;
mod boards;
mod ds18b20;
mod fitting;
mod i2c_registers;
mod light;
mod logic;
mod logic_analyzer;
mod page;
mod registry;
mod sensor;
mod switches;
mod wiring;

pub use board_type::{BoardType, OnboardPart, PinUse};
pub use boards::DEVKITM_1;
pub use ds18b20::Ds18b20;
pub use i2c_registers::I2cRegisters;
pub use light::Diodes;
pub use logic_analyzer::LogicAnalyzer;
pub use page::parts_page;
pub use registry::{Kind, Registry};
pub use sensor::Analog;
pub use switches::Contacts;
pub use wiring::{Joins, Wiring};
pub use ws2812::Ws2812;
