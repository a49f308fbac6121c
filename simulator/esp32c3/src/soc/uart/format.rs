//! What the registers say of frames: their shape and the length of a bit.

use super::registers::{clk_conf, conf0, field};
use crate::soc::clock::{Clocks, RC_FAST_HZ, XTAL_HZ};
use hil_sim_core::serial::{Format, Parity};
use hil_sim_core::time::Span;

/// The shape of a frame that CONF0 asks for.
pub(super) fn of_conf0(register: u32) -> Format {
    let parity = match (register & conf0::PARITY_EN != 0, register & conf0::PARITY != 0) {
        (false, _) => Parity::None,
        (true, false) => Parity::Even,
        (true, true) => Parity::Odd,
    };
    Format {
        data_bits: 5 + field(register, conf0::BIT_NUM_SHIFT, 2) as u8,
        parity,
        // 1: one bit, 2: one and a half, 3: two.
        stop_halves: 1 + field(register, conf0::STOP_BIT_NUM_SHIFT, 2).max(1) as u8,
    }
}

/// The clock of the baud rate generators in hertz, before CLK_CONF's divider; `None` if it stands.
pub(super) fn source_hz(clk_conf: u32, clocks: Clocks) -> Option<u32> {
    if clk_conf & clk_conf::SCLK_EN == 0 {
        return None;
    }
    match field(clk_conf, 20, 2) {
        clk_conf::SOURCE_APB => Some(clocks.apb_hz),
        clk_conf::SOURCE_RC_FAST => Some(RC_FAST_HZ),
        clk_conf::SOURCE_XTAL => Some(XTAL_HZ),
        _ => None,
    }
}

/// How long a number of cycles of the divided clock is, given in sixteenths.
pub(super) fn cycles(clk_conf: u32, clocks: Clocks, sixteenths: u64) -> Option<Span> {
    let hz = u128::from(source_hz(clk_conf, clocks)?).max(1);
    // SCLK_DIV_NUM + 1 + SCLK_DIV_B / SCLK_DIV_A.
    let whole = u128::from(field(clk_conf, 12, 8) + 1);
    let (b, a) = (u128::from(field(clk_conf, 6, 6)), u128::from(field(clk_conf, 0, 6)));
    let (numerator, denominator) = if a == 0 { (whole, 1) } else { (whole * a + b, a) };
    let divisor = 16 * denominator * hz;
    let ps = (1_000_000_000_000 * u128::from(sixteenths) * numerator + divisor / 2) / divisor;
    Some(Span::from_ps(u64::try_from(ps).unwrap_or(u64::MAX)))
}

/// The length of a bit; `None` if there is no clock.
pub(super) fn bit_length(clkdiv: u32, clk_conf: u32, clocks: Clocks) -> Option<Span> {
    let sixteenths = u64::from(16 * field(clkdiv, 0, 12) + field(clkdiv, 20, 4));
    cycles(clk_conf, clocks, sixteenths).filter(|bit| *bit > Span::ZERO)
}
