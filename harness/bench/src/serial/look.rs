//! What can be said of a port without opening it.

use std::path::Path;

use super::tty::{is_tty, names, node};
use super::{Access, PortError, PortSpec, access, known_ports};

/// The device node that a port is now, if it is there and this user may open it; `None` for a port of another machine, which
/// is not asked.
///
/// # Errors
/// There is none, it is no serial port, or this user may not open it.
pub fn look(port: &PortSpec) -> Result<Option<String>, PortError> {
    if matches!(port, PortSpec::Rfc2217 { .. }) {
        return Ok(None);
    }
    let node = node(port)?;
    let shown = || port.to_string();
    // Windows' ports are no files.
    if cfg!(unix) {
        if !Path::new(&node).exists() {
            return Err(PortError::Missing { port: shown(), seen: names(&known_ports()) });
        }
        if !is_tty(&node) {
            return Err(PortError::NotATty { port: shown() });
        }
        match access(&node) {
            Access::Granted => {}
            Access::Group(group) => return Err(PortError::Permission { port: shown(), group: Some(group) }),
            Access::Denied => return Err(PortError::Permission { port: shown(), group: None }),
        }
    }
    Ok(Some(node))
}
