//! The partition table: which part of the flash is for what; ESP-IDF Programming Guide, "Partition Tables".

mod binary;
mod csv;
mod error;
mod model;
mod table;

pub use error::{PartitionError, Place};
pub use model::{PARTITION_TABLE_OFFSET, Partition, PartitionKind, subtype};
pub use table::PartitionTable;

pub(super) use binary::ENTRY_MAGIC;
use model::FIRST_OFFSET;
