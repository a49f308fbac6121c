//! An open port, of whatever kind.

use std::io;
use std::time::Duration;

use super::{ControlLines, PortError, PortSpec, rfc2217, tty};

/// An open port. Nothing here waits longer than it says.
pub trait Link: Send {
    /// Reads what there is, waiting for it until the limit; 0 if nothing has come.
    ///
    /// # Errors
    /// The port has gone.
    fn read(&mut self, buffer: &mut [u8], limit: Duration) -> io::Result<usize>;

    /// Writes all of it, within a second and what the bytes take.
    ///
    /// # Errors
    /// The port has gone; [`io::ErrorKind::TimedOut`] if it takes no more.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Whether DTR and RTS can be set.
    fn has_control_lines(&self) -> bool;

    /// Sets DTR and RTS, both at once if the port can do that.
    ///
    /// # Errors
    /// The port has gone, or has no such lines.
    fn set_control_lines(&mut self, lines: ControlLines) -> io::Result<()>;

    /// Sets the bits per second.
    ///
    /// # Errors
    /// The port has gone, or cannot do it.
    fn set_baud(&mut self, baud: u32) -> io::Result<()>;

    /// Where it is: the device node, or host and port.
    fn place(&self) -> &str;

    /// The USB serial number, if it is a USB device with one: it is known by that wherever it turns up again.
    fn usb_serial(&self) -> Option<&str> {
        None
    }
}

/// Opens a port: at this rate, 8N1, DTR and RTS released in the order that does not reset a board.
///
/// # Errors
/// It cannot be opened.
pub fn open(spec: &PortSpec, baud: u32) -> Result<Box<dyn Link>, PortError> {
    match spec {
        PortSpec::Path(_) | PortSpec::Usb(_) => Ok(Box::new(tty::Tty::open(spec, baud)?)),
        PortSpec::Rfc2217 { host, port } => Ok(Box::new(rfc2217::Client::connect(spec, host, *port, baud)?)),
    }
}
