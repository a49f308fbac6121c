//! The light's provisioner.

use firmware::config::{Config, LedLog};
use firmware::faults::{self, FAULTS, MEMORY_FAULTS};
use firmware::rules::Rules;
use hil_model::observation::{Message, Payload};
use hil_targets::provision::{
    Fault, Flash, Identity, Patch, ProvisionError, Provisioned, Provisioner, Setting, ToldLights, find_partition,
    nvs_keeping,
};
use memchr::memmem;
use simulator::board::ws2812::ColorOrder;

use super::configuration::{COUNT, GPIO, LOG, ORDER, configuration, wrong};
use crate::build::is_planted;

/// The partition of the configuration.
const PARTITION: &str = "nvs";
/// What every binary of the light holds, and hardly any other firmware all of: topics, and keys of its configuration.
const MARKS: [&str; 5] = ["cmnd/led/power", "stat/led/online", "topic_prefix", "broker_uri", "led_gpio"];
/// The command whose payload the light shows on its console when it rejects it.
const REJECTING: &str = "cmnd/led/mode";

const SETTINGS: [Setting; 4] = [
    Setting { key: GPIO, value_name: "N", help: "GPIO of the LEDs' data line" },
    Setting { key: COUNT, value_name: "N", help: "LEDs in the chain" },
    Setting { key: ORDER, value_name: "ORDER", help: "Order of the colours on the data line: grb or rgb" },
    Setting {
        key: LOG,
        value_name: "WHAT",
        help: "What the console says of each frame for the LEDs: none, reported (what was sent) or measured (what was on the pin)",
    },
];

/// Writes the NVS partition that the light reads when it boots.
#[derive(Debug, Clone, Copy, Default)]
pub struct LightProvisioner;

impl LightProvisioner {
    /// Its name.
    pub const NAME: &str = "light";

    /// The NVS partition of `size` bytes for a configuration, with a planted fault if one is wanted; firmware without any
    /// ignores that.
    ///
    /// # Errors
    /// The firmware would refuse the configuration, there is no such fault, or there is no room.
    pub fn image(config: &Config, size: usize, fault: Option<&str>) -> Result<Vec<u8>, ProvisionError> {
        let image = firmware::config::write(config, size).map_err(wrong)?;
        let Some(name) = fault else { return Ok(image) };
        let number = name.parse().ok().filter(|number| faults::fault(*number).is_some());
        let impossible =
            |problem: String| ProvisionError::Impossible(format!("fault {name} cannot be planted: {problem}"));
        let number = number.ok_or_else(|| impossible("there is none of this name".to_owned()))?;
        faults::plant(image, number).map_err(|e| impossible(e.to_string()))
    }
}

impl Provisioner for LightProvisioner {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn settings(&self) -> &[Setting] {
        &SETTINGS
    }

    fn provision(&self, identity: &Identity, flash: &mut dyn Flash) -> Result<Provisioned, ProvisionError> {
        let partition = find_partition(flash, Some(PARTITION))?;
        let before = if identity.keep { flash.read(partition.range())? } else { Vec::new() };
        let config = configuration(identity, before.clone())?;
        let fresh = Self::image(&config, partition.size as usize, identity.fault.as_deref())?;
        let bytes = if identity.keep { nvs_keeping(before, fresh)? } else { fresh };
        let lights = ToldLights {
            gpio: config.led_gpio,
            count: config.led_count,
            order: match config.led_order {
                firmware::ws2812::ColorOrder::Grb => ColorOrder::Grb,
                firmware::ws2812::ColorOrder::Rgb => ColorOrder::Rgb,
            },
        };
        let patch = Patch { name: "configuration".to_owned(), offset: partition.offset, bytes };
        let summary = summary(&config);
        Ok(Provisioned { patches: vec![patch], lights: Some(lights), summary, ..Provisioned::default() })
    }

    fn recognises(&self, image: &[u8]) -> bool {
        MARKS.iter().all(|mark| memmem::find(image, mark.as_bytes()).is_some())
    }

    fn partitions(&self) -> Option<&str> {
        Some(firmware::PARTITIONS)
    }

    fn not_for_boards(&self, image: &[u8]) -> Option<String> {
        is_planted(image).then(|| faults::MARK.to_owned())
    }

    fn faults(&self) -> Vec<Fault> {
        all_faults(FAULTS.iter().chain(&MEMORY_FAULTS))
    }

    fn can_have_faults(&self, image: &[u8]) -> bool {
        is_planted(image)
    }

    fn echo(&self, text: &str) -> Option<Message> {
        let payload = Payload(text.as_bytes().to_vec());
        Some(Message { topic: REJECTING.to_owned(), payload, qos: 1, ..Message::default() })
    }
}

/// What a board will know; passwords only by whether there are any.
fn summary(config: &Config) -> Vec<String> {
    let Config { wifi_ssid, wifi_password, broker, user, password, ca_certificate, .. } = config;
    let security = if wifi_password.reveal().is_empty() { "open" } else { "with a password" };
    let user = user.as_ref().map_or_else(String::new, |user| format!(", user {user:?}"));
    let password = if password.is_some() { ", with a password" } else { "" };
    let ca = ca_certificate.as_ref().map_or_else(String::new, |ca| format!(", CA of {} bytes", ca.len()));
    let Config { led_count, led_gpio, led_order, led_log, client_id, topic_prefix, .. } = config;
    let log = if *led_log == LedLog::None { String::new() } else { format!(", {led_log} on the console") };
    vec![
        format!("Wi-Fi      {wifi_ssid:?}, {security}"),
        format!("broker     {broker}{user}{password}{ca}"),
        format!("client id  {client_id:?}, prefix {topic_prefix:?}"),
        format!("LEDs       {led_count} on GPIO{led_gpio}, {led_order}{log}"),
    ]
}

/// The faults of the contract: those that the light has on the host, too.
pub fn contract_faults() -> Vec<Fault> {
    all_faults(FAULTS.iter())
}

/// The rules of a light on the host that has the fault of this name.
pub fn rules_of(fault: &str) -> Option<&'static (dyn Rules + Sync)> {
    faults::fault(fault.parse().ok()?)?.rules
}

/// Faults as the command line knows them.
fn all_faults<'a>(faults: impl Iterator<Item = &'a firmware::faults::Fault>) -> Vec<Fault> {
    faults.map(|fault| Fault { name: fault.number.to_string(), title: fault.title.to_owned() }).collect()
}

#[cfg(test)]
mod tests {
    use hil_targets::provision::FlashBytes;
    use simulator::image::PartitionTable;

    use super::*;

    fn flash(table: &str) -> Vec<u8> {
        let mut flash = vec![0xFF; 0x8000];
        flash.extend(PartitionTable::from_csv(table).expect("a table").to_bytes());
        flash
    }

    #[test]
    fn the_configuration_lies_where_the_table_says() {
        let flash = flash("nvs, data, nvs, 0x12000, 0x4000\nfactory, app, factory, 0x20000, 1M");
        let identity = Identity { client_id: Some("c".to_owned()), ..Identity::default() };
        let done = LightProvisioner.provision(&identity, &mut FlashBytes(&flash)).expect("it can be");
        let [patch] = &done.patches[..] else { panic!("{done:?}") };
        assert_eq!((patch.offset, patch.bytes.len()), (0x12000, 0x4000));
        let config = configuration(&Identity { keep: true, ..Identity::default() }, patch.bytes.clone());
        assert_eq!(config.expect("it was written").client_id, "c");
    }

    #[test]
    fn a_value_that_cannot_be_is_named_as_the_user_wrote_it() {
        let flash = flash(firmware::PARTITIONS);
        let says = |key: &str, value: &str| {
            let settings = [(key.to_owned(), value.to_owned())].into();
            let identity = Identity { settings, ..Identity::default() };
            LightProvisioner.provision(&identity, &mut FlashBytes(&flash)).expect_err("it cannot be").to_string()
        };
        assert_eq!(says("led-count", "300"), "led-count cannot be this: 300 is not within 1 to 256");
        assert_eq!(says("led-count", "many"), "led-count cannot be this: a number of LEDs is expected");
        assert_eq!(says("led-order", "bgr"), "led-order cannot be this: `bgr` is neither grb nor rgb");
    }

    #[test]
    fn the_light_is_known_by_what_is_in_its_binary() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../prebuilt");
        for (file, has_faults) in [("light-openeth.elf", false), ("light-planted.elf", true)] {
            let elf = std::fs::read(folder.join(file)).expect("it lies there");
            assert!(LightProvisioner.recognises(&elf), "{file}");
            assert_eq!(LightProvisioner.can_have_faults(&elf), has_faults, "{file}");
            assert_eq!(LightProvisioner.not_for_boards(&elf).is_some(), has_faults, "{file}");
        }
        assert!(!LightProvisioner.recognises(b"cmnd/led/power stat/led/online"));
    }
}
