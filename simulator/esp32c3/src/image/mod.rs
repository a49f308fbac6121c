//! Firmware as files: what a build produces, turned into what the chip has in RAM, in flash and in the MMU when the
//! first instruction of the application runs. Not for executing it, and not for source lines (DWARF).
//!
//! [`Firmware::parse`] tells three kinds apart by their content:
//!
//! | kind | begins with | who makes it |
//! |---|---|---|
//! | ELF | `7F 45 4C 46` | the linker |
//! | app image | `E9`, with a header, segments, a checksum and a SHA-256 digest | `esptool elf2image`, `espflash save-image` |
//! | flash image | anything, with a partition table at [`PARTITION_TABLE_OFFSET`] | `esptool merge-bin`, `espflash save-image --merge`, a dump |
//!
//! Each becomes a [`FlashImage`](hil_sim_core::mem::FlashImage) with a partition table and an app, because firmware reads
//! both. An ELF file is converted to the very bytes that `esptool elf2image` makes of it; the sector of the bootloader
//! stays erased. [`Boot::from_flash`] then does what the mask ROM and the second-stage bootloader do at every reset:
//! choose the app partition, check the image, load its RAM segments, map its flash segments. **The bootloader itself is
//! not executed**, so nothing of a bootloader that was configured or written differently has any effect: no secure boot,
//! no flash encryption, no rollback of an unconfirmed update, no check of the chip's revision, no factory reset pin, no
//! other offset of the partition table.
//!
//! [`Symbols`] are the names in an ELF file, for whoever wants them: traces, coverage, backtraces.
//!
//! ```
//! use hil_sim_esp32c3::image::{Layout, PartitionTable};
//!
//! let table = PartitionTable::from_csv("nvs, data, nvs, 0x9000, 0x6000\nfactory, app, factory, 0x10000, 1M")?;
//! assert_eq!(table.find("nvs").map(|nvs| nvs.range()), Some(0x9000..0xF000));
//! let layout = Layout::default().with_partitions(table);
//! # let file: &[u8] = &[];
//! let error = hil_sim_esp32c3::image::Firmware::parse_with(file, &layout).unwrap_err();
//! assert_eq!(error.to_string(), "the firmware file is empty");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Sources
//!
//! * ELF: System V ABI, chapter 4 "Object Files" (header, symbol table) and chapter 5 "Program Header"; machine numbers
//!   in the RISC-V ELF psABI, section "File Header".
//! * App image: ESP-IDF `esp_app_format.h` and `esp_image_format.c`; esptool documentation, "Firmware Image Format".
//! * Partition table: ESP-IDF Programming Guide, "Partition Tables"; `esp_flash_partitions.h`, `flash_partitions.c`.
//! * Choice of the app: ESP-IDF `bootloader_utility.c` and `bootloader_common_loader.c`, `esp_ota_select_entry_t`.

mod app;
mod app_error;
mod app_writer;
mod boot;
mod elf;
mod elf_error;
mod error;
mod firmware;
mod flash_size;
mod layout;
mod little_endian;
mod main_stack;
mod otadata;
mod partition;
mod placement;
mod radio;
mod segment;
mod symbols;

pub use app_error::AppError;
pub use boot::{Boot, Mapping, Skipped};
pub use elf_error::ElfError;
pub use error::ImageError;
pub use firmware::{Firmware, Kind};
pub use flash_size::{FlashSize, FlashSizeError};
pub use layout::Layout;
pub use main_stack::main_stack;
pub use partition::{PARTITION_TABLE_OFFSET, Partition, PartitionError, PartitionKind, PartitionTable, Place, subtype};
pub use placement::PlacementError;
pub use segment::{Extent, Header, Segment};
pub use symbols::{Symbol, SymbolKind, Symbols, SymbolsError};
