//! The configuration, as an ESP-IDF NVS image made by us and by Espressif's generator.

use esp_nvs::{Key, Nvs, Set, mem_flash::MemFlash};
use firmware::{
    config::{self, BrokerUri, Config, ConfigError, LedLog, Problem, Scheme, Secret},
    ws2812::ColorOrder,
};
use proptest::prelude::*;

const SIZE: usize = 0x6000;

fn read(image: Vec<u8>) -> Result<Config, ConfigError> {
    let len = image.len() as u32;
    config::read(MemFlash::from_bytes(image), 0..len)
}

/// An image with one key, of any type.
fn image_with<T>(key: &str, value: T) -> Vec<u8>
where
    Nvs<MemFlash>: Set<T>,
{
    let mut nvs = Nvs::new(0, SIZE, MemFlash::new(SIZE / 4096)).unwrap();
    nvs.set(&Key::from_str("hil"), &Key::from_str(key), value).unwrap();
    nvs.into_inner().into_inner()
}

fn full() -> Config {
    Config {
        wifi_ssid: r#"Lab, "3rd" floor"#.into(),
        wifi_password: Secret::from(r#"p,a"ss word"#),
        broker: BrokerUri { scheme: Scheme::Mqtts, host: "broker.example.org".into(), port: 8884 },
        user: Some("ann".into()),
        password: Some(Secret::from("s3cret")),
        ca_certificate: Some(include_bytes!("../fixtures/ca.der").to_vec()),
        topic_prefix: "lab/3".into(),
        client_id: "bench-7".into(),
        led_gpio: 5,
        led_count: 12,
        led_order: ColorOrder::Rgb,
        led_log: LedLog::None,
    }
}

#[test]
fn an_image_of_espressifs_generator_is_read() {
    assert_eq!(read(include_bytes!("../fixtures/nvs.bin").to_vec()), Ok(full()));
}

#[test]
fn what_is_written_is_read_back_at_any_place_in_flash() {
    let measured = Config { led_log: LedLog::Measured, ..full() };
    for config in [full(), measured, Config::default()] {
        let image = config::write(&config, SIZE).unwrap();
        assert_eq!(image.len(), SIZE);
        assert_eq!(read(image.clone()), Ok(config.clone()));
        let flash = [vec![0xFF; 0x9000], image, vec![0xFF; 0x1000]].concat();
        assert_eq!(config::read(MemFlash::from_bytes(flash), 0x9000..0xF000), Ok(config));
    }
}

#[test]
fn a_blank_partition_and_missing_keys_take_the_defaults() {
    assert_eq!(read(vec![0xFF; SIZE]), Ok(Config::default()));
    let config = read(image_with("led_gpio", 3u8)).unwrap();
    assert_eq!(config, Config { led_gpio: 3, ..Config::default() });
}

#[test]
fn a_partition_that_is_not_there_is_an_error() {
    for range in [0..0, 0..100, 0..0x7000, 0x5800..0x6000] {
        let error = config::read(MemFlash::new(6), range.clone()).unwrap_err();
        assert!(matches!(error, ConfigError::Nvs(_)), "{range:?}: {error}");
    }
    assert!(config::write(&Config::default(), 0x2000).is_err());
    assert!(config::write(&Config::default(), 0x3001).is_err());
}

#[test]
fn errors_name_the_key_and_never_show_a_password() {
    let error = |image| read(image).unwrap_err().to_string();
    for (image, expected) in [
        (image_with("led_gpio", 12u8), "led_gpio: GPIO 12 is not usable, only 0 to 10 and 18 to 21 are"),
        (image_with("led_gpio", 8u16), "led_gpio: item type mismatch: U16"),
        (image_with("led_count", 0u16), "led_count: 0 is not within 1 to 256"),
        (image_with("led_count", 257u16), "led_count: 257 is not within 1 to 256"),
        (image_with("led_order", "rbg"), "led_order: expected grb or rgb"),
        (image_with("led_log", "all"), "led_log: expected none, reported or measured"),
        (image_with("led_log", 1u8), "led_log: item type mismatch: U8"),
        (image_with("broker_uri", "http://x"), "broker_uri: a broker URI begins with mqtt:// or mqtts://"),
        (image_with("broker_uri", "mqtt://x:99999"), "broker_uri: not a port number"),
        (image_with("broker_uri", "mqtts://x"), "mqtt_ca: needed for an mqtts broker"),
        (image_with("wifi_ssid", ""), "wifi_ssid: 0 bytes, 1 to 32 expected"),
        (image_with("wifi_pass", "hunter2"), "wifi_pass: 7 bytes, 8 to 64 expected"),
        (image_with("mqtt_pass", "hunter2"), "mqtt_user: needed for a password"),
        (image_with("client_id", "a\tb"), "client_id: control characters are not allowed"),
        (
            image_with("topic_prefix", "lab/#"),
            "topic_prefix: wildcards, control characters and slashes at either end are not allowed",
        ),
        (
            image_with("topic_prefix", "lab/"),
            "topic_prefix: wildcards, control characters and slashes at either end are not allowed",
        ),
    ] {
        assert_eq!(error(image), expected);
    }
}

#[test]
fn a_value_out_of_bounds_is_not_written() {
    let config = Config { led_gpio: 11, ..Config::default() };
    let error = config::write(&config, SIZE).unwrap_err();
    assert_eq!(error, ConfigError::Key { key: "led_gpio", problem: Problem::Gpio(11) });
}

#[test]
fn debug_redacts_passwords() {
    let text = format!("{:?}", full());
    assert!(!text.contains("s3cret") && !text.contains("ss word") && text.contains("(redacted)"), "{text}");
}

#[test]
fn the_smallest_partition_is_large_enough_and_no_other_size_is_taken() {
    let image = config::write(&full(), config::MIN_SIZE).unwrap();
    assert_eq!(image.len(), config::MIN_SIZE);
    assert_eq!(read(image), Ok(full()));
    for size in [0, config::MIN_SIZE - 4096, config::MIN_SIZE + 1] {
        assert!(matches!(config::write(&full(), size), Err(ConfigError::Nvs(_))), "{size}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_valid_configuration_round_trips(
        ssid in "[ -~]{1,32}", password in "([ -~]{8,64})?", host in "[a-z0-9.-]{1,40}", port in 1..=u16::MAX,
        credentials in proptest::option::of(("[ -~]{1,40}", "[ -~]{1,40}")), prefix in "([a-z0-9]{1,9}(/[a-z]{1,9}){0,3})?",
        client_id in "[ -~]{1,64}", gpio in prop_oneof![0..=10u8, 18..=21u8], count in 1..=256u16, rgb: bool,
        led_log in prop::sample::select(&LedLog::ALL),
    ) {
        let config = Config {
            wifi_ssid: ssid,
            wifi_password: Secret::new(password),
            broker: BrokerUri { scheme: Scheme::Mqtt, host, port },
            user: credentials.clone().map(|(user, _)| user),
            password: credentials.map(|(_, password)| Secret::new(password)),
            ca_certificate: None,
            topic_prefix: prefix,
            client_id,
            led_gpio: gpio,
            led_count: count,
            led_order: if rgb { ColorOrder::Rgb } else { ColorOrder::Grb },
            led_log,
        };
        let image = config::write(&config, SIZE).unwrap();
        prop_assert_eq!(read(image), Ok(config));
    }

    /// A damaged partition is read as something or refused, but never panics.
    #[test]
    fn damage_never_panics(at in 0..SIZE, bytes in proptest::collection::vec(any::<u8>(), 1..64)) {
        let mut image = include_bytes!("../fixtures/nvs.bin").to_vec();
        image.iter_mut().skip(at % 0x1000).zip(bytes).for_each(|(to, from)| *to = from);
        let _ = read(image);
    }
}
