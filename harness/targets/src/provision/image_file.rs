//! The provisioner `image`: a file, as it is.

use std::path::{Path, PathBuf};

use super::{Flash, Identity, NotNvs, NvsCsv, Patch, ProvisionError, Provisioned, Provisioner, find_partition};
use std::sync::Arc;

/// Where an image belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImagePlace {
    /// At so many bytes from the start of the flash.
    Offset(u32),
    /// In the partition of this label.
    Partition(String),
    /// In the partition for NVS.
    Nvs,
}

/// `image`: a file that is written into the flash as it is.
#[derive(Debug, Clone)]
pub struct ImageFile {
    path: PathBuf,
    bytes: Arc<[u8]>,
    place: ImagePlace,
}

impl ImageFile {
    /// From a file.
    ///
    /// # Errors
    /// It cannot be read, is empty, or is for the partition of NVS and no image of one.
    pub fn read(path: &Path, place: ImagePlace) -> Result<Self, ProvisionError> {
        let wrong = |problem| ProvisionError::File { path: path.to_owned(), line: None, problem };
        let bytes = std::fs::read(path).map_err(|e| wrong(e.to_string()))?;
        if place == ImagePlace::Nvs {
            NotNvs::check(&bytes).map_err(|e| wrong(format!("{e}; {}", NotNvs::HELP)))?;
        } else if bytes.is_empty() {
            return Err(wrong("it is empty".to_owned()));
        }
        Ok(Self { path: path.to_owned(), bytes: bytes.into(), place })
    }
}

impl Provisioner for ImageFile {
    fn name(&self) -> &str {
        "image"
    }

    fn keys(&self) -> Vec<&str> {
        Vec::new()
    }

    fn provision(&self, identity: &Identity, flash: &mut dyn Flash) -> Result<Provisioned, ProvisionError> {
        if identity.keep {
            let problem = format!("{} is written as it is: nothing of what is there can be kept", self.path.display());
            return Err(ProvisionError::Impossible(problem));
        }
        let label = match &self.place {
            ImagePlace::Offset(_) => None,
            ImagePlace::Partition(label) => Some(Some(label.as_str())),
            ImagePlace::Nvs => Some(None),
        };
        let name = self.path.display().to_string();
        let offset = match (&self.place, label) {
            (ImagePlace::Offset(offset), _) => *offset,
            (_, label) => {
                let partition = find_partition(flash, label.flatten())?;
                if self.bytes.len() > partition.size as usize {
                    return Err(ProvisionError::NoRoom {
                        what: name,
                        needed: self.bytes.len(),
                        room: partition.size as usize,
                        place: format!("the partition `{}`", partition.label),
                    });
                }
                partition.offset
            }
        };
        let summary = vec![format!("{name}    {} bytes at {offset:#x}", self.bytes.len())];
        let patch = Patch { name, offset, bytes: self.bytes.to_vec() };
        Ok(Provisioned { patches: vec![patch], summary, ..Provisioned::default() })
    }
}

/// What a file says of the partition for NVS: a CSV file of ESP-IDF's generator if its name ends so, else an image.
///
/// # Errors
/// It cannot be read, or is wrong.
pub fn nvs_of_file(path: &Path) -> Result<Arc<dyn Provisioner>, ProvisionError> {
    let is_csv = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    Ok(if is_csv { Arc::new(NvsCsv::read(path, None)?) } else { Arc::new(ImageFile::read(path, ImagePlace::Nvs)?) })
}
