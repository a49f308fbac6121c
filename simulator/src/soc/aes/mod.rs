//! AES: the accelerator for AES-128 and AES-256, by registers or by DMA; TRM chapter 19.

mod cipher;
mod device;

pub(crate) use device::Aes;
