//! Time, randomness, console and LEDs of a test.

use std::fmt;

use firmware::{
    console::Level,
    platform::{Clock, Console, NotSent, Random, Strip},
    time::{Duration, Instant},
    ws2812::{Pulse, T1H},
};

use super::Held;

/// Device time on tokio's clock, which tests pause.
#[derive(Clone, Copy)]
pub struct PausedClock(tokio::time::Instant);

impl PausedClock {
    pub fn boot() -> Self {
        Self(tokio::time::Instant::now())
    }
}

impl Clock for PausedClock {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.elapsed().as_micros() as u64)
    }

    async fn sleep_until(&self, at: Instant) {
        tokio::time::sleep_until(self.0 + Duration::from_micros(at.as_micros())).await;
    }
}

/// Reproducible randomness.
pub struct Lfsr(pub u32);

impl Random for Lfsr {
    fn next_u32(&mut self) -> u32 {
        self.0 = self.0 >> 1 ^ if self.0 & 1 == 1 { 0x8020_0003 } else { 0 };
        self.0
    }
}

/// Keeps the lines of the console.
#[derive(Clone, Default)]
pub struct Recorder(Held<Vec<String>>);

impl Console for Recorder {
    fn line(&self, level: Level, text: fmt::Arguments<'_>) {
        let line = text.to_string();
        assert!(line.starts_with(&level.to_string()));
        self.0.borrow_mut().push(line);
    }
}

impl Recorder {
    /// All lines, without their times: `I mqtt: connected`.
    pub fn lines(&self) -> Vec<String> {
        let untimed = |line: &String| {
            let (level, rest) = line.split_once(" (").unwrap();
            let (millis, text) = rest.split_once(") ").unwrap();
            millis.parse::<u64>().unwrap();
            format!("{level} {text}")
        };
        self.0.borrow().iter().map(untimed).collect()
    }

    /// All lines.
    pub fn timed_lines(&self) -> Vec<String> {
        self.0.borrow().clone()
    }

    pub fn contains(&self, part: &str) -> bool {
        self.lines().iter().any(|line| line.contains(part))
    }

    /// Waits until a line contains `part`, a minute of device time at most.
    pub async fn wait_for(&self, part: &str) {
        for _ in 0..60_000 {
            if self.contains(part) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("no line with {part:?} in {:#?}", self.lines());
    }
}

/// Keeps what the LEDs were sent, and when.
#[derive(Clone, Default)]
pub struct RecordingStrip {
    frames: Held<Vec<(Duration, Vec<u8>)>>,
    clock: Option<PausedClock>,
    failures: Held<usize>,
}

impl RecordingStrip {
    /// The next frames do not go out.
    pub fn fail_next(&self, frames: usize) {
        *self.failures.borrow_mut() = frames;
    }

    pub fn started(&self, clock: PausedClock) -> Self {
        Self { clock: Some(clock), ..self.clone() }
    }

    /// Times since boot, and bytes on the wire.
    pub fn frames(&self) -> Vec<(Duration, Vec<u8>)> {
        self.frames.borrow().clone()
    }
}

impl Strip for RecordingStrip {
    async fn show(&mut self, pulses: &[Pulse]) -> Result<(), NotSent> {
        let left = self.failures.borrow().checked_sub(1);
        if let Some(left) = left {
            self.failures.replace(left);
            return Err(NotSent);
        }
        let byte = |bits: &[Pulse]| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(bit.high_ticks == T1H));
        let at = Duration::from_micros(self.clock.unwrap().now().as_micros());
        self.frames.borrow_mut().push((at, pulses.chunks(8).map(byte).collect()));
        Ok(())
    }
}
