//! Firmware with its debug information, and everything else that a machine is made of, from files.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use simulator::board::diagram::{BoardError, Diagram, DiagramError};
use simulator::image::{
    Firmware, FlashSize, ImageError, Kind, Layout, PARTITION_TABLE_OFFSET, Partition, PartitionError, PartitionKind,
    PartitionTable, subtype,
};
use simulator::machine::Board;
use simulator::mem::{FlashImage, OutsideFlash, SECTOR_BYTES};

use hil_bench::debug_info::{DebugInfo, DebugInfoError};
use hil_scenario::load::open_file;
use hil_targets::provision::NotNvs;

/// A file that a machine cannot be made of.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// It cannot be read or written.
    #[error("{}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no firmware.
    #[error("{}", path.display())]
    Image {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: ImageError,
    },
    /// It is no partition table.
    #[error("{}", path.display())]
    Partitions {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: PartitionError,
    },
    /// Its debug information cannot be read.
    #[error("{}", path.display())]
    DebugInfo {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: DebugInfoError,
    },
    /// It is no drawing of a board.
    #[error("{}{_0}", .0.location().map_or_else(String::new, |at| format!("{at}: ")))]
    Diagram(#[from] DiagramError),
    /// It is a drawing of a board that cannot be built.
    #[error("{}", path.display())]
    Board {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: BoardError,
    },
    /// It is no image of an NVS partition.
    #[error("{}", path.display())]
    Nvs {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: NotNvs,
    },
    /// It does not fit where it belongs.
    #[error("{}: {problem}", path.display())]
    Contents {
        /// The file.
        path: PathBuf,
        /// Why.
        problem: String,
    },
}

impl LoadError {
    fn contents(path: &Path, problem: impl Into<String>) -> Self {
        Self::Contents { path: path.to_owned(), problem: problem.into() }
    }

    /// What can be done about it, if more than what the message says.
    pub fn help(&self) -> Option<String> {
        let diagnostic: &dyn miette::Diagnostic = match self {
            Self::Image { source, .. } => source,
            Self::Partitions { source, .. } => source,
            Self::Diagram(source) => source,
            Self::Board { source, .. } => source,
            Self::Nvs { .. } => return Some(NotNvs::HELP.to_owned()),
            _ => return None,
        };
        diagnostic.help().map(|help| help.to_string())
    }
}

/// Firmware and what is known about it.
#[derive(Debug)]
pub struct Program {
    /// The chip's flash with the firmware in it.
    pub firmware: Firmware,
    /// Functions and lines; empty without an ELF file.
    pub debug: Rc<DebugInfo>,
}

/// Which files to load a [`Program`] from.
#[derive(Clone, Copy, Debug)]
pub struct Load<'a> {
    /// An ELF file, an app image or a flash image.
    pub firmware: &'a Path,
    /// The ELF file that the firmware was made of, if the firmware is an image.
    pub elf: Option<&'a Path>,
    /// A partition table as CSV; espflash's usual one without.
    pub partitions: Option<&'a Path>,
    /// The size of the flash chip; what the image says, or 4 MB, without.
    pub flash_size: Option<FlashSize>,
}

impl Load<'_> {
    /// Loads it.
    ///
    /// # Errors
    /// [`LoadError`], which names the file.
    pub fn program(&self) -> Result<Program, LoadError> {
        let bytes = read(self.firmware)?;
        let mut layout = Layout::default();
        if let Some(size) = self.flash_size {
            layout = layout.with_flash_size(size);
        }
        if let Some(path) = self.partitions {
            let text = String::from_utf8_lossy(&read(path)?).into_owned();
            let wrong = |source| LoadError::Partitions { path: path.to_owned(), source };
            layout = layout.with_partitions(PartitionTable::from_csv(&text).map_err(wrong)?);
        }
        let wrong = |source| LoadError::Image { path: self.firmware.to_owned(), source };
        let firmware = Firmware::parse_with(&bytes, &layout).map_err(wrong)?;
        let parse = |path: &Path, bytes: &[u8]| {
            DebugInfo::parse(bytes).map_err(|source| LoadError::DebugInfo { path: path.to_owned(), source })
        };
        let debug = match self.elf {
            Some(path) => parse(path, &read(path)?)?,
            None if firmware.kind == Kind::Elf => parse(self.firmware, &bytes)?,
            None => DebugInfo::default(),
        };
        Ok(Program { firmware, debug: Rc::new(debug) })
    }
}

impl Program {
    /// Puts what `path` has into the NVS partition.
    ///
    /// # Errors
    /// If there is none, it is smaller than the file, or the file is no image of one.
    pub fn write_nvs(&mut self, path: &Path) -> Result<(), LoadError> {
        let bytes = read(path)?;
        NotNvs::check(&bytes).map_err(|source| LoadError::Nvs { path: path.to_owned(), source })?;
        let is_nvs = |it: &&Partition| it.kind == PartitionKind::Data && it.subtype == subtype::NVS;
        let nvs = self.firmware.partitions.iter().find(is_nvs);
        let nvs =
            nvs.ok_or_else(|| LoadError::contents(path, "the partition table has no NVS partition to put it in"))?;
        if bytes.len() > nvs.size as usize {
            let (length, room) = (bytes.len(), nvs.size);
            let problem = format!(
                "{length} bytes do not fit into the NVS partition of {room}: make an image of that size, or name a table with a \
                 larger partition (--partitions FILE)"
            );
            return Err(LoadError::contents(path, problem));
        }
        let mut contents = bytes;
        contents.resize(nvs.size as usize, 0xFF);
        let offset = nvs.offset as usize;
        self.firmware.flash.write(offset, &contents).map_err(|error| outside(path, error))
    }

    /// Takes all of the flash from this file but what the firmware brings: the partition table, the partitions for apps,
    /// and the choice between them. A file that is not there changes nothing.
    ///
    /// # Errors
    /// If the file cannot be read, or has another size than the chip.
    pub fn keep_flash_of(&mut self, path: &Path) -> Result<(), LoadError> {
        let kept = match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            result => result.map_err(|source| LoadError::File { path: path.to_owned(), source })?,
        };
        let Firmware { flash, partitions, .. } = &mut self.firmware;
        if kept.len() != flash.len() {
            let problem = format!("it has {} bytes, but the flash chip has {}", kept.len(), flash.len());
            return Err(LoadError::contents(path, problem));
        }
        let mut all = FlashImage::with_image(kept.len(), &kept);
        let is_ours = |it: &&Partition| it.kind == PartitionKind::App || Some(*it) == partitions.otadata();
        let table = PARTITION_TABLE_OFFSET..PARTITION_TABLE_OFFSET + SECTOR_BYTES as u32;
        for range in std::iter::once(table).chain(partitions.iter().filter(is_ours).map(Partition::range)) {
            let mut bytes = vec![0; range.len()];
            flash.read(range.start as usize, &mut bytes).map_err(|error| outside(path, error))?;
            all.write(range.start as usize, &bytes).map_err(|error| outside(path, error))?;
        }
        *flash = all;
        Ok(())
    }
}

/// Keeps the flash chip's contents in a file. The file is replaced as a whole.
///
/// # Errors
/// If it cannot be written.
pub fn save_flash(path: &Path, flash: &FlashImage) -> Result<(), LoadError> {
    let failed = |source| LoadError::File { path: path.to_owned(), source };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    fs::write(&new, flash.to_vec()).map_err(failed)?;
    fs::rename(&new, path).map_err(failed)
}

fn outside(path: &Path, error: OutsideFlash) -> LoadError {
    LoadError::contents(path, error.to_string())
}

fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    let mut bytes = Vec::new();
    let read = open_file(path).and_then(|mut file| file.read_to_end(&mut bytes));
    read.map(|_| bytes).map_err(|source| LoadError::File { path: path.to_owned(), source })
}

/// Reads the wires and parts of a board from its `diagram.json`; and what to say of its parts that are not simulated.
///
/// # Errors
/// If it cannot be read, or cannot be built.
pub fn board(path: &Path) -> Result<(Board, Option<String>), LoadError> {
    let diagram = Diagram::read(path)?;
    let board = diagram.build().map_err(|source| LoadError::Board { path: path.to_owned(), source })?;
    Ok((board, diagram.remark()))
}

/// An ESP32-C3-DevKitM-1 with nothing but the LED that is on it.
pub fn bare_board() -> Board {
    let text = r#"{ "version": 1, "parts": [{ "type": "board-esp32-c3-devkitm-1", "id": "esp" }] }"#;
    let diagram = Diagram::parse("the bare board", text).expect("a valid drawing");
    diagram.build().expect("a drawing that can be built")
}
