//! Scenario files: the language, its errors, its JSON Schema.

mod capability;
mod file;
mod span;
pub mod step;
pub mod yaml;

pub use capability::Capability;
pub use file::{DeviceConfig, Need, Scenario, ScenarioFile, Source, SourcedStep};
pub use span::{Span, Spanned};
pub use step::{Command, Step};
