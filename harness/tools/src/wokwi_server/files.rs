//! What a client has uploaded. Names are keys in memory and never lead to the server's own files.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::limits::{Limits, NAME_BYTES};
use super::note::tame;
use super::protocol::{ApiError, Code, FileUpload};

/// The contents of a file, as they came.
pub(super) enum Contents {
    /// JSON, mostly.
    Text(String),
    /// Firmware.
    Binary(Vec<u8>),
}

impl Contents {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }
}

/// The files of one client.
pub(super) struct Files {
    files: BTreeMap<String, Contents>,
    limits: Limits,
    bytes: usize,
    /// Those of all clients.
    all: Arc<AtomicUsize>,
}

impl Files {
    pub(super) fn new(limits: Limits, all: Arc<AtomicUsize>) -> Self {
        Self { files: BTreeMap::new(), limits, bytes: 0, all }
    }

    /// Keeps a file. It takes the place of one with the same name.
    pub(super) fn upload(&mut self, upload: FileUpload<'_>) -> Result<(), ApiError> {
        let FileUpload { name, text, binary } = upload;
        if name.is_empty() || name.len() > NAME_BYTES {
            let message = format!("a file's name has 1 to {NAME_BYTES} bytes");
            return Err(ApiError::new(Code::BadRequest, message));
        }
        let contents = match (text, binary) {
            (Some(text), None) => Contents::Text(text.into_owned()),
            (None, Some(binary)) => Contents::Binary(STANDARD.decode(binary.as_bytes()).map_err(|error| {
                ApiError::new(Code::BadRequest, format!("{}: `binary` is no base64: {error}", tame(&name)))
            })?),
            _ => return Err(ApiError::new(Code::BadRequest, "give one of `text` and `binary`")),
        };
        let length = contents.bytes().len();
        let most = self.limits.file_bytes;
        if length > most {
            let message = format!("{}: {length} bytes; a file may have {most}", tame(&name));
            return Err(ApiError::new(Code::TooLarge, message));
        }
        if !self.files.contains_key(&name) && self.files.len() >= self.limits.files {
            let message = format!("{} files are uploaded; there may not be more", self.files.len());
            return Err(ApiError::new(Code::TooLarge, message));
        }
        self.remove(&name);
        if self.bytes + length > self.limits.client_bytes {
            let message = format!("{}: all files together may have {} bytes", tame(&name), self.limits.client_bytes);
            return Err(ApiError::new(Code::TooLarge, message));
        }
        let all = self.all.fetch_add(length, Ordering::Relaxed);
        if all + length > self.limits.all_bytes {
            self.all.fetch_sub(length, Ordering::Relaxed);
            let message = format!("{}: the clients of this server have no room left for {length} bytes", tame(&name));
            return Err(ApiError::new(Code::TooLarge, message));
        }
        self.bytes += length;
        self.files.insert(name, contents);
        Ok(())
    }

    fn remove(&mut self, name: &str) {
        if let Some(contents) = self.files.remove(name) {
            let length = contents.bytes().len();
            self.bytes -= length;
            self.all.fetch_sub(length, Ordering::Relaxed);
        }
    }

    /// The contents of a file.
    pub(super) fn get(&self, name: &str) -> Result<&Contents, ApiError> {
        self.files.get(name).ok_or_else(|| {
            let names: Vec<_> = self.files.keys().map(|name| tame(name)).collect();
            let there_is = if names.is_empty() {
                "nothing is uploaded".to_owned()
            } else {
                format!("there is {}", names.join(", "))
            };
            ApiError::new(Code::NotFound, format!("no file {} is uploaded; {there_is}", tame(name)))
        })
    }

    /// The contents of a file as the API has them.
    pub(super) fn download(&self, name: &str) -> Result<Value, ApiError> {
        Ok(match self.get(name)? {
            Contents::Text(text) => json!({ "text": text }),
            Contents::Binary(bytes) => json!({ "binary": STANDARD.encode(bytes) }),
        })
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.all.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
