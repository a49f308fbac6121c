//! Offsets of the registers.

pub(super) const CHANNELS: usize = 6;
pub(super) const TIMERS: usize = 4;

/// CH0_CONF0, and then HPOINT, DUTY, CONF1 and DUTY_R of each channel.
pub(super) const CH0_CONF0: u32 = 0x00;
pub(super) const CHANNEL_BYTES: u32 = 0x14;
pub(super) const CHANNEL_LAST: u32 = CH0_CONF0 + CHANNEL_BYTES * CHANNELS as u32 - 4;
/// TIMER0_CONF, and then TIMER0_VALUE.
pub(super) const TIMER0_CONF: u32 = 0xA0;
pub(super) const TIMER_LAST: u32 = TIMER0_CONF + 8 * TIMERS as u32 - 4;
pub(super) const INT_RAW: u32 = 0xC0;
pub(super) const INT_ST: u32 = 0xC4;
pub(super) const INT_ENA: u32 = 0xC8;
pub(super) const INT_CLR: u32 = 0xCC;
pub(super) const CONF: u32 = 0xD0;
pub(super) const DATE: u32 = 0xFC;

/// CONF: CLK_EN and APB_CLK_SEL.
pub(super) const CONF_BITS: u32 = 1 << 31 | 3;
pub(super) const INTERRUPTS: u32 = 0xFFFF;
pub(super) const DATE_VALUE: u32 = 0x1906_1700;
