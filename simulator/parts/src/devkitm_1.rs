//! Espressif's ESP32-C3-DevKitM-1, with a WS2812 on GPIO8; "ESP32-C3-DevKitM-1 User Guide", chapter "Pin Layout". Pins as in
//! Wokwi's `board.json`.

use super::board_type::{BoardType, OnboardPart};
use super::ws2812;
use hil_sim_core::circuit::Rail;

/// The board.
pub static DEVKITM_1: BoardType = BoardType {
    name: "board-esp32-c3-devkitm-1",
    pins: &[
        "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "18", "19", "RX", "TX", "RST", "3V3.1", "3V3.2",
        "5V.1", "5V.2", "GND.1", "GND.2", "GND.3", "GND.4", "GND.5", "GND.6", "GND.7", "GND.8", "GND.9", "GND.10",
    ],
    gpios: &[
        ("0", 0),
        ("1", 1),
        ("2", 2),
        ("3", 3),
        ("4", 4),
        ("5", 5),
        ("6", 6),
        ("7", 7),
        ("8", 8),
        ("9", 9),
        ("10", 10),
        ("18", 18),
        ("19", 19),
        ("RX", 20),
        ("TX", 21),
    ],
    rails: &[
        (Rail::V3_3, &["3V3.1", "3V3.2"]),
        (Rail::V5, &["5V.1", "5V.2"]),
        (Rail::Ground, &["GND.1", "GND.2", "GND.3", "GND.4", "GND.5", "GND.6", "GND.7", "GND.8", "GND.9", "GND.10"]),
    ],
    onboard: &[OnboardPart { name: "rgb1", part: &ws2812::NEOPIXEL, pins: &[("DIN", "8")] }],
};
