//! The parts that this crate knows: type names, pins, and what is joined inside. Pins as in Wokwi's part catalogue and
//! its `board.json` files.

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PartKind {
    /// Espressif's ESP32-C3-DevKitM-1, with a WS2812 on GPIO8.
    Esp32C3DevKitM1,
    /// One WS2812.
    Neopixel,
    /// WS2812s in a circle.
    LedRing {
        /// How many; 16 unless given.
        pixels: u16,
    },
    /// WS2812s in a row.
    LedStrip {
        /// How many; 8 unless given.
        pixels: u16,
    },
    /// WS2812s in rows and columns.
    LedMatrix {
        /// 8 unless given.
        rows: u16,
        /// 8 unless given.
        cols: u16,
    },
    /// A button that closes while pressed.
    Pushbutton,
    /// Records eight lines.
    LogicAnalyzer,
}

impl PartKind {
    /// The `type` of every known part.
    pub const TYPE_NAMES: [&'static str; 7] = [
        "board-esp32-c3-devkitm-1",
        "wokwi-neopixel",
        "wokwi-led-ring",
        "wokwi-led-strip",
        "wokwi-led-matrix",
        "wokwi-pushbutton",
        "wokwi-logic-analyzer",
    ];

    /// The `type` in the file.
    pub const fn type_name(self) -> &'static str {
        match self {
            Self::Esp32C3DevKitM1 => Self::TYPE_NAMES[0],
            Self::Neopixel => Self::TYPE_NAMES[1],
            Self::LedRing { .. } => Self::TYPE_NAMES[2],
            Self::LedStrip { .. } => Self::TYPE_NAMES[3],
            Self::LedMatrix { .. } => Self::TYPE_NAMES[4],
            Self::Pushbutton => Self::TYPE_NAMES[5],
            Self::LogicAnalyzer => Self::TYPE_NAMES[6],
        }
    }

    /// The kind with this `type`, its sizes at their defaults.
    pub(super) fn from_type_name(name: &str) -> Option<Self> {
        let kinds = [
            Self::Esp32C3DevKitM1,
            Self::Neopixel,
            Self::LedRing { pixels: 16 },
            Self::LedStrip { pixels: 8 },
            Self::LedMatrix { rows: 8, cols: 8 },
            Self::Pushbutton,
            Self::LogicAnalyzer,
        ];
        kinds.into_iter().find(|kind| kind.type_name() == name)
    }

    /// A microcontroller runs on it.
    pub const fn is_board(self) -> bool {
        matches!(self, Self::Esp32C3DevKitM1)
    }

    /// The names of its pins.
    pub const fn pins(self) -> &'static [&'static str] {
        match self {
            Self::Esp32C3DevKitM1 => &[
                "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "18", "19", "RX", "TX", "RST", "3V3.1",
                "3V3.2", "5V.1", "5V.2", "GND.1", "GND.2", "GND.3", "GND.4", "GND.5", "GND.6", "GND.7", "GND.8",
                "GND.9", "GND.10",
            ],
            Self::Neopixel => &["VDD", "DOUT", "VSS", "DIN"],
            Self::LedRing { .. } => &["GND", "VCC", "DIN", "DOUT"],
            Self::LedStrip { .. } => &["VDD", "DIN", "VSS", "VDD.2", "DOUT", "VSS.2"],
            Self::LedMatrix { .. } => &["DIN", "VDD", "VSS", "DOUT"],
            Self::Pushbutton => &["1.l", "2.l", "1.r", "2.r"],
            Self::LogicAnalyzer => &["D0", "D1", "D2", "D3", "D4", "D5", "D6", "D7", "GND"],
        }
    }

    /// Groups of pins that are one and the same inside the part.
    pub(super) const fn joined_pins(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Esp32C3DevKitM1 => &[
                &["3V3.1", "3V3.2"],
                &["5V.1", "5V.2"],
                &["GND.1", "GND.2", "GND.3", "GND.4", "GND.5", "GND.6", "GND.7", "GND.8", "GND.9", "GND.10"],
            ],
            Self::LedStrip { .. } => &[&["VDD", "VDD.2"], &["VSS", "VSS.2"]],
            Self::Pushbutton => &[&["1.l", "1.r"], &["2.l", "2.r"]],
            Self::Neopixel | Self::LedRing { .. } | Self::LedMatrix { .. } | Self::LogicAnalyzer => &[],
        }
    }

    /// The GPIO behind a pin of the board.
    pub fn gpio(self, pin: &str) -> Option<u8> {
        match (self, pin) {
            (Self::Esp32C3DevKitM1, "RX") => Some(20),
            (Self::Esp32C3DevKitM1, "TX") => Some(21),
            (Self::Esp32C3DevKitM1, pin) if self.pins().contains(&pin) => pin.parse().ok(),
            _ => None,
        }
    }

    /// How many WS2812s it has between DIN and DOUT; none if it is no LED part.
    pub const fn leds(self) -> Option<usize> {
        match self {
            Self::Neopixel => Some(1),
            Self::LedRing { pixels } | Self::LedStrip { pixels } => Some(pixels as usize),
            Self::LedMatrix { rows, cols } => Some(rows as usize * cols as usize),
            Self::Esp32C3DevKitM1 | Self::Pushbutton | Self::LogicAnalyzer => None,
        }
    }

    /// WS2812s soldered to the board: name, data pin there, and the board's pin that it hangs on.
    pub(super) const fn onboard_leds(self) -> &'static [OnboardLed] {
        match self {
            Self::Esp32C3DevKitM1 => &[OnboardLed { name: "rgb1", pin: "DI", board_pin: "8" }],
            _ => &[],
        }
    }
}

/// A WS2812 on the board itself. Its id is that of the board, a dot, and its name.
#[derive(Debug, Clone, Copy)]
pub(super) struct OnboardLed {
    pub(super) name: &'static str,
    pub(super) pin: &'static str,
    pub(super) board_pin: &'static str,
}

impl OnboardLed {
    pub(super) fn id(self, board: &str) -> String {
        format!("{board}.{}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_kind() -> impl Iterator<Item = PartKind> {
        PartKind::TYPE_NAMES.into_iter().map(|name| PartKind::from_type_name(name).expect("a listed type"))
    }

    #[test]
    fn type_names_lead_back_to_themselves() {
        assert!(every_kind().map(PartKind::type_name).eq(PartKind::TYPE_NAMES));
    }

    #[test]
    fn pins_joined_inside_a_part_are_pins_of_it() {
        for kind in every_kind() {
            for pin in kind.joined_pins().iter().copied().flatten() {
                assert!(kind.pins().contains(pin), "{pin} of {}", kind.type_name());
            }
            for led in kind.onboard_leds() {
                assert!(kind.gpio(led.board_pin).is_some());
            }
        }
    }

    #[test]
    fn led_parts_have_a_data_input_and_output() {
        for kind in every_kind().filter(|kind| kind.leds().is_some()) {
            assert!(kind.pins().contains(&"DIN") && kind.pins().contains(&"DOUT"), "{}", kind.type_name());
        }
    }

    #[test]
    fn the_devkit_names_its_uart_pins_by_function() {
        let board = PartKind::Esp32C3DevKitM1;
        assert_eq!(
            ["TX", "RX", "8", "GND.1", "20"].map(|pin| board.gpio(pin)),
            [Some(21), Some(20), Some(8), None, None]
        );
    }
}
