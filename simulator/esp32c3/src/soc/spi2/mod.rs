//! SPI2 (GP-SPI): master and slave on the FSPI signals, with the CPU's buffer or DMA; TRM chapter 27.

mod bits;
mod config;
mod device;
mod lines;
mod master;
mod registers;
mod slave;
#[cfg(test)]
mod tests;

pub(crate) use device::Spi2;
