//! The language, as files meet it: loading, errors, the document, plans.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod docs;
mod errors;
mod load;
mod plan_filter;
mod plan_partition;
mod properties;
