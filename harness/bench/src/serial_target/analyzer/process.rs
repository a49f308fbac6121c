//! The child process, and the threads that listen to it.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use simulator::board::ws2812::Event;
use tokio::sync::mpsc;

use super::clock::{Clock, Pace};
use super::{AnalyzerError, AnalyzerSpec, DataLine, Part, Seen, Text, check_rate};
use hil_targets::{LightPosition, Wiring};

/// Longest wait for the first samples: an fx2lafw device is sent its firmware first and enumerates again.
const START_LIMIT: Duration = Duration::from_secs(15);
/// Longest wait for samples from then on.
const SILENCE_LIMIT: Duration = Duration::from_secs(5);
/// Longest wait for its end when it is asked to end; then it is killed.
const END_LIMIT: Duration = Duration::from_secs(1);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(20);
/// One read: at 24 MHz some 7 ms of samples.
const PIECE: usize = 1 << 16;
/// Pieces that wait for the decoder.
const PIECES: usize = 64;
/// Moments that wait for a listener: several seconds of frames at 100 a second.
const MOMENTS: usize = 1024;
/// Samples in a line of the text.
const WIDTH: u32 = 1024;
/// Lines on standard error that are told.
const LINES_TOLD: usize = 3;

/// What an analyzer has to tell.
#[derive(Debug, Clone)]
pub enum What {
    /// Of the data line.
    Seen(Seen),
    /// Of the pace at which its samples come.
    Pace(Pace),
    /// This many moments were not heard in time and dropped.
    Unheard(u64),
}

/// Something, and when it was on the wire.
#[derive(Debug, Clone)]
pub struct Moment {
    /// When.
    pub at: Instant,
    /// What.
    pub what: What,
}

/// An analyzer that samples. It ends when it is dropped.
#[derive(Debug)]
pub struct Analyzer {
    spec: AnalyzerSpec,
    chains: Vec<Vec<LightPosition>>,
    moments: tokio::sync::Mutex<mpsc::Receiver<Moment>>,
    shared: Arc<Shared>,
    worker: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    is_stopped: AtomicBool,
    unheard: AtomicU64,
    error: Mutex<Option<AnalyzerError>>,
    said: Mutex<VecDeque<String>>,
}

impl Analyzer {
    /// Starts sigrok-cli, and waits for the first samples.
    ///
    /// # Errors
    /// It cannot be started, finds no device, ends, or does not sample as it should; it is not clear which of the lights
    /// it is to see.
    pub fn start(spec: &AnalyzerSpec, wiring: &Wiring) -> Result<Self, AnalyzerError> {
        let chains = chains(spec, wiring)?;
        let mut child = command(spec)
            .spawn()
            .map_err(|error| AnalyzerError::Program { program: spec.program.clone(), problem: error.to_string() })?;
        let shared = Arc::new(Shared::default());
        let (send, moments) = mpsc::channel(MOMENTS);
        let (ready, is_ready) = channel();
        let (pieces, incoming) = sync_channel(PIECES);
        if let Some(output) = child.stdout.take() {
            std::thread::spawn(move || read(output, &pieces));
        }
        if let Some(errors) = child.stderr.take() {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || shared.listen(errors));
        }
        let stdin = child.stdin.take();
        let worker = Worker {
            spec: spec.clone(),
            leds: chains.iter().map(Vec::len).collect(),
            process: Process { child, stdin },
            incoming,
            send,
            shared: Arc::clone(&shared),
        };
        let worker = std::thread::spawn(move || worker.run(ready));
        let analyzer = Self { spec: spec.clone(), chains, moments: moments.into(), shared, worker: Some(worker) };
        // Ended without a word: the error says why. (The worker has limits of its own.)
        match is_ready.recv() {
            Ok(()) => Ok(analyzer),
            Err(_) => Err(analyzer.error()),
        }
    }

    /// As it was named.
    pub fn spec(&self) -> &AnalyzerSpec {
        &self.spec
    }

    /// The lights on its line, chain by chain.
    pub fn chains(&self) -> &[Vec<LightPosition>] {
        &self.chains
    }

    /// Whether it has ended.
    pub fn is_ended(&self) -> bool {
        self.worker.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Forgets what waits to be heard.
    pub fn clear(&self) {
        if let Ok(mut moments) = self.moments.try_lock() {
            while moments.try_recv().is_ok() {}
        }
        self.shared.unheard.store(0, Ordering::Relaxed);
    }

    /// What comes next. For one listener at a time.
    ///
    /// # Errors
    /// Nothing more comes.
    pub async fn next(&self) -> Result<Moment, AnalyzerError> {
        let next = self.moments.lock().await.recv().await;
        let unheard = self.shared.unheard.swap(0, Ordering::Relaxed);
        if unheard > 0 {
            // What was received stands in for the first of them.
            return Ok(Moment { at: Instant::now(), what: What::Unheard(unheard + u64::from(next.is_some())) });
        }
        next.ok_or_else(|| self.error())
    }

    fn error(&self) -> AnalyzerError {
        lock(&self.shared.error).clone().unwrap_or_else(|| AnalyzerError::Ended {
            analyzer: self.spec.to_string(),
            status: "stopped".to_owned(),
            said: String::new(),
        })
    }
}

impl Drop for Analyzer {
    fn drop(&mut self) {
        self.shared.is_stopped.store(true, Ordering::Relaxed);
        if let Some(worker) = self.worker.take() {
            // It panicked: its process has ended with it.
            let _ = worker.join();
        }
    }
}

/// The chains of lights on the analyzer's pin.
fn chains(spec: &AnalyzerSpec, wiring: &Wiring) -> Result<Vec<Vec<LightPosition>>, AnalyzerError> {
    let wrong = |problem| Err(AnalyzerError::Wiring { analyzer: spec.to_string(), problem });
    let mut pins: Vec<u8> = wiring.chains.iter().map(|(gpio, _)| *gpio).collect();
    pins.sort_unstable();
    pins.dedup();
    let gpio = match (spec.gpio, pins.as_slice()) {
        (Some(gpio), _) if pins.contains(&gpio) => gpio,
        (Some(gpio), _) => return wrong(format!("no light is wired to GPIO{gpio}, but to {}", names(&pins))),
        (None, [gpio]) => *gpio,
        (None, _) => return wrong(format!("lights are wired to {}: which of them is it on?", names(&pins))),
    };
    Ok(wiring.chains.iter().filter(|(it, _)| *it == gpio).map(|(_, lights)| lights.clone()).collect())
}

fn names(pins: &[u8]) -> String {
    pins.iter().map(|gpio| format!("GPIO{gpio}")).collect::<Vec<_>>().join(", ")
}

/// Standard input must stay open: at its end, sigrok-cli takes that for the key that ends a capture.
fn command(spec: &AnalyzerSpec) -> Command {
    let mut command = Command::new(&spec.program);
    command
        .arg(format!("--driver={}", spec.driver))
        .arg(format!("--config=samplerate={}", spec.samplerate_hz))
        .arg(format!("--channels={}", spec.channel))
        .arg("--continuous")
        .arg(format!("--output-format=hex:width={WIDTH}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

struct Piece {
    came: Instant,
    bytes: Vec<u8>,
}

/// Until the end of the output, or until nobody wants it.
fn read(mut output: impl Read, pieces: &SyncSender<Piece>) {
    let mut buffer = vec![0; PIECE];
    while let Ok(length @ 1..) = output.read(&mut buffer) {
        let piece = Piece { came: Instant::now(), bytes: buffer[..length].to_vec() };
        if pieces.send(piece).is_err() {
            return;
        }
    }
}

impl Shared {
    /// Keeps the last lines.
    fn listen(&self, errors: impl Read) {
        for line in BufReader::new(errors).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).trim().to_owned();
            if line.is_empty() || line.contains("Press any key") {
                continue;
            }
            let mut said = lock(&self.said);
            said.push_back(line);
            if said.len() > LINES_TOLD {
                said.pop_front();
            }
        }
    }

    fn said(&self) -> String {
        let said = lock(&self.said);
        if said.is_empty() {
            return "it says nothing".to_owned();
        }
        said.iter().map(String::as_str).collect::<Vec<_>>().join("; ")
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Whole after every change.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The child; it never outlives this.
struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
}

impl Process {
    /// How it ended, if it does so within the limit.
    fn wait(&mut self, mut meanwhile: impl FnMut()) -> Option<String> {
        let until = Instant::now() + END_LIMIT;
        loop {
            meanwhile();
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status.to_string());
            }
            if Instant::now() >= until {
                return None;
            }
            std::thread::sleep(LOOK);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Gone already, or will be.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Decodes, and watches the process.
struct Worker {
    spec: AnalyzerSpec,
    leds: Vec<usize>,
    process: Process,
    incoming: Receiver<Piece>,
    send: mpsc::Sender<Moment>,
    shared: Arc<Shared>,
}

impl Worker {
    fn run(mut self, ready: Sender<()>) {
        // Dropped last: without a word from it, the error is there.
        let mut ready = Some(ready);
        match self.decode(&mut ready) {
            Ok(()) => self.end(),
            Err(error) => *lock(&self.shared.error) = Some(error),
        }
    }

    /// Until it is to stop.
    fn decode(&mut self, ready: &mut Option<Sender<()>>) -> Result<(), AnalyzerError> {
        let mut text = Text::new(&self.spec.channel);
        let mut rate = self.spec.samplerate_hz;
        let mut line = DataLine::new(rate, &self.leds, self.spec.order);
        let mut clock = Clock::new(Instant::now());
        let mut last = Instant::now();
        while !self.shared.is_stopped.load(Ordering::Relaxed) {
            let piece = match self.incoming.recv_timeout(LOOK) {
                Ok(piece) => piece,
                Err(RecvTimeoutError::Timeout) => {
                    self.check_silence(last, ready.is_some())?;
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return Err(self.ended()),
            };
            for part in text.push(&piece.bytes) {
                match part {
                    Part::Rate(hz) => {
                        check_rate(hz).map_err(|source| AnalyzerError::Rate { analyzer: self.name(), source })?;
                        // It is told more than once.
                        if hz != rate {
                            rate = hz;
                            line = DataLine::new(hz, &self.leds, self.spec.order);
                            clock = Clock::new(Instant::now());
                        }
                    }
                    Part::Samples(samples) => {
                        last = piece.came;
                        let seen = line.samples(&samples);
                        if let Some(pace) = clock.piece(line.end_ns(), piece.came) {
                            line.interrupted();
                            self.tell(piece.came, What::Pace(pace));
                        }
                        seen.into_iter().for_each(|(ns, seen)| self.tell(clock.time(ns), What::Seen(seen)));
                        // Whoever started it waits for this.
                        let _ = ready.take().map(|ready| ready.send(()));
                    }
                    Part::Unknown(line) => return Err(AnalyzerError::Format { analyzer: self.name(), line }),
                }
            }
        }
        Ok(())
    }

    fn name(&self) -> String {
        self.spec.to_string()
    }

    fn check_silence(&self, last: Instant, is_starting: bool) -> Result<(), AnalyzerError> {
        let limit = if is_starting { START_LIMIT } else { SILENCE_LIMIT };
        if last.elapsed() < limit {
            return Ok(());
        }
        Err(AnalyzerError::Silent { analyzer: self.name(), limit, said: self.shared.said() })
    }

    /// Never waits: a listener that does not listen is told later what it missed.
    fn tell(&self, at: Instant, what: What) {
        // Of no use to anyone: bits for lights that the drawing does not have are no fault of the waveform.
        if matches!(what, What::Seen(Seen::Light { event: Event::Surplus(_), .. })) {
            return;
        }
        if self.send.try_send(Moment { at, what }).is_err() {
            self.shared.unheard.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn ended(&mut self) -> AnalyzerError {
        let status = self.process.wait(|| {}).unwrap_or_else(|| "its output is closed".to_owned());
        // What it said last may still be on the way.
        std::thread::sleep(LOOK);
        AnalyzerError::Ended { analyzer: self.name(), status, said: self.shared.said() }
    }

    /// Presses the key that ends a capture, so that the device is left as it should be.
    fn end(&mut self) {
        if let Some(mut stdin) = self.process.stdin.take() {
            // It has ended by itself.
            let _ = stdin.write_all(b"\n");
            let incoming = &self.incoming;
            // With its output full it would not end.
            self.process.wait(|| incoming.try_iter().for_each(drop));
        }
    }
}
