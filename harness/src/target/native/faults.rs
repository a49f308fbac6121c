//! The ten faults of the published demo, planted one at a time in a device that otherwise keeps the contract. They prove
//! that the shipped scenarios find them, and show what a failure looks like.

use firmware::color::{Hsv, Rgb, hsv_to_rgb};
use firmware::command::{Field, Rejection, mode, power};
use firmware::mqtt::QoS;
use firmware::rules::Rules;
use firmware::state::{Mode, Power, Speed, State};

/// A fault to plant.
pub struct Fault {
    /// Its number in the device's contract, from 1.
    pub number: u8,
    /// What the device does wrong.
    pub title: &'static str,
    /// The device that has it.
    pub rules: &'static (dyn Rules + Sync),
}

/// All of them, in order.
pub static FAULTS: [Fault; 10] = [
    Fault { number: 1, title: "an empty payload or `o` on cmnd/led/power counts as `on`", rules: &PowerPrefix },
    Fault {
        number: 2,
        title: "an empty payload or `h` on cmnd/led/mode counts as `hue_rainbow,slow`",
        rules: &ModePrefix,
    },
    Fault { number: 3, title: "numbers wrap: saturation 256 becomes 0", rules: &NumbersWrap },
    Fault { number: 4, title: "text around a number is accepted: `180abc`, ` 90`", rules: &LooseNumbers },
    Fault { number: 5, title: "hue 360 shows magenta instead of red", rules: &Sector6 },
    Fault {
        number: 6,
        title: "of two commands within one LED tick, the second is applied to the state before the first",
        rules: &StaleState,
    },
    Fault { number: 7, title: "after five failed Wi-Fi attempts the device gives up for ever", rules: &GivesUp },
    Fault {
        number: 8,
        title: "commands are subscribed at QoS 0: those sent while it is away are lost",
        rules: &QosZero,
    },
    Fault {
        number: 9,
        title: "a payload longer than the receive buffer is taken for several commands",
        rules: &SmallBuffer,
    },
    Fault {
        number: 10,
        title: "the state is written to flash after every command, changed or not",
        rules: &StoresAlways,
    },
];

/// The fault with this number.
pub fn fault(number: u8) -> Option<&'static Fault> {
    FAULTS.iter().find(|f| f.number == number)
}

/// Compares over the payload's length, as `strncmp(payload, "on", length)` does.
struct PowerPrefix;

impl Rules for PowerPrefix {
    fn parse_power(&self, payload: &[u8]) -> Result<Power, Rejection> {
        if b"on".starts_with(payload) {
            Ok(Power::On)
        } else if b"off".starts_with(payload) {
            Ok(Power::Off)
        } else {
            power(payload)
        }
    }
}

/// The same for the mode's name; without a speed it is slow.
struct ModePrefix;

impl Rules for ModePrefix {
    fn parse_mode(&self, payload: &[u8]) -> Result<Mode, Rejection> {
        if b"hue_rainbow".starts_with(payload) { Ok(Mode::HueRainbow(Speed::Slow)) } else { mode(self, payload) }
    }
}

/// Reads numbers with `atoi` and keeps the low bits.
struct NumbersWrap;

impl Rules for NumbersWrap {
    fn parse_number(&self, field: Field, text: &[u8]) -> Result<u16, Rejection> {
        let number = std::str::from_utf8(text).ok().and_then(|t| t.parse::<i64>().ok());
        match (number, field) {
            (Some(n), Field::Saturation | Field::Brightness) => Ok(u16::from(n as u8)),
            (Some(n), _) => Ok(n as u16),
            (None, _) => firmware::command::number(field, text),
        }
    }
}

/// Reads numbers with `sscanf("%d")`: spaces before and anything behind them are ignored.
struct LooseNumbers;

impl Rules for LooseNumbers {
    fn parse_number(&self, field: Field, text: &[u8]) -> Result<u16, Rejection> {
        let start = text.trim_ascii_start();
        let digits = start.iter().take_while(|b| b.is_ascii_digit()).count();
        firmware::command::number(field, &start[..digits])
    }
}

/// Hue 360 falls into a sector that does not exist, and gets the last case.
struct Sector6;

impl Rules for Sector6 {
    fn hsv_to_rgb(&self, color: Hsv) -> Rgb {
        let rgb = hsv_to_rgb(color);
        if color.hue.degrees() == 360 { Rgb::new(rgb.red, rgb.green, rgb.red) } else { rgb }
    }
}

/// Commands fill in one shared structure that the LED task takes over once a tick.
struct StaleState;

impl Rules for StaleState {
    fn base_state(&self, _latest: &State, at_tick: &State) -> State {
        *at_tick
    }
}

/// `if (retries < 5) esp_wifi_connect();`
struct GivesUp;

impl Rules for GivesUp {
    fn gives_up(&self, failed_attempts: u32) -> bool {
        failed_attempts >= 5
    }
}

/// `esp_mqtt_client_subscribe(client, topic, 0)`
struct QosZero;

impl Rules for QosZero {
    fn command_qos(&self) -> QoS {
        QoS::AtMostOnce
    }
}

/// Every data event of the MQTT library is taken for a whole command.
struct SmallBuffer;

impl Rules for SmallBuffer {
    fn receive_buffer(&self) -> usize {
        64
    }
}

/// `nvs_set_blob` at the end of the command handler.
struct StoresAlways;

impl Rules for StoresAlways {
    fn stores(&self, _stored: &State, _state: &State) -> bool {
        true
    }
}
