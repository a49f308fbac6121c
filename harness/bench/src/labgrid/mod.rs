//! Boards of labgrid: reserved by tags, acquired, and released again.
//!
//! All of it goes through the program `labgrid-client`, which knows the coordinator, proxies and versions of its wire format. A
//! [`LabgridSpec`] says which places will do, [`LabgridPlace`] takes one of them. It is given back by the run itself and, should
//! the run be killed, by a guard: a child process that outlives it.

#[cfg(unix)]
mod client;
#[cfg(not(unix))]
mod elsewhere;
#[cfg(unix)]
mod guard;
#[cfg(unix)]
mod output;
#[cfg(unix)]
mod place;
mod spec;

#[cfg(not(unix))]
pub use elsewhere::LabgridPlace;
#[cfg(unix)]
pub use place::LabgridPlace;
pub use spec::{LabgridSpec, LabgridSpecError};
