//! The access points around the device, as scenarios handle them.

use hil_scenario::Capability;
use hil_scenario::step::RadioFault;
use hil_targets::{BenchError, Radio, RadioError};
use simulator::air::{Air, Reason, Security};
use simulator::net::Network;
use simulator::time::{Instant, Span};

use super::device::SimDevice;

impl Radio for SimDevice {
    fn apply(&mut self, fault: &RadioFault) -> Result<(), BenchError> {
        let done = self.driver.act(|machine| match fault {
            RadioFault::DhcpDelay(_) | RadioFault::CaptiveDns(_) => {
                machine.air()?;
                let now = machine.now();
                apply_behind(machine.network(), now, fault);
                Some(Ok(()))
            }
            fault => machine.with_air(|air, now| apply(air, now, fault)),
        });
        Ok(done.ok_or(BenchError::Capability(Capability::Wifi))??)
    }
}

/// What is about the network behind the access points.
fn apply_behind(network: &mut Network, now: Instant, fault: &RadioFault) {
    match fault {
        RadioFault::DhcpDelay(delay) => {
            let delay = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
            network.set_dhcp_delay(now, Span::from_ms(delay));
        }
        RadioFault::CaptiveDns(on) => network.set_captive(now, *on),
        _ => {}
    }
}

/// Does it, unless the device cannot notice: a scenario would pass then, whatever the firmware does.
fn apply(air: &mut Air, now: Instant, fault: &RadioFault) -> Result<(), RadioError> {
    if !air.was_asked() {
        return Err(RadioError::NotJoined { fault: fault.to_string(), ssids: ssids(air) });
    }
    let mut put_out = 0;
    air.each(|air, id| match fault {
        RadioFault::AccessPoint { on } => air.set_on(now, id, *on),
        RadioFault::Deauthenticate(reason) => put_out += air.deauthenticate(now, id, Reason(*reason)),
        RadioFault::Rssi(rssi) => air.set_rssi(id, *rssi),
        RadioFault::Beacons(heard) => air.set_beacons(id, *heard),
        RadioFault::Channel(channel) => air.set_channel(id, *channel),
        RadioFault::DhcpDelay(_) | RadioFault::CaptiveDns(_) => {}
        RadioFault::Password(password) => air.set_security(id, Security::Wpa2Psk { password: password.clone() }),
    });
    match fault {
        RadioFault::Deauthenticate(_) if put_out == 0 => Err(RadioError::NoMember),
        _ => Ok(()),
    }
}

/// The names of the networks.
fn ssids(air: &Air) -> Vec<String> {
    air.access_points().map(|(_, state)| state.config.ssid.clone()).collect()
}
