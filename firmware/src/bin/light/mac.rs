//! The address that the factory has burnt into the chip's eFuse.

use esp_hal::efuse::{InterfaceMacAddress, MacAddress, interface_mac_address};

/// The MAC address of this board; Wi-Fi and Ethernet use the same.
pub fn address() -> MacAddress {
    interface_mac_address(InterfaceMacAddress::Station)
}
