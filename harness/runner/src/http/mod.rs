//! One request of HTTP/1.1 over a connection to the device, and its response.

mod exchange;
mod io;

pub(crate) use exchange::{Broken, Exchange, LARGEST_CONTENT, Progress, Response};
