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
/// SIGNATURE: a text about the other side.
pub const SIGNATURE: u8 = 0;
/// SET-BAUDRATE: baud, 32 bits, big-endian.
pub const SET_BAUDRATE: u8 = 1;
/// SET-DATASIZE: bits of a character.
pub const SET_DATASIZE: u8 = 2;
/// SET-PARITY.
pub const SET_PARITY: u8 = 3;
/// SET-STOPSIZE.
pub const SET_STOPSIZE: u8 = 4;
/// SET-CONTROL: flow control, break, DTR, RTS.
pub const SET_CONTROL: u8 = 5;
/// FLOWCONTROL-SUSPEND: the other side is to send nothing more.
pub const FLOWCONTROL_SUSPEND: u8 = 8;
/// FLOWCONTROL-RESUME: it may send again.
pub const FLOWCONTROL_RESUME: u8 = 9;
/// SET-LINESTATE-MASK: which changes of the line are told.
pub const SET_LINESTATE_MASK: u8 = 10;
/// SET-MODEMSTATE-MASK: which changes of the modem lines are told.
pub const SET_MODEMSTATE_MASK: u8 = 11;
/// PURGE-DATA: forget what waits.
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
/// No outbound flow control.
pub const NO_FLOW_CONTROL: u8 = 1;
/// The break ends.
pub const BREAK_OFF: u8 = 6;
/// Asks for the state of DTR.
pub const ASK_DTR: u8 = 7;
/// DTR is asserted.
pub const DTR_ON: u8 = 8;
/// DTR is released.
pub const DTR_OFF: u8 = 9;
/// Asks for the state of RTS.
pub const ASK_RTS: u8 = 10;
/// RTS is asserted.
pub const RTS_ON: u8 = 11;
/// RTS is released.
pub const RTS_OFF: u8 = 12;
/// No inbound flow control.
pub const NO_INBOUND_FLOW_CONTROL: u8 = 14;

// Values of PURGE-DATA.
/// What waits to be sent.
pub const PURGE_TRANSMIT: u8 = 2;
/// What waits in either direction.
pub const PURGE_BOTH: u8 = 3;
