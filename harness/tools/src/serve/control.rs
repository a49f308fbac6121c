//! Buttons and plugs, pressed and pulled by other programs: a line a command, on a Unix socket or standard input. Each is
//! answered with `ok` or with what is wrong.

use std::io::{self, BufRead as _, Write};
use std::str::FromStr;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

/// What can be done to a board.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Command {
    /// Push the reset button.
    Reset,
    /// Hold BOOT, push reset, let go: download mode.
    Download,
    /// Hold the BOOT button (`true`), or let go of it.
    Boot(bool),
    /// Switch power on or off.
    Power(bool),
    /// Pull the plugs of all ports (`false`), or put them in again; a pseudo-terminal gets a new name.
    Plug(bool),
    /// Pull the network cable (`false`), or put it in again.
    Network(bool),
    /// Wear the flash out (`true`), so that what is written in download mode reads back wrong, or mend it.
    FlashFault(bool),
}

/// Not a command.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "{0:?} is no command; there are: reset, download, boot hold, boot release, power on, power off, plug, unplug, network up, \
     network down, fault flash-writes, mend flash-writes"
)]
pub struct CommandError(String);

impl FromStr for Command {
    type Err = CommandError;

    fn from_str(text: &str) -> Result<Self, CommandError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        Ok(match words.as_slice() {
            ["reset"] => Self::Reset,
            ["download"] => Self::Download,
            ["boot", "hold"] => Self::Boot(true),
            ["boot", "release"] => Self::Boot(false),
            ["power", "on"] => Self::Power(true),
            ["power", "off"] => Self::Power(false),
            ["plug"] => Self::Plug(true),
            ["unplug"] => Self::Plug(false),
            ["network", "up"] => Self::Network(true),
            ["network", "down"] => Self::Network(false),
            ["fault", "flash-writes"] => Self::FlashFault(true),
            ["mend", "flash-writes"] => Self::FlashFault(false),
            _ => return Err(CommandError(text.trim().to_owned())),
        })
    }
}

/// A command, and where its answer goes: nothing, or why it cannot be done.
pub type Order = (Command, Sender<Result<(), String>>);

/// The longest wait for the board to do what it is told.
const LIMIT: Duration = Duration::from_secs(5);
/// Programs that may be connected at once.
#[cfg(unix)]
const MOST_CLIENTS: usize = 16;

/// Commands from standard input; their answers go to standard error. Ends with standard input.
pub fn from_stdin(orders: Sender<Order>) {
    std::thread::spawn(move || serve(io::stdin().lock(), io::stderr(), &orders));
}

/// Commands from a Unix socket, which is made, and removed when this is dropped.
#[cfg(unix)]
#[derive(Debug)]
pub struct Socket {
    path: std::path::PathBuf,
}

#[cfg(unix)]
impl Socket {
    /// Listens. A socket that is there and that nobody listens at is replaced.
    ///
    /// # Errors
    /// If it cannot be made, or is in use.
    pub fn new(path: &std::path::Path, orders: &Sender<Order>) -> io::Result<Self> {
        use std::os::unix::fs::FileTypeExt as _;
        use std::os::unix::net::{UnixListener, UnixStream};
        use std::sync::Arc;
        if std::fs::symlink_metadata(path).is_ok_and(|it| it.file_type().is_socket()) {
            if UnixStream::connect(path).is_ok() {
                return Err(io::Error::new(io::ErrorKind::AddrInUse, "another program listens there"));
            }
            std::fs::remove_file(path)?;
        }
        let listener = UnixListener::bind(path)?;
        let orders = orders.clone();
        let clients = Arc::new(());
        // Ends with the program.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (client, orders) = (Arc::clone(&clients), orders.clone());
                if Arc::strong_count(&clients) > MOST_CLIENTS + 1 {
                    continue;
                }
                std::thread::spawn(move || {
                    if let Ok(reader) = stream.try_clone() {
                        serve(io::BufReader::new(reader), stream, &orders);
                    }
                    drop(client);
                });
            }
        });
        Ok(Self { path: path.to_owned() })
    }
}

#[cfg(unix)]
impl Drop for Socket {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Hands each line over, and writes the answer.
fn serve(reader: impl io::BufRead, mut writer: impl Write, orders: &Sender<Order>) {
    // A line is short; what has no end is no command.
    let mut reader = reader.take(64 << 10);
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|count| count > 0) {
        if !line.trim().is_empty() {
            let answer = line.parse().map_err(|error: CommandError| error.to_string()).and_then(|it| order(it, orders));
            let written = match answer {
                Ok(()) => writeln!(writer, "ok"),
                Err(problem) => writeln!(writer, "error: {problem}"),
            };
            if written.is_err() {
                return;
            }
        }
        line.clear();
    }
}

fn order(command: Command, orders: &Sender<Order>) -> Result<(), String> {
    let (send, receive): (_, Receiver<Result<(), String>>) = mpsc::channel();
    orders.send((command, send)).map_err(|_| "the board is gone".to_owned())?;
    receive.recv_timeout(LIMIT).unwrap_or_else(|_| Err("the board did not answer".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_and_wrong_ones_told_what_there_is() {
        assert_eq!(" boot  hold \n".parse(), Ok(Command::Boot(true)));
        assert_eq!("unplug".parse(), Ok(Command::Plug(false)));
        for wrong in ["", "boot", "power", "power maybe", "reset now", "fault", "mend everything"] {
            let error = wrong.parse::<Command>().unwrap_err().to_string();
            assert!(error.contains("boot release"), "{error}");
        }
    }

    #[test]
    fn each_line_gets_an_answer() {
        let (send, receive) = mpsc::channel::<Order>();
        let board = std::thread::spawn(move || {
            for (command, answer) in receive {
                let result = if command == Command::Plug(true) { Err("no port".to_owned()) } else { Ok(()) };
                answer.send(result).expect("somebody waits");
            }
        });
        let mut answers = Vec::new();
        serve(b"reset\n\nplug\nfly\n".as_slice(), &mut answers, &send);
        drop(send);
        board.join().expect("no panic");
        let answers = String::from_utf8(answers).expect("text");
        let lines: Vec<&str> = answers.lines().collect();
        assert_eq!(lines[..2], ["ok", "error: no port"]);
        assert!(lines[2].starts_with("error: \"fly\" is no command"), "{answers}");
    }
}
