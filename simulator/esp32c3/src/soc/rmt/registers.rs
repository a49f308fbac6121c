//! Offsets of the registers, and the fields that more than a channel knows of.

use super::ram::{BLOCK_WORDS, BLOCKS};

pub(super) const CH0DATA: u32 = 0x00;
pub(super) const CH3DATA: u32 = 0x0C;
pub(super) const CH0CONF0: u32 = 0x10;
pub(super) const CH1CONF0: u32 = 0x14;
pub(super) const CH2CONF0: u32 = 0x18;
pub(super) const CH2CONF1: u32 = 0x1C;
pub(super) const CH3CONF0: u32 = 0x20;
pub(super) const CH3CONF1: u32 = 0x24;
pub(super) const CH0STATUS: u32 = 0x28;
pub(super) const CH1STATUS: u32 = 0x2C;
pub(super) const CH2STATUS: u32 = 0x30;
pub(super) const CH3STATUS: u32 = 0x34;
pub(super) const INT_RAW: u32 = 0x38;
pub(super) const INT_ST: u32 = 0x3C;
pub(super) const INT_ENA: u32 = 0x40;
pub(super) const INT_CLR: u32 = 0x44;
pub(super) const CH0CARRIER_DUTY: u32 = 0x48;
pub(super) const CH1CARRIER_DUTY: u32 = 0x4C;
pub(super) const CH2_RX_CARRIER_RM: u32 = 0x50;
pub(super) const CH3_RX_CARRIER_RM: u32 = 0x54;
pub(super) const CH0_TX_LIM: u32 = 0x58;
pub(super) const CH1_TX_LIM: u32 = 0x5C;
pub(super) const CH2_RX_LIM: u32 = 0x60;
pub(super) const CH3_RX_LIM: u32 = 0x64;
pub(super) const SYS_CONF: u32 = 0x68;
pub(super) const TX_SIM: u32 = 0x6C;
pub(super) const REF_CNT_RST: u32 = 0x70;
pub(super) const DATE: u32 = 0xCC;
pub(super) const RAM: u32 = 0x400;
pub(super) const RAM_LAST: u32 = RAM + 4 * (BLOCKS * BLOCK_WORDS) as u32 - 4;

// SYS_CONF.
pub(super) const APB_FIFO_MASK: u32 = 1 << 0;
pub(super) const MEM_FORCE_PD: u32 = 1 << 2;
pub(super) const SCLK_ACTIVE: u32 = 1 << 26;
pub(super) const SYS_CONF_BITS: u32 = 0x87FF_FFFF;
pub(super) const SYS_CONF_RESET: u32 = 0x0500_0010;

// TX_SIM.
pub(super) const TX_SIM_CHANNELS: u32 = 0b11;
pub(super) const TX_SIM_EN: u32 = 1 << 2;

// CHnSTATUS and CHmSTATUS.
pub(super) const TX_APB_MEM_RD_ERR: u32 = 1 << 21;
pub(super) const TX_APB_MEM_WR_ERR: u32 = 1 << 23;
pub(super) const RX_APB_MEM_RD_ERR: u32 = 1 << 27;

pub(super) const INTERRUPTS: u32 = 0x3FFF;
pub(super) const DATE_VALUE: u32 = 0x0200_6231;
