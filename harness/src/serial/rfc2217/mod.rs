//! A serial port of another machine: RFC 2217, "Telnet Com Port Control Option".

mod client;
mod protocol;
mod telnet;

pub(super) use client::Client;
