//! `hil provision`: the configuration into a board's flash.

use std::path::{Path, PathBuf};

use clap::builder::NonEmptyStringValueParser;
use firmware::config::esp_nvs::mem_flash::MemFlash;
use firmware::config::{self, BrokerUri, Config, LedLog};
use firmware::faults;
use firmware::ws2812::ColorOrder;
use hil_bench::flash::Part;
use hil_bench::provision::{ReadError, Request, SecretSource, Settings};
use hil_bench::serial::PortSpec;
use hil_model::verdict::Exit;
use light_host::provision::NVS;

use super::DONE;
use super::error::Failure;
use super::flash;
use super::port::{PortArgs, flash_failure, parse};

/// Tell a board its network, broker, identity and wiring
///
/// Writes the NVS partition that our firmware reads when it boots, in ESP-IDF's format. What is not named here gets its
/// default, or with --keep stays as it is on the board.
///
/// Passwords are taken from the environment (HIL_WIFI_PASSWORD, HIL_MQTT_PASSWORD) or from files, so that they stand in no
/// process list, and are never shown. They lie in the board's flash unencrypted.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  HIL_WIFI_PASSWORD=... hil provision --port /dev/ttyUSB0 --wifi-ssid lab --broker mqtt://192.168.1.10 --client-id light-1
  hil provision --port /dev/ttyUSB0 --keep --prefix lab/3
  hil provision --port usb:7CDFA1 --broker mqtts://broker.example --ca ca.pem --mqtt-user ann --mqtt-password-file pw
  hil provision --out nvs.bin --wifi-ssid lab       an image of the partition, for espflash or esptool
  hil provision --out nvs.bin --plant-fault 3 --broker mqtt://10.0.2.2:1883   for hil sim serve --nvs nvs.bin

Exit codes: 0 written, 2 wrong usage or a value that cannot be, 3 bench error.")]
pub(super) struct Args {
    /// The board's serial port: a device node (or a link to one), usb:SERIAL, or rfc2217://HOST:PORT
    #[arg(short, long, value_name = "PORT", env = "HIL_PORT", value_parser = parse, required_unless_present = "out")]
    port: Option<PortSpec>,

    /// Write the partition's image into this file instead of a board
    #[arg(long, value_name = "FILE", conflicts_with = "keep")]
    out: Option<PathBuf>,

    /// Begin with what is on the board, not with the defaults
    #[arg(long)]
    keep: bool,

    /// The fault of docs/faults.md that a virtual board with firmware/prebuilt/light-planted.elf has; no other firmware
    /// reads it
    #[arg(long, value_name = "1..12", requires = "out", value_parser = clap::value_parser!(u8).range(1..=12))]
    plant_fault: Option<u8>,

    #[command(flatten)]
    values: Values,

    /// Bits per second while writing
    #[arg(long, value_name = "BAUD", default_value_t = hil_bench::flash::BAUD, value_parser = clap::value_parser!(u32).range(9600..=2_000_000))]
    baud: u32,
}

#[derive(clap::Args)]
struct Values {
    /// Name of the Wi-Fi network
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    wifi_ssid: Option<String>,

    /// File with the network's password (one line) [default: HIL_WIFI_PASSWORD; neither: an open network]
    #[arg(long, value_name = "FILE")]
    wifi_password_file: Option<PathBuf>,

    /// Where the board finds its broker: mqtt://HOST:PORT or mqtts://HOST:PORT; the port may be left out
    #[arg(long, value_name = "URI", value_parser = broker)]
    broker: Option<BrokerUri>,

    /// User name for the broker
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    mqtt_user: Option<String>,

    /// File with the password for the broker (one line) [default: HIL_MQTT_PASSWORD]
    #[arg(long, value_name = "FILE")]
    mqtt_password_file: Option<PathBuf>,

    /// Certificate authority that the broker's certificate must lead to: a PEM or DER file
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,

    /// Put before every topic: `lab/3`
    #[arg(long, value_name = "TOPIC")]
    prefix: Option<String>,

    /// MQTT client identifier, one for each board
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    client_id: Option<String>,

    /// GPIO of the LEDs' data line
    #[arg(long, value_name = "N")]
    led_gpio: Option<u8>,

    /// LEDs in the chain
    #[arg(long, value_name = "N")]
    led_count: Option<u16>,

    /// Order of the colours on the data line: grb or rgb
    #[arg(long, value_name = "ORDER", value_parser = led_order)]
    led_order: Option<ColorOrder>,

    /// What the console says of each frame for the LEDs: none, reported (what was sent) or measured (what was on the pin)
    ///
    /// It is what `hil run --light` reads. A line keeps the board busy for 3 ms.
    #[arg(long, value_name = "WHAT", value_parser = led_log)]
    led_log: Option<LedLog>,
}

fn broker(text: &str) -> Result<BrokerUri, String> {
    text.parse().map_err(|e: config::BrokerUriError| e.to_string())
}

fn led_order(text: &str) -> Result<ColorOrder, String> {
    text.to_ascii_lowercase().parse().map_err(|_| "neither grb nor rgb".to_owned())
}

fn led_log(text: &str) -> Result<LedLog, String> {
    text.parse().map_err(|e: config::UnknownLedLog| e.to_string())
}

pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    let Args { port, out, keep, plant_fault, values, baud } = args;
    // Wrong values and unreadable files are found before the board is touched.
    let change = values.request().read().map_err(|e| unread(&e))?;
    if let Some(path) = out {
        let config = change.apply(Config::default());
        let mut image = image(&config, NVS.len())?;
        if let Some(number) = plant_fault {
            let planted = faults::plant(image, number);
            image = planted.map_err(|e| Failure::usage(format!("the fault cannot be planted: {e}")))?;
        }
        write_private(&path, &image)?;
        say(&config);
        return Ok(DONE);
    }
    let Some(port) = port else { return Err(Failure::usage("neither --port nor --out")) };
    if !keep {
        image(&change.clone().apply(Config::default()), NVS.len())?;
    }
    let mut loader = flash::connect(&PortArgs { port }, baud)?;
    let nvs = loader.nvs().map_err(|e| flash_failure(&e))?;
    let before = if keep {
        let bytes = loader.read(nvs.start, nvs.end - nvs.start).map_err(|e| flash_failure(&e))?;
        kept(bytes)?
    } else {
        Config::default()
    };
    let config = change.apply(before);
    let image = image(&config, nvs.len())?;
    let part = Part { name: "configuration".to_owned(), address: nvs.start, bytes: image };
    flash::write(&mut loader, &[part])?;
    say(&config);
    flash::finish(loader)?;
    Ok(DONE)
}

/// The configuration on a board.
fn kept(nvs: Vec<u8>) -> Result<Config, Failure> {
    let end = u32::try_from(nvs.len()).unwrap_or(u32::MAX);
    config::read(MemFlash::from_bytes(nvs), 0..end).map_err(|e| {
        Failure::usage(format!("the configuration on the board cannot be kept: {e}"))
            .help("write a whole one: the same command without --keep")
    })
}

fn image(config: &Config, size: usize) -> Result<Vec<u8>, Failure> {
    config::write(config, size).map_err(|e| {
        Failure::usage(format!("this configuration cannot be: {e}"))
            .help("the table in firmware/src/config/mod.rs says what each key may hold")
    })
}

/// What a board will know; passwords only by whether there are any.
fn say(config: &Config) {
    let Config { wifi_ssid, wifi_password, broker, user, password, ca_certificate, .. } = config;
    let security = if wifi_password.reveal().is_empty() { "open" } else { "with a password" };
    println!("Wi-Fi      {wifi_ssid:?}, {security}");
    let user = user.as_ref().map_or_else(String::new, |user| format!(", user {user:?}"));
    let password = if password.is_some() { ", with a password" } else { "" };
    let ca = ca_certificate.as_ref().map_or_else(String::new, |ca| format!(", CA of {} bytes", ca.len()));
    println!("broker     {broker}{user}{password}{ca}");
    println!("client id  {:?}, prefix {:?}", config.client_id, config.topic_prefix);
    let Config { led_count, led_gpio, led_order, led_log, .. } = config;
    let log = if *led_log == LedLog::None { String::new() } else { format!(", {led_log} on the console") };
    println!("LEDs       {led_count} on GPIO{led_gpio}, {led_order}{log}");
}

impl Values {
    fn request(self) -> Request {
        let mut request = Request::new(Settings {
            wifi_ssid: self.wifi_ssid,
            broker: self.broker,
            user: self.mqtt_user,
            topic_prefix: self.prefix,
            client_id: self.client_id,
            led_gpio: self.led_gpio,
            led_count: self.led_count,
            led_order: self.led_order,
            led_log: self.led_log,
            ..Settings::default()
        });
        // A file goes before the environment, since it was named on purpose.
        request.wifi_password = self.wifi_password_file.map_or(request.wifi_password, SecretSource::File);
        request.password = self.mqtt_password_file.map_or(request.password, SecretSource::File);
        request.ca = self.ca;
        request
    }
}

fn unread(error: &ReadError) -> Failure {
    Failure::usage(hil_model::error::chain(error)).help(error.help())
}

/// A file that may hold passwords: its owner's alone.
fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    use std::io::Write as _;
    let mut options = std::fs::File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(bytes));
    written.map_err(|e| Failure::io(path.display(), &e))
}
