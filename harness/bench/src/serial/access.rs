//! May this user open a port? Asked of the file system, without opening it: that could reset a board.

/// What the file system says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// It may be opened.
    Granted,
    /// Not by this user, but by members of this group.
    Group(String),
    /// Not by this user.
    Denied,
}

/// Whether this user may read and write a device node. Where that cannot be asked, yes.
#[cfg(unix)]
pub fn access(node: &str) -> Access {
    use rustix::fs::{Access as Wanted, access};
    use std::os::unix::fs::MetadataExt as _;
    // Other errors than this one are told when it is opened.
    if access(node, Wanted::READ_OK | Wanted::WRITE_OK) != Err(rustix::io::Errno::ACCESS) {
        return Access::Granted;
    }
    match std::fs::metadata(node) {
        Ok(metadata) if metadata.mode() & 0o060 == 0o060 => {
            group_name(metadata.gid()).map_or(Access::Denied, Access::Group)
        }
        _ => Access::Denied,
    }
}

/// Whether this user may read and write a device node. Where that cannot be asked, yes.
#[cfg(not(unix))]
pub fn access(_node: &str) -> Access {
    Access::Granted
}

/// As `/etc/group` has it. Root's own is no group to join.
#[cfg(unix)]
fn group_name(id: u32) -> Option<String> {
    let groups = std::fs::read_to_string("/etc/group").ok()?;
    let is_it = |fields: &Vec<&str>| fields.get(2).and_then(|it| it.parse().ok()) == Some(id) && id != 0;
    let line = groups.lines().map(|line| line.split(':').collect()).find(is_it)?;
    line.first().map(|name| (*name).to_owned())
}
