//! The registers that say how long the parts of a bit take; all in cycles of the module's clock.

use crate::soc::clock::{RC_FAST_HZ, XTAL_HZ};
use hil_sim_core::time::Span;

const SCLK_SEL_RC_FAST: u32 = 1 << 20;
const TIME_OUT_EN: u32 = 1 << 5;
/// Longest time-out: 2 to the power of this.
const LONGEST_TIME_OUT: u32 = 23;

#[derive(Clone, Hash, Debug)]
pub(super) struct Timing {
    pub(super) scl_low_period: u32,
    pub(super) scl_high_period: u32,
    pub(super) sda_hold: u32,
    pub(super) sda_sample: u32,
    pub(super) scl_start_hold: u32,
    pub(super) scl_rstart_setup: u32,
    pub(super) scl_stop_hold: u32,
    pub(super) scl_stop_setup: u32,
    pub(super) clk_conf: u32,
    pub(super) time_out: u32,
    pub(super) scl_st_time_out: u32,
    pub(super) scl_main_st_time_out: u32,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            scl_low_period: 0,
            scl_high_period: 0,
            sda_hold: 0,
            sda_sample: 0,
            scl_start_hold: 8,
            scl_rstart_setup: 8,
            scl_stop_hold: 8,
            scl_stop_setup: 8,
            clk_conf: 0x0020_0000,
            time_out: 0x10,
            scl_st_time_out: 0x10,
            scl_main_st_time_out: 0x10,
        }
    }
}

/// A part of a bit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Part {
    /// SCL is low, before SDA changes.
    SdaHold,
    /// SCL is low, after SDA has changed.
    RestOfLow,
    /// SCL is high, before SDA is sampled.
    SdaSample,
    /// SCL is high, after SDA has been sampled.
    RestOfHigh,
    StartHold,
    RestartSetup,
    StopSetup,
    StopHold,
}

impl Timing {
    /// Cycles of the module's clock. The divider is SCLK_DIV_NUM + 1 + SCLK_DIV_B / SCLK_DIV_A.
    pub(super) fn span(&self, cycles: u64) -> Span {
        let source = if self.clk_conf & SCLK_SEL_RC_FAST != 0 { RC_FAST_HZ } else { XTAL_HZ };
        let whole = u64::from(self.clk_conf & 0xFF) + 1;
        let (a, b) = (u64::from(self.clk_conf >> 8 & 0x3F), u64::from(self.clk_conf >> 14 & 0x3F));
        let halves = cycles.saturating_mul(whole).saturating_add(cycles.saturating_mul(b).checked_div(a).unwrap_or(0));
        Span::of_cycles(halves, source)
    }

    pub(super) fn of(&self, part: Part) -> Span {
        let time = |register: u32| u64::from(register & 0x1FF) + 1;
        let low = time(self.scl_low_period);
        let hold = time(self.sda_hold).min(low);
        let high = u64::from(self.scl_high_period & 0x1FF) + u64::from(self.scl_high_period >> 9 & 0x7F);
        let sample = time(self.sda_sample).min(high.max(1));
        self.span(match part {
            Part::SdaHold => hold,
            Part::RestOfLow => low - hold,
            Part::SdaSample => sample,
            Part::RestOfHigh => high.saturating_sub(sample),
            Part::StartHold => time(self.scl_start_hold),
            Part::RestartSetup => time(self.scl_rstart_setup),
            Part::StopSetup => time(self.scl_stop_setup),
            Part::StopHold => time(self.scl_stop_hold),
        })
    }

    /// How long SCL may be held low: TIME_OUT if it is enabled, SCL_ST_TO and SCL_MAIN_ST_TO.
    pub(super) fn time_outs(&self) -> [Option<Span>; 3] {
        let power = |register: u32| self.span(1 << (register & 0x1F).min(LONGEST_TIME_OUT));
        [
            (self.time_out & TIME_OUT_EN != 0).then(|| power(self.time_out)),
            Some(power(self.scl_st_time_out)),
            Some(power(self.scl_main_st_time_out)),
        ]
    }
}
