//! What the mask ROM and the second-stage bootloader leave behind when they jump to the application; ESP-IDF
//! `bootloader_utility.c`, `load_image` and `set_cache_and_start_app`.

use super::app::{self, App};
use super::{ImageError, Partition, PartitionError, PartitionTable, Segment, otadata, placement};
use crate::map::{MMU_ENTRIES, MMU_INVALID};
use hil_sim_core::mem::{FlashImage, Memory, Unmapped};

/// An entry of the MMU.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mapping {
    /// Index of the entry, which stands for 64 KB of both flash windows.
    pub entry: usize,
    /// The 64 KB page of the flash chip.
    pub page: u16,
}

/// An app partition that the bootloader tried before the one that it started.
#[derive(Debug)]
pub struct Skipped {
    /// Its label.
    pub partition: String,
    /// Why it was not started.
    pub reason: ImageError,
}

/// The state in which the application starts. Registers and clocks are not part of it.
#[derive(Debug)]
pub struct Boot {
    /// Address of the first instruction.
    pub entry: u32,
    /// What is in RAM. Everything else there is as it was, zero after power-on.
    pub ram: Vec<Segment>,
    /// What the MMU maps. All other entries are invalid.
    pub mapping: Vec<Mapping>,
    /// The partition that the app is in.
    pub partition: Partition,
    /// Those that were tried before, in this order. Not empty means that the device runs another app than the flash
    /// says it should.
    pub skipped: Vec<Skipped>,
}

impl Boot {
    /// Chooses and loads the app in a flash chip, as at every reset: firmware may have changed what is there.
    ///
    /// # Errors
    /// If the partition table is invalid or no app can be started.
    pub fn from_flash(flash: &FlashImage) -> Result<Self, ImageError> {
        let table = PartitionTable::from_flash(flash)?;
        let order = otadata::boot_order(flash, &table);
        if order.is_empty() {
            return Err(PartitionError::NoApp.into());
        }
        let mut skipped = Vec::new();
        for partition in order {
            match Self::from_partition(flash, partition) {
                Ok(boot) => return Ok(Self { skipped, ..boot }),
                Err(reason) => skipped.push(Skipped { partition: partition.label.clone(), reason }),
            }
        }
        Err(ImageError::NotBootable(skipped))
    }

    fn from_partition(flash: &FlashImage, partition: &Partition) -> Result<Self, ImageError> {
        let mut bytes = vec![0; partition.size as usize];
        flash.read(partition.offset as usize, &mut bytes).expect("the table was checked against the chip");
        let app = app::parse(&bytes, u64::from(partition.offset))?;
        let (ram, mapping) = place(&app)?;
        Ok(Self { entry: app.entry, ram, mapping, partition: partition.clone(), skipped: Vec::new() })
    }

    /// Puts the segments into RAM and sets all entries of the MMU.
    ///
    /// # Errors
    /// [`Unmapped`] if a segment is not in RAM, which cannot be after [`from_flash`](Self::from_flash).
    pub fn load(&self, memory: &mut Memory) -> Result<(), Unmapped> {
        for segment in &self.ram {
            memory.write_bytes(segment.address, &segment.bytes)?;
        }
        for entry in 0..MMU_ENTRIES {
            let page = self.mapping.iter().find(|mapping| mapping.entry == entry).map(|mapping| mapping.page);
            memory.set_mmu_entry(entry, page.unwrap_or(MMU_INVALID));
        }
        Ok(())
    }
}

/// Where the segments of an app go, after checking that they can.
pub(super) fn place(app: &App<'_>) -> Result<(Vec<Segment>, Vec<Mapping>), ImageError> {
    let loaded: Vec<_> = app.segments.iter().filter(|segment| segment.is_loaded()).collect();
    let extents: Vec<_> = loaded.iter().map(|segment| segment.extent).collect();
    placement::check(app.entry, &extents)?;
    placement::check_windows(&extents)?;
    let offsets: Vec<_> = loaded.iter().map(|segment| (segment.extent, segment.data_offset)).collect();
    let mapping = placement::map(&offsets)?;
    let ram = loaded.iter().filter(|segment| placement::flash_window(&segment.extent).is_none());
    let ram = ram.map(|segment| Segment { address: segment.extent.address, bytes: segment.bytes.to_vec() });
    Ok((ram.collect(), mapping))
}
