//! What an access point is, as a user says it: `ssid=lab,password=secret123,channel=6`.

use super::header::{MacAddress, is_group};
use super::visitor::VisitorConfig;
use std::str::FromStr;
use thiserror::Error;

/// The channel without another one being named.
const CHANNEL: u8 = 6;
/// The strength without another one being named: in the same room.
const RSSI: i8 = -40;

/// How a network keeps others out.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Security {
    /// Not at all.
    Open,
    /// WPA2-Personal with CCMP.
    Wpa2Psk {
        /// 8 to 63 printable ASCII characters.
        password: String,
    },
}

/// An access point.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct AccessPoint {
    /// Name of the network: 1 to 32 octets.
    pub ssid: String,
    /// How it keeps others out.
    pub security: Security,
    /// 1 to 13.
    pub channel: u8,
    /// Its address; one is given to it if none is named.
    pub bssid: Option<MacAddress>,
    /// How strong its signal is at the device, in dBm. Below -96 neither hears the other.
    pub rssi: i8,
}

impl AccessPoint {
    /// An open one on channel 6, in the same room.
    pub fn open(ssid: impl Into<String>) -> Self {
        Self { ssid: ssid.into(), security: Security::Open, channel: CHANNEL, bssid: None, rssi: RSSI }
    }

    /// The same with WPA2 and a password.
    pub fn wpa2(ssid: impl Into<String>, password: impl Into<String>) -> Self {
        Self { security: Security::Wpa2Psk { password: password.into() }, ..Self::open(ssid) }
    }

    /// Says what cannot be.
    ///
    /// # Errors
    /// [`AccessPointError`] with the first thing that is wrong.
    pub fn check(&self) -> Result<(), AccessPointError> {
        if !(1..=32).contains(&self.ssid.len()) {
            return Err(AccessPointError::Ssid { octets: self.ssid.len() });
        }
        if let Security::Wpa2Psk { password } = &self.security
            && !((8..=63).contains(&password.len()) && password.bytes().all(|byte| (b' '..=b'~').contains(&byte)))
        {
            return Err(AccessPointError::Password { octets: password.len() });
        }
        if !(1..=13).contains(&self.channel) {
            return Err(AccessPointError::Value { key: "channel", value: self.channel.to_string(), form: "1 to 13" });
        }
        if self.bssid.is_some_and(is_group) {
            return Err(AccessPointError::Value {
                key: "bssid",
                value: "a group address".to_owned(),
                form: "the address of one station, whose first octet is even",
            });
        }
        Ok(())
    }
}

impl FromStr for VisitorConfig {
    type Err = AccessPointError;

    /// `ssid=Setup-Me,password=secret123`: name and password of an access point.
    fn from_str(text: &str) -> Result<Self, AccessPointError> {
        let AccessPoint { ssid, security, .. } = text.parse()?;
        let of_air = ["channel", "rssi", "bssid"];
        let others = split(text).into_iter().filter_map(|part| Some(part.split_once('=')?.0.to_owned()));
        if let Some(key) = others.into_iter().find(|key| of_air.contains(&key.as_str())) {
            return Err(AccessPointError::Key { key });
        }
        let password = match security {
            Security::Open => None,
            Security::Wpa2Psk { password } => Some(password),
        };
        Ok(Self { ssid, password })
    }
}

/// An access point that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, Error, miette::Diagnostic)]
#[non_exhaustive]
pub enum AccessPointError {
    /// Something that is no `key=value`.
    #[error("{part:?} is no setting of an access point")]
    #[diagnostic(code(hil::wifi::form), help("write --wifi ssid=lab,password=secret123; a comma in a value is \\,"))]
    Form {
        /// What it was.
        part: String,
    },
    /// A key that there is not.
    #[error("an access point has no {key:?}")]
    #[diagnostic(code(hil::wifi::key), help("it has ssid, password, channel, rssi and bssid"))]
    Key {
        /// What it was.
        key: String,
    },
    /// A key that was given twice.
    #[error("{key:?} is said twice")]
    #[diagnostic(code(hil::wifi::twice), help("say each setting once; another access point is another --wifi"))]
    Twice {
        /// Which.
        key: String,
    },
    /// No name, or one that is too long.
    #[error("a network's name has 1 to 32 octets, and not {octets}")]
    #[diagnostic(code(hil::wifi::ssid), help("name the network: ssid=lab"))]
    Ssid {
        /// How long it is.
        octets: usize,
    },
    /// A password that WPA2 does not allow.
    #[error("a password has 8 to 63 printable ASCII characters; this one has {octets} octets")]
    #[diagnostic(code(hil::wifi::password), help("leave the password out for an open network"))]
    Password {
        /// How long it is.
        octets: usize,
    },
    /// A value that cannot be read.
    #[error("{key} cannot be {value}")]
    #[diagnostic(code(hil::wifi::value), help("it is {form}"))]
    Value {
        /// Whose.
        key: &'static str,
        /// What it was.
        value: String,
        /// What it can be.
        form: &'static str,
    },
}

impl FromStr for AccessPoint {
    type Err = AccessPointError;

    fn from_str(text: &str) -> Result<Self, AccessPointError> {
        let mut access_point = Self::open("");
        let mut said = Vec::new();
        for part in split(text) {
            let form = || AccessPointError::Form { part: part.clone() };
            let (key, value) = part.split_once('=').ok_or_else(form)?;
            if said.iter().any(|other| other == key) {
                return Err(AccessPointError::Twice { key: key.to_owned() });
            }
            said.push(key.to_owned());
            access_point.set(key, value)?;
        }
        access_point.check()?;
        Ok(access_point)
    }
}

impl AccessPoint {
    fn set(&mut self, key: &str, value: &str) -> Result<(), AccessPointError> {
        let wrong = |key, form| move || AccessPointError::Value { key, value: format!("{value:?}"), form };
        match key {
            "ssid" => value.clone_into(&mut self.ssid),
            "password" => self.security = Security::Wpa2Psk { password: value.to_owned() },
            "channel" => self.channel = value.parse().ok().ok_or_else(wrong("channel", "1 to 13"))?,
            "rssi" => {
                let rssi = value.parse().ok().filter(|rssi| (-127..=0).contains(rssi));
                self.rssi = rssi.ok_or_else(wrong("rssi", "-127 to 0, in dBm"))?;
            }
            "bssid" => {
                self.bssid = Some(address(value).ok_or_else(wrong("bssid", "an address: 02:00:00:12:34:56"))?);
            }
            _ => return Err(AccessPointError::Key { key: key.to_owned() }),
        }
        Ok(())
    }
}

fn address(text: &str) -> Option<MacAddress> {
    let octet = |text: &str| u8::from_str_radix(text, 16).ok().filter(|_| text.len() == 2);
    let octets: Vec<u8> = text.split(':').map(octet).collect::<Option<_>>()?;
    octets.try_into().ok()
}

/// Splits at commas but for those behind a backslash.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let part = parts.last_mut().expect("there is always one");
        match character {
            '\\' => part.extend(characters.next()),
            ',' => parts.push(String::new()),
            _ => part.push(character),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_point_is_read_from_its_settings() {
        let read = |text: &str| text.parse::<AccessPoint>();
        assert_eq!(read("ssid=lab"), Ok(AccessPoint::open("lab")));
        assert_eq!(read(r"ssid=a\,b,password=p=q\\r\,s9"), Ok(AccessPoint::wpa2("a,b", r"p=q\r,s9")));
        let all = AccessPoint {
            channel: 11,
            rssi: -70,
            bssid: Some([2, 0, 0, 0x12, 0x34, 0x56]),
            ..AccessPoint::open("lab")
        };
        assert_eq!(read("ssid=lab,channel=11,rssi=-70,bssid=02:00:00:12:34:56"), Ok(all));
    }

    #[test]
    fn what_cannot_be_is_said() {
        let wrong = [
            "",
            "lab",
            "ssid=",
            "ssid=123456789012345678901234567890123",
            "ssid=lab,password=short",
            "ssid=lab,channel=14",
            "ssid=lab,channel=x",
            "ssid=lab,rssi=5",
            "ssid=lab,bssid=01:00:00:00:00:01",
            "ssid=lab,bssid=2:0:0:0:0:1",
            "ssid=lab,psk=12345678",
            "ssid=lab,ssid=lab",
        ];
        let said = wrong.map(|text| match text.parse::<AccessPoint>() {
            Err(error) => format!("{text}: {error}"),
            Ok(_) => format!("{text}: accepted"),
        });
        insta::assert_snapshot!(said.join("\n"));
    }
}
