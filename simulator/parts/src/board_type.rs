//! [`BoardType`]: a microcontroller board.

use hil_sim_core::circuit::Rail;
use hil_sim_core::part::PartType;

/// A microcontroller board: pins, and what is soldered to it.
#[derive(Clone, Copy, Debug)]
pub struct BoardType {
    /// Wokwi's name, the `type` in a drawing.
    pub name: &'static str,
    /// Its pins by the names in Wokwi's `board.json`, or on the board itself where Wokwi has no such board.
    pub pins: &'static [(&'static str, PinUse)],
    /// Parts on the board itself.
    pub onboard: &'static [OnboardPart],
    /// The console is the chip's USB Serial/JTAG controller, unless the drawing says otherwise.
    pub has_usb_console: bool,
}

/// What is behind a pin of a board.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PinUse {
    /// A GPIO of the chip.
    Gpio(u8),
    /// Ground or a supply.
    Rail(Rail),
    /// The reset input, or nothing.
    Other,
}

/// A part on the board itself. Its id is that of the board, a dot, and its name.
#[derive(Clone, Copy, Debug)]
pub struct OnboardPart {
    /// Its name: `rgb1`.
    pub name: &'static str,
    /// What it is.
    pub part: &'static PartType,
    /// Pins of it, and what these are joined with.
    pub pins: &'static [(&'static str, PinUse)],
    /// Its attributes.
    pub attributes: &'static [(&'static str, &'static str)],
}

impl BoardType {
    /// The GPIO behind a pin.
    pub fn gpio(&self, pin: &str) -> Option<u8> {
        self.gpios().find(|(name, _)| *name == pin).map(|(_, gpio)| gpio)
    }

    /// The pins with a GPIO behind them. Two pins may have the same.
    pub fn gpios(&self) -> impl Iterator<Item = (&'static str, u8)> + use<> {
        self.pins.iter().filter_map(|(name, it)| match it {
            PinUse::Gpio(gpio) => Some((*name, *gpio)),
            PinUse::Rail(_) | PinUse::Other => None,
        })
    }

    /// The rail that a pin is.
    pub fn rail(&self, pin: &str) -> Option<Rail> {
        self.pins.iter().find(|(name, _)| *name == pin).and_then(|(_, it)| match it {
            PinUse::Rail(rail) => Some(*rail),
            PinUse::Gpio(_) | PinUse::Other => None,
        })
    }

    /// The first pin with this behind it.
    pub fn pin(&self, what: PinUse) -> Option<&'static str> {
        self.pins.iter().find(|(_, it)| *it == what).map(|(name, _)| *name)
    }

    /// The pin that people mean by a name: its own, whatever the case; a GPIO by its number, as `8`, `GPIO8` or `IO8`; the
    /// console's `TX` and `RX`; the first pin of a rail, as `GND`, `3V3`, `5V` or `VIN`.
    pub fn find_pin(&self, name: &str) -> Option<&'static str> {
        let own = self.pins.iter().map(|(own, _)| *own);
        let mut same = own.clone().filter(|own| *own == name).chain(own.filter(|own| own.eq_ignore_ascii_case(name)));
        same.next().or_else(|| self.pin(meant(name)?))
    }
}

/// What is behind a pin that people call so on any board with this chip.
fn meant(name: &str) -> Option<PinUse> {
    let name = name.to_ascii_uppercase();
    // `GND.2` of a board with one ground pin.
    let base = name.split_once('.').map_or(name.as_str(), |(base, _)| base);
    Some(match base {
        "GND" | "G" | "VSS" => PinUse::Rail(Rail::Ground),
        "3V3" | "3V" | "VCC" | "VDD" => PinUse::Rail(Rail::V3_3),
        "5V" | "VIN" | "VBUS" | "VUSB" => PinUse::Rail(Rail::V5),
        "TX" | "TXD" | "TX0" => PinUse::Gpio(21),
        "RX" | "RXD" | "RX0" => PinUse::Gpio(20),
        _ => {
            let number = base.strip_prefix("GPIO").or_else(|| base.strip_prefix("IO")).unwrap_or(base);
            PinUse::Gpio(number.parse().ok()?)
        }
    })
}

impl OnboardPart {
    /// Its id on a board with this id.
    pub fn id(&self, board: &str) -> String {
        format!("{board}.{}", self.name)
    }
}

impl PartialEq for BoardType {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for BoardType {}
