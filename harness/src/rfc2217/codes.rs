//! Numbers of RFC 2217 and of the Telnet options that it goes with.

/// Telnet option: eight bits; RFC 856.
pub(crate) const BINARY: u8 = 0;
/// Telnet option; RFC 857.
pub(crate) const ECHO: u8 = 1;
/// Telnet option; RFC 858.
pub(crate) const SUPPRESS_GO_AHEAD: u8 = 3;
/// Telnet option: COM-PORT-OPTION.
pub(crate) const COM_PORT: u8 = 44;

// Commands of the client; the server's have `SERVER` more.
pub(crate) const SIGNATURE: u8 = 0;
pub(crate) const SET_BAUDRATE: u8 = 1;
pub(crate) const SET_DATASIZE: u8 = 2;
pub(crate) const SET_PARITY: u8 = 3;
pub(crate) const SET_STOPSIZE: u8 = 4;
pub(crate) const SET_CONTROL: u8 = 5;
pub(crate) const FLOWCONTROL_SUSPEND: u8 = 8;
pub(crate) const FLOWCONTROL_RESUME: u8 = 9;
pub(crate) const SET_LINESTATE_MASK: u8 = 10;
pub(crate) const SET_MODEMSTATE_MASK: u8 = 11;
pub(crate) const PURGE_DATA: u8 = 12;
/// What a server's command has more than the client's of that name.
pub(crate) const SERVER: u8 = 100;
/// Command of the server.
pub(crate) const NOTIFY_MODEMSTATE: u8 = 107;

/// Value of SET-DATASIZE.
pub(crate) const EIGHT_BITS: u8 = 8;
/// Value of SET-PARITY.
pub(crate) const NO_PARITY: u8 = 1;
/// Value of SET-STOPSIZE.
pub(crate) const ONE_STOP_BIT: u8 = 1;

// Values of SET-CONTROL.
pub(crate) const NO_FLOW_CONTROL: u8 = 1;
pub(crate) const BREAK_OFF: u8 = 6;
pub(crate) const ASK_DTR: u8 = 7;
pub(crate) const DTR_ON: u8 = 8;
pub(crate) const DTR_OFF: u8 = 9;
pub(crate) const ASK_RTS: u8 = 10;
pub(crate) const RTS_ON: u8 = 11;
pub(crate) const RTS_OFF: u8 = 12;
pub(crate) const NO_INBOUND_FLOW_CONTROL: u8 = 14;

// Values of PURGE-DATA.
pub(crate) const PURGE_TRANSMIT: u8 = 2;
pub(crate) const PURGE_BOTH: u8 = 3;
