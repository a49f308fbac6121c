//! A serial port of another machine: the client's side of [`crate::rfc2217`].

mod client;
mod protocol;

pub(super) use client::Client;
