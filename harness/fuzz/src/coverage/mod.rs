//! Coverage-guided fuzzing of the chip's binary on the simulator, in this process: no broker, no socket, no wall clock, so
//! that every execution is repeated exactly.
//!
//! | module | what it is |
//! |---|---|
//! | `input` | what the device is given: messages, or bytes of its TCP stream |
//! | `peer` | the other side of its MQTT connection |
//! | `device` | the machine, booted and connected, and the way back to that moment |
//! | `execution` | what one input has come to |
//! | `finding`, `shrink` | what must not happen, told apart, and the smallest input that shows it |
//! | `scenario`, `kept` | findings as scenarios, and as files where no scenario can say them |
//! | `confirm` | whether a finding's scenario fails |
//! | `replay` | one input by itself |
//! | `mutate`, `dictionary`, `compared` | new inputs from old ones |
//! | `corpus`, `store` | inputs that found something new, in memory and on disk |
//! | `campaign` | all of it, on as many threads as one likes |
//!
//! Not for what the light should show or say: the model of tiers 1 and 2 knows that.

mod campaign;
mod compared;
mod confirm;
mod corpus;
mod device;
mod dictionary;
mod execution;
mod finding;
mod input;
mod kept;
mod mutate;
mod peer;
mod progress;
mod replay;
mod scenario;
mod shrink;
mod store;
mod worker;

pub use campaign::{Campaign, CampaignError};
pub use confirm::Confirmed;
pub use corpus::corpus_hash;
pub use device::{BootError, FuzzedDevice, Image};
pub use dictionary::Dictionary;
pub use execution::{Ending, Execution};
pub use finding::{Finding, Kind};
pub use input::{Input, Publish};
pub use kept::{Kept, kept_in, read_input};
pub use progress::{Outcome, Progress, Statistics};
pub use replay::replay;
pub use scenario::input_of;
pub use store::StoreError;
