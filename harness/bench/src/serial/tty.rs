//! Serial ports of this machine.

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serialport::{ErrorKind, FlowControl, SerialPort, SerialPortType, UsbPortInfo};

use super::{Access, BAUD, ControlLines, Link, PortError, PortSpec, access};

/// Longest wait for the port to take anything at all.
const WRITE_LIMIT: Duration = Duration::from_secs(1);

/// A port of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownPort {
    /// Device node.
    pub node: String,
    /// USB serial number, if it is a USB device with one.
    pub usb_serial: Option<String>,
    /// USB vendor and product, if it is a USB device.
    pub usb_id: Option<(u16, u16)>,
    /// What the USB device says that it is.
    pub product: Option<String>,
}

/// The serial ports of this machine; USB devices first. None of them is touched.
pub fn known_ports() -> Vec<KnownPort> {
    let mut ports: Vec<_> = serialport::available_ports()
        .unwrap_or_default()
        .into_iter()
        .map(|port| match port.port_type {
            SerialPortType::UsbPort(usb) => KnownPort {
                node: port.port_name,
                usb_id: Some((usb.vid, usb.pid)),
                usb_serial: usb.serial_number,
                product: usb.product,
            },
            _ => KnownPort { node: port.port_name, usb_serial: None, usb_id: None, product: None },
        })
        .collect();
    ports.sort_by(|a, b| (a.usb_id.is_none(), &a.node).cmp(&(b.usb_id.is_none(), &b.node)));
    ports
}

/// An open tty.
pub(super) struct Tty {
    port: Box<dyn SerialPort>,
    node: String,
    usb_serial: Option<String>,
    has_control_lines: bool,
    set: Option<ControlLines>,
}

impl Tty {
    pub(super) fn open(spec: &PortSpec, baud: u32) -> Result<Self, PortError> {
        let node = node(spec)?;
        let port = builder(&node, baud).open().map_err(|e| refused(spec, &node, e))?;
        let usb_serial = usb_of(&node).and_then(|usb| usb.serial_number);
        let mut tty = Self { port, node, usb_serial, has_control_lines: true, set: None };
        // Opening has asserted both. RTS first: DTR first would reset the board.
        tty.has_control_lines = tty.set_control_lines(ControlLines::default()).is_ok();
        Ok(tty)
    }
}

impl Link for Tty {
    fn read(&mut self, buffer: &mut [u8], limit: Duration) -> io::Result<usize> {
        self.port.set_timeout(limit)?;
        match self.port.read(buffer) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => Ok(count),
            Err(e) if matches!(e.kind(), io::ErrorKind::TimedOut | io::ErrorKind::Interrupted) => Ok(0),
            Err(e) => Err(e),
        }
    }

    fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        self.port.set_timeout(WRITE_LIMIT)?;
        while !bytes.is_empty() {
            // Small pieces: a write of a blocking tty returns only when all of it is taken.
            let piece = &bytes[..bytes.len().min(256)];
            match self.port.write(piece) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => bytes = &bytes[count..],
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    fn has_control_lines(&self) -> bool {
        self.has_control_lines
    }

    fn set_control_lines(&mut self, lines: ControlLines) -> io::Result<()> {
        // One after the other, in the order in which a board is not reset on the way; to BOOT through both asserted.
        let rts_first = if lines.rts { self.set.is_some_and(|set| set.dtr) } else { !lines.dtr };
        if rts_first {
            self.port.write_request_to_send(lines.rts)?;
            self.port.write_data_terminal_ready(lines.dtr)?;
        } else {
            self.port.write_data_terminal_ready(lines.dtr)?;
            self.port.write_request_to_send(lines.rts)?;
        }
        self.set = Some(lines);
        Ok(())
    }

    fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        self.port.set_baud_rate(baud).map_err(io::Error::from)
    }

    fn place(&self) -> &str {
        &self.node
    }

    fn usb_serial(&self) -> Option<&str> {
        self.usb_serial.as_deref()
    }
}

/// A port for libraries that want the crate's own type, and what USB says of it.
pub(crate) fn open_native(spec: &PortSpec) -> Result<(espflash::connection::Port, UsbPortInfo, bool), PortError> {
    let node = node(spec)?;
    let mut port =
        builder(&node, BAUD).timeout(Duration::from_secs(3)).open_native().map_err(|e| refused(spec, &node, e))?;
    let has_control_lines =
        port.write_request_to_send(false).and_then(|()| port.write_data_terminal_ready(false)).is_ok();
    Ok((port, usb_of(&node).unwrap_or_else(no_usb), has_control_lines))
}

/// USB information of a port that is none.
pub(crate) fn no_usb() -> UsbPortInfo {
    UsbPortInfo { vid: 0, pid: 0, serial_number: None, manufacturer: None, product: None }
}

fn builder(node: &str, baud: u32) -> serialport::SerialPortBuilder {
    serialport::new(node, baud).flow_control(FlowControl::None)
}

/// The device node that a specification stands for now.
pub(super) fn node(spec: &PortSpec) -> Result<String, PortError> {
    match spec {
        PortSpec::Path(path) => Ok(resolved(path).display().to_string()),
        PortSpec::Usb(serial) => {
            let known = known_ports();
            let is_it = |port: &&KnownPort| port.usb_serial.as_ref().is_some_and(|s| s.eq_ignore_ascii_case(serial));
            match known.iter().find(is_it) {
                Some(port) => Ok(port.node.clone()),
                None => Err(PortError::Missing { port: spec.to_string(), seen: names(&known) }),
            }
        }
        PortSpec::Rfc2217 { .. } => {
            Err(PortError::Unsupported { port: spec.to_string(), problem: "it is no port of this machine" })
        }
    }
}

/// The end of a chain of links, or the path itself.
fn resolved(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn usb_of(node: &str) -> Option<UsbPortInfo> {
    let known = serialport::available_ports().ok()?;
    known.into_iter().find(|port| port.port_name == node).and_then(|port| match port.port_type {
        SerialPortType::UsbPort(usb) => Some(usb),
        _ => None,
    })
}

pub(super) fn names(known: &[KnownPort]) -> Vec<String> {
    let usb = known.iter().filter(|port| port.usb_id.is_some());
    usb.map(|port| match &port.usb_serial {
        Some(serial) => format!("{} (usb:{serial})", port.node),
        None => port.node.clone(),
    })
    .collect()
}

fn refused(spec: &PortSpec, node: &str, error: serialport::Error) -> PortError {
    let port = spec.to_string();
    match error.kind {
        // TIOCEXCL or flock: somebody else has it.
        ErrorKind::NoDevice if Path::new(node).exists() => PortError::Busy { port },
        ErrorKind::NoDevice | ErrorKind::Io(io::ErrorKind::NotFound) => {
            PortError::Missing { port, seen: names(&known_ports()) }
        }
        ErrorKind::Io(io::ErrorKind::PermissionDenied) => {
            let group = if let Access::Group(group) = access(node) { Some(group) } else { None };
            PortError::Permission { port, group }
        }
        _ if !is_tty(node) => PortError::NotATty { port },
        _ => PortError::Io { port, source: error.into() },
    }
}

/// Whether the node is a character device at all; what it is not, no ioctl of a tty works on.
#[cfg(unix)]
pub(super) fn is_tty(node: &str) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    std::fs::metadata(node).is_ok_and(|metadata| metadata.file_type().is_char_device())
        && !["/dev/null", "/dev/zero", "/dev/full"].contains(&node)
}

#[cfg(not(unix))]
pub(super) fn is_tty(_node: &str) -> bool {
    true
}
