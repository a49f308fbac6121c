//! The signals of the GPIO matrix, and what the peripheral puts on them.

use super::config::Config;
use crate::soc::hub::Env;

pub(super) const CLK: u8 = 63;
/// MISO.
pub(super) const Q: u8 = 64;
/// MOSI.
pub(super) const D: u8 = 65;
const HD: u8 = 66;
const WP: u8 = 67;
pub(super) const CS0: u8 = 68;
const CHIP_SELECTS: u8 = 6;

/// The signals of data lines 0 to 3.
pub(super) const DATA: [u8; 4] = [D, Q, WP, HD];

/// What is on the signals, apart from chip select.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Levels {
    pub(super) clock: bool,
    /// A bit for each data line, line 0 lowest.
    pub(super) data: u8,
    pub(super) enabled: u8,
}

impl Levels {
    /// Between transactions.
    pub(super) fn idle(config: &Config) -> Self {
        Self {
            clock: config.clock_idles_high(),
            data: u8::from(config.idle_data()),
            enabled: u8::from(config.drives_idle_data()),
        }
    }

    pub(super) fn drive(self, env: &mut Env<'_>, config: &Config) {
        env.drive(CLK, self.clock, config.clock_is_output());
        for (line, signal) in DATA.into_iter().enumerate() {
            env.drive(signal, self.data >> line & 1 == 1, self.enabled >> line & 1 == 1);
        }
    }
}

pub(super) fn drive_chip_selects(env: &mut Env<'_>, config: &Config, active: bool) {
    for n in 0..CHIP_SELECTS {
        env.drive(CS0 + n, config.chip_select(u32::from(n), active), true);
    }
}

/// As a slave: all outputs released but MISO, while selected.
pub(super) fn drive_as_slave(env: &mut Env<'_>, miso: Option<bool>) {
    for signal in [CLK, D, HD, WP] {
        env.drive(signal, false, false);
    }
    for n in 0..CHIP_SELECTS {
        env.drive(CS0 + n, true, false);
    }
    env.drive(Q, miso.unwrap_or(false), miso.is_some());
}

/// What is on the data lines as inputs, line 0 lowest.
pub(super) fn inputs(env: &Env<'_>) -> u8 {
    DATA.into_iter().enumerate().fold(0, |bits, (line, signal)| bits | u8::from(env.input_level(signal)) << line)
}

/// Whether anybody would see the edges of a transaction: those of the clock, and those of anything.
pub(super) fn observed(env: &Env<'_>) -> (bool, bool) {
    let clock = env.hub.pins.is_observed(CLK);
    (clock, clock || (Q..=CS0).any(|signal| env.hub.pins.is_observed(signal)))
}
