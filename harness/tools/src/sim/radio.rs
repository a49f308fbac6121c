//! The access points around the device, as scenarios handle them.

use hil_scenario::step::RadioFault;
use hil_targets::{BenchError, Radio};
use simulator::net::{Reason, Security};

use super::device::SimDevice;

impl Radio for SimDevice {
    fn apply(&mut self, fault: &RadioFault) -> Result<(), BenchError> {
        self.driver.act(|machine| {
            machine.with_air(|air, now| {
                let ids: Vec<_> = air.access_points().map(|(id, _)| id).collect();
                for id in ids {
                    match fault {
                        RadioFault::AccessPoint { on } => air.set_on(now, id, *on),
                        RadioFault::Deauthenticate(reason) => air.deauthenticate(now, id, Reason(*reason)),
                        RadioFault::Rssi(rssi) => air.set_rssi(id, *rssi),
                        RadioFault::Beacons(heard) => air.set_beacons(id, *heard),
                        RadioFault::Channel(channel) => air.set_channel(id, *channel),
                        RadioFault::Password(password) => {
                            air.set_security(id, Security::Wpa2Psk { password: password.clone() });
                        }
                    }
                }
            })
        });
        Ok(())
    }
}
