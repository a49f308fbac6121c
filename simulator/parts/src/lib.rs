//! What is wired to the pins of a simulated chip: the parts that a board can have, a file or folder each, the
//! [registry](Registry::standard) of them, and the [drawing](diagram) that says how they are wired. Nothing outside of a
//! part's own file knows that part.
//!
//! The crate does no I/O of its own apart from [`Diagram::read`](diagram::Diagram::read).

pub mod diagram;
pub mod ws2812;

mod board_type;
mod devkitm_1;
mod ds18b20;
mod i2c_registers;
mod logic_analyzer;
mod potentiometer;
mod pushbutton;
mod registry;

pub use board_type::{BoardType, OnboardPart};
pub use devkitm_1::DEVKITM_1;
pub use ds18b20::Ds18b20;
pub use i2c_registers::I2cRegisters;
pub use logic_analyzer::LogicAnalyzer;
pub use potentiometer::Potentiometer;
pub use pushbutton::Pushbutton;
pub use registry::{Kind, Registry};
pub use ws2812::Ws2812;
