//! The boards with an ESP32-C3, as data: their pins by the names in Wokwi's `board.json` (or, where Wokwi has no such board,
//! by those printed on it), and what is soldered to them. A board is a row here.

use super::board_type::{BoardType, OnboardPart, PinUse};
use super::light::LED;
use super::{switches, ws2812};
use hil_sim_core::circuit::Rail;

const GND: PinUse = PinUse::Rail(Rail::Ground);
const V3_3: PinUse = PinUse::Rail(Rail::V3_3);
const V5: PinUse = PinUse::Rail(Rail::V5);
const OTHER: PinUse = PinUse::Other;

const fn io(gpio: u8) -> PinUse {
    PinUse::Gpio(gpio)
}

/// All of them.
pub(super) static BOARDS: &[&BoardType] =
    &[&DEVKITM_1, &DEVKITC_02, &RUST_1, &XIAO, &AITEWINROBOT, &SUPERMINI, &LOLIN, &AIRM2M, &STAMP_C3, &STAMP_C3U];

/// Espressif's ESP32-C3-DevKitM-1, with a WS2812 on GPIO8: "ESP32-C3-DevKitM-1 User Guide", chapter "Pin Layout".
pub static DEVKITM_1: BoardType = BoardType {
    name: "board-esp32-c3-devkitm-1",
    pins: &[
        ("0", io(0)),
        ("1", io(1)),
        ("2", io(2)),
        ("3", io(3)),
        ("4", io(4)),
        ("5", io(5)),
        ("6", io(6)),
        ("7", io(7)),
        ("8", io(8)),
        ("9", io(9)),
        ("10", io(10)),
        ("18", io(18)),
        ("19", io(19)),
        ("RX", io(20)),
        ("TX", io(21)),
        ("RST", OTHER),
        ("3V3.1", V3_3),
        ("3V3.2", V3_3),
        ("5V.1", V5),
        ("5V.2", V5),
        ("GND.1", GND),
        ("GND.2", GND),
        ("GND.3", GND),
        ("GND.4", GND),
        ("GND.5", GND),
        ("GND.6", GND),
        ("GND.7", GND),
        ("GND.8", GND),
        ("GND.9", GND),
        ("GND.10", GND),
    ],
    onboard: &[
        OnboardPart { name: "rgb1", part: &ws2812::NEOPIXEL, pins: &[("DIN", io(8))], attributes: &[] },
        OnboardPart {
            name: "boot",
            part: &switches::PUSHBUTTON,
            pins: &[("1.l", io(9)), ("2.l", GND)],
            attributes: &[("bounce", "0")],
        },
    ],
    has_usb_console: false,
};

/// Espressif's ESP32-C3-DevKitC-02, with a WS2812 on GPIO8: "ESP32-C3-DevKitC-02 User Guide", chapter "Header Block". Wokwi has no such board.
pub static DEVKITC_02: BoardType = BoardType {
    name: "board-esp32-c3-devkitc-02",
    pins: &[
        ("0", io(0)),
        ("1", io(1)),
        ("2", io(2)),
        ("3", io(3)),
        ("4", io(4)),
        ("5", io(5)),
        ("6", io(6)),
        ("7", io(7)),
        ("8", io(8)),
        ("9", io(9)),
        ("10", io(10)),
        ("18", io(18)),
        ("19", io(19)),
        ("RX", io(20)),
        ("TX", io(21)),
        ("RST", OTHER),
        ("3V3.1", V3_3),
        ("3V3.2", V3_3),
        ("5V.1", V5),
        ("5V.2", V5),
        ("GND.1", GND),
        ("GND.2", GND),
        ("GND.3", GND),
        ("GND.4", GND),
        ("GND.5", GND),
        ("GND.6", GND),
        ("GND.7", GND),
        ("GND.8", GND),
        ("GND.9", GND),
    ],
    onboard: &[
        OnboardPart { name: "rgb1", part: &ws2812::NEOPIXEL, pins: &[("DIN", io(8))], attributes: &[] },
        OnboardPart {
            name: "boot",
            part: &switches::PUSHBUTTON,
            pins: &[("1.l", io(9)), ("2.l", GND)],
            attributes: &[("bounce", "0")],
        },
    ],
    has_usb_console: false,
};

/// Espressif's ESP32-C3-DevKit-RUST-1, with a WS2812 on GPIO2 and a blue LED on GPIO7. Its two sensors on I2C are not simulated.
pub static RUST_1: BoardType = BoardType {
    name: "board-esp32-c3-rust-1",
    pins: &[
        ("RST", OTHER),
        ("3V3", V3_3),
        ("NC1", OTHER),
        ("GND", GND),
        ("0", io(0)),
        ("1", io(1)),
        ("2", io(2)),
        ("3", io(3)),
        ("4", io(4)),
        ("5", io(5)),
        ("6", io(6)),
        ("7", io(7)),
        ("8.1", io(8)),
        ("21", io(21)),
        ("20", io(20)),
        ("9", io(9)),
        ("10", io(10)),
        ("8.2", io(8)),
        ("18", io(18)),
        ("19", io(19)),
        ("NC2", OTHER),
        ("NC3", OTHER),
        ("NC4", OTHER),
        ("NC5", OTHER),
        ("NC6", OTHER),
        ("5V", V5),
        ("EN", OTHER),
        ("BAT+", V5),
    ],
    onboard: &[
        OnboardPart { name: "rgb1", part: &ws2812::NEOPIXEL, pins: &[("DIN", io(2))], attributes: &[] },
        OnboardPart { name: "pin7", part: &LED, pins: &[("A", io(7)), ("C", GND)], attributes: &[("color", "blue")] },
        OnboardPart {
            name: "boot",
            part: &switches::PUSHBUTTON,
            pins: &[("1.l", io(9)), ("2.l", GND)],
            attributes: &[("bounce", "0")],
        },
    ],
    has_usb_console: false,
};

/// Seeed's XIAO ESP32C3, whose console is USB. It has no LED on a GPIO.
pub static XIAO: BoardType = BoardType {
    name: "board-xiao-esp32-c3",
    pins: &[
        ("D0", io(2)),
        ("D1", io(3)),
        ("D2", io(4)),
        ("D3", io(5)),
        ("D4", io(6)),
        ("D5", io(7)),
        ("D6", io(21)),
        ("D7", io(20)),
        ("D8", io(8)),
        ("D9", io(9)),
        ("D10", io(10)),
        ("3V3", V3_3),
        ("GND", GND),
        ("5V", V5),
    ],
    onboard: &[OnboardPart {
        name: "boot",
        part: &switches::PUSHBUTTON,
        pins: &[("1.l", io(9)), ("2.l", GND)],
        attributes: &[("bounce", "0")],
    }],
    has_usb_console: true,
};

/// The SuperMini as Wokwi has it: its blue LED on GPIO8 lights at a high level.
pub static AITEWINROBOT: BoardType = BoardType {
    name: "board-aitewinrobot-esp32c3-supermini",
    pins: &[
        ("5V", V5),
        ("GND", GND),
        ("3V3", V3_3),
        ("4", io(4)),
        ("3", io(3)),
        ("2", io(2)),
        ("1", io(1)),
        ("0", io(0)),
        ("5", io(5)),
        ("6", io(6)),
        ("7", io(7)),
        ("8", io(8)),
        ("9", io(9)),
        ("10", io(10)),
        ("RX", io(20)),
        ("TX", io(21)),
    ],
    onboard: &[
        OnboardPart { name: "io8led", part: &LED, pins: &[("A", io(8)), ("C", GND)], attributes: &[("color", "blue")] },
        OnboardPart {
            name: "boot",
            part: &switches::PUSHBUTTON,
            pins: &[("1.l", io(9)), ("2.l", GND)],
            attributes: &[("bounce", "0")],
        },
    ],
    has_usb_console: false,
};

/// The SuperMini as it is sold: its blue LED between 3V3 and GPIO8 lights at a low level, and its console is USB. Wokwi has no such board.
pub static SUPERMINI: BoardType = BoardType {
    name: "board-esp32-c3-supermini",
    pins: &[
        ("5V", V5),
        ("GND", GND),
        ("3V3", V3_3),
        ("4", io(4)),
        ("3", io(3)),
        ("2", io(2)),
        ("1", io(1)),
        ("0", io(0)),
        ("5", io(5)),
        ("6", io(6)),
        ("7", io(7)),
        ("8", io(8)),
        ("9", io(9)),
        ("10", io(10)),
        ("20", io(20)),
        ("21", io(21)),
    ],
    onboard: &[
        OnboardPart {
            name: "io8led",
            part: &LED,
            pins: &[("A", V3_3), ("C", io(8))],
            attributes: &[("color", "blue")],
        },
        OnboardPart {
            name: "boot",
            part: &switches::PUSHBUTTON,
            pins: &[("1.l", io(9)), ("2.l", GND)],
            attributes: &[("bounce", "0")],
        },
    ],
    has_usb_console: true,
};

/// WEMOS' LOLIN C3 Mini V2.1.0, with a WS2812 on GPIO7, and a console that is USB. Wokwi has no such board.
pub static LOLIN: BoardType = BoardType {
    name: "board-lolin-c3-mini",
    pins: &[
        ("RST", OTHER),
        ("EN", OTHER),
        ("0", io(0)),
        ("1", io(1)),
        ("2", io(2)),
        ("3", io(3)),
        ("4", io(4)),
        ("5", io(5)),
        ("6", io(6)),
        ("7", io(7)),
        ("8", io(8)),
        ("9", io(9)),
        ("10", io(10)),
        ("18", io(18)),
        ("19", io(19)),
        ("20", io(20)),
        ("21", io(21)),
        ("3V3", V3_3),
        ("5V", V5),
        ("GND", GND),
    ],
    onboard: &[
        OnboardPart { name: "rgb1", part: &ws2812::NEOPIXEL, pins: &[("DIN", io(7))], attributes: &[] },
        OnboardPart {
            name: "boot",
            part: &switches::PUSHBUTTON,
            pins: &[("1.l", io(9)), ("2.l", GND)],
            attributes: &[("bounce", "0")],
        },
    ],
    has_usb_console: true,
};

/// LuatOS' CORE ESP32C3, with LEDs on GPIO12 and GPIO13, which its flash in DIO mode leaves free. Wokwi has no such board.
pub static AIRM2M: BoardType = BoardType {
    name: "board-airm2m-core-esp32c3",
    pins: &[
        ("0", io(0)),
        ("1", io(1)),
        ("2", io(2)),
        ("3", io(3)),
        ("4", io(4)),
        ("5", io(5)),
        ("6", io(6)),
        ("7", io(7)),
        ("8", io(8)),
        ("9", io(9)),
        ("10", io(10)),
        ("11", io(11)),
        ("12", io(12)),
        ("13", io(13)),
        ("18", io(18)),
        ("19", io(19)),
        ("RX", io(20)),
        ("TX", io(21)),
        ("RST", OTHER),
        ("3V3.1", V3_3),
        ("3V3.2", V3_3),
        ("5V.1", V5),
        ("5V.2", V5),
        ("GND.1", GND),
        ("GND.2", GND),
        ("GND.3", GND),
        ("GND.4", GND),
    ],
    onboard: &[
        OnboardPart { name: "d4", part: &LED, pins: &[("A", io(12)), ("C", GND)], attributes: &[("color", "red")] },
        OnboardPart { name: "d5", part: &LED, pins: &[("A", io(13)), ("C", GND)], attributes: &[("color", "red")] },
        OnboardPart {
            name: "boot",
            part: &switches::PUSHBUTTON,
            pins: &[("1.l", io(9)), ("2.l", GND)],
            attributes: &[("bounce", "0")],
        },
    ],
    has_usb_console: false,
};

/// M5Stack's Stamp C3, with an SK6812 on GPIO2 and its button on GPIO3. Wokwi has no such board.
pub static STAMP_C3: BoardType = BoardType {
    name: "board-m5stamp-c3",
    pins: &[
        ("0", io(0)),
        ("1", io(1)),
        ("3", io(3)),
        ("4", io(4)),
        ("5", io(5)),
        ("6", io(6)),
        ("7", io(7)),
        ("8", io(8)),
        ("10", io(10)),
        ("18", io(18)),
        ("19", io(19)),
        ("20", io(20)),
        ("21", io(21)),
        ("2", io(2)),
        ("9", io(9)),
        ("EN", OTHER),
        ("3V3", V3_3),
        ("5V", V5),
        ("GND.1", GND),
        ("GND.2", GND),
    ],
    onboard: &[
        OnboardPart { name: "rgb1", part: &ws2812::NEOPIXEL, pins: &[("DIN", io(2))], attributes: &[] },
        OnboardPart {
            name: "btn",
            part: &switches::PUSHBUTTON,
            pins: &[("1.l", io(3)), ("2.l", GND)],
            attributes: &[("bounce", "0")],
        },
        OnboardPart {
            name: "boot",
            part: &switches::PUSHBUTTON,
            pins: &[("1.l", io(9)), ("2.l", GND)],
            attributes: &[("bounce", "0")],
        },
    ],
    has_usb_console: false,
};

/// M5Stack's Stamp C3U, with an SK6812 on GPIO2, its button on GPIO9, and a console that is USB. Wokwi has no such board.
pub static STAMP_C3U: BoardType = BoardType {
    name: "board-m5stamp-c3u",
    pins: &[
        ("0", io(0)),
        ("1", io(1)),
        ("3", io(3)),
        ("4", io(4)),
        ("5", io(5)),
        ("6", io(6)),
        ("7", io(7)),
        ("8", io(8)),
        ("9", io(9)),
        ("10", io(10)),
        ("18", io(18)),
        ("19", io(19)),
        ("20", io(20)),
        ("21", io(21)),
        ("2", io(2)),
        ("EN", OTHER),
        ("3V3", V3_3),
        ("5V", V5),
        ("GND.1", GND),
        ("GND.2", GND),
    ],
    onboard: &[
        OnboardPart { name: "rgb1", part: &ws2812::NEOPIXEL, pins: &[("DIN", io(2))], attributes: &[] },
        OnboardPart {
            name: "boot",
            part: &switches::PUSHBUTTON,
            pins: &[("1.l", io(9)), ("2.l", GND)],
            attributes: &[("bounce", "0")],
        },
    ],
    has_usb_console: true,
};
