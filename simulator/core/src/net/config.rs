//! What the network looks like from the device.

use std::net::Ipv4Addr;

use crate::time::Span;

/// The network that the device is plugged into: one subnet with one gateway, which is DNS and DHCP server as well.
///
/// That the three have one address is on purpose: smoltcp, the stack of most Rust firmware, sends no second ARP request
/// for a second, so that a boot would take a second longer with a DNS server of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NetworkConfig {
    /// The gateway's Ethernet address.
    pub gateway_mac: [u8; 6],
    /// The gateway's address.
    pub gateway: Ipv4Addr,
    /// Length of the subnet's prefix in bits, at most 30.
    pub prefix_len: u8,
    /// What DHCP leases to the device. A device may use another address of its own accord.
    pub device: Ipv4Addr,
    /// How long DHCP leases it, in whole seconds.
    pub lease: Span,
    /// How long a frame is under way, in either direction. There is no limit to the bandwidth.
    pub latency: Span,
    /// Where the initial sequence numbers and the outcome of [`Faults`](super::Faults) come from.
    pub seed: u64,
}

impl Default for NetworkConfig {
    /// 10.0.2.0/24 with the gateway at 10.0.2.2 and the device at 10.0.2.15, as QEMU's user networking has it; a lease of
    /// a day; 100 µs, what a switched Ethernet with a host that answers at once needs.
    fn default() -> Self {
        Self {
            gateway_mac: [0x52, 0x55, 10, 0, 2, 2],
            gateway: Ipv4Addr::new(10, 0, 2, 2),
            prefix_len: 24,
            device: Ipv4Addr::new(10, 0, 2, 15),
            lease: Span::from_ms(24 * 60 * 60 * 1000),
            latency: Span::from_us(100),
            seed: 0,
        }
    }
}

impl NetworkConfig {
    pub(super) fn subnet_mask(&self) -> Ipv4Addr {
        Ipv4Addr::from_bits(u32::MAX.checked_shl(32 - u32::from(self.prefix_len)).unwrap_or(0))
    }

    pub(super) fn is_in_subnet(&self, address: Ipv4Addr) -> bool {
        address & self.subnet_mask() == self.gateway & self.subnet_mask()
    }

    /// Whether it names more than one host: 255.255.255.255, the subnet's own broadcast address, a multicast group.
    pub(super) fn is_shared(&self, address: Ipv4Addr) -> bool {
        let subnet_broadcast = self.gateway | !self.subnet_mask();
        address.is_broadcast() || address.is_multicast() || address == subnet_broadcast
    }
}
