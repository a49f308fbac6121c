//! The configuration in the partition `nvs` of the real flash.

#[embedded_test::tests(default_timeout = 10, executor = esp_rtos::embassy::Executor::new())]
mod tests {
    use embedded_storage::nor_flash::NorFlash;
    use firmware::{
        config::{self, Config, Secret},
        ws2812::ColorOrder,
    };

    use crate::flash::Flash;

    #[init]
    async fn init() -> Flash {
        Flash::new(crate::start().flash)
    }

    #[test]
    async fn an_image_of_the_hosts_writer_is_read_back(mut flash: Flash) {
        let nvs = flash.partitions().expect("our partition table").nvs;
        let written = Config {
            wifi_ssid: "Lab".into(),
            wifi_password: Secret::from("s3cret and long"),
            broker: "mqtt://broker.example.org:8884".parse().unwrap(),
            user: Some("ann".into()),
            topic_prefix: "lab/3".into(),
            client_id: "bench-7".into(),
            led_gpio: 5,
            led_count: 12,
            led_order: ColorOrder::Rgb,
            ..Config::default()
        };
        let image = config::write(&written, config::MIN_SIZE).unwrap();
        flash.erase(nvs.start, nvs.end).unwrap();
        flash.write(nvs.start, &image).unwrap();
        assert_eq!(config::read(flash, nvs), Ok(written));
    }

    #[test]
    async fn an_erased_partition_takes_the_defaults(mut flash: Flash) {
        let nvs = flash.partitions().expect("our partition table").nvs;
        flash.erase(nvs.start, nvs.end).unwrap();
        assert_eq!(config::read(flash, nvs), Ok(Config::default()));
    }
}
