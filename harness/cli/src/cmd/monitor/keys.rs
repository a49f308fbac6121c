//! The keyboard: each key as it is pressed.

use std::io::{self, IsTerminal as _, Read as _};
use std::sync::mpsc::{Receiver, sync_channel};

/// Ctrl-].
const END: u8 = 0x1D;
/// Ctrl-R.
const RESET: u8 = 0x12;

pub(super) enum Key {
    End,
    Reset,
    Bytes(Vec<u8>),
}

/// Standard input, read by a thread of its own. If it is a terminal, keys come at once, Ctrl-C too, until this is dropped.
pub(super) struct Keyboard {
    pub(super) keys: Receiver<Key>,
    #[cfg(unix)]
    _cooked: Option<Cooked>,
}

impl Keyboard {
    pub(super) fn start() -> io::Result<Self> {
        let is_terminal = io::stdin().is_terminal();
        #[cfg(unix)]
        let cooked = if is_terminal { Some(Cooked::leave()?) } else { None };
        let (sender, keys) = sync_channel(64);
        std::thread::Builder::new().name("keyboard".to_owned()).spawn(move || {
            let mut buffer = [0; 256];
            // Ends with the program, at the latest.
            while let Ok(count @ 1..) = io::stdin().read(&mut buffer) {
                for key in parted(&buffer[..count], is_terminal) {
                    if sender.send(key).is_err() {
                        return;
                    }
                }
            }
        })?;
        Ok(Self {
            keys,
            #[cfg(unix)]
            _cooked: cooked,
        })
    }
}

/// Our keys, and what is between them. Only a keyboard has such keys: what comes out of a file is all for the board.
fn parted(bytes: &[u8], is_keyboard: bool) -> Vec<Key> {
    if !is_keyboard {
        return vec![Key::Bytes(bytes.to_vec())];
    }
    let mut keys = Vec::new();
    for part in bytes.split_inclusive(|byte| matches!(*byte, END | RESET)) {
        let (rest, own) = match part.split_last() {
            Some((&END, rest)) => (rest, Some(Key::End)),
            Some((&RESET, rest)) => (rest, Some(Key::Reset)),
            _ => (part, None),
        };
        if !rest.is_empty() {
            keys.push(Key::Bytes(rest.to_vec()));
        }
        keys.extend(own);
    }
    keys
}

/// The terminal as it was, to be restored.
#[cfg(unix)]
struct Cooked(rustix::termios::Termios);

#[cfg(unix)]
impl Cooked {
    /// Keys at once, without echo; output as before.
    fn leave() -> io::Result<Self> {
        use rustix::termios::{InputModes, LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let before = tcgetattr(io::stdin())?;
        let mut raw = before.clone();
        raw.local_modes &= !(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG | LocalModes::IEXTEN);
        raw.input_modes &= !(InputModes::ICRNL | InputModes::IXON);
        tcsetattr(io::stdin(), OptionalActions::Now, &raw)?;
        Ok(Self(before))
    }
}

#[cfg(unix)]
impl Drop for Cooked {
    fn drop(&mut self) {
        // A terminal that has gone needs no restoring.
        let _ = rustix::termios::tcsetattr(io::stdin(), rustix::termios::OptionalActions::Now, &self.0);
    }
}
