//! What is wired to the pins of a chip: buttons, lights, sensors, displays. A part is one file with a type that implements
//! [`Part`], and one line in a registry, keyed by Wokwi's name for it (`wokwi-neopixel`). Nothing else of the tool knows
//! which parts there are: controls, pictures, reports and the journal speak to parts through the trait.
//!
//! # What a part can do
//!
//! - **Hear** levels at its pins. Each pin says in the part's [`PartType`] how: [`Hears::AtOnce`] if the part answers, as an
//!   I2C sensor pulls SDA within the same clock; [`Hears::InBatches`] if it only listens, as an LED does: thousands of edges
//!   then come in one call, long after they happened, each with its time.
//! - **Drive** its pins: strongly, with resistors, or with a voltage ([`Drive`](crate::circuit::Drive)). **Switches** between
//!   two pins are closed and opened; what is behind them need not be a GPIO.
//! - **Wake** at a moment that it has asked for ([`PartEnv::wake_at`](crate::circuit::PartEnv::wake_at)), as a sensor answers
//!   after its conversion time.
//! - **Be controlled** by what a person at the board would do: [`Control`]s with a name and a range.
//! - **Show** something: colours, an angle, a text ([`Shows`]), and draw a picture of it.
//! - **Tell** of what happened, or of what is wrong with its signals ([`PartEvent`]).
//! - **Be on a bus**: it owns one of the ports of [`bus`] (I2C, SPI, UART, 1-Wire), passes edges and wake-ups on to it, and gets and
//!   gives bytes.
//!
//! # What it must not do
//!
//! It has no clock and no randomness of its own: the same calls at the same times give the same part, or a run could not be
//! repeated. Its state is all in the type: `Clone` makes it part of snapshots, `Hash` of the state's hash, and a field cannot
//! be forgotten in either.
//!
//! ```
//! use hil_sim_core::circuit::{Drive, PartEnv};
//! use hil_sim_core::part::{Hears, Part, PartType, Pin, PinType};
//!
//! /// An inverter: a gate of a 74HC04.
//! #[derive(Clone, Hash, Debug)]
//! struct Inverter;
//!
//! const INPUT: Pin = Pin(0);
//! const OUTPUT: Pin = Pin(1);
//! static INVERTER: PartType = PartType {
//!     pins: &[PinType::hearing("A", Hears::AtOnce), PinType::driving("Y")],
//!     ..PartType::new("example-inverter", |_| Ok(Some(Box::new(Inverter))))
//! };
//!
//! impl Part for Inverter {
//!     fn part_type(&self) -> &'static PartType {
//!         &INVERTER
//!     }
//!
//!     fn power(&mut self, env: &mut PartEnv<'_>, is_on: bool) {
//!         let level = env.level(INPUT);
//!         env.drive(OUTPUT, if is_on { Drive::from(!level) } else { Drive::None });
//!     }
//!
//!     fn edge(&mut self, env: &mut PartEnv<'_>, _: Pin, level: bool) {
//!         env.drive(OUTPUT, (!level).into());
//!     }
//! }
//! ```

pub mod bus;

mod attribute;
mod behaviour;
mod control;
mod event;
mod fitting;
mod part_type;
mod shows;

pub use attribute::{Attribute, AttributeKind, AttributeProblem, Attributes};
pub use behaviour::{Part, PartState, PinEdge};
pub use control::{Control, ControlKind};
pub use event::{Fault, PartEvent};
pub use fitting::{Fitting, FittingError};
pub use part_type::{Hears, Lights, PartType, Pin, PinType};
pub use shows::{Picture, Recording, Shows, Tone};
