//! From the uploaded files to a machine.

use std::sync::Arc;

use simulator::image::{Firmware, FlashSize, Kind, Layout, Partition, PartitionKind, PartitionTable, subtype};
use simulator::machine::DevKit as _;
use simulator::machine::{Config, Machine};
use simulator::mem::FlashImage;

use super::files::{Contents, Files};
use super::note::tame;
use super::parts::{DIAGRAM, Parts, with_help};
use super::protocol::{ApiError, Code, FirmwareParam, FlashSection, Scalar, SimStart};

/// What all machines of a server have that no upload says.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    /// The partition table for an ELF file or an app image; espflash's usual one without.
    pub partitions: Option<PartitionTable>,
    /// What the NVS partition has before the first start of an ELF file or an app image.
    pub nvs: Option<Vec<u8>>,
    /// The image of Espressif's mask ROM, if chips are to start there.
    pub rom: Option<Arc<[u8]>>,
    /// Where random numbers begin.
    pub seed: u64,
}

/// Everything that a simulation is made of, so that it can be started again.
pub(super) struct Project {
    pub(super) parts: Parts,
    /// What was started, for the log.
    pub(super) title: String,
    flash: FlashImage,
    config: Config,
    rom: Option<Arc<[u8]>>,
}

impl Project {
    /// Of uploaded files.
    pub(super) fn new(files: &Files, start: &SimStart, defaults: &Defaults) -> Result<Self, ApiError> {
        if start.chips.as_ref().is_some_and(|chips| !chips.0.is_empty()) {
            let message = "this server has no custom chips; take them out of wokwi.toml and the diagram";
            return Err(ApiError::new(Code::NotSupported, message));
        }
        let text = match files.get(DIAGRAM)? {
            Contents::Text(text) => text.as_str(),
            Contents::Binary(bytes) => std::str::from_utf8(bytes)
                .map_err(|error| ApiError::new(Code::BadRequest, format!("{DIAGRAM}: not UTF-8: {error}")))?,
        };
        let parts = Parts::read(text)?;
        let board = parts.diagram.board();
        let size = match &start.flash_size {
            Some(Scalar(text)) => Some(flash_size(text, "flashSize")?),
            None => board.attrs.get("flashSize").map(|text| flash_size(text, "the board's flashSize")).transpose()?,
        };
        let elf = start.elf.clone().map(FirmwareParam::File);
        let firmware = start.firmware.clone().or(elf).ok_or_else(|| {
            ApiError::new(
                Code::BadRequest,
                "`firmware` is missing: the name of an uploaded file, or a list of {offset, file}",
            )
        })?;
        let (flash, title) = match &firmware {
            FirmwareParam::File(name) => (one_file(name, files.get(name)?.bytes(), size, defaults)?, tame(name)),
            FirmwareParam::Sections(sections) => {
                (several_files(sections, files, size)?, format!("{} parts of the flash", sections.len()))
            }
        };
        let mut config = Config::default();
        (config.seed, config.network.seed, config.rom_messages) = (defaults.seed, defaults.seed, true);
        config.mac = board.attrs.get("macAddress").map(|text| mac(text)).transpose()?;
        Ok(Self { parts, title, flash, config, rom: defaults.rom.clone() })
    }

    /// A machine with power, at its beginning.
    pub(super) fn machine(&self) -> Machine {
        let mut machine = Machine::new(self.parts.board.clone(), self.flash.clone(), self.config.clone());
        if let Some(rom) = &self.rom {
            machine.load_rom(rom).expect("a ROM image of the right size, as it was read");
        }
        machine.connect_usb(self.parts.console.output == Some(simulator::soc::SerialPort::UsbSerialJtag));
        machine.power_on();
        machine
    }
}

/// An ELF file, an app image, or an image of the flash.
fn one_file(name: &str, bytes: &[u8], size: Option<FlashSize>, defaults: &Defaults) -> Result<FlashImage, ApiError> {
    let mut layout = Layout::default();
    // An image that begins without a bootloader does not say how large its chip is, and its end may be left out.
    let usual = || {
        Some(FlashSize::default()).filter(|usual| bytes.first() == Some(&0xFF) && bytes.len() <= usual.bytes() as usize)
    };
    if let Some(size) = size.or_else(usual) {
        layout = layout.with_flash_size(size);
    }
    if let Some(partitions) = &defaults.partitions {
        layout = layout.with_partitions(partitions.clone());
    }
    let wrong = |message: String| ApiError::new(Code::BadRequest, format!("{}: {message}", tame(name)));
    let firmware =
        Firmware::parse_with(bytes, &layout).map_err(|error| wrong(with_help(&error.to_string(), &error)))?;
    let (mut flash, kind) = (firmware.flash, firmware.kind);
    if let (Some(nvs), true) = (&defaults.nvs, kind != Kind::Flash) {
        let is_nvs = |it: &&Partition| it.kind == PartitionKind::Data && it.subtype == subtype::NVS;
        let partition = firmware.partitions.iter().find(is_nvs).filter(|it| nvs.len() <= it.size as usize);
        let partition = partition
            .ok_or_else(|| wrong("the server's NVS contents (--nvs) do not fit into an NVS partition".to_owned()))?;
        flash.write(partition.offset as usize, nvs).map_err(|error| wrong(error.to_string()))?;
    }
    Ok(flash)
}

/// What ESP-IDF's `flasher_args.json` lists.
fn several_files(sections: &[FlashSection], files: &Files, size: Option<FlashSize>) -> Result<FlashImage, ApiError> {
    if sections.is_empty() {
        return Err(ApiError::new(Code::BadRequest, "`firmware` is an empty list"));
    }
    let size = size.unwrap_or_default();
    let mut flash = FlashImage::erased(size.bytes() as usize);
    for FlashSection { offset, file } in sections {
        let bytes = files.get(file)?.bytes();
        flash.write(*offset as usize, bytes).map_err(|_| {
            let length = bytes.len();
            let message = format!("{}: {length} bytes at {offset:#x} do not fit into a flash of {size}", tame(file));
            ApiError::new(Code::BadRequest, message)
        })?;
    }
    Ok(flash)
}

/// `4MB`, `4`: megabytes either way.
fn flash_size(text: &str, what: &str) -> Result<FlashSize, ApiError> {
    let number = text.trim().to_ascii_uppercase();
    let megabytes: Option<usize> = number.trim_end_matches('B').trim_end_matches('M').trim().parse().ok();
    let size = megabytes.and_then(|it| FlashSize::from_bytes(it.checked_mul(1 << 20)?).ok());
    size.ok_or_else(|| {
        let message = format!("{what} is {}; a flash chip has 1, 2, 4, 8 or 16 MB", tame(text));
        ApiError::new(Code::BadRequest, message)
    })
}

/// `24:0a:c4:00:01:10`
fn mac(text: &str) -> Result<[u8; 6], ApiError> {
    let byte = |part: &str| u8::from_str_radix(part, 16).ok().filter(|_| part.len() == 2);
    let bytes: Option<Vec<u8>> = text.trim().split(':').map(byte).collect();
    bytes.and_then(|bytes| bytes.try_into().ok()).filter(|mac: &[u8; 6]| mac[0] & 1 == 0).ok_or_else(|| {
        let message = format!("the board's macAddress is {}; it looks like 24:0a:c4:00:01:10", tame(text));
        ApiError::new(Code::BadRequest, message)
    })
}
