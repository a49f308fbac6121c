//! Whose frames are taken: each of the radio's two interfaces, station and access point, has its address and its network's.

use super::mac::WifiMac;
use hil_sim_core::air::MacAddress;
use hil_sim_core::air::header::{self, Header, flag};

/// Address and mask of an interface's network, and of the interface itself; 8 bytes for each interface (`hal_mac_set_bssid`,
/// `hal_mac_set_addr`).
const BSSID: [u32; 2] = [0x000, 0x020];
const ADDRESS: [u32; 2] = [0x040, 0x060];
const INTERFACE_BYTES: u32 = 8;
/// The bit of a mask's second word with which the driver switches the comparison on.
const IS_ON: u32 = 1 << 16;
/// The first word of a received frame's metadata: a bit for the interface that it is for.
const STATION: u32 = 1 << 28;
const ACCESS_POINT: u32 = 1 << 29;

/// What a filter compares with.
enum Filter {
    Off,
    On(MacAddress, MacAddress),
}

impl Filter {
    /// Whether an address passes; `None` if it is off.
    fn takes(&self, address: MacAddress) -> Option<bool> {
        let Self::On(wanted, mask) = self else { return None };
        Some((0..6).all(|n| (address[n] ^ wanted[n]) & mask[n] == 0))
    }
}

impl WifiMac {
    /// The bits of a frame's metadata that say which interface it is for.
    pub(super) fn interfaces(&self, frame: &Header) -> u32 {
        let is_for = |interface: u32| {
            let own = self.filter(ADDRESS, interface);
            if !header::is_group(frame.receiver) {
                return own.takes(frame.receiver) == Some(true);
            }
            let network = network_of(frame);
            let is_ours = self.filter(BSSID, interface).takes(network).unwrap_or(true);
            matches!(own, Filter::On(..)) && (is_ours || header::is_group(network))
        };
        match (is_for(0), is_for(1)) {
            (false, true) => ACCESS_POINT,
            (true, true) => STATION | ACCESS_POINT,
            // A frame that passes by is the station's: it looks for networks that it is not in.
            (_, false) => STATION,
        }
    }

    fn filter(&self, [address, mask]: [u32; 2], interface: u32) -> Filter {
        let words = |at: u32| {
            let at = at + INTERFACE_BYTES * interface;
            (self.register(at), self.register(at + 4))
        };
        let bytes = |(low, high): (u32, u32)| {
            let ([a, b, c, d], [e, f, ..]) = (low.to_le_bytes(), high.to_le_bytes());
            [a, b, c, d, e, f]
        };
        match words(mask) {
            (_, high) if high & IS_ON == 0 => Filter::Off,
            mask => Filter::On(bytes(words(address)), bytes(mask)),
        }
    }
}

/// The BSSID; IEEE 802.11-2020, table 9-60.
fn network_of(frame: &Header) -> MacAddress {
    match (frame.has(flag::TO_DS), frame.has(flag::FROM_DS)) {
        (true, _) => frame.receiver,
        (false, true) => frame.transmitter,
        (false, false) => frame.third,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hil_sim_core::air::header::{BROADCAST, FrameKind};

    const OWN: [MacAddress; 2] = [[2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2]];
    const NETWORK: MacAddress = [6; 6];

    /// A MAC whose interfaces have addresses, and a network.
    fn mac(interfaces: &[(u32, Option<MacAddress>)]) -> WifiMac {
        let mut mac = WifiMac::default();
        let mut set = |at: u32, [a, b, c, d, e, f]: MacAddress, more: u32| {
            mac.set_register(at, u32::from_le_bytes([a, b, c, d]));
            mac.set_register(at + 4, u32::from_le_bytes([e, f, 0, 0]) | more);
        };
        for (interface, network) in interfaces {
            let at = |base: u32| base + INTERFACE_BYTES * interface;
            set(at(ADDRESS[0]), OWN[*interface as usize], 0);
            set(at(ADDRESS[1]), BROADCAST, IS_ON);
            if let Some(network) = network {
                set(at(BSSID[0]), *network, 0);
                set(at(BSSID[1]), BROADCAST, IS_ON);
            }
        }
        mac
    }

    fn management(receiver: MacAddress, bssid: MacAddress) -> Header {
        let frame = header::write(FrameKind::ProbeRequest, 0, [receiver, [8; 6], bssid], 0);
        Header::read(&frame).expect("a header")
    }

    #[test]
    fn a_frame_is_for_the_interface_with_its_address() {
        let both = mac(&[(0, Some(NETWORK)), (1, Some(OWN[1]))]);
        assert_eq!(both.interfaces(&management(OWN[0], NETWORK)), STATION);
        assert_eq!(both.interfaces(&management(OWN[1], OWN[1])), ACCESS_POINT);
    }

    #[test]
    fn a_frame_for_all_is_for_those_in_whose_network_it_is() {
        let both = mac(&[(0, Some(NETWORK)), (1, Some(OWN[1]))]);
        assert_eq!(both.interfaces(&management(BROADCAST, NETWORK)), STATION);
        assert_eq!(both.interfaces(&management(BROADCAST, OWN[1])), ACCESS_POINT);
        assert_eq!(both.interfaces(&management(BROADCAST, BROADCAST)), STATION | ACCESS_POINT);
        // A scan hears networks that the device is in none of.
        assert_eq!(both.interfaces(&management(BROADCAST, [10; 6])), STATION);
        let alone = mac(&[(1, Some(OWN[1]))]);
        assert_eq!(alone.interfaces(&management(BROADCAST, BROADCAST)), ACCESS_POINT);
    }
}
