//! The serial port's side of RFC 2217, "Telnet Com Port Control Option", without I/O: bytes in, requests and bytes out.
//! Telnet's options are negotiated as RFC 1143 says, without loops.

use super::cable::Input;
use hil_bench::rfc2217::codes::*;
use hil_bench::rfc2217::telnet::{Decoder, Said, Verb, escaped, option, sub};

const OPTIONS: [u8; 4] = [BINARY, ECHO, SUPPRESS_GO_AHEAD, COM_PORT];

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Agreement {
    #[default]
    No,
    Asked,
    Yes,
}

/// One client's port.
pub struct Port {
    decoder: Decoder,
    /// By option: what this side does, and what the other one does.
    ours: [Agreement; OPTIONS.len()],
    theirs: [Agreement; OPTIONS.len()],
    output: Vec<u8>,
    baud: u32,
    dtr: bool,
    rts: bool,
    is_suspended: bool,
}

impl Port {
    /// A port that has asked its client for what it needs, in its [output](Self::take_output).
    pub fn new(baud: u32) -> Self {
        let mut port = Self {
            decoder: Decoder::default(),
            ours: Default::default(),
            theirs: Default::default(),
            output: Vec::new(),
            baud,
            dtr: false,
            rts: false,
            is_suspended: false,
        };
        for (index, what) in OPTIONS.into_iter().enumerate() {
            if what != COM_PORT {
                port.ours[index] = Agreement::Asked;
                port.output.extend(option(Verb::Will, what));
            }
            if matches!(what, BINARY | COM_PORT) {
                port.theirs[index] = Agreement::Asked;
                port.output.extend(option(Verb::Do, what));
            }
        }
        port
    }

    /// Takes bytes of the client.
    pub fn receive(&mut self, bytes: &[u8]) -> Vec<Input> {
        let mut inputs = Vec::new();
        let mut data = Vec::new();
        for byte in bytes {
            let before = inputs.len();
            match self.decoder.push(*byte, &mut data) {
                None => {}
                Some(Said::Option(verb, what)) => self.negotiate(verb, what),
                Some(Said::Sub(said)) => {
                    if let Some((&COM_PORT, asked)) = said.split_first() {
                        self.com_port(asked, &mut inputs);
                    }
                }
            }
            if inputs.len() > before && !data.is_empty() {
                inputs.insert(before, Input::Data(std::mem::take(&mut data)));
            }
        }
        if !data.is_empty() {
            inputs.push(Input::Data(data));
        }
        inputs
    }

    /// Adds bytes of the chip to the output.
    pub fn send(&mut self, bytes: &[u8]) {
        self.output.extend(escaped(bytes));
    }

    /// What is to be sent to the client.
    pub fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }

    /// Whether the client wants no data for now.
    pub fn is_suspended(&self) -> bool {
        self.is_suspended
    }

    fn negotiate(&mut self, verb: Verb, what: u8) {
        let ours = matches!(verb, Verb::Do | Verb::Dont);
        let (yes, no) = if ours { (Verb::Will, Verb::Wont) } else { (Verb::Do, Verb::Dont) };
        let wants = matches!(verb, Verb::Do | Verb::Will);
        // That the client echoes is of no use to anybody.
        let index = OPTIONS.iter().position(|it| *it == what && (ours || what != ECHO));
        let Some(index) = index else {
            if wants {
                self.output.extend(option(no, what));
            }
            return;
        };
        let agreement = if ours { &mut self.ours[index] } else { &mut self.theirs[index] };
        let was = std::mem::replace(agreement, if wants { Agreement::Yes } else { Agreement::No });
        match (was, wants) {
            (Agreement::No, true) => self.output.extend(option(yes, what)),
            (Agreement::Yes, false) => self.output.extend(option(no, what)),
            _ => {}
        }
        // pyserial takes this for granted.
        if what == COM_PORT && !ours && wants && was != Agreement::Yes {
            self.modem_state();
        }
    }

    /// Tells the client.
    fn say(&mut self, command: u8, value: &[u8]) {
        self.output.extend(sub(COM_PORT, &[&[command], value].concat()));
    }

    /// CTS, DSR, RI and CD are not wired.
    fn modem_state(&mut self) {
        self.say(NOTIFY_MODEMSTATE, &[0]);
    }

    fn answer(&mut self, command: u8, value: &[u8]) {
        self.say(SERVER + command, value);
    }

    /// Obeys a command of RFC 2217, and answers with what is in force afterwards.
    fn com_port(&mut self, asked: &[u8], inputs: &mut Vec<Input>) {
        let Some((command, value)) = asked.split_first() else { return };
        let value = value.to_vec();
        match (*command, value.as_slice()) {
            (SIGNATURE, []) => self.answer(SIGNATURE, b"hilbench: ESP32-C3"),
            (SIGNATURE, _) => {}
            (SET_BAUDRATE, [a, b, c, d, ..]) => {
                let baud = u32::from_be_bytes([*a, *b, *c, *d]);
                // 0 asks which it is.
                if baud != 0 {
                    self.baud = baud;
                    inputs.push(Input::Baud(baud));
                }
                self.answer(SET_BAUDRATE, &self.baud.to_be_bytes());
            }
            (SET_DATASIZE, _) => self.answer(SET_DATASIZE, &[EIGHT_BITS]),
            (SET_PARITY, _) => self.answer(SET_PARITY, &[NO_PARITY]),
            (SET_STOPSIZE, _) => self.answer(SET_STOPSIZE, &[ONE_STOP_BIT]),
            (SET_CONTROL, [what, ..]) => self.control(*what, inputs),
            (FLOWCONTROL_SUSPEND, _) => self.is_suspended = true,
            (FLOWCONTROL_RESUME, _) => self.is_suspended = false,
            (SET_LINESTATE_MASK, [mask, ..]) => self.answer(SET_LINESTATE_MASK, &[*mask]),
            (SET_MODEMSTATE_MASK, [mask, ..]) => {
                self.answer(SET_MODEMSTATE_MASK, &[*mask]);
                self.modem_state();
            }
            (PURGE_DATA, [what, ..]) => {
                if matches!(*what, PURGE_TRANSMIT | PURGE_BOTH) {
                    inputs.push(Input::PurgeInput);
                }
                self.answer(PURGE_DATA, &[*what]);
            }
            _ => {}
        }
    }

    fn control(&mut self, what: u8, inputs: &mut Vec<Input>) {
        let answer = match what {
            0..=3 => NO_FLOW_CONTROL,
            4..=BREAK_OFF => BREAK_OFF,
            ASK_DTR..=DTR_OFF => {
                self.dtr = if what == ASK_DTR { self.dtr } else { what == DTR_ON };
                if self.dtr { DTR_ON } else { DTR_OFF }
            }
            ASK_RTS..=RTS_OFF => {
                self.rts = if what == ASK_RTS { self.rts } else { what == RTS_ON };
                if self.rts { RTS_ON } else { RTS_OFF }
            }
            13..=16 => NO_INBOUND_FLOW_CONTROL,
            other => other,
        };
        if matches!(what, DTR_ON | DTR_OFF | RTS_ON | RTS_OFF) {
            inputs.push(Input::Lines { dtr: self.dtr, rts: self.rts });
        }
        self.answer(SET_CONTROL, &[answer]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const IAC: u8 = 255;
    const DONT: u8 = 254;
    const DO: u8 = 253;
    const WONT: u8 = 252;
    const WILL: u8 = 251;
    const SB: u8 = 250;
    const SE: u8 = 240;

    fn port() -> Port {
        let mut port = Port::new(115_200);
        port.take_output();
        port
    }

    fn ask(port: &mut Port, command: &[u8]) -> (Vec<Input>, Vec<u8>) {
        let mut bytes = vec![IAC, SB, COM_PORT];
        bytes.extend(command);
        bytes.extend([IAC, SE]);
        (port.receive(&bytes), port.take_output())
    }

    #[test]
    fn data_and_commands_keep_their_order_and_255_is_doubled() {
        let mut port = port();
        let bytes = [b"a\xFF\xFFb".as_slice(), &[IAC, SB, COM_PORT, SET_CONTROL, 8, IAC, SE], b"c"].concat();
        let inputs = port.receive(&bytes);
        let lines = Input::Lines { dtr: true, rts: false };
        assert_eq!(inputs, [Input::Data(b"a\xFFb".to_vec()), lines, Input::Data(b"c".to_vec())]);
        port.take_output();
        port.send(b"x\xFFy");
        assert_eq!(port.take_output(), b"x\xFF\xFFy");
    }

    #[test]
    fn each_setting_is_answered_with_what_is_in_force() {
        let mut port = port();
        let (inputs, output) = ask(&mut port, &[SET_BAUDRATE, 0, 7, 8, 0]);
        assert_eq!(inputs, [Input::Baud(460_800)]);
        assert_eq!(output, [IAC, SB, COM_PORT, 101, 0, 7, 8, 0, IAC, SE]);
        assert_eq!(ask(&mut port, &[SET_BAUDRATE, 0, 0, 0, 0]).1, output, "a question");
        // Even parity, as a client that would be refused.
        assert_eq!(ask(&mut port, &[SET_PARITY, 3]).1, [IAC, SB, COM_PORT, 103, 1, IAC, SE]);
        assert_eq!(ask(&mut port, &[SET_CONTROL, 3]).1, [IAC, SB, COM_PORT, 105, 1, IAC, SE]);
        assert_eq!(ask(&mut port, &[SET_CONTROL, 11]).0, [Input::Lines { dtr: false, rts: true }]);
        assert_eq!(ask(&mut port, &[SET_CONTROL, 10]).1, [IAC, SB, COM_PORT, 105, 11, IAC, SE]);
        assert_eq!(
            ask(&mut port, &[PURGE_DATA, 3]),
            (vec![Input::PurgeInput], vec![IAC, SB, COM_PORT, 112, 3, IAC, SE])
        );
    }

    #[test]
    fn options_are_agreed_on_once_and_others_refused() {
        let mut port = port();
        port.receive(&[IAC, WILL, COM_PORT, IAC, DO, COM_PORT, IAC, DO, BINARY, IAC, DO, COM_PORT]);
        let state = [IAC, SB, COM_PORT, NOTIFY_MODEMSTATE, 0, IAC, SE];
        let expected = [&state[..], &[IAC, WILL, COM_PORT]].concat();
        assert_eq!(port.take_output(), expected, "what was asked for needs no answer but the state of the lines");
        port.receive(&[IAC, DO, 24, IAC, WILL, 31, IAC, WILL, ECHO, IAC, DONT, 24]);
        assert_eq!(port.take_output(), [IAC, WONT, 24, IAC, DONT, 31, IAC, DONT, ECHO]);
    }

    proptest! {
        #[test]
        fn no_bytes_panic_and_answers_are_bounded(bytes in proptest::collection::vec(prop_oneof![any::<u8>(), 240u8.., Just(COM_PORT)], 0..400)) {
            let mut port = port();
            port.receive(&bytes);
            prop_assert!(port.take_output().len() <= 40 * bytes.len());
        }

        #[test]
        fn what_is_sent_arrives(data in proptest::collection::vec(any::<u8>(), 1..100)) {
            let (mut one, mut other) = (port(), port());
            one.send(&data);
            prop_assert_eq!(other.receive(&one.take_output()), [Input::Data(data)]);
        }
    }
}
