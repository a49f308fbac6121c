//! The configuration's image: Espressif's own tools read ours.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use firmware::config::esp_nvs::mem_flash::MemFlash;
use firmware::config::{self, Config, LedLog, Secret};
use hil_testing::tool::{NVS_GENERATOR, NVS_TOOL, PYTHON};

use crate::support::hil;

fn provision(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = hil(folder, &[&["provision", "--provisioner", "light", "--out", "nvs.bin"], arguments].concat());
    command.env("HIL_WIFI_PASSWORD", "Wi, \"Fi\" secret").env("HIL_MQTT_PASSWORD", "mqtt-secret").output().unwrap()
}

const ARGUMENTS: [&str; 12] = [
    "--wifi-ssid",
    "Lab, \"3\"",
    "--broker",
    "mqtt://10.0.0.2:1884",
    "--mqtt-user",
    "ann",
    "--prefix",
    "lab/3",
    "--client-id",
    "light-7",
    "--led-count",
    "12",
];

fn read(image: Vec<u8>) -> Config {
    let length = image.len() as u32;
    config::read(MemFlash::from_bytes(image), 0..length).unwrap()
}

/// A Python with Espressif's generator.
fn generator() -> Option<PathBuf> {
    let python = NVS_GENERATOR.find()?;
    let has = Command::new(&python).args(["-c", "import esp_idf_nvs_partition_gen"]).output().unwrap();
    if !has.status.success() {
        NVS_GENERATOR.missing(&format!("{} does not have it", python.display()));
        return None;
    }
    Some(python)
}

#[test]
fn an_image_holds_what_was_asked_for_and_nothing_shows_a_password() {
    let folder = tempfile::tempdir().unwrap();
    let output = provision(folder.path(), &ARGUMENTS);
    let shown = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{shown}");
    insta::assert_snapshot!(shown, @r#"
    Wi-Fi      "Lab, \"3\"", with a password
    broker     mqtt://10.0.0.2:1884, user "ann", with a password
    client id  "light-7", prefix "lab/3"
    LEDs       12 on GPIO8, grb
    "#);
    let config = read(std::fs::read(folder.path().join("nvs.bin")).unwrap());
    assert_eq!(config.wifi_password, Secret::from("Wi, \"Fi\" secret"));
    assert_eq!(config.password, Some(Secret::from("mqtt-secret")));
    assert_eq!((config.client_id.as_str(), config.led_count), ("light-7", 12));
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(folder.path().join("nvs.bin")).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "it holds passwords");
}

#[test]
fn a_value_that_cannot_be_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let output = provision(folder.path(), &["--led-gpio", "12", "--mqtt-user", "ann"]);
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.contains("led-gpio cannot be this: GPIO 12 is not usable"), "{err}");
    let output = provision(folder.path(), &["--broker", "http://lab"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn what_the_console_is_to_say_of_the_leds_is_written() {
    let folder = tempfile::tempdir().unwrap();
    for log in LedLog::ALL {
        let output = provision(folder.path(), &["--mqtt-user", "ann", "--led-log", log.name()]);
        let shown = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(shown.contains(&format!("{log} on the console")), log != LedLog::None, "{shown}");
        assert_eq!(read(std::fs::read(folder.path().join("nvs.bin")).unwrap()).led_log, log);
    }
    let output = provision(folder.path(), &["--led-log", "all"]);
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.contains("led-log cannot be this") && err.contains("expected none, reported or measured"), "{err}");
}

#[test]
fn an_image_of_espressifs_generator_is_the_same_configuration() {
    let Some(python) = generator() else { return };
    let folder = tempfile::tempdir().unwrap();
    assert!(provision(folder.path(), &ARGUMENTS).status.success());
    let csv = "key,type,encoding,value\nhil,namespace,,\nwifi_ssid,data,string,\"Lab, \"\"3\"\"\"\n\
               wifi_pass,data,string,\"Wi, \"\"Fi\"\" secret\"\nbroker_uri,data,string,mqtt://10.0.0.2:1884\n\
               mqtt_user,data,string,ann\nmqtt_pass,data,string,mqtt-secret\ntopic_prefix,data,string,lab/3\n\
               client_id,data,string,light-7\nled_count,data,u16,12\n";
    std::fs::write(folder.path().join("nvs.csv"), csv).unwrap();
    let arguments = ["-m", "esp_idf_nvs_partition_gen", "generate", "nvs.csv", "theirs.bin", "0x6000"];
    let made = Command::new(python).args(arguments).current_dir(folder.path()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let image = |name: &str| read(std::fs::read(folder.path().join(name)).unwrap());
    assert_eq!(image("theirs.bin"), image("nvs.bin"));
}

#[test]
fn espressifs_tool_finds_our_image_sound() {
    let (Some(tool), Some(python)) = (NVS_TOOL.find(), PYTHON.find()) else { return };
    let folder = tempfile::tempdir().unwrap();
    assert!(provision(folder.path(), &ARGUMENTS).status.success());
    let run = |dump: &str| {
        let mut command = Command::new(&python);
        command.arg(&tool).args(["--color", "never", "-i", "-d", dump, "nvs.bin"]).current_dir(folder.path());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    };
    let said = run("minimal");
    for pair in ["hil:client_id = light-7", "hil:led_count = 12", "hil:topic_prefix = lab/3", "CRC32: OK"] {
        assert!(said.contains(pair), "no {pair} in {said}");
    }
    assert!(!said.contains("CRC32: FAIL"), "{said}");
}
