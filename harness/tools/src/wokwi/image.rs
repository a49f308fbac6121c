//! The firmware as it is uploaded.

use firmware::config::Config;

use hil_bench::flash::{FlashError, Part, parts};
use hil_targets::BenchError;
use light_host::provision::{NVS, nvs_image};

/// Firmware for simulations.
#[derive(Debug, Clone)]
pub enum Image {
    /// The parts of its flash, and its ELF. Each simulation gets a configuration of its own.
    Provisioned {
        /// Bootloader, partition table, application.
        parts: Vec<Part>,
        /// For Wokwi's own use.
        elf: Vec<u8>,
    },
    /// A file that is uploaded as it is: the configuration is what is in it.
    AsIs {
        /// The file's contents.
        bytes: Vec<u8>,
        /// `bin`, `uf2`: by it Wokwi knows what the file is.
        extension: String,
    },
}

impl Image {
    /// Our own firmware, or one that is configured like it and has its partition table.
    ///
    /// # Errors
    /// It is no ELF file for the chip, or does not fit.
    pub fn provisioned(elf: Vec<u8>) -> Result<Self, FlashError> {
        Ok(Self::Provisioned { parts: parts(&elf, firmware::PARTITIONS)?, elf })
    }

    /// Whether simulations are told their broker, topics and lights.
    pub const fn is_provisioned(&self) -> bool {
        matches!(self, Self::Provisioned { .. })
    }

    /// The files of a project: name and contents. The first is the firmware, the second its ELF, if there is one.
    pub(super) fn files(&self, config: &Config) -> Result<Vec<(String, Vec<u8>)>, BenchError> {
        match self {
            Self::AsIs { bytes, extension } => Ok(vec![(format!("firmware.{extension}"), bytes.clone())]),
            Self::Provisioned { parts, elf } => {
                let nvs = (NVS.start, nvs_image(config)?);
                let flash =
                    merged(parts.iter().map(|part| (part.address, part.bytes.as_slice())).chain([(nvs.0, &*nvs.1)]));
                Ok(vec![("firmware.bin".to_owned(), flash), ("firmware.elf".to_owned(), elf.clone())])
            }
        }
    }
}

/// Pieces of flash as one, from its start; what is between them is erased.
fn merged<'a>(pieces: impl Iterator<Item = (u32, &'a [u8])>) -> Vec<u8> {
    let mut flash = Vec::new();
    for (address, bytes) in pieces {
        let from = address as usize;
        if flash.len() < from + bytes.len() {
            flash.resize(from + bytes.len(), 0xFF);
        }
        flash[from..from + bytes.len()].copy_from_slice(bytes);
    }
    flash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_lies_in_its_partition() {
        let parts = vec![
            Part { name: "bootloader".to_owned(), address: 0, bytes: vec![1; 16] },
            Part { name: "application".to_owned(), address: 0x10000, bytes: vec![2; 16] },
        ];
        let image = Image::Provisioned { parts, elf: b"elf".to_vec() };
        let config = Config { client_id: "c".to_owned(), ..Config::default() };
        let files = image.files(&config).expect("a configuration that is right");
        let [(name, flash), (elf, _)] = &files[..] else { panic!("{files:?}") };
        assert_eq!((name.as_str(), elf.as_str(), flash.len()), ("firmware.bin", "firmware.elf", 0x10010));
        assert_eq!((flash[0], flash[16], flash[0x10000]), (1, 0xFF, 2));
        let nvs = &flash[NVS.start as usize..NVS.end as usize];
        assert_eq!(nvs, nvs_image(&config).expect("a configuration that is right"));
        assert_ne!(nvs, nvs_image(&Config::default()).expect("the default"));
    }
}
