//! A port that is held open: one thread owns both directions, and brings it back when it has gone.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::feed::{Event, Feed};
use super::lines::Splitter;
use super::link::{Link, open};
use super::{BAUD, ControlLines, PortError, PortSpec, Sequence};

/// A command waits at most this long until the thread looks for one.
const POLL: Duration = Duration::from_millis(5);
/// Between two looks for a port that has gone.
const LOOK: Duration = Duration::from_millis(100);
/// An unfinished line is handed on when nothing has come for so long: a prompt has no line feed.
const IDLE: Duration = Duration::from_millis(100);
/// Commands that may wait.
const MOST_COMMANDS: usize = 64;

/// How a port is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How long a port that has gone is looked for.
    pub recovery: Duration,
    /// Bits per second.
    pub baud: u32,
}

impl Default for Options {
    /// Ten seconds: a hub that is switched off and on takes four. The rate is that of the ROM and of our firmware.
    fn default() -> Self {
        Self { recovery: Duration::from_secs(10), baud: BAUD }
    }
}

enum Command {
    Write(Vec<u8>),
    Reset(Sequence),
    Restart,
    Rate(u32),
}

type Answer = Result<(), PortError>;

struct Request {
    command: Command,
    answer: oneshot::Sender<Answer>,
}

/// An open port. When it goes (unplugged, re-enumerated, its server restarted) it is looked for, by the USB serial number if
/// it has one, and taken up again. Dropping it lets go of the port.
pub struct SerialPort {
    spec: PortSpec,
    baud: u32,
    place: String,
    has_control_lines: bool,
    requests: Option<SyncSender<Request>>,
    feed: Feed,
    may_be_away: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Something that a port was told to do.
#[must_use = "it may fail"]
pub struct Pending {
    answer: oneshot::Receiver<Answer>,
    port: String,
}

impl Pending {
    /// Whether it is done. Waits no longer than the port may be away, and what the doing takes.
    ///
    /// # Errors
    /// The port has gone for good, or cannot do it.
    pub async fn done(self) -> Answer {
        let Self { answer, port } = self;
        answer.await.unwrap_or_else(|_| Err(ended(port)))
    }

    /// The same, outside of a runtime.
    ///
    /// # Errors
    /// As above.
    pub fn wait(self) -> Answer {
        let Self { answer, port } = self;
        answer.blocking_recv().unwrap_or_else(|_| Err(ended(port)))
    }
}

fn ended(port: String) -> PortError {
    PortError::Io { port, source: io::Error::new(io::ErrorKind::NotConnected, "it has gone for good") }
}

impl SerialPort {
    /// Opens a port. What the board prints from now on is kept until it is listened to, up to a megabyte.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn open(spec: &PortSpec, options: Options) -> Result<Self, PortError> {
        let link = open(spec, options.baud)?;
        let (requests, commands) = sync_channel(MOST_COMMANDS);
        let feed = Feed::new();
        let (may_be_away, stop) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (place, has_control_lines) = (link.place().to_owned(), link.has_control_lines());
        let actor = Actor {
            // A USB device keeps its serial number, whatever its next device node is called.
            again: match (spec, link.usb_serial()) {
                (PortSpec::Path(_), Some(serial)) => vec![PortSpec::Usb(serial.to_owned()), spec.clone()],
                _ => vec![spec.clone()],
            },
            spec: spec.clone(),
            options,
            link,
            commands,
            feed: feed.clone(),
            splitter: Splitter::default(),
            last: Instant::now(),
            may_be_away: Arc::clone(&may_be_away),
            stop: Arc::clone(&stop),
        };
        let thread = std::thread::Builder::new().name("serial".to_owned()).spawn(move || actor.run());
        let thread = thread.map_err(|source| PortError::Io { port: spec.to_string(), source })?;
        Ok(Self {
            spec: spec.clone(),
            baud: options.baud,
            place,
            has_control_lines,
            requests: Some(requests),
            feed,
            may_be_away,
            stop,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// As it was named.
    pub const fn spec(&self) -> &PortSpec {
        &self.spec
    }

    /// Bits per second at which it was opened.
    pub const fn baud(&self) -> u32 {
        self.baud
    }

    /// Where it was when it was opened: the device node, or host and port.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Whether boards can be reset through it.
    pub const fn has_control_lines(&self) -> bool {
        self.has_control_lines
    }

    /// Writes to the board.
    pub fn write(&self, bytes: &[u8]) -> Pending {
        self.ask(Command::Write(bytes.to_vec()))
    }

    /// Resets the board with DTR and RTS.
    pub fn reset(&self, to: Sequence) -> Pending {
        self.ask(Command::Reset(to))
    }

    /// Resets the board with DTR and RTS, and forgets what it had printed before: what comes is of the new boot.
    pub fn restart(&self) -> Pending {
        self.ask(Command::Restart)
    }

    /// Listens and writes at another rate, in bits per second, until the port is opened anew.
    pub fn set_rate(&self, baud: u32) -> Pending {
        self.ask(Command::Rate(baud))
    }

    /// The board's supply is off: that the port has gone with it is no fault. `false`: from now on it must come back.
    pub fn may_be_away(&self, may: bool) {
        self.may_be_away.store(may, Ordering::Release);
    }

    /// What happens next; `None` after [`Event::Ended`]. For one listener at a time.
    pub async fn next(&self) -> Option<Event> {
        self.feed.next().await
    }

    /// What happens next, if it does within the limit.
    pub fn next_within(&self, limit: Duration) -> Option<Event> {
        self.feed.next_within(limit)
    }

    /// Forgets what nobody has listened to; how many bytes that were.
    pub fn clear(&self) -> usize {
        self.feed.clear()
    }

    /// Whether it has gone for good. It can be opened anew.
    pub fn is_ended(&self) -> bool {
        self.feed.is_closed()
    }

    fn ask(&self, command: Command) -> Pending {
        let (sender, answer) = oneshot::channel();
        let pending = Pending { answer, port: self.spec.to_string() };
        let Some(requests) = &self.requests else { return pending };
        if let Err(error) = requests.try_send(Request { command, answer: sender }) {
            use std::sync::mpsc::TrySendError::{Disconnected, Full};
            if let Full(request) = error {
                // Nobody waits for it: the receiver is ours.
                let _ =
                    request.answer.send(Err(PortError::Stuck { port: pending.port.clone(), limit: Duration::ZERO }));
            } else if let Disconnected(request) = error {
                let _ = request.answer.send(Err(ended(pending.port.clone())));
            }
        }
        pending
    }
}

impl Drop for SerialPort {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        self.requests = None;
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // So that the port is free afterwards. A panic in there has been printed.
            let _ = thread.join();
        }
    }
}

impl std::fmt::Debug for SerialPort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SerialPort").field("spec", &self.spec).field("place", &self.place).finish_non_exhaustive()
    }
}

struct Actor {
    spec: PortSpec,
    /// By what it is looked for when it has gone.
    again: Vec<PortSpec>,
    options: Options,
    link: Box<dyn Link>,
    commands: Receiver<Request>,
    feed: Feed,
    splitter: Splitter,
    /// When something came last.
    last: Instant,
    may_be_away: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
}

impl Actor {
    fn run(mut self) {
        while let Err(error) = self.serve() {
            if let Err(error) = self.bring_back(&error) {
                self.feed.end(error);
                return;
            }
            if self.is_stopped() {
                break;
            }
        }
        self.end_line();
        self.feed.close();
    }

    /// Until it is stopped; an error if the port has gone.
    fn serve(&mut self) -> io::Result<()> {
        loop {
            loop {
                match self.commands.try_recv() {
                    Ok(request) => self.carry_out(request)?,
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return Ok(()),
                }
            }
            if self.is_stopped() {
                return Ok(());
            }
            self.read(POLL)?;
        }
    }

    fn read(&mut self, limit: Duration) -> io::Result<()> {
        let mut buffer = [0; 4096];
        let count = self.link.read(&mut buffer, limit)?;
        let now = Instant::now();
        if count > 0 {
            self.last = now;
            let feed = &self.feed;
            self.splitter.push(now, &buffer[..count], |piece| feed.push(Event::Text(piece)));
        } else if now.duration_since(self.last) >= IDLE {
            self.end_line();
        }
        Ok(())
    }

    fn end_line(&mut self) {
        if let Some(piece) = self.splitter.take() {
            self.feed.push(Event::Text(piece));
        }
    }

    fn carry_out(&mut self, Request { command, answer }: Request) -> io::Result<()> {
        let result = match command {
            Command::Write(bytes) => self.link.write(&bytes),
            Command::Reset(_) | Command::Restart if !self.link.has_control_lines() => {
                // Whoever asked may have gone.
                let _ = answer.send(Err(PortError::NoControlLines { port: self.spec.to_string() }));
                return Ok(());
            }
            Command::Reset(sequence) => self.reset(sequence, false),
            Command::Restart => self.reset(Sequence::Run, true),
            Command::Rate(baud) => {
                self.end_line();
                self.link.set_baud(baud)
            }
        };
        let port = self.spec.to_string();
        match result {
            Ok(()) => {
                let _ = answer.send(Ok(()));
                Ok(())
            }
            Err(e) if e.kind() == io::ErrorKind::TimedOut => {
                let _ = answer.send(Err(PortError::Stuck { port, limit: Duration::from_secs(1) }));
                Ok(())
            }
            Err(e) => {
                let copy = io::Error::new(e.kind(), e.to_string());
                let _ = answer.send(Err(PortError::Io { port, source: copy }));
                Err(e)
            }
        }
    }

    /// Goes through the sequence, reading on meanwhile. `is_fresh`: what came before the last step, in which the board is let
    /// go, is forgotten.
    fn reset(&mut self, sequence: Sequence, is_fresh: bool) -> io::Result<()> {
        let last = sequence.steps().len().saturating_sub(1);
        let result = sequence.steps().iter().enumerate().try_for_each(|(step, (lines, stay))| {
            if is_fresh && step == last {
                // Held in reset for a while, it has nothing more to say.
                self.splitter = Splitter::default();
                self.feed.clear();
            }
            self.link.set_control_lines(*lines)?;
            let until = Instant::now() + *stay;
            while Instant::now() < until {
                self.read(POLL)?;
            }
            Ok(())
        });
        if result.is_err() {
            // A board must not be left in reset; the port may be beyond that.
            let _ = self.link.set_control_lines(ControlLines::default());
        }
        result
    }

    /// Looks for the port until it is there again or its time is over.
    fn bring_back(&mut self, why: &io::Error) -> Result<(), PortError> {
        self.end_line();
        self.feed.push(Event::Gone { at: Instant::now(), why: why.to_string() });
        // The old handle would keep the device node busy, or its number.
        self.link = Box::new(Nowhere);
        let mut since = Instant::now();
        loop {
            if self.is_stopped() {
                return Ok(());
            }
            for spec in &self.again {
                if let Ok(link) = open(spec, self.options.baud) {
                    self.last = Instant::now();
                    self.feed.push(Event::Back { at: self.last, place: link.place().to_owned() });
                    self.link = link;
                    return Ok(());
                }
            }
            if self.may_be_away.load(Ordering::Acquire) {
                since = Instant::now();
            }
            if since.elapsed() >= self.options.recovery {
                return Err(PortError::Vanished { port: self.spec.to_string(), limit: self.options.recovery });
            }
            std::thread::sleep(LOOK);
        }
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }
}

/// The link of a port that has gone.
struct Nowhere;

impl Link for Nowhere {
    fn read(&mut self, _: &mut [u8], _: Duration) -> io::Result<usize> {
        Err(io::ErrorKind::NotConnected.into())
    }

    fn write(&mut self, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::NotConnected.into())
    }

    fn has_control_lines(&self) -> bool {
        false
    }

    fn set_control_lines(&mut self, _: ControlLines) -> io::Result<()> {
        Err(io::ErrorKind::NotConnected.into())
    }

    fn set_baud(&mut self, _: u32) -> io::Result<()> {
        Err(io::ErrorKind::NotConnected.into())
    }

    fn place(&self) -> &str {
        ""
    }
}
