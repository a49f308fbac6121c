//! The state in flash, so that the light comes back as it was.
//!
//! One record in an append-only map over two or more sectors: a save writes some 30 bytes behind the last one, and a
//! sector is erased only when all are full. Power may be cut at any operation; what is read back is the state before or
//! after the save, never a third.

mod flash;
mod persistent;
mod record;

pub use persistent::{Loaded, Store, StoreError};
pub use record::{RecordError, decode, encode};
