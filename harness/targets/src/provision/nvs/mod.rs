//! NVS partitions from the CSV format of ESP-IDF's generator (`nvs_partition_gen.py`; ESP-IDF Programming Guide, "NVS Partition
//! Generator Utility"): version 2 of the page format, not encrypted.

mod csv;
mod entry;
mod keep;
mod pages;
mod provisioner;

pub use keep::nvs_keeping;
pub use pages::NotNvs;
pub use provisioner::NvsCsv;
