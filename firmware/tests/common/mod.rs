//! A device on the test's own clock, flash, network and console.
#![allow(dead_code, clippy::allow_attributes, reason = "every test file uses its own part of this")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

pub mod board;
pub mod broker;
pub mod flash;
pub mod packet;

use std::{cell::RefCell, rc::Rc};

use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use firmware::{
    config::Config,
    device::{self, Shared},
    platform::Board,
    rules::{Contract, Rules},
    state::State,
    store::Store,
};

use self::{
    board::{Lfsr, PausedClock, Recorder, RecordingStrip},
    broker::{FakeNetwork, Link},
    flash::{RamFlash, SECTOR},
};

/// What a test sees of a running device.
pub struct Bench {
    pub console: Recorder,
    pub strip: RecordingStrip,
    pub flash: RamFlash,
    pub link: Link,
}

impl Bench {
    pub fn new() -> Self {
        Self {
            console: Recorder::default(),
            strip: RecordingStrip::default(),
            flash: RamFlash::new(4),
            link: Link::new(),
        }
    }

    /// Boots a device and runs `script` beside it.
    pub async fn run<T>(&self, script: impl AsyncFnOnce(&Self) -> T) -> T {
        self.run_with(&Config::default(), Contract, script).await
    }

    /// Boots a device with `config` and `rules`, and runs `script` beside it; then cuts its power.
    pub async fn run_with<T, R: Rules>(&self, config: &Config, rules: R, script: impl AsyncFnOnce(&Self) -> T) -> T {
        let board = Board { clock: PausedClock::boot(), console: self.console.clone() };
        let range = 0..self.flash.len();
        let mut store = Store::new(self.flash.clone(), range).unwrap();
        let shared: Shared<NoopRawMutex, R> = device::restore(&board, config, &mut store, rules).await;
        let network = FakeNetwork::new(self.link.clone());
        let (mut strip, mut random) = (self.strip.started(board.clock), Lfsr(1));
        tokio::select! {
            biased;
            _ = device::run_mqtt(&shared, config, &board, &mut store, &network, &mut random) => unreachable!(),
            _ = device::run_light(&shared, config, &board, &mut strip) => unreachable!(),
            result = script(self) => result,
        }
    }

    /// The state that a reboot would restore.
    pub async fn stored(&self) -> State {
        let mut store = Store::new(self.flash.clone(), 0..self.flash.len()).unwrap();
        store.load().await;
        *store.stored()
    }
}

/// Something that a test and its device both hold.
pub type Held<T> = Rc<RefCell<T>>;

/// Bytes of `sectors` flash sectors.
pub const fn sectors(sectors: u32) -> u32 {
    sectors * SECTOR
}
