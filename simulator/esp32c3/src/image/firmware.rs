//! [`Firmware`]: from a file of whatever kind to a flash chip that boots.

use super::app::{self, SIZE_AND_FREQUENCY};
use super::boot::place;
use super::main_stack::main_stack;
use super::partition::ENTRY_MAGIC;
use super::{
    AppError, Boot, FlashSize, ImageError, Layout, PARTITION_TABLE_OFFSET, PartitionError, PartitionTable, app_writer,
    elf, placement, radio,
};
use hil_sim_core::mem::FlashImage;
use std::ops::Range;

const ELF_MAGIC: &[u8] = b"\x7FELF";

/// What kind of file firmware came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A linked executable.
    Elf,
    /// An app image of esptool or espflash.
    App,
    /// A whole flash chip, or the first part of one.
    Flash,
}

/// Firmware, ready to be started.
#[derive(Debug)]
#[non_exhaustive]
pub struct Firmware {
    /// What the file was.
    pub kind: Kind,
    /// The flash chip with its partition table and the app, and, from a flash image, everything else.
    pub flash: FlashImage,
    /// The partitions in it.
    pub partitions: PartitionTable,
    /// The state in which the app starts, as long as nobody changes the flash.
    pub boot: Boot,
    /// Where its main stack is, if it is an ELF file that says so: see [`main_stack`].
    pub main_stack: Option<Range<u32>>,
}

/// The flash chip that the file fills.
impl From<&Firmware> for FlashImage {
    fn from(firmware: &Firmware) -> Self {
        firmware.flash.clone()
    }
}

impl Firmware {
    /// Reads a file for a chip of the [usual layout](Layout::default).
    ///
    /// # Errors
    /// [`ImageError`], which says what is wrong and at which offset.
    pub fn parse(file: &[u8]) -> Result<Self, ImageError> {
        Self::parse_with(file, &Layout::default())
    }

    /// Reads a file for a chip with this layout.
    ///
    /// # Errors
    /// [`ImageError`], which says what is wrong and at which offset.
    pub fn parse_with(file: &[u8], layout: &Layout) -> Result<Self, ImageError> {
        match kind(file)? {
            Kind::Elf => Self::from_elf(file, layout),
            Kind::App => {
                // What is wrong is said in the file's own offsets.
                place(&app::parse(file, 0)?)?;
                Self::install(Kind::App, file, layout)
            }
            Kind::Flash => Self::from_flash_image(file, layout),
        }
    }

    /// Whether it has a driver of the chip's radio in it, by what its instructions address. Where it does not, nothing that happens on
    /// the air means anything to it.
    pub fn has_radio_driver(&self) -> bool {
        radio::has_driver(&self.flash)
    }

    fn from_elf(file: &[u8], layout: &Layout) -> Result<Self, ImageError> {
        let program = elf::parse(file)?;
        let extents: Vec<_> = program.parts.iter().map(|part| part.extent).collect();
        placement::check(program.entry, &extents)?;
        let app = app_writer::write(program.entry, program.parts, layout.flash_size(), file)?;
        Ok(Self { main_stack: main_stack(file), ..Self::install(Kind::Elf, &app, layout)? })
    }

    /// Puts an app image into the partition that an erased `otadata` leads to.
    fn install(kind: Kind, app: &[u8], layout: &Layout) -> Result<Self, ImageError> {
        let (size, partitions) = (layout.flash_size(), layout.partitions());
        partitions.check_fits(size.bytes() as usize)?;
        let target = partitions.factory().or_else(|| partitions.ota_slot(0)).ok_or(PartitionError::NoApp)?;
        if app.len() > target.size as usize {
            let partition = target.label.clone();
            return Err(AppError::TooLarge { size: app.len(), partition, available: target.size }.into());
        }
        let mut flash = FlashImage::erased(size.bytes() as usize);
        flash.write(PARTITION_TABLE_OFFSET as usize, &partitions.to_bytes()).expect("every chip is larger");
        flash.write(target.offset as usize, app).expect("the partition is in the chip");
        Self::boot(kind, flash)
    }

    fn from_flash_image(file: &[u8], layout: &Layout) -> Result<Self, ImageError> {
        let least = FlashSize::at_least(file.len())?;
        let header = file.get(SIZE_AND_FREQUENCY).filter(|_| file[0] == app::MAGIC);
        let header = header.and_then(|byte| FlashSize::from_code(byte >> 4)).unwrap_or(least);
        let chip = layout.explicit_flash_size().unwrap_or(header.max(least)).bytes();
        if file.len() > chip as usize {
            return Err(ImageError::ChipTooSmall { bytes: file.len(), chip });
        }
        Self::boot(Kind::Flash, FlashImage::with_image(chip as usize, file))
    }

    fn boot(kind: Kind, flash: FlashImage) -> Result<Self, ImageError> {
        let partitions = PartitionTable::from_flash(&flash)?;
        let boot = Boot::from_flash(&flash)?;
        Ok(Self { kind, flash, partitions, boot, main_stack: None })
    }
}

fn kind(file: &[u8]) -> Result<Kind, ImageError> {
    let table = file.get(PARTITION_TABLE_OFFSET as usize..).is_some_and(|rest| rest.starts_with(&ENTRY_MAGIC));
    // A bootloader ends before the table; an app may have anything at that offset.
    let covered = app::end_of_segments(file).is_some_and(|end| end > PARTITION_TABLE_OFFSET as usize);
    match file.first() {
        None => Err(ImageError::Empty),
        Some(_) if file.starts_with(ELF_MAGIC) => Ok(Kind::Elf),
        Some(_) if table && !covered => Ok(Kind::Flash),
        Some(&app::MAGIC) => Ok(Kind::App),
        Some(_) => Err(ImageError::Unknown(file[..file.len().min(4)].to_vec())),
    }
}
