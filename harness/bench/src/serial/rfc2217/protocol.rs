//! What RFC 2217 says through Telnet: the client's side as a state machine, without I/O.

use crate::rfc2217::codes::*;
use crate::rfc2217::telnet::{Decoder, Said, Verb, option, sub};
use crate::serial::ControlLines;

/// What the server has said so far.
#[derive(Debug, Default)]
pub(super) struct Protocol {
    decoder: Decoder,
    /// Options that we have said WILL or DO to, so that nothing is said twice.
    said: Vec<(u8, u8)>,
    /// Whether the server takes COM-PORT-OPTION; `None`: it has not said.
    pub(super) agreed: Option<bool>,
    /// The rate that the server has confirmed last.
    pub(super) baud: Option<u32>,
    /// Lines that the server has confirmed since they were asked for.
    pub(super) dtr: Option<bool>,
    pub(super) rts: Option<bool>,
    /// The server wants no more data for now.
    pub(super) is_suspended: bool,
    /// What is to be sent.
    pub(super) out: Vec<u8>,
}

impl Protocol {
    /// The opening: what we offer and want.
    pub(super) fn new() -> Self {
        let mut protocol = Self::default();
        for (verb, what) in [
            (Verb::Will, COM_PORT),
            (Verb::Will, BINARY),
            (Verb::Do, BINARY),
            (Verb::Will, SUPPRESS_GO_AHEAD),
            (Verb::Do, SUPPRESS_GO_AHEAD),
        ] {
            protocol.say(verb, what);
        }
        protocol
    }

    /// 8N1 without flow control, at this rate.
    pub(super) fn set_format(&mut self, baud: u32) {
        self.set_baud(baud);
        for (command, value) in [
            (SET_DATASIZE, EIGHT_BITS),
            (SET_PARITY, NO_PARITY),
            (SET_STOPSIZE, ONE_STOP_BIT),
            (SET_CONTROL, NO_FLOW_CONTROL),
        ] {
            self.out.extend(sub(COM_PORT, &[command, value]));
        }
    }

    /// Bits per second.
    pub(super) fn set_baud(&mut self, baud: u32) {
        self.baud = None;
        let [a, b, c, d] = baud.to_be_bytes();
        self.out.extend(sub(COM_PORT, &[SET_BAUDRATE, a, b, c, d]));
    }

    /// DTR and RTS. Released, RTS goes first, asserted, DTR does: the order in which a board is not reset on the way.
    pub(super) fn set_control_lines(&mut self, lines: ControlLines, was: ControlLines) {
        (self.dtr, self.rts) = (None, None);
        let dtr = sub(COM_PORT, &[SET_CONTROL, if lines.dtr { DTR_ON } else { DTR_OFF }]);
        let rts = sub(COM_PORT, &[SET_CONTROL, if lines.rts { RTS_ON } else { RTS_OFF }]);
        let rts_first = if lines.rts { was.dtr } else { !lines.dtr };
        let (first, second) = if rts_first { (rts, dtr) } else { (dtr, rts) };
        self.out.extend(first);
        self.out.extend(second);
    }

    /// Bytes from the server; what is data in them goes to `data`.
    pub(super) fn receive(&mut self, bytes: &[u8], data: &mut impl Extend<u8>) {
        for byte in bytes {
            match self.decoder.push(*byte, data) {
                None => {}
                Some(Said::Option(verb, what)) => self.negotiate(verb, what),
                Some(Said::Sub(sub)) => self.answered(&sub),
            }
        }
    }

    fn negotiate(&mut self, verb: Verb, what: u8) {
        match (verb, what) {
            (Verb::Do, COM_PORT) => self.agreed = Some(true),
            (Verb::Dont, COM_PORT) => self.agreed = Some(false),
            (Verb::Do, BINARY | SUPPRESS_GO_AHEAD) => self.say(Verb::Will, what),
            (Verb::Do, _) => self.say(Verb::Wont, what),
            // ECHO: the server would echo what we type. A device's output is no echo; it is only asked for politeness.
            (Verb::Will, BINARY | ECHO | SUPPRESS_GO_AHEAD | COM_PORT) => self.say(Verb::Do, what),
            (Verb::Will, _) => self.say(Verb::Dont, what),
            (Verb::Wont | Verb::Dont, _) => {}
        }
    }

    fn say(&mut self, verb: Verb, what: u8) {
        let bytes = option(verb, what);
        if !self.said.contains(&(bytes[1], what)) {
            self.said.push((bytes[1], what));
            self.out.extend(bytes);
        }
    }

    fn answered(&mut self, sub: &[u8]) {
        const BAUD: u8 = SET_BAUDRATE + SERVER;
        const CONTROL: u8 = SET_CONTROL + SERVER;
        const SUSPEND: u8 = FLOWCONTROL_SUSPEND + SERVER;
        const RESUME: u8 = FLOWCONTROL_RESUME + SERVER;
        match *sub {
            [COM_PORT, BAUD, a, b, c, d] => self.baud = Some(u32::from_be_bytes([a, b, c, d])),
            [COM_PORT, CONTROL, DTR_ON] => self.dtr = Some(true),
            [COM_PORT, CONTROL, DTR_OFF] => self.dtr = Some(false),
            [COM_PORT, CONTROL, RTS_ON] => self.rts = Some(true),
            [COM_PORT, CONTROL, RTS_OFF] => self.rts = Some(false),
            [COM_PORT, SUSPEND] => self.is_suspended = true,
            [COM_PORT, RESUME] => self.is_suspended = false,
            // Answers to the rest of the format, states of lines: nothing depends on them.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_answered_once_and_only_ours_are_taken() {
        let mut protocol = Protocol::new();
        protocol.out.clear();
        let mut data = Vec::new();
        for _ in 0..3 {
            protocol.receive(&[255, 253, COM_PORT, 255, 253, 31, 255, 251, ECHO], &mut data);
        }
        assert_eq!(protocol.agreed, Some(true));
        assert_eq!(protocol.out, [255, 252, 31, 255, 253, ECHO], "WONT window size, DO echo");
        assert!(data.is_empty(), "{data:?}");
    }

    #[test]
    fn lines_are_confirmed_by_the_server() {
        let mut protocol = Protocol::default();
        protocol.set_control_lines(ControlLines { dtr: false, rts: true }, ControlLines::default());
        assert_eq!(protocol.out, [sub(44, &[5, 9]), sub(44, &[5, 11])].concat());
        protocol.receive(&sub(44, &[105, 9]), &mut Vec::new());
        assert_eq!((protocol.dtr, protocol.rts), (Some(false), None));
        protocol.receive(&sub(44, &[105, 11]), &mut Vec::new());
        assert_eq!((protocol.dtr, protocol.rts), (Some(false), Some(true)));
    }

    #[test]
    fn a_server_can_hold_the_data_back() {
        let mut protocol = Protocol::default();
        protocol.receive(&sub(44, &[108]), &mut Vec::new());
        assert!(protocol.is_suspended);
        protocol.receive(&sub(44, &[109]), &mut Vec::new());
        assert!(!protocol.is_suspended);
    }
}
