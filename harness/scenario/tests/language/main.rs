//! The language, as files meet it: loading, errors, the document, plans.

mod docs;
mod errors;
mod load;
mod plan_filter;
mod plan_partition;
mod properties;
mod secrets;
