//! `wokwi-cli` as a child process: what it says, when it ends, and its end if it does not.

use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Between two looks whether it has ended.
const LOOK: Duration = Duration::from_millis(10);
/// How long its pipes are read after its end: others may hold them open.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Events that wait for the listener; then the process waits.
const MOST_WAITING: usize = 256;
/// A line on standard error that is longer comes in pieces.
const LONGEST_LINE: u64 = 64 << 10;

/// What a process tells.
#[derive(Debug)]
pub(super) enum Event {
    /// Bytes on standard output.
    Output(Instant, Vec<u8>),
    /// A line on standard error.
    Error(String),
    /// It has ended; nothing follows.
    Ended(Ended),
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// With this exit code.
    Code(i32),
    /// By a signal, or in an unknown way.
    Signal(i32),
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit code {code}"),
            Self::Signal(signal) => write!(f, "signal {signal}"),
        }
    }
}

/// The process, which is ended when this is dropped, with all that it has started.
#[derive(Debug)]
pub(super) struct Process(Arc<Mutex<Child>>);

impl Process {
    /// Starts it. Ctrl-C in a terminal is for us alone.
    pub(super) fn start(program: &Path, arguments: &[String]) -> std::io::Result<(Self, Receiver<Event>)> {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // It honours only this, and its colours would be in what is read.
        command.env_remove("FORCE_COLOR").env("NO_COLOR", "1");
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            command.process_group(0);
        }
        let mut child = command.spawn()?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let (events, heard) = channel(MOST_WAITING);
        let process = Self(Arc::new(Mutex::new(child)));
        let readers = Arc::new(());
        if let Some(stdout) = stdout {
            let (events, reader) = (events.clone(), Arc::clone(&readers));
            std::thread::Builder::new().name("wokwi-cli".to_owned()).spawn(move || read(stdout, &events, &reader))?;
        }
        if let Some(stderr) = stderr {
            let (events, reader) = (events.clone(), Arc::clone(&readers));
            std::thread::Builder::new()
                .name("wokwi-cli".to_owned())
                .spawn(move || read_lines(stderr, &events, &reader))?;
        }
        let child = Arc::clone(&process.0);
        std::thread::Builder::new().name("wokwi-cli".to_owned()).spawn(move || wait(&child, &events, &readers))?;
        Ok((process, heard))
    }

    /// Ends it now.
    pub(super) fn kill(&self) {
        let mut child = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Not if it was waited for: its number may be another's.
        if matches!(child.try_wait(), Ok(None)) {
            #[cfg(unix)]
            {
                use rustix::process::{Pid, Signal, kill_process_group};
                // Gone already, or will be.
                let _ = kill_process_group(Pid::from_child(&child), Signal::KILL);
            }
            let _ = child.kill();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

// Where nobody listens any more, the process is ended or will be: then nothing is left to do for these.

fn read(mut pipe: impl Read, events: &Sender<Event>, _alive: &Arc<()>) {
    let mut buffer = [0; 4096];
    while let Ok(count) = pipe.read(&mut buffer) {
        if count == 0 || events.blocking_send(Event::Output(Instant::now(), buffer[..count].to_vec())).is_err() {
            return;
        }
    }
}

fn read_lines(pipe: impl Read, events: &Sender<Event>, _alive: &Arc<()>) {
    let mut pipe = BufReader::new(pipe);
    loop {
        let mut line = Vec::new();
        match (&mut pipe).take(LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {
                let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                if events.blocking_send(Event::Error(line)).is_err() {
                    return;
                }
            }
        }
    }
}

fn wait(child: &Mutex<Child>, events: &Sender<Event>, readers: &Arc<()>) {
    let status = loop {
        match child.lock().unwrap_or_else(PoisonError::into_inner).try_wait() {
            Ok(Some(status)) => break ended(status),
            Ok(None) => {}
            Err(_) => break Ended::Signal(0),
        }
        std::thread::sleep(LOOK);
    };
    let gone = Instant::now();
    while Arc::strong_count(readers) > 1 && gone.elapsed() < LAST_WORDS {
        std::thread::sleep(LOOK);
    }
    let _ = events.blocking_send(Event::Ended(status));
}

fn ended(status: ExitStatus) -> Ended {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal = None;
    status.code().map_or(Ended::Signal(signal.unwrap_or(0)), Ended::Code)
}
