//! Scenario files: the language, its errors, its JSON Schema.
//!
//! [`load`](fn@load) reads files and folders. A file becomes a [YAML tree](yaml) that keeps every place, the tree a
//! [`ScenarioFile`] with one [`Scenario`] a row of its `cases`; every step of every row is decoded then, so that what is
//! wrong is known before anything runs. Steps are decoded once more when they are reached ([`SourcedStep::decode`]),
//! because captured variables have their values only then.

mod capability;
pub mod condition;
pub mod decode;
pub mod error;
mod file;
pub mod json;
mod limits;
pub mod load;
pub mod plan;
pub mod schema;
mod span;
pub mod step;
mod variables;
pub mod wokwi;
pub mod yaml;

pub use capability::Capability;
pub use decode::{DurationError, parse_duration};
pub use error::{Code, Diagnostic, Diagnostics};
pub use file::{DeviceConfig, Need, Scenario, ScenarioFile, Source, SourcedStep};
pub use json::Json;
pub use limits::{DEFAULT_TIMEOUT, DEFAULT_TOLERANCE, DEFAULT_WITHIN};
pub use load::{Loaded, Loader, load};
pub use schema::schema;
pub use span::{Span, Spanned};
pub use step::{Command, Step};
pub use variables::{Secret, Secrets, Variables, is_name, is_secret_name};
