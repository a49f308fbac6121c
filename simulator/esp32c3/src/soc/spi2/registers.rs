//! Offsets of the registers, and fields of those that are not [`Config`](super::config::Config).

pub(super) const CMD: u32 = 0x00;
pub(super) const ADDR: u32 = 0x04;
pub(super) const CTRL: u32 = 0x08;
pub(super) const CLOCK: u32 = 0x0C;
pub(super) const USER: u32 = 0x10;
pub(super) const USER1: u32 = 0x14;
pub(super) const USER2: u32 = 0x18;
pub(super) const MS_DLEN: u32 = 0x1C;
pub(super) const MISC: u32 = 0x20;
pub(super) const DIN_MODE: u32 = 0x24;
pub(super) const DIN_NUM: u32 = 0x28;
pub(super) const DOUT_MODE: u32 = 0x2C;
pub(super) const DMA_CONF: u32 = 0x30;
pub(super) const DMA_INT_ENA: u32 = 0x34;
pub(super) const DMA_INT_CLR: u32 = 0x38;
pub(super) const DMA_INT_RAW: u32 = 0x3C;
pub(super) const DMA_INT_ST: u32 = 0x40;
pub(super) const W0: u32 = 0x98;
pub(super) const W15: u32 = W0 + 4 * 15;
pub(super) const SLAVE: u32 = 0xE0;
pub(super) const SLAVE1: u32 = 0xE4;
pub(super) const CLK_GATE: u32 = 0xE8;
pub(super) const DATE: u32 = 0xF0;

// CMD.
pub(super) const CONF_BITLEN: u32 = 0x3_FFFF;
pub(super) const UPDATE: u32 = 1 << 23;
pub(super) const USR: u32 = 1 << 24;

// USER, for the slave.
pub(super) const DOUTDIN: u32 = 1 << 0;
pub(super) const TSCK_I_EDGE: u32 = 1 << 5;
pub(super) const RSCK_I_EDGE: u32 = 1 << 8;

// MISC.
pub(super) const SLAVE_CS_POL: u32 = 1 << 23;

// DMA_CONF; the bits from 29 on reset FIFOs, which keep nothing here between transactions.
pub(super) const DMA_CONF_STORED: u32 = 0x183C_0000;
pub(super) const DMA_RX_ENA: u32 = 1 << 27;
pub(super) const DMA_TX_ENA: u32 = 1 << 28;

// Interrupts.
pub(super) const DMA_INFIFO_FULL_ERR: u32 = 1 << 0;
pub(super) const DMA_OUTFIFO_EMPTY_ERR: u32 = 1 << 1;
pub(super) const TRANS_DONE: u32 = 1 << 12;
pub(super) const MST_TX_AFIFO_REMPTY_ERR: u32 = 1 << 18;
pub(super) const ALL_INTERRUPTS: u32 = 0x1F_FFFF;

// SLAVE.
pub(super) const CLK_MODE_13: u32 = 1 << 2;
pub(super) const SLAVE_MODE: u32 = 1 << 26;
pub(super) const SOFT_RESET: u32 = 1 << 27;
pub(super) const USR_CONF: u32 = 1 << 28;
pub(super) const SLAVE_RESET_VALUE: u32 = 0x0280_0000;

// CLK_GATE.
pub(super) const MST_CLK_ACTIVE: u32 = 1 << 1;
pub(super) const MST_CLK_SEL_PLL: u32 = 1 << 2;
