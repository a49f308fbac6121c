//! The serial port's side of RFC 2217, "Telnet Com Port Control Option", without I/O: bytes in, requests and bytes out.
//! Telnet itself is RFC 854, its options are negotiated as RFC 1143 says, without loops.

use super::cable::Input;

const SE: u8 = 240;
const SB: u8 = 250;
const WILL: u8 = 251;
const WONT: u8 = 252;
const DO: u8 = 253;
const DONT: u8 = 254;
const IAC: u8 = 255;

const BINARY: u8 = 0;
const ECHO: u8 = 1;
const SUPPRESS_GO_AHEAD: u8 = 3;
const COM_PORT: u8 = 44;
const OPTIONS: [u8; 4] = [BINARY, ECHO, SUPPRESS_GO_AHEAD, COM_PORT];

/// Commands of the client; the answer's number is higher by 100.
const SIGNATURE: u8 = 0;
const SET_BAUDRATE: u8 = 1;
const SET_DATASIZE: u8 = 2;
const SET_PARITY: u8 = 3;
const SET_STOPSIZE: u8 = 4;
const SET_CONTROL: u8 = 5;
const FLOWCONTROL_SUSPEND: u8 = 8;
const FLOWCONTROL_RESUME: u8 = 9;
const SET_LINESTATE_MASK: u8 = 10;
const SET_MODEMSTATE_MASK: u8 = 11;
const PURGE_DATA: u8 = 12;
const ANSWER: u8 = 100;
const NOTIFY_MODEMSTATE: u8 = 107;

/// The only format that the bridge has: 8 data bits, no parity, one stop bit.
const EIGHT_BITS: u8 = 8;
const NO_PARITY: u8 = 1;
const ONE_STOP_BIT: u8 = 1;
const NO_FLOW_CONTROL: u8 = 1;
const BREAK_OFF: u8 = 6;

/// The longest subnegotiation that is kept; the longest that means something has 6 bytes.
const LONGEST: usize = 64;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Agreement {
    #[default]
    No,
    Asked,
    Yes,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    #[default]
    Data,
    Command,
    Option(u8),
    Subnegotiation,
    SubnegotiationCommand,
}

/// One client's port.
pub struct Port {
    state: State,
    subnegotiation: Vec<u8>,
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
            state: State::Data,
            subnegotiation: Vec::new(),
            ours: Default::default(),
            theirs: Default::default(),
            output: Vec::new(),
            baud,
            dtr: false,
            rts: false,
            is_suspended: false,
        };
        for (index, option) in OPTIONS.into_iter().enumerate() {
            if option != COM_PORT {
                port.ours[index] = Agreement::Asked;
                port.output.extend([IAC, WILL, option]);
            }
            if matches!(option, BINARY | COM_PORT) {
                port.theirs[index] = Agreement::Asked;
                port.output.extend([IAC, DO, option]);
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
            self.byte(*byte, &mut data, &mut inputs);
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
        for byte in bytes {
            self.output.push(*byte);
            if *byte == IAC {
                self.output.push(IAC);
            }
        }
    }

    /// What is to be sent to the client.
    pub fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }

    /// Whether the client wants no data for now.
    pub fn is_suspended(&self) -> bool {
        self.is_suspended
    }

    fn byte(&mut self, byte: u8, data: &mut Vec<u8>, inputs: &mut Vec<Input>) {
        self.state = match (self.state, byte) {
            (State::Data, IAC) => State::Command,
            (State::Data, byte) => {
                data.push(byte);
                State::Data
            }
            (State::Command, IAC) => {
                data.push(IAC);
                State::Data
            }
            (State::Command, SB) => {
                self.subnegotiation.clear();
                State::Subnegotiation
            }
            (State::Command, WILL | WONT | DO | DONT) => State::Option(byte),
            (State::Command, _) => State::Data,
            (State::Option(command), option) => {
                self.negotiate(command, option);
                State::Data
            }
            (State::Subnegotiation, IAC) => State::SubnegotiationCommand,
            (State::Subnegotiation, byte) | (State::SubnegotiationCommand, byte @ IAC) => {
                if self.subnegotiation.len() < LONGEST {
                    self.subnegotiation.push(byte);
                }
                State::Subnegotiation
            }
            (State::SubnegotiationCommand, SE) => {
                let asked = std::mem::take(&mut self.subnegotiation);
                if let Some((&COM_PORT, asked)) = asked.split_first() {
                    self.com_port(asked, inputs);
                }
                State::Data
            }
            (State::SubnegotiationCommand, _) => State::Data,
        };
    }

    fn negotiate(&mut self, command: u8, option: u8) {
        let ours = matches!(command, DO | DONT);
        let (yes, no) = if ours { (WILL, WONT) } else { (DO, DONT) };
        let wants = matches!(command, DO | WILL);
        // That the client echoes is of no use to anybody.
        let index = OPTIONS.iter().position(|it| *it == option && (ours || option != ECHO));
        let Some(index) = index else {
            if wants {
                self.output.extend([IAC, no, option]);
            }
            return;
        };
        let agreement = if ours { &mut self.ours[index] } else { &mut self.theirs[index] };
        let was = std::mem::replace(agreement, if wants { Agreement::Yes } else { Agreement::No });
        match (was, wants) {
            (Agreement::No, true) => self.output.extend([IAC, yes, option]),
            (Agreement::Yes, false) => self.output.extend([IAC, no, option]),
            _ => {}
        }
    }

    fn answer(&mut self, command: u8, value: &[u8]) {
        self.output.extend([IAC, SB, COM_PORT, command]);
        self.send(value);
        self.output.extend([IAC, SE]);
    }

    /// Obeys a command of RFC 2217, and answers with what is in force afterwards.
    fn com_port(&mut self, asked: &[u8], inputs: &mut Vec<Input>) {
        let Some((command, value)) = asked.split_first() else { return };
        let value = value.to_vec();
        match (*command, value.as_slice()) {
            (SIGNATURE, []) => self.answer(ANSWER + SIGNATURE, b"hilbench: ESP32-C3"),
            (SIGNATURE, _) => {}
            (SET_BAUDRATE, [a, b, c, d, ..]) => {
                let baud = u32::from_be_bytes([*a, *b, *c, *d]);
                // 0 asks which it is.
                if baud != 0 {
                    self.baud = baud;
                    inputs.push(Input::Baud(baud));
                }
                self.answer(ANSWER + SET_BAUDRATE, &self.baud.to_be_bytes());
            }
            (SET_DATASIZE, _) => self.answer(ANSWER + SET_DATASIZE, &[EIGHT_BITS]),
            (SET_PARITY, _) => self.answer(ANSWER + SET_PARITY, &[NO_PARITY]),
            (SET_STOPSIZE, _) => self.answer(ANSWER + SET_STOPSIZE, &[ONE_STOP_BIT]),
            (SET_CONTROL, [what, ..]) => self.control(*what, inputs),
            (FLOWCONTROL_SUSPEND, _) => self.is_suspended = true,
            (FLOWCONTROL_RESUME, _) => self.is_suspended = false,
            (SET_LINESTATE_MASK, [mask, ..]) => self.answer(ANSWER + SET_LINESTATE_MASK, &[*mask]),
            (SET_MODEMSTATE_MASK, [mask, ..]) => {
                self.answer(ANSWER + SET_MODEMSTATE_MASK, &[*mask]);
                // CTS, DSR, RI and CD are not wired.
                self.answer(NOTIFY_MODEMSTATE, &[0]);
            }
            (PURGE_DATA, [what, ..]) => {
                if matches!(what, 2 | 3) {
                    inputs.push(Input::PurgeInput);
                }
                self.answer(ANSWER + PURGE_DATA, &[*what]);
            }
            _ => {}
        }
    }

    fn control(&mut self, what: u8, inputs: &mut Vec<Input>) {
        let answer = match what {
            0..=3 => NO_FLOW_CONTROL,
            4..=6 => BREAK_OFF,
            7..=9 => {
                self.dtr = if what == 7 { self.dtr } else { what == 8 };
                if self.dtr { 8 } else { 9 }
            }
            10..=12 => {
                self.rts = if what == 10 { self.rts } else { what == 11 };
                if self.rts { 11 } else { 12 }
            }
            // Inbound flow control: none.
            13..=16 => 14,
            other => other,
        };
        if matches!(what, 8 | 9 | 11 | 12) {
            inputs.push(Input::Lines { dtr: self.dtr, rts: self.rts });
        }
        self.answer(ANSWER + SET_CONTROL, &[answer]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
        assert_eq!(port.take_output(), [IAC, WILL, COM_PORT], "what was asked for needs no answer");
        port.receive(&[IAC, DO, 24, IAC, WILL, 31, IAC, WILL, ECHO, IAC, DONT, 24]);
        assert_eq!(port.take_output(), [IAC, WONT, 24, IAC, DONT, 31, IAC, DONT, ECHO]);
    }

    proptest! {
        #[test]
        fn no_bytes_panic_and_memory_is_bounded(bytes in proptest::collection::vec(prop_oneof![any::<u8>(), 240u8.., Just(COM_PORT)], 0..400)) {
            let mut port = port();
            port.receive(&bytes);
            prop_assert!(port.subnegotiation.len() <= LONGEST);
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
