//! Names that DNS knows, and their addresses.

use std::net::Ipv4Addr;

/// The addresses that names are given, in the order in which they became known: 198.18.0.0/15, which is set aside for
/// tests of networks (RFC 2544, RFC 6890), so that it is nobody's.
///
/// Each name has an address of its own, so that a connection tells which name its device meant, and outside the subnet, so
/// that the way there leads through the gateway, whose Ethernet address the device knows already.
const FIRST: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 1);
/// What the host is told of connections to the portal of a network that holds its guests captive.
const PORTAL: &str = "captive.portal";
/// How many there are.
const ADDRESSES: usize = (1 << 17) - 2;

/// Names that DNS knows, and names that it knew.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Names {
    /// The n-th name has the n-th address, for ever.
    names: Vec<Name>,
    /// What every name resolves to, if the network holds its guests captive.
    portal: Option<Ipv4Addr>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Name {
    /// In lower case, without a dot at the end.
    name: String,
    resolves: bool,
}

impl Names {
    /// Makes the name known. `None` if there are no addresses left.
    pub(super) fn allow(&mut self, name: &str) -> Option<Ipv4Addr> {
        let name = canonical(name);
        let n = match self.names.iter().position(|known| known.name == name) {
            Some(n) => n,
            None if self.names.len() == ADDRESSES => return None,
            None => {
                self.names.push(Name { name, resolves: false });
                self.names.len() - 1
            }
        };
        self.names[n].resolves = true;
        Some(address(n))
    }

    /// The name is no longer known to DNS.
    pub(super) fn forbid(&mut self, name: &str) {
        let name = canonical(name);
        if let Some(known) = self.names.iter_mut().find(|known| known.name == name) {
            known.resolves = false;
        }
    }

    /// Lets every name resolve to one address, or not any more.
    pub(super) fn set_captive(&mut self, is_captive: bool) {
        self.portal = if is_captive { self.allow(PORTAL) } else { None };
        if !is_captive {
            self.forbid(PORTAL);
        }
    }

    /// What DNS answers.
    pub(super) fn resolve(&self, name: &str) -> Option<Ipv4Addr> {
        if self.portal.is_some() {
            return self.portal;
        }
        let name = canonical(name);
        self.names.iter().position(|known| known.name == name && known.resolves).map(address)
    }

    /// The name that was answered with this address.
    pub(super) fn name_of(&self, address: Ipv4Addr) -> Option<&str> {
        let n = address.to_bits().checked_sub(FIRST.to_bits())?;
        Some(&self.names.get(n as usize)?.name)
    }
}

fn address(n: usize) -> Ipv4Addr {
    Ipv4Addr::from_bits(FIRST.to_bits() + n as u32)
}

/// Names are compared without regard to case (RFC 4343).
fn canonical(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}
