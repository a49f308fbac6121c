//! How a device learns its broker, its identity and its network before it runs.
//!
//! A [`Provisioner`] is given an [`Identity`] and may read the [`Flash`] as it is. It answers with what is [`Provisioned`]: bytes
//! for the flash, and answers to what the device asks on its serial port. What it does not name stays as it is, byte for byte.
//!
//! Four are of use for any device: [`Untouched`], [`NvsCsv`], [`ImageFile`] and [`SerialSteps`]. A device that has a format of its
//! own brings its own provisioner, which the command line is told of by `hilbench::Extensions`.

mod broker_address;
mod error;
mod fault;
mod fill;
mod flash;
mod identity;
mod image_file;
mod nvs;
mod outcome;
mod provisioner;
mod serial_steps;
mod setting;
mod untouched;

pub use broker_address::{BrokerAddress, BrokerAddressError};
pub use error::ProvisionError;
pub use fault::Fault;
pub use fill::PLACEHOLDERS;
pub use flash::{Flash, FlashBytes, PARTITION_TABLE, blank_flash, find_partition, in_sectors, partitions};
pub use identity::{Identity, LightLog};
pub use image_file::{ImageFile, ImagePlace, nvs_of_file};
pub use nvs::{NotNvs, NvsCsv, nvs_keeping};
pub use outcome::{Dialogue, Patch, Provisioned, Question, ToldLights, find};
pub use provisioner::{CLIENT_ID, PREFIX, Provisioner, check_keys};
pub use serial_steps::{SerialStep, SerialSteps};
pub use setting::{Setting, Settings};
pub use untouched::Untouched;
