//! Telnet's bytes (RFC 854, RFC 855): data, negotiation, subnegotiation. Without I/O.

/// Interpret As Command.
pub const IAC: u8 = 255;
const DONT: u8 = 254;
const DO: u8 = 253;
const WONT: u8 = 252;
const WILL: u8 = 251;
const SB: u8 = 250;
const SE: u8 = 240;

/// Longest subnegotiation that is kept; RFC 2217's longest of a fixed length has 5 bytes, a signature is cut.
const LONGEST: usize = 256;

/// What a side says about an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// It wants to use the option.
    Will,
    /// It does not use it.
    Wont,
    /// The other side is to use it.
    Do,
    /// The other side is not to use it.
    Dont,
}

impl Verb {
    const fn byte(self) -> u8 {
        match self {
            Self::Will => WILL,
            Self::Wont => WONT,
            Self::Do => DO,
            Self::Dont => DONT,
        }
    }
}

/// What came, beside data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// About an option.
    Option(Verb, u8),
    /// A subnegotiation: the option, then its bytes.
    Sub(Vec<u8>),
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Data,
    Iac,
    Option(Verb),
    Sub(Vec<u8>),
    SubIac(Vec<u8>),
}

/// Takes Telnet's bytes apart.
#[derive(Debug, Default)]
pub struct Decoder(State);

impl Decoder {
    /// One byte: data goes to `data`, what else is complete is returned.
    pub fn push(&mut self, byte: u8, data: &mut impl Extend<u8>) -> Option<Said> {
        let (next, said) = match (std::mem::take(&mut self.0), byte) {
            (State::Data, IAC) => (State::Iac, None),
            (State::Iac, SB) => (State::Sub(Vec::new()), None),
            (State::Iac, WILL) => (State::Option(Verb::Will), None),
            (State::Iac, WONT) => (State::Option(Verb::Wont), None),
            (State::Iac, DO) => (State::Option(Verb::Do), None),
            (State::Iac, DONT) => (State::Option(Verb::Dont), None),
            (State::Data, byte) | (State::Iac, byte @ IAC) => {
                data.extend([byte]);
                (State::Data, None)
            }
            // NOP, Go Ahead and the like mean nothing here.
            (State::Iac, _) => (State::Data, None),
            (State::Option(verb), option) => (State::Data, Some(Said::Option(verb, option))),
            (State::Sub(bytes), IAC) => (State::SubIac(bytes), None),
            (State::Sub(bytes), byte) | (State::SubIac(bytes), byte @ IAC) => (State::Sub(kept(bytes, byte)), None),
            (State::SubIac(bytes), SE) => (State::Data, Some(Said::Sub(bytes))),
            // A subnegotiation that was not ended: what is in it is worth nothing.
            (State::SubIac(_), _) => (State::Data, None),
        };
        self.0 = next;
        said
    }
}

fn kept(mut bytes: Vec<u8>, byte: u8) -> Vec<u8> {
    if bytes.len() < LONGEST {
        bytes.push(byte);
    }
    bytes
}

/// Data, with what would be a command doubled.
pub fn escaped(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len() + 8);
    for byte in data {
        out.push(*byte);
        if *byte == IAC {
            out.push(IAC);
        }
    }
    out
}

/// `IAC WILL 44`
pub fn option(verb: Verb, option: u8) -> [u8; 3] {
    [IAC, verb.byte(), option]
}

/// `IAC SB option ... IAC SE`
pub fn sub(option: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![IAC, SB, option];
    out.extend(escaped(bytes));
    out.extend([IAC, SE]);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(bytes: &[u8]) -> (Vec<u8>, Vec<Said>) {
        let (mut decoder, mut data) = (Decoder::default(), Vec::new());
        let said = bytes.iter().filter_map(|byte| decoder.push(*byte, &mut data)).collect();
        (data, said)
    }

    proptest! {
        #[test]
        fn what_is_escaped_is_data_again(data in prop::collection::vec(prop_oneof![any::<u8>(), Just(IAC)], 0..200)) {
            prop_assert_eq!(decode(&escaped(&data)), (data, Vec::new()));
        }

        #[test]
        fn a_subnegotiation_is_what_was_sent(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let expected = Said::Sub([&[44], bytes.as_slice()].concat());
            prop_assert_eq!(decode(&sub(44, &bytes)), (Vec::new(), vec![expected]));
        }

        #[test]
        fn no_bytes_are_too_odd_and_memory_is_bounded(bytes in prop::collection::vec(prop_oneof![any::<u8>(), 240u8.., Just(44)], 0..2000)) {
            let (_, said) = decode(&bytes);
            prop_assert!(said.iter().all(|it| !matches!(it, Said::Sub(sub) if sub.len() > LONGEST)));
        }
    }

    #[test]
    fn commands_between_data_are_taken_out() {
        let bytes = [&b"ab"[..], &option(Verb::Do, 44), b"c", &[IAC, 241], b"d"].concat();
        assert_eq!(decode(&bytes), (b"abcd".to_vec(), vec![Said::Option(Verb::Do, 44)]));
    }
}
