//! Numbers of RFC 2217 and of the Telnet options that it goes with.

/// Telnet option: eight bits; RFC 856.
pub const BINARY: u8 = 0;
/// Telnet option; RFC 857.
pub const ECHO: u8 = 1;
/// Telnet option; RFC 858.
pub const SUPPRESS_GO_AHEAD: u8 = 3;
/// Telnet option: COM-PORT-OPTION.
pub const COM_PORT: u8 = 44;

// Commands of the client; the server's have `SERVER` more.
pub const SIGNATURE: u8 = 0;
pub const SET_BAUDRATE: u8 = 1;
pub const SET_DATASIZE: u8 = 2;
pub const SET_PARITY: u8 = 3;
pub const SET_STOPSIZE: u8 = 4;
pub const SET_CONTROL: u8 = 5;
pub const FLOWCONTROL_SUSPEND: u8 = 8;
pub const FLOWCONTROL_RESUME: u8 = 9;
pub const SET_LINESTATE_MASK: u8 = 10;
pub const SET_MODEMSTATE_MASK: u8 = 11;
pub const PURGE_DATA: u8 = 12;
/// What a server's command has more than the client's of that name.
pub const SERVER: u8 = 100;
/// Command of the server.
pub const NOTIFY_MODEMSTATE: u8 = 107;

/// Value of SET-DATASIZE.
pub const EIGHT_BITS: u8 = 8;
/// Value of SET-PARITY.
pub const NO_PARITY: u8 = 1;
/// Value of SET-STOPSIZE.
pub const ONE_STOP_BIT: u8 = 1;

// Values of SET-CONTROL.
pub const NO_FLOW_CONTROL: u8 = 1;
pub const BREAK_OFF: u8 = 6;
pub const ASK_DTR: u8 = 7;
pub const DTR_ON: u8 = 8;
pub const DTR_OFF: u8 = 9;
pub const ASK_RTS: u8 = 10;
pub const RTS_ON: u8 = 11;
pub const RTS_OFF: u8 = 12;
pub const NO_INBOUND_FLOW_CONTROL: u8 = 14;

// Values of PURGE-DATA.
pub const PURGE_TRANSMIT: u8 = 2;
pub const PURGE_BOTH: u8 = 3;
