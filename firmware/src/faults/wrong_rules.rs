//! The faults of the published demo, each one rule that decides otherwise than the contract.

use rust_mqtt::types::QoS;

use crate::{
    color::{Hsv, Rgb, hsv_to_rgb},
    command::{self, Field, Rejection, mode, power},
    rules::Rules,
    state::{Mode, Power, Speed, State},
};

/// Compares over the payload's length, as `strncmp(payload, "on", length)` does.
pub(super) struct PowerPrefix;

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
pub(super) struct ModePrefix;

impl Rules for ModePrefix {
    fn parse_mode(&self, payload: &[u8]) -> Result<Mode, Rejection> {
        if b"hue_rainbow".starts_with(payload) { Ok(Mode::HueRainbow(Speed::Slow)) } else { mode(self, payload) }
    }
}

/// Reads numbers with `atoi` and keeps the low bits.
pub(super) struct NumbersWrap;

impl Rules for NumbersWrap {
    fn parse_number(&self, field: Field, text: &[u8]) -> Result<u16, Rejection> {
        let number = core::str::from_utf8(text).ok().and_then(|t| t.parse::<i64>().ok());
        match (number, field) {
            (Some(n), Field::Saturation | Field::Brightness) => Ok(u16::from(n as u8)),
            (Some(n), _) => Ok(n as u16),
            (None, _) => command::number(field, text),
        }
    }
}

/// Reads numbers with `sscanf("%d")`: spaces before and anything behind them are ignored.
pub(super) struct LooseNumbers;

impl Rules for LooseNumbers {
    fn parse_number(&self, field: Field, text: &[u8]) -> Result<u16, Rejection> {
        let start = text.trim_ascii_start();
        let digits = start.iter().take_while(|b| b.is_ascii_digit()).count();
        command::number(field, &start[..digits])
    }
}

/// Hue 360 falls into a sector that does not exist, and gets the last case.
pub(super) struct Sector6;

impl Rules for Sector6 {
    fn hsv_to_rgb(&self, color: Hsv) -> Rgb {
        let rgb = hsv_to_rgb(color);
        if color.hue.degrees() == 360 { Rgb::new(rgb.red, rgb.green, rgb.red) } else { rgb }
    }
}

/// Commands fill in one shared structure that the LED task takes over once a tick.
pub(super) struct StaleState;

impl Rules for StaleState {
    fn base_state(&self, _latest: &State, at_tick: &State) -> State {
        *at_tick
    }
}

/// `if (retries < 5) esp_wifi_connect();`
pub(super) struct GivesUp;

impl Rules for GivesUp {
    fn gives_up(&self, failed_attempts: u32) -> bool {
        failed_attempts >= 5
    }
}

/// `esp_mqtt_client_subscribe(client, topic, 0)`
pub(super) struct QosZero;

impl Rules for QosZero {
    fn command_qos(&self) -> QoS {
        QoS::AtMostOnce
    }
}

/// Every data event of the MQTT library is taken for a whole command.
pub(super) struct SmallBuffer;

impl Rules for SmallBuffer {
    fn receive_buffer(&self) -> usize {
        64
    }
}

/// `nvs_set_blob` at the end of the command handler.
pub(super) struct StoresAlways;

impl Rules for StoresAlways {
    fn stores(&self, _stored: &State, _state: &State) -> bool {
        true
    }
}
