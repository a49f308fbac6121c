//! The firmware as it is uploaded.

use hil_bench::flash::{FlashError, Part, parts};
use hil_targets::provision::{FlashBytes, Identity, ProvisionError, Provisioned, Provisioner};

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
    /// A firmware with a partition table, as ESP-IDF's CSV.
    ///
    /// # Errors
    /// It is no ELF file for the chip, or does not fit.
    pub fn provisioned(elf: Vec<u8>, partitions: &str) -> Result<Self, FlashError> {
        Ok(Self::Provisioned { parts: parts(&elf, partitions)?, elf })
    }

    /// Whether simulations are told their broker, topics and lights.
    pub const fn is_provisioned(&self) -> bool {
        matches!(self, Self::Provisioned { .. })
    }

    /// What is done to a simulation that is to know this. A file that is uploaded as it is is not touched.
    pub(super) fn provision(
        &self,
        provisioner: &dyn Provisioner,
        identity: &Identity,
    ) -> Result<Provisioned, ProvisionError> {
        let Self::Provisioned { parts, .. } = self else { return Ok(Provisioned::default()) };
        let flash = merged(parts.iter().map(|part| (part.address, part.bytes.as_slice())));
        provisioner.provision(identity, &mut FlashBytes(&flash))
    }

    /// The files of a project: name and contents. The first is the firmware, the second its ELF, if there is one.
    pub(super) fn files(&self, told: &Provisioned) -> Vec<(String, Vec<u8>)> {
        match self {
            Self::AsIs { bytes, extension } => vec![(format!("firmware.{extension}"), bytes.clone())],
            Self::Provisioned { parts, elf } => {
                let firmware = parts.iter().map(|part| (part.address, part.bytes.as_slice()));
                let told = told.patches.iter().map(|patch| (patch.offset, patch.bytes.as_slice()));
                let flash = merged(firmware.chain(told));
                vec![("firmware.bin".to_owned(), flash), ("firmware.elf".to_owned(), elf.clone())]
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
    use hil_targets::provision::Patch;

    use super::*;

    #[test]
    fn what_the_device_is_told_lies_between_the_parts_of_its_firmware() {
        let parts = vec![
            Part { name: "bootloader".to_owned(), address: 0, bytes: vec![1; 16] },
            Part { name: "application".to_owned(), address: 0x10000, bytes: vec![2; 16] },
        ];
        let image = Image::Provisioned { parts, elf: b"elf".to_vec() };
        let patch = Patch { name: "configuration".to_owned(), offset: 0x9000, bytes: vec![3; 16] };
        let files = image.files(&Provisioned { patches: vec![patch], ..Provisioned::default() });
        let [(name, flash), (elf, _)] = &files[..] else { panic!("{files:?}") };
        assert_eq!((name.as_str(), elf.as_str(), flash.len()), ("firmware.bin", "firmware.elf", 0x10010));
        assert_eq!((flash[0], flash[16], flash[0x10000]), (1, 0xFF, 2));
        assert_eq!((flash[0x8FFF], flash[0x9000], flash[0x900F], flash[0x9010]), (0xFF, 3, 3, 0xFF));
    }
}
