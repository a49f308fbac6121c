//! NVS partitions from the CSV format of ESP-IDF's generator (`nvs_partition_gen.py`; ESP-IDF Programming Guide, "NVS Partition
//! Generator Utility"): version 2 of the page format, not encrypted.

mod csv;
mod entry;
mod provisioner;

pub use provisioner::NvsCsv;
