//! Offsets of the registers, and their fields.

pub(super) const SCL_LOW_PERIOD: u32 = 0x00;
pub(super) const CTR: u32 = 0x04;
pub(super) const SR: u32 = 0x08;
pub(super) const TO: u32 = 0x0C;
pub(super) const SLAVE_ADDR: u32 = 0x10;
pub(super) const FIFO_ST: u32 = 0x14;
pub(super) const FIFO_CONF: u32 = 0x18;
pub(super) const DATA: u32 = 0x1C;
pub(super) const INT_RAW: u32 = 0x20;
pub(super) const INT_CLR: u32 = 0x24;
pub(super) const INT_ENA: u32 = 0x28;
pub(super) const INT_STATUS: u32 = 0x2C;
pub(super) const SDA_HOLD: u32 = 0x30;
pub(super) const SDA_SAMPLE: u32 = 0x34;
pub(super) const SCL_HIGH_PERIOD: u32 = 0x38;
pub(super) const SCL_START_HOLD: u32 = 0x40;
pub(super) const SCL_RSTART_SETUP: u32 = 0x44;
pub(super) const SCL_STOP_HOLD: u32 = 0x48;
pub(super) const SCL_STOP_SETUP: u32 = 0x4C;
pub(super) const FILTER_CFG: u32 = 0x50;
pub(super) const CLK_CONF: u32 = 0x54;
pub(super) const COMD0: u32 = 0x58;
pub(super) const COMD7: u32 = COMD0 + 4 * (COMMANDS as u32 - 1);
pub(super) const SCL_ST_TIME_OUT: u32 = 0x78;
pub(super) const SCL_MAIN_ST_TIME_OUT: u32 = 0x7C;
pub(super) const SCL_SP_CONF: u32 = 0x80;
pub(super) const SCL_STRETCH_CONF: u32 = 0x84;
pub(super) const DATE: u32 = 0xF8;
pub(super) const TXFIFO_START_ADDR: u32 = 0x100;
pub(super) const RXFIFO_START_ADDR: u32 = 0x180;
pub(super) const RXFIFO_END: u32 = 0x200;

pub(super) const COMMANDS: usize = 8;

// CTR.
pub(super) const SDA_FORCE_OUT: u32 = 1 << 0;
pub(super) const SCL_FORCE_OUT: u32 = 1 << 1;
pub(super) const SAMPLE_SCL_LEVEL: u32 = 1 << 2;
pub(super) const TRANS_START: u32 = 1 << 5;
pub(super) const TX_LSB_FIRST: u32 = 1 << 6;
pub(super) const RX_LSB_FIRST: u32 = 1 << 7;
pub(super) const ARBITRATION_EN: u32 = 1 << 9;
pub(super) const FSM_RST: u32 = 1 << 10;
pub(super) const CONF_UPGATE: u32 = 1 << 11;
pub(super) const CTR_STROBES: u32 = TRANS_START | FSM_RST | CONF_UPGATE;

// FIFO_CONF.
pub(super) const NONFIFO_EN: u32 = 1 << 10;
pub(super) const RX_FIFO_RST: u32 = 1 << 12;
pub(super) const TX_FIFO_RST: u32 = 1 << 13;

// SCL_SP_CONF.
pub(super) const SCL_RST_SLV_EN: u32 = 1 << 0;
pub(super) const SCL_PD_EN: u32 = 1 << 6;
pub(super) const SDA_PD_EN: u32 = 1 << 7;

pub(super) const SCLK_ACTIVE: u32 = 1 << 21;

// Interrupts.
pub(super) const RXFIFO_WM: u32 = 1 << 0;
pub(super) const TXFIFO_WM: u32 = 1 << 1;
pub(super) const RXFIFO_OVF: u32 = 1 << 2;
pub(super) const END_DETECT: u32 = 1 << 3;
pub(super) const BYTE_TRANS_DONE: u32 = 1 << 4;
pub(super) const ARBITRATION_LOST: u32 = 1 << 5;
pub(super) const MST_TXFIFO_UDF: u32 = 1 << 6;
pub(super) const TRANS_COMPLETE: u32 = 1 << 7;
pub(super) const TIME_OUT: u32 = 1 << 8;
pub(super) const TRANS_START_INT: u32 = 1 << 9;
pub(super) const NACK: u32 = 1 << 10;
pub(super) const TXFIFO_OVF: u32 = 1 << 11;
pub(super) const RXFIFO_UDF: u32 = 1 << 12;
pub(super) const SCL_ST_TO: u32 = 1 << 13;
pub(super) const SCL_MAIN_ST_TO: u32 = 1 << 14;
pub(super) const DET_START: u32 = 1 << 15;
pub(super) const ALL_INTERRUPTS: u32 = 0x3_FFFF;
/// In the order of [`Timing::time_outs`].
pub(super) const TIME_OUTS: [u32; 3] = [TIME_OUT, SCL_ST_TO, SCL_MAIN_ST_TO];

// COMD.
pub(super) const ACK_CHECK_EN: u32 = 1 << 8;
pub(super) const ACK_EXP: u32 = 1 << 9;
pub(super) const ACK_VALUE: u32 = 1 << 10;
pub(super) const COMMAND_DONE: u32 = 1 << 31;
pub(super) const WRITE: u32 = 1;
pub(super) const STOP: u32 = 2;
pub(super) const READ: u32 = 3;
pub(super) const END: u32 = 4;
pub(super) const RSTART: u32 = 6;

/// Output and input signals of the GPIO matrix.
pub(super) const SCL: u8 = 53;
pub(super) const SDA: u8 = 54;
