//! Offsets and fields; TRM section 26.6.

pub(super) const FIFO: u32 = 0x00;
pub(super) const INT_RAW: u32 = 0x04;
pub(super) const INT_ST: u32 = 0x08;
pub(super) const INT_ENA: u32 = 0x0C;
pub(super) const INT_CLR: u32 = 0x10;
pub(super) const CLKDIV: u32 = 0x14;
pub(super) const RX_FILT: u32 = 0x18;
pub(super) const STATUS: u32 = 0x1C;
pub(super) const CONF0: u32 = 0x20;
pub(super) const CONF1: u32 = 0x24;
pub(super) const LOWPULSE: u32 = 0x28;
pub(super) const HIGHPULSE: u32 = 0x2C;
pub(super) const RXD_CNT: u32 = 0x30;
pub(super) const FLOW_CONF: u32 = 0x34;
pub(super) const SLEEP_CONF: u32 = 0x38;
pub(super) const SWFC_CONF0: u32 = 0x3C;
pub(super) const SWFC_CONF1: u32 = 0x40;
pub(super) const TXBRK_CONF: u32 = 0x44;
pub(super) const IDLE_CONF: u32 = 0x48;
pub(super) const RS485_CONF: u32 = 0x4C;
pub(super) const AT_CMD_PRECNT: u32 = 0x50;
pub(super) const AT_CMD_POSTCNT: u32 = 0x54;
pub(super) const AT_CMD_GAPTOUT: u32 = 0x58;
pub(super) const AT_CMD_CHAR: u32 = 0x5C;
pub(super) const MEM_CONF: u32 = 0x60;
pub(super) const MEM_TX_STATUS: u32 = 0x64;
pub(super) const MEM_RX_STATUS: u32 = 0x68;
pub(super) const FSM_STATUS: u32 = 0x6C;
pub(super) const POSPULSE: u32 = 0x70;
pub(super) const NEGPULSE: u32 = 0x74;
pub(super) const CLK_CONF: u32 = 0x78;
pub(super) const DATE: u32 = 0x7C;
pub(super) const ID: u32 = 0x80;

/// Bits of the four INT registers.
pub(super) mod int {
    pub(crate) const RXFIFO_FULL: u32 = 1 << 0;
    pub(crate) const TXFIFO_EMPTY: u32 = 1 << 1;
    pub(crate) const PARITY_ERR: u32 = 1 << 2;
    pub(crate) const FRM_ERR: u32 = 1 << 3;
    pub(crate) const RXFIFO_OVF: u32 = 1 << 4;
    pub(crate) const DSR_CHG: u32 = 1 << 5;
    pub(crate) const CTS_CHG: u32 = 1 << 6;
    pub(crate) const BRK_DET: u32 = 1 << 7;
    pub(crate) const RXFIFO_TOUT: u32 = 1 << 8;
    pub(crate) const SW_XON: u32 = 1 << 9;
    pub(crate) const SW_XOFF: u32 = 1 << 10;
    pub(crate) const GLITCH_DET: u32 = 1 << 11;
    pub(crate) const TX_BRK_DONE: u32 = 1 << 12;
    pub(crate) const TX_BRK_IDLE_DONE: u32 = 1 << 13;
    pub(crate) const TX_DONE: u32 = 1 << 14;
    pub(crate) const AT_CMD_CHAR_DET: u32 = 1 << 18;
    pub(crate) const ALL: u32 = (1 << 20) - 1;
}

pub(super) mod conf0 {
    pub(crate) const PARITY: u32 = 1 << 0;
    pub(crate) const PARITY_EN: u32 = 1 << 1;
    pub(crate) const BIT_NUM_SHIFT: u32 = 2;
    pub(crate) const STOP_BIT_NUM_SHIFT: u32 = 4;
    pub(crate) const SW_RTS: u32 = 1 << 6;
    pub(crate) const SW_DTR: u32 = 1 << 7;
    pub(crate) const TXD_BRK: u32 = 1 << 8;
    pub(crate) const LOOPBACK: u32 = 1 << 14;
    pub(crate) const TX_FLOW_EN: u32 = 1 << 15;
    pub(crate) const IRDA_EN: u32 = 1 << 16;
    pub(crate) const RXFIFO_RST: u32 = 1 << 17;
    pub(crate) const TXFIFO_RST: u32 = 1 << 18;
    pub(crate) const RXD_INV: u32 = 1 << 19;
    pub(crate) const CTS_INV: u32 = 1 << 20;
    pub(crate) const DSR_INV: u32 = 1 << 21;
    pub(crate) const TXD_INV: u32 = 1 << 22;
    pub(crate) const RTS_INV: u32 = 1 << 23;
    pub(crate) const DTR_INV: u32 = 1 << 24;
    pub(crate) const ERR_WR_MASK: u32 = 1 << 26;
    pub(crate) const AUTOBAUD_EN: u32 = 1 << 27;
    /// Fields that reach the core clock's domain only by ID.REG_UPDATE; TRM table 26-1.
    pub(crate) const SYNCHRONOUS: u32 = 0b11_1111
        | TXD_BRK
        | 0x3E << 8
        | LOOPBACK
        | TX_FLOW_EN
        | IRDA_EN
        | RXD_INV
        | TXD_INV
        | ERR_WR_MASK
        | AUTOBAUD_EN;
}

pub(super) mod conf1 {
    pub(crate) const TXFIFO_EMPTY_THRHD_SHIFT: u32 = 9;
    pub(crate) const DIS_RX_DAT_OVF: u32 = 1 << 18;
    pub(crate) const RX_FLOW_EN: u32 = 1 << 20;
    pub(crate) const RX_TOUT_EN: u32 = 1 << 21;
}

pub(super) mod flow_conf {
    pub(crate) const SW_FLOW_CON_EN: u32 = 1 << 0;
    pub(crate) const XONOFF_DEL: u32 = 1 << 1;
    pub(crate) const FORCE_XON: u32 = 1 << 2;
    pub(crate) const FORCE_XOFF: u32 = 1 << 3;
    pub(crate) const SEND_XON: u32 = 1 << 4;
    pub(crate) const SEND_XOFF: u32 = 1 << 5;
}

pub(super) mod clk_conf {
    pub(crate) const SCLK_EN: u32 = 1 << 22;
    pub(crate) const RST_CORE: u32 = 1 << 23;
    pub(crate) const TX_SCLK_EN: u32 = 1 << 24;
    pub(crate) const RX_SCLK_EN: u32 = 1 << 25;
    pub(crate) const TX_RST_CORE: u32 = 1 << 26;
    pub(crate) const RX_RST_CORE: u32 = 1 << 27;
    pub(crate) const SOURCE_APB: u32 = 1;
    pub(crate) const SOURCE_RC_FAST: u32 = 2;
    pub(crate) const SOURCE_XTAL: u32 = 3;
}

pub(super) mod id {
    /// Registers reach the core clock's domain by themselves.
    pub(crate) const UPDATE_CTRL: u32 = 1 << 30;
    pub(crate) const REG_UPDATE: u32 = 1 << 31;
}

/// RX_FILT.GLITCH_FILT_EN.
pub(super) const GLITCH_FILT_EN: u32 = 1 << 8;
/// RS485_CONF.RS485_EN.
pub(super) const RS485_EN: u32 = 1 << 0;

/// A field of a register.
pub(super) const fn field(register: u32, shift: u32, width: u32) -> u32 {
    register >> shift & ((1 << width) - 1)
}
