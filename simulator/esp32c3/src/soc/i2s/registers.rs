//! Offsets and fields of the registers, and the signals.

pub(super) const INT_RAW: u32 = 0x0C;
pub(super) const INT_ST: u32 = 0x10;
pub(super) const INT_ENA: u32 = 0x14;
pub(super) const INT_CLR: u32 = 0x18;
pub(super) const RX_CONF: u32 = 0x20;
pub(super) const TX_CONF: u32 = 0x24;
pub(super) const RX_CONF1: u32 = 0x28;
pub(super) const TX_CONF1: u32 = 0x2C;
pub(super) const RX_CLKM_CONF: u32 = 0x30;
pub(super) const TX_CLKM_CONF: u32 = 0x34;
pub(super) const RX_CLKM_DIV_CONF: u32 = 0x38;
pub(super) const TX_CLKM_DIV_CONF: u32 = 0x3C;
pub(super) const TX_PCM2PDM_CONF: u32 = 0x40;
pub(super) const TX_PCM2PDM_CONF1: u32 = 0x44;
pub(super) const RX_TDM_CTRL: u32 = 0x50;
pub(super) const TX_TDM_CTRL: u32 = 0x54;
pub(super) const RX_TIMING: u32 = 0x58;
pub(super) const TX_TIMING: u32 = 0x5C;
pub(super) const LC_HUNG_CONF: u32 = 0x60;
pub(super) const RXEOF_NUM: u32 = 0x64;
pub(super) const CONF_SIGLE_DATA: u32 = 0x68;
pub(super) const STATE: u32 = 0x6C;
pub(super) const DATE: u32 = 0x80;

// INT_RAW.
pub(super) const RX_DONE: u32 = 1 << 0;
pub(super) const TX_DONE: u32 = 1 << 1;
pub(super) const INTERRUPTS: u32 = 0xF;

// TX_CONF.
pub(super) const TX_CHAN_EQUAL: u32 = 1 << 6;
pub(super) const TX_STOP_EN: u32 = 1 << 13;
pub(super) const SIG_LOOPBACK: u32 = 1 << 27;
// RX_CONF.
pub(super) const RX_STOP_MODE_SHIFT: u32 = 13;
/// RX_STOP_MODE: stop when there is no room.
pub(super) const STOP_WHEN_FULL: u32 = 2;
// TX_TDM_CTRL.
pub(super) const TX_TDM_SKIP_MSK_EN: u32 = 1 << 20;

pub(super) const DATE_VALUE: u32 = 0x0200_3230;

// TRM table 5-2.
pub(super) const MCLK_SIGNAL: u8 = 12;
pub(super) const TX_BCK_SIGNAL: u8 = 13;
pub(super) const TX_WS_SIGNAL: u8 = 14;
pub(super) const SD_SIGNAL: u8 = 15;
pub(super) const RX_BCK_SIGNAL: u8 = 16;
pub(super) const RX_WS_SIGNAL: u8 = 17;
