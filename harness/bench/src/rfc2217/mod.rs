//! RFC 2217, "Telnet Com Port Control Option": what is common to both sides, without I/O.
//!
//! | module | what it is |
//! |---|---|
//! | `telnet` | Telnet's bytes taken apart and put together |
//! | `codes` | the numbers of the RFC |
//!
//! The client's side is `crate::serial::rfc2217`, the server's `hil_tools::serve`.

pub mod codes;
pub mod telnet;
