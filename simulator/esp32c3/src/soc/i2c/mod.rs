//! I2C0: the master, with its list of commands and its FIFOs; TRM chapter 28. The slave is not modelled.
//!
//! Every edge is put on SCL and SDA, and SDA is sampled from the pin: who acknowledges, and what is read, is decided by
//! what is wired to the pins.

mod bus;
mod device;
mod fifo;
mod master;
mod registers;
#[cfg(test)]
mod tests;
mod timing;

pub(crate) use device::I2c;
