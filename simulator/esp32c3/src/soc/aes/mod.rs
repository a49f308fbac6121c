//! AES: the accelerator for AES-128 and AES-256, by registers or by DMA; TRM, chapter "AES Accelerator".

mod cipher;
mod device;

pub(crate) use device::Aes;
