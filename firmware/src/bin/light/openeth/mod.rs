//! Ethernet by the OpenCores MAC, which emulators of this chip have in place of Wi-Fi. No ESP32-C3 has it.
//!
//! `hardware` is registers, descriptors and buffers; `phy` knows whether the cable is in; the driver for the network stack
//! is here. Pulling the cable counts as losing Wi-Fi.

mod hardware;
mod phy;

use core::task::Context;

use embassy_net::Stack;
use embassy_net_driver::{Capabilities, Driver, HardwareAddress, LinkState, RxToken, TxToken};
use embassy_time::{Duration, with_timeout};
use esp_hal::efuse::MacAddress;
use firmware::platform::NetworkError;

use hardware::{Mac, Receiver, Transmitter, WAKER};
pub use phy::watch;

/// Largest frame with its Ethernet header, without its check sequence.
const MTU: usize = 1514;

/// A failed attempt takes as long as a scan for an access point that is not there.
const JOIN_LIMIT: Duration = Duration::from_secs(2);

/// The cable.
pub struct Link;

impl Link {
    /// Waits for the cable.
    pub async fn join(&self, stack: Stack<'static>) -> Result<(), NetworkError> {
        with_timeout(JOIN_LIMIT, stack.wait_link_up()).await.map_err(|_| NetworkError::Link)
    }

    /// There is nothing to leave.
    pub async fn leave(&self) {}
}

/// The network stack's driver.
pub struct Interface {
    mac: Mac,
    address: MacAddress,
}

/// Starts the MAC with this address. `None` if there is none: this is a real chip, or it was started before.
pub fn start(address: MacAddress) -> Option<(Link, Interface)> {
    let mac = Mac::start(octets(address))?;
    phy::update();
    Some((Link, Interface { mac, address }))
}

/// EUI-48, as Ethernet writes it.
fn octets(address: MacAddress) -> [u8; 6] {
    let mut octets = [0; 6];
    octets.iter_mut().zip(address.as_bytes()).for_each(|(to, from)| *to = *from);
    octets
}

/// A frame that was received.
pub struct Received<'a>(&'a mut Receiver);

/// Room for a frame to be sent.
pub struct Free<'a>(&'a mut Transmitter);

impl RxToken for Received<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, f: F) -> R {
        let result = f(self.0.frame());
        self.0.release();
        result
    }
}

impl TxToken for Free<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let result = f(self.0.frame(len));
        self.0.send(len);
        result
    }
}

impl Driver for Interface {
    type RxToken<'a> = Received<'a>;
    type TxToken<'a> = Free<'a>;

    fn receive(&mut self, cx: &mut Context<'_>) -> Option<(Received<'_>, Free<'_>)> {
        WAKER.register(cx.waker());
        let Mac { receiver, transmitter } = &mut self.mac;
        (transmitter.is_free() && receiver.has_frame()).then_some((Received(receiver), Free(transmitter)))
    }

    fn transmit(&mut self, cx: &mut Context<'_>) -> Option<Free<'_>> {
        WAKER.register(cx.waker());
        self.mac.transmitter.is_free().then_some(Free(&mut self.mac.transmitter))
    }

    fn link_state(&mut self, cx: &mut Context<'_>) -> LinkState {
        WAKER.register(cx.waker());
        if phy::link_is_up() { LinkState::Up } else { LinkState::Down }
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = MTU;
        capabilities.max_burst_size = Some(hardware::TX_FRAMES);
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet(octets(self.address))
    }
}
